"""Where a merchant stands bears on what it may offer: closed, suspended, restricted, refused, held, waiting."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anbao.cli.root import run
from anbao.connect import bulk
from anbao.connect.files import open_source
from anbao.connect.output import Sink
from anbao.engine.core import Core
from anbao.law.catalogue import Catalogue
from anbao.law.deadlines import legal_day
from anbao.model.listing import Listing, ListingScreened
from anbao.model.merchant import Merchant
from anbao.platform import Platform, open_platform
from anbao.prevent.listings import standing
from anbao.prevent.listings.screening import screen
from anbao.prevent.replay import replay
from anbao.remove.measures import MeasureOrder
from anbao.rules.policy import MERCHANT_FACTS, Policy
from helpers import DAY, Clock, record

POLICY = Path(__file__).parents[1] / "packs" / "cn" / "policy" / "default.json"
MEASURES = ("warning", "restriction", "suspension", "closure", "payout_freeze")
SAYS = {"restriction": "restricted", "suspension": "suspended", "closure": "closed"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def platform(store_url: str, clock: Clock) -> Iterator[Platform]:
    with open_platform(store_url, clock=clock) as opened:
        yield opened


def apply(platform: Platform, merchant: str = "m") -> None:
    one = Merchant(
        address="无锡市示例路1号甲",
        contact_name="赵一",
        credit_code="91320200MA1MGN8MXH",
        id=merchant,
        kind="company",
        legal_name="示例商贸有限公司",
        phone="13900000001",
        shop_name="小铺",
    )
    assert platform.prevent.merchants.apply(one).decision == "verified"


def screened(platform: Platform, merchant: str = "m") -> ListingScreened:
    return platform.submit_listing(Listing(id="l", merchant=merchant, title="儿童短袖")).decision


def take(platform: Platform, measure: str, merchant: str = "m", days: int | None = None) -> str:
    order = MeasureOrder(days=days, facts="多次发布违禁商品", measure=measure, merchant=merchant)
    name = platform.run(lambda work: platform.remove.take(work, order, person="ann", actor="officer"))
    platform.advance()
    return name


def lift(platform: Platform, name: str) -> None:
    platform.run(lambda work: platform.remove.lift(work, name, "认定有误", person="bo", actor="officer"))
    platform.advance()


def all_replay(platform: Platform) -> bool:
    with platform.reading() as conn:
        indexes = [one.index for one in platform.entries(conn, kind="listing.screened")]
        return all(replay(conn, platform.ledger, platform.prevent.rulesets, one).same for one in indexes)


@pytest.mark.parametrize("measure", SAYS)
def test_a_measure_against_a_merchant_blocks_what_it_offers_until_it_is_lifted(
    platform: Platform, measure: str
) -> None:
    apply(platform)
    assert screened(platform).outcome == "pass"
    name = take(platform, measure)
    barred = screened(platform)
    assert (barred.outcome, barred.reasons) == ("block", (f"merchant.{SAYS[measure]}",))
    found = next(one for one in barred.findings if one.surface == name)
    assert (found.detector, found.term, found.category) == ("merchant", SAYS[measure], f"merchant.{SAYS[measure]}")
    assert found.provisions == platform.catalogue.standings[measure.replace("restriction", "limit")].provisions
    words = platform.prevent.explainer.finding(found)
    assert words.zh.startswith("商家")
    assert name in words.en
    assert "《电子商务法》" in words.zh
    lift(platform, name)
    again = screened(platform)
    assert (again.outcome, again.findings) == ("pass", ())
    assert all_replay(platform)


def test_a_measure_whose_time_has_passed_bars_nothing(platform: Platform, clock: Clock) -> None:
    apply(platform)
    take(platform, "suspension", days=2)
    assert screened(platform).outcome == "block"
    clock.now += 2 * DAY
    platform.advance()
    assert screened(platform).outcome == "pass"
    assert all_replay(platform)


def test_an_application_bears_on_what_is_offered(platform: Platform) -> None:
    held = Merchant(id="held", kind="company", legal_name="示例商贸有限公司", shop_name="小铺")
    assert platform.prevent.merchants.apply(held).decision == "held"
    refused = msgspec.structs.replace(held, id="refused", credit_code="91320200MA1MGN8MX0")
    assert platform.prevent.merchants.apply(refused).decision == "refused"
    assert [(one.outcome, one.reasons) for one in (screened(platform, "held"), screened(platform, "refused"))] == [
        ("review", ("merchant.held",)),
        ("block", ("merchant.refused",)),
    ]
    assert screened(platform, "never applied").outcome == "pass"
    apply(platform)
    record(platform, "merchant.waiting", {"checks": [], "occasion": "change"}, merchant="m")
    assert screened(platform).reasons == ("merchant.waiting",)
    record(platform, "merchant.verified", {"checks": [], "occasion": "change"}, merchant="m")
    assert screened(platform).outcome == "pass"
    assert all_replay(platform)


def test_a_merchant_that_left_offers_nothing(platform: Platform) -> None:
    apply(platform)
    merchants = platform.prevent.merchants
    platform.run(lambda work: merchants.close(work, "m", reason="自行退出", for_cause=False, actor="officer"))
    assert (screened(platform).outcome, screened(platform).reasons) == ("block", ("merchant.closed",))
    assert all_replay(platform)


def test_no_policy_lets_a_closed_merchant_offer_anything(platform: Platform) -> None:
    table = msgspec.json.decode(POLICY.read_bytes())
    rules = table["nodes"][1]["content"]["rules"]
    rules[:] = [row for row in rules if not row["_id"].startswith("merchant_")]
    platform.activate_policy(platform.import_policy(Policy(table), msgspec.json.encode(table)))
    apply(platform)
    name = take(platform, "restriction")
    open_to_it = screened(platform)
    assert (open_to_it.outcome, [one.surface for one in open_to_it.findings]) == ("pass", [name])
    take(platform, "closure")
    assert (screened(platform).outcome, screened(platform).reasons[0]) == ("block", "merchant.closed")
    assert all_replay(platform)


def test_decisions_from_before_standings_were_asked_for_replay(platform: Platform) -> None:
    """Their catalogue names no standings, so it asks for none, whatever is on file."""
    known = msgspec.json.decode(platform.catalogue.to_bytes())
    bare = Catalogue.from_bytes(msgspec.json.encode({**known, "standings": []}))
    apply(platform)
    take(platform, "closure")
    with platform.reading() as conn:
        ruleset = platform.prevent.rulesets.in_force(conn, platform.clock())
        listing = Listing(id="l", merchant="m", title="儿童短袖")
        merchants = standing.on_file(conn, [listing])
    older = msgspec.structs.replace(ruleset, catalogue=bare)
    today = legal_day(platform.clock())
    assert [screen([listing], one, merchants, today)[0].outcome for one in (older, ruleset)] == ["pass", "block"]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_file_of_listings_is_held_to_where_its_merchants_stand(
    platform: Platform, tmp_path: Path, workers: int
) -> None:
    apply(platform)
    take(platform, "closure")
    file = tmp_path / "goods.csv"
    file.write_text("id,title,merchant\n1,儿童短袖,m\n2,儿童短袖,other\n", encoding="utf-8")
    summary = bulk.screen_file(platform, open_source(file), Sink(None), workers=workers, restart=True)
    assert (summary.outcomes["block"], summary.outcomes["pass"]) == (1, 1)
    assert all_replay(platform)


def test_a_file_screened_while_a_merchant_is_closed_is_decided_as_it_stands_at_the_commit(
    platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second chunk was decided before the closure and is committed after it."""
    monkeypatch.setattr(bulk, "ROWS_PER_CHUNK", 1)
    monkeypatch.setattr(bulk, "CHUNKS_PER_COMMIT", 1)
    apply(platform)
    file = tmp_path / "goods.csv"
    file.write_text("id,title,merchant\n1,儿童短袖,m\n2,儿童短袖,m\n", encoding="utf-8")

    def close(reached: bulk.Progress) -> None:
        if reached.rows == 1:
            take(platform, "closure")

    summary = bulk.screen_file(platform, open_source(file), Sink(None), restart=True, on_progress=close)
    assert (summary.outcomes["pass"], summary.outcomes["block"]) == (1, 1)
    assert all_replay(platform)


