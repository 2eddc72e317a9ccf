"""A sweep sees what other packages store: the hashes of pictures, and which merchants are linked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from anbao.connect.fetch import Fetcher
from anbao.connect.pictures import PictureIntake
from anbao.connect.storage import open_storage
from anbao.investigate.fingerprints import of_listing
from anbao.investigate.sweep import matches, passes
from anbao.model.hazard import Confirmation, Fingerprint, Suspicion
from anbao.model.listing import Listing
from anbao.model.merchant import Merchant
from anbao.platform import Platform, open_platform
from anbao.simulator.pictures import disguised, jpeg, product

DANGER = product("danger")
TITLE = "20000毫安大容量充电宝便携快充移动电源"
RELATED = "大容量充电宝 20000毫安 送数据线 学生宿舍户外露营"


@pytest.fixture
def platform(store_url: str) -> Iterator[Platform]:
    with open_platform(store_url) as opened:
        yield opened


def confirm(platform: Platform, *prints: Fingerprint) -> None:
    suspicion = Suspicion(id="h1", source="recall", title="发烫的充电宝", fingerprints=prints)
    platform.run(lambda work: platform.investigate.suspect(work, suspicion))
    platform.run(lambda work: platform.investigate.confirm(work, "h1", Confirmation()))
    while platform.investigate.sweep():
        pass


def found(platform: Platform) -> dict[str, tuple[str, set[str]]]:
    with platform.reading() as conn:
        return {
            one.listing: (one.certainty, {ground.kind for ground in one.reasons}) for one in matches.ranked(conn, "h1")
        }


def test_look_alikes_are_found_by_their_picture_only(platform: Platform, tmp_path: Path) -> None:
    pictures = PictureIntake(
        platform, open_storage(f"file://{tmp_path}/objects"), Fetcher(resolve=lambda host, port: ["127.0.0.1"])
    )
    shown = {
        "same": jpeg(DANGER),
        "cropped": jpeg(disguised(DANGER, "crop")),
        "other": jpeg(product("other")),
    }
    for name, data in shown.items():
        stored = pictures.take(data).picture
        platform.submit_listing(Listing(id=name, title=f"居家好物实用小礼品 {name}", pictures=(stored,)))
    platform.submit_listing(Listing(id="bare", title="居家好物"))
    prints = pictures.fingerprints(pictures.take(jpeg(DANGER)).picture)
    with platform.reading() as conn:
        taken = of_listing(conn, "same")
    assert [one.kind for one in taken] == ["title", "picture"]
    confirm(platform, *(Fingerprint(kind="picture", value=value) for value in prints))
    matched = found(platform)
    assert matched["same"] == ("certain", {"picture"})
    assert matched["cropped"][0] in ("certain", "likely")
    assert matched.keys() == {"same", "cropped"}
    with platform.reading() as conn:
        [one] = passes.newest(conn)
    assert (one.looked, one.pictures) == (4, 3)


def test_the_merchants_family_need_be_less_alike(platform: Platform) -> None:
    for name, phone in (("m1", "12000000001"), ("m2", "12000000001"), ("m3", "12000000003")):
        applied = Merchant(id=name, kind="person", legal_name=name, shop_name=name, phone=phone)
        platform.prevent.merchants.apply(applied)
        platform.submit_listing(Listing(id=f"of-{name}", title=RELATED, merchant=name))
    platform.submit_listing(Listing(id="unrelated", title="纯棉短袖男夏季新款", merchant="m2"))
    confirm(platform, Fingerprint(kind="title", value=TITLE), Fingerprint(kind="merchant", value="m1"))
    matched = found(platform)
    assert matched.keys() == {"of-m1", "of-m2"}
    assert matched["of-m1"][0] == matched["of-m2"][0] == "possible"
    assert "merchant" in matched["of-m1"][1]
    assert "family" in matched["of-m2"][1]
