"""Listings that were found not to be a known danger: the guard lets the same offer pass while the danger stands.

- ``listing.cleared`` is recorded when a takedown for a danger is lifted (by a granted appeal or otherwise), or a person
  decides that a match is none. It names the offer that was judged by its digest: another offer under the same id is
  guarded against as any other.
- It holds from its entry until the danger is lifted or the listing is taken down for it again, so the size of the
  ledger names the clearances in force, and old decisions replay.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256

import msgspec

from anbao.engine.readmodels.screened import decode_screened
from anbao.engine.work import Placed, Work
from anbao.ledger import Ledger, Stored, search
from anbao.ledger.whole import whole_record
from anbao.model.events.prevent import ListingScreenedEvent
from anbao.model.events.remove import MeasureLifted, MeasureTakenEvent
from anbao.model.events.rules import ListingCleared
from anbao.model.listing import Listing, ListingRecord
from anbao.rules.activations import note_change
from anbao.store import Connection, tables
from anbao.store.bulk import sql, upsert_many

TAKEDOWN = "takedown"

Cleared = Mapping[str, frozenset[tuple[str, str]]]
"""What each listing was found not to be: the danger, and the digest of the offer that was judged."""


def offer_digest(listing: Listing | ListingRecord) -> str:
    """By whom what is offered: SHA-256 over all of a listing that dangers are recognised by."""
    extra = listing.extra.items() if isinstance(listing.extra, Mapping) else listing.extra
    texts = listing.texts.items() if isinstance(listing.texts, Mapping) else listing.texts
    offer = [listing.merchant, listing.title, listing.description, list(extra), listing.licences, listing.pictures]
    if texts:
        offer.append(list(texts))
    return sha256(msgspec.json.encode(offer)).hexdigest()


def cleared_of(cleared: Cleared, listing: Listing | ListingRecord) -> frozenset[str]:
    """The dangers that this offer was found not to be."""
    known = cleared.get(listing.id)
    if not known:
        return frozenset()
    digest = offer_digest(listing)
    return frozenset(hazard for hazard, offer in known if offer == digest)


def cleared_of_entry(cleared: Cleared, ledger: Ledger, conn: Connection, listing: str, index: int) -> frozenset[str]:
    """As ``cleared_of``, for the offer that entry ``index`` screened."""
    return cleared_of(cleared, _offered(ledger, conn, index)) if listing in cleared else frozenset()


def follow_lifting(ledger: Ledger, work: Work, stored: Stored) -> None:
    """A takedown was lifted: the offer that was judged is cleared of the danger."""
    if stored.event(MeasureLifted).measure == TAKEDOWN:
        about = stored.subjects
        clear(ledger, work, ("measure", about["measure"]), about, cause=stored.index, at=stored.at)


def clear(
    ledger: Ledger, work: Work, judged: tuple[str, str], about: Mapping[str, str], *, cause: int, at: int
) -> None:
    """The offer that a measure or case (role, identifier) judged is not the danger: it is cleared, once for a cause."""
    hazard, listing = about.get("hazard", ""), about.get("listing", "")
    if not listing or not _stands(work.conn, hazard):
        return
    offer = _judged_offer(ledger, work.conn, listing, *judged)
    if offer is None or _cleared_since(work.conn, hazard, listing, offer, cause):
        return
    merchant = about.get("merchant", "")
    cleared = ListingCleared(cause=cause, hazard=hazard, listing=listing, merchant=merchant, offer=offer)
    work.append(cleared, actor="engine", at=at)


def project(conn: Connection, placed: Sequence[Placed]) -> None:
    """``listing.cleared`` → ``cleared_listing``."""
    note_change(conn)
    rows = []
    for index, sealed in placed:
        event = sealed.event(ListingCleared)
        rows.append((event.hazard, event.listing, index, None, event.offer))
    upsert_many(conn, tables.cleared_listing, ("hazard", "listing", "since", "until", "offer"), rows)


def project_end(conn: Connection, placed: Sequence[Placed]) -> None:
    """``hazard.lifted`` and ``measure.taken`` because of a danger → ``cleared_listing``."""
    for index, sealed in placed:
        if hazard := sealed.subjects.get("hazard"):
            note_change(conn)
            statement, about = (
                "UPDATE cleared_listing SET until = ? WHERE until IS NULL AND hazard = ?",
                (index, hazard),
            )
            if sealed.kind == MeasureTakenEvent.KIND:
                sql(conn, f"{statement} AND listing = ?", (*about, sealed.subjects.get("listing", "")))
            else:
                sql(conn, statement, about)


def load(conn: Connection, size: int) -> Cleared:
    """The clearances in force when the ledger had this size."""
    rows = sql(
        conn,
        "SELECT hazard, listing, offer FROM cleared_listing WHERE since < ? AND (until IS NULL OR until >= ?)",
        (size, size),
    )
    found: dict[str, frozenset[tuple[str, str]]] = {}
    for hazard, listing, offer in rows:
        found[listing] = found.get(listing, frozenset()) | {(hazard, offer)}
    return found


def _stands(conn: Connection, hazard: str) -> bool:
    """Whether new listings are guarded against a danger."""
    return sql(conn, "SELECT 1 FROM guarded_hazard WHERE hazard = ? AND until IS NULL", (hazard,)).first() is not None


def _cleared_since(conn: Connection, hazard: str, listing: str, offer: str, index: int) -> bool:
    newer = "SELECT 1 FROM cleared_listing WHERE hazard = ? AND listing = ? AND offer = ? AND since > ?"
    return sql(conn, newer, (hazard, listing, offer, index)).first() is not None


def _judged_offer(ledger: Ledger, conn: Connection, listing: str, role: str, subject: str) -> str | None:
    """The digest of the newest offer under the listing's id before the measure or case about it began."""
    began = search.first_about(conn, (role, subject))
    before = -1 if began is None else began
    index = search.newest_about(conn, [ListingScreenedEvent.KIND], ("listing", listing), before=before)
    return None if index is None else offer_digest(_offered(ledger, conn, index))


def _offered(ledger: Ledger, conn: Connection, index: int) -> ListingRecord:
    return whole_record(conn, decode_screened(ledger.entry(conn, index).data).listing)