def test_the_command_line_shows_why(sqlite_opened_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_platform(sqlite_opened_url) as platform:
        apply(platform)
        name = take(platform, "closure")
    file, out = tmp_path / "goods.csv", tmp_path / "out.csv"
    file.write_text("id,title,merchant\n1,儿童短袖,m\n", encoding="utf-8")
    assert run(["screen", str(file), "--store", sqlite_opened_url, "--output", str(out), "--format", "csv"]) in (0, 1)
    row = out.read_text(encoding="utf-8-sig").splitlines()[1]
    for word in ("block", "merchant.closed", name, "cn.ecommerce_law.2018/36"):
        assert word in row
    assert run(["replay", "--all", "--store", sqlite_opened_url]) == 0


def test_the_pack_names_the_standings_that_the_policy_knows(platform: Platform) -> None:
    kinds = dict.fromkeys(kind.id for kind in platform.catalogue.standings.values())
    assert tuple(reversed(kinds)) == MERCHANT_FACTS[1:]
    for measure in platform.remove.rules.measures.values():
        if measure.sanction and measure.sanction != "warning":
            assert measure.sanction in platform.catalogue.standings


acts = st.lists(st.tuples(st.sampled_from(["take", "confirm", "lift"]), st.sampled_from(MEASURES)), max_size=12)


@given(acts=acts)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_measures_stand_says_where_a_merchant_stands(platform: Platform, acts: list[tuple[str, str]]) -> None:
    """Whatever was taken, confirmed and lifted in whatever order: the strictest measure that still stands decides."""
    with platform.reading() as conn:
        merchant = f"m{platform.ledger.size(conn)}"
    names: dict[str, str] = {}
    for act, measure in acts:
        if act == "take" and measure not in names:
            names[measure] = take(platform, measure, merchant)
        elif act == "lift" and measure in names:
            lift(platform, names.pop(measure))
        elif act == "confirm" and measure in names:
            about = {"measure": names[measure], "merchant": merchant}
            record(platform, "measure.confirmed", {"effect": "e", "measure": measure}, **about)
        worst = next((SAYS[one] for one in ("closure", "suspension", "restriction") if one in names), "")
        decision = screened(platform, merchant)
        assert decision.reasons == ((f"merchant.{worst}",) if worst else ())
        assert_from_the_ledger(platform, merchant)
    assert all_replay(platform)


def assert_from_the_ledger(core: Core, merchant: str) -> None:
    """The look-up says what the merchant's entries alone say."""
    with core.reading() as conn:
        known = standing.on_file(conn, [Listing(id="l", merchant=merchant, title="x")])
        assert known.get(merchant, standing.NOBODY) == standing.on_file_before(
            conn, core.ledger, merchant, core.ledger.size(conn)
        )
