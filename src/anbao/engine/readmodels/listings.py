"""The newest decision on a listing, as several duty packages ask for it."""

import msgspec

from anbao.model.entry import event_of
from anbao.model.events.prevent import ListingDecided, ListingScreenedEvent, PictureScreenedEvent
from anbao.store import Connection
from anbao.store.bulk import sql

_DECIDING = (ListingScreenedEvent.KIND, ListingDecided.KIND, PictureScreenedEvent.KIND)


class ListingKnown(msgspec.Struct, frozen=True):
    """What a listing is known as; empty strings where it was never submitted."""

    category: str = ""
    merchant: str = ""
    outcome: str = ""


UNKNOWN = ListingKnown()


def known(conn: Connection, listing: str) -> ListingKnown:
    """The newest decision on a listing."""
    row = sql(conn, "SELECT category, merchant, outcome FROM listing WHERE id = ?", (listing,)).first()
    return ListingKnown(*row) if row else UNKNOWN


def known_at(conn: Connection, listing: str, at: int) -> ListingKnown:
    """The newest decision that had been made by ``at`` (UTC ms); the newest of all where none had been made by then."""
    row = sql(
        conn,
        "SELECT l.category, l.merchant, l.outcome, e.at FROM listing l LEFT JOIN entry e ON e.idx = l.entry"
        " WHERE l.id = ?",
        (listing,),
    ).first()
    if row is None:
        return UNKNOWN
    category, merchant, outcome, decided = row
    newest = ListingKnown(category, merchant, outcome)
    if decided is None or decided <= at:  # an entry of this very transaction is not in the table of entries yet
        return newest
    marks = ", ".join("?" * len(_DECIDING))
    for kind, data in sql(
        conn,
        "SELECT e.kind, e.data FROM entry_subject s CROSS JOIN entry e WHERE s.role = 'listing' AND s.subject = ?"
        f" AND e.idx = s.idx AND e.at <= ? AND e.kind IN ({marks}) ORDER BY e.idx DESC LIMIT 100",
        (listing, at, *_DECIDING),
    ).all():
        if kind == PictureScreenedEvent.KIND:
            looked = event_of(kind, data, PictureScreenedEvent)
            if looked.screened.raised:
                named = looked.screened.category or category
                return ListingKnown(named, looked.merchant or merchant, looked.screened.outcome)
        elif kind == ListingDecided.KIND:
            decided = event_of(kind, data, ListingDecided)
            return ListingKnown(decided.category, decided.merchant or merchant, decided.outcome)
        else:
            first = event_of(kind, data, ListingScreenedEvent)
            return ListingKnown(first.screened.category or category, first.merchant or merchant, first.screened.outcome)
    return newest
