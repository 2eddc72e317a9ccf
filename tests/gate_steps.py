"""A platform with a blocked listing and a harmless one, and what tests ask at the gate before a sale."""

from typing import Any

from anbao.model.hazard import Confirmation, Fingerprint, Suspicion
from anbao.model.listing import Listing
from anbao.model.trade import OrderIntent
from anbao.platform import Platform
from anbao.prevent.replay import replay
from anbao.remove.measures import MeasureOrder

GUN, TOWEL = (
    Listing(id="gun", title="仿真枪 全金属", merchant="m1"),
    Listing(id="towel", title="纯棉毛巾", merchant="m1"),
)


def stock(platform: Platform) -> None:
    assert platform.submit_listing(GUN).outcome == "block"
    assert platform.submit_listing(TOWEL).outcome == "pass"


def check(platform: Platform, listing: str) -> Any:
    return platform.warn.check_order(OrderIntent(buyer="b1", listing=listing))


def codes(answer: Any) -> list[tuple[str, str]]:
    return [(one.act, one.code) for one in answer.reasons]


def take(platform: Platform, measure: str, **about: Any) -> str:
    order = MeasureOrder(facts="检测不合格", measure=measure, **about)
    return platform.run(lambda work: platform.remove.take(work, order, person="ann", actor="officer"))


def lift(platform: Platform, name: str) -> None:
    platform.run(lambda work: platform.remove.lift(work, name, "认定有误", person="bo", actor="officer"))
    platform.advance()


def bodies(platform: Platform, kind: str) -> list[Any]:
    with platform.reading() as conn:
        return [one.entry().body for one in platform.entries(conn, kind=kind)]


def all_replay(platform: Platform) -> bool:
    with platform.reading() as conn:
        indexes = [one.index for one in platform.entries(conn, kind="listing.screened")]
        return all(replay(conn, platform.ledger, platform.prevent.rulesets, one).same for one in indexes)


def danger(platform: Platform, listing: str) -> None:
    prints = (Fingerprint(kind="title", value="完全不同的商品"),)
    suspicion = Suspicion(id="H1", source="own", title="起火", severity=4, fingerprints=prints, listing=listing)
    platform.run(lambda work: platform.investigate.suspect(work, suspicion))
    platform.run(lambda work: platform.investigate.confirm(work, "H1", Confirmation()))
