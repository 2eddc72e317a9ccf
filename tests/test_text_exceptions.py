"""Where a term means no harm: by category of goods, and by a licence on file; and old decisions replay."""

from collections.abc import Iterator

import msgspec
import pytest

import anbao
from anbao.detect.text import Lexicon
from anbao.errors import InvalidInput
from anbao.model.listing import Listing
from anbao.model.merchant import Licence, Merchant
from anbao.prevent.replay import replay
from helpers import DAY, Clock

LEXICON = """term,category,severity,exceptions,harmless_in,allowed_with
冲锋枪,weapon,5,,toy|模型玩具,
阿莫西林胶囊,drug,4,,图书,drug_business
""".encode()

LICENCE = Licence(kind="drug_business", number="苏AB1234567", valid_until="2026-12-31")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def platform(store_url: str, clock: Clock) -> Iterator[anbao.Platform]:
    with anbao.open(store_url, clock=clock) as opened:
        opened.activate_lexicon(opened.import_lexicon(Lexicon.from_csv(LEXICON)))
        yield opened


def merchant(name: str, *licences: Licence) -> Merchant:
    return Merchant(
        address="无锡市示例路 1 号",
        contact_name="赵一",
        credit_code="91320200MA1MGN8MXH",
        id=name,
        kind="company",
        legal_name="江苏示例贸易有限公司",
        licences=licences,
        phone="12000000001",
        shop_name="示例小店",
    )


def terms(platform: anbao.Platform, title: str, **more: object) -> list[str]:
    """The terms found in a listing with this title."""
    listing = msgspec.convert({"id": "a", "title": title, **more}, Listing)
    decision = platform.submit_listing(listing).decision
    return [one.term for one in decision.findings if one.detector == "lexicon"]


def replays(platform: anbao.Platform) -> list[bool]:
    with platform.reading() as conn:
        entries = platform.ledger.entries(conn, kind="listing.screened")
        return [replay(conn, platform.ledger, platform.prevent.rulesets, one.index).same for one in entries]


def test_a_category_excuses_a_term_as_written_and_in_disguise(platform: anbao.Platform) -> None:
    assert terms(platform, "冲锋枪现货") == ["冲锋枪"]
    for category in ("toy", "玩具", "母婴 > 玩具", "商城/模型玩具"):
        assert terms(platform, "冲锋枪 冲蜂枪 冲*锋*枪", category=category) == []
    for category in ("clothing", "模型", "玩具枪"):
        assert terms(platform, "冲锋枪现货", category=category) == ["冲锋枪"]
    assert terms(platform, "阿莫西林胶囊用药指南", category="图书") == []
    assert terms(platform, "阿莫西林胶囊", category="玩具") == ["阿莫西林胶囊"]
    assert all(replays(platform))


def test_a_licence_on_file_excuses_a_term_while_it_is_in_force(platform: anbao.Platform, clock: Clock) -> None:
    assert platform.prevent.merchants.apply(merchant("m", LICENCE)).decision == "verified"
    assert terms(platform, "阿莫西林胶囊", merchant="m") == []
    assert terms(platform, "冲锋枪", merchant="m") == ["冲锋枪"]
    assert terms(platform, "阿莫西林胶囊", merchant="n") == ["阿莫西林胶囊"]
    assert terms(platform, "阿莫西林胶囊") == ["阿莫西林胶囊"]
    stated = [msgspec.to_builtins(LICENCE)]
    assert terms(platform, "阿莫西林胶囊", merchant="n", licences=stated) == ["阿莫西林胶囊"]
    clock.now += 400 * DAY
    assert terms(platform, "阿莫西林胶囊", merchant="m") == ["阿莫西林胶囊"]
    assert all(replays(platform))


def test_a_licence_that_no_one_knows_is_refused(platform: anbao.Platform) -> None:
    data = "term,category,severity,allowed_with\n枪,weapon,5,shooting\n".encode()
    with pytest.raises(InvalidInput, match="shooting"):
        platform.import_lexicon(Lexicon.from_csv(data))
