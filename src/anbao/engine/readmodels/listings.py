"""The newest decision on a listing, as several duty packages ask for it."""

from typing import Any

import msgspec

from anbao.store import Connection
from anbao.store.bulk import sql

_DECIDING = ("listing.screened", "listing.decided", "listing.picture_screened")


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
    for (data,) in sql(
        conn,
        "SELECT e.data FROM entry_subject s CROSS JOIN entry e WHERE s.role = 'listing' AND s.subject = ?"
        f" AND e.idx = s.idx AND e.at <= ? AND e.kind IN ({marks}) ORDER BY e.idx DESC LIMIT 100",
        (listing, at, *_DECIDING),
    ).all():
        entry: dict[str, Any] = msgspec.json.decode(data)
        body = entry["body"]
        if entry["kind"] != "listing.picture_screened" or body.get("raised"):
            about = entry["subjects"]
            return ListingKnown(body.get("category", category), about.get("merchant", merchant), body["outcome"])
    return newest
