"""What the tests of removal do to a platform, and how they look at what became of it."""

from anbao.engine.obligations.read import ObligationView, unfinished
from anbao.engine.work import Work
from anbao.model.entry import Entry
from anbao.model.events.investigate import ListingMatchedHazard
from anbao.model.hazard import Certainty, Confirmation, Fingerprint, MatchRecord, Suspicion
from anbao.model.listing import Listing, Severity
from anbao.model.merchant import Merchant
from anbao.platform import Platform
from anbao.remove import records
from anbao.remove.measures import MeasureOrder
from anbao.remove.records import Measure
from anbao.store.bulk import sql

BARCODE = "6901234567892"


def apply(platform: Platform, merchant: str, phone: str | None = None) -> None:
    platform.prevent.merchants.apply(
        Merchant(id=merchant, kind="company", legal_name="示例商贸有限公司", phone=phone, shop_name=f"小铺{merchant}")
    )


def offer(platform: Platform, listing: str, merchant: str, category: str = "toy") -> None:
    """A listing on offer; where screening held it, a reviewer let it pass."""
    platform.submit_listing(Listing(id=listing, merchant=merchant, title="儿童短袖", category=category))
    platform.prevent.review(listing, "pass", "证照齐全", actor="reviewer")


def confirm_hazard(platform: Platform, hazard: str = "H1", severity: Severity = 4, listing: str = "") -> None:
    """Ann confirms a danger that a judgment settles; its barcode finds nothing but what tests say."""

    def job(work: Work) -> None:
        suspicion = Suspicion(
            basis="（2026）示例民终1号",
            fingerprints=(Fingerprint(kind="barcode", value=BARCODE),),
            id=hazard,
            listing=listing,
            severity=severity,
            source="judgment",
            title="某牌充电宝",
        )
        platform.investigate.suspect(work, suspicion)
        platform.investigate.confirm(work, hazard, Confirmation(), actor="ann")

    platform.run(job)


def match(platform: Platform, listing: str, merchant: str, certainty: Certainty = "certain", hazard: str = "H1") -> int:
    """A sweep found the danger in the listing as it stands."""
    with platform.reading() as conn:
        screened = sql(conn, "SELECT entry FROM listing WHERE id = ?", (listing,)).scalar() or 0
    match = MatchRecord(certainty=certainty, reasons=(), screened=screened, severity=4, sweep="S1")
    event = ListingMatchedHazard(hazard=hazard, listing=listing, merchant=merchant, record=match)
    return platform.run(lambda work: work.append(event, actor="test"))


def entries(platform: Platform, kind: str) -> list[Entry]:
    with platform.reading() as conn:
        return [one.entry() for one in platform.entries(conn, kind=kind)]


def measures(platform: Platform, **wanted: str) -> list[Measure]:
    with platform.reading() as conn:
        found = records.listed(conn, limit=1000)
    return [one for one in found if all(getattr(one, name) == value for name, value in wanted.items())]


def kinds(platform: Platform, **wanted: str) -> set[str]:
    return {one.kind for one in measures(platform, **wanted)}


def overdue(platform: Platform, norm: str) -> list[ObligationView]:
    with platform.reading() as conn:
        found = unfinished(conn, platform.clock(), overdue_only=True, limit=100)
    return [one for one in found if one.norm == norm]


def decide_case(platform: Platform, case: str, outcome: str, person: str) -> None:
    platform.run(lambda work: platform.cases.decide(work, case, person=person, outcome=outcome, reason="已核对"))


def sound(platform: Platform) -> None:
    """Nothing is stuck, and the books agree."""
    with platform.reading() as conn:
        assert not platform.reactions.lags(conn)
    assert not platform.obligation_differences()
    assert platform.verify().sound


def take(platform: Platform, order: MeasureOrder) -> str:
    return platform.run(lambda work: platform.remove.take(work, order, person="ann", actor="key:1"))


def lift(platform: Platform, measure: str) -> int:
    return platform.run(lambda work: platform.remove.lift(work, measure, "已查清", person="ann", actor="key:1"))
