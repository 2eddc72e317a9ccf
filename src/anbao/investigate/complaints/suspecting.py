"""A complaint about a danger makes the danger suspect: one hazard for a listing, however many complain of it."""

from anbao.engine.core import Core
from anbao.engine.work import Work
from anbao.investigate import hazards, screenings
from anbao.investigate.complaints.records import KnownComplaint
from anbao.investigate.fingerprints import checked, says_enough
from anbao.model.complaint import Triage
from anbao.model.events.prevent import ListingScreenedEvent
from anbao.model.hazard import Fingerprint, Suspicion
from anbao.model.listing import MAX_TITLE
from anbao.store import Connection

_ENGINE = "engine"


def suspect(core: Core, work: Work, one: KnownComplaint, triage: Triage) -> str:
    """Suspect the danger of a complaint's listing (or merchant); the hazard, "" where it was confirmed before."""
    place = one.listing or one.merchant or one.id
    name = f"complained-{place}"[:128]
    known = hazards.find(work.conn, name)
    if known is not None and known.state in ("suspected", "confirmed"):
        return name if known.state == "suspected" else ""
    title, category = _listing_stated(core, work.conn, one.listing)
    suspicion = Suspicion(
        basis=one.id,
        category=category,
        complaint=one.id,
        fingerprints=_recognised_by(work.conn, one.listing, title),
        id=name,
        listing=one.listing,
        merchant=one.merchant,
        severity=triage.severity,
        source="complaint",
        title=title or one.id,
    )
    hazards.suspect(work, suspicion, _ENGINE, work.now)
    return name


def _recognised_by(conn: Connection, listing: str, title: str) -> tuple[Fingerprint, ...]:
    """The title, where it distinguishes the goods from others, and the main picture; a person adds further marks.

    Not the other pictures: they show the shop's certificates and promises as often as the goods.
    """
    found = [Fingerprint(kind="title", value=title)] if says_enough(title) else []
    screened = screenings.newest(conn, listing) if listing else None
    if screened:
        found += [Fingerprint(kind="picture", value=value) for value in screened.offer.pictures[:1]]
    return checked(found)


def _listing_stated(core: Core, conn: Connection, listing: str) -> tuple[str, str]:
    """Title and category of a listing, as it was last screened; empty where it never was."""
    if not listing:
        return "", ""
    found = core.ledger.entries(conn, subject=("listing", listing), kind=ListingScreenedEvent.KIND)
    if not found:
        return "", ""
    screened = found[-1].event(ListingScreenedEvent).screened
    return screened.listing.title[:MAX_TITLE], screened.category
