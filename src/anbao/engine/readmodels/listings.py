"""The newest decision on a listing, as several duty packages ask for it."""

from collections.abc import Sequence

import msgspec

from anbao.engine.readmodels import bars
from anbao.engine.work import Placed
from anbao.ledger import search
from anbao.model.events.prevent import ListingDecided, ListingScreenedEvent, PictureScreenedEvent
from anbao.store import Connection, tables
from anbao.store.bulk import columns_of, row_of, rows_of, sql, upsert_many

_DECIDING = (ListingScreenedEvent.KIND, ListingDecided.KIND, PictureScreenedEvent.KIND)


_MOST_READ = 100
"""Decisions on one listing that are looked through for the one of an instant."""


class ListingKnown(msgspec.Struct, frozen=True):
    """What a listing is known as, and the entry that decided so; empty and -1 where it was never submitted."""

    category: str = ""
    merchant: str = ""
    outcome: str = ""
    entry: int = -1


class ListingRow(ListingKnown, frozen=True):
    """A listing in a page of them; ``barred``: whether a standing of the page's kinds is against its sale."""

    id: str = ""
    barred: bool = False


UNKNOWN = ListingKnown()


def known(conn: Connection, listing: str) -> ListingKnown:
    """The newest decision on a listing."""
    return (
        row_of(conn, ListingKnown, f"SELECT {columns_of(ListingKnown)} FROM listing WHERE id = ?", (listing,))
        or UNKNOWN
    )


def known_at(conn: Connection, listing: str, at: int) -> ListingKnown:
    """The newest decision that had been made by ``at`` (UTC ms); the newest of all where none had been made by then."""
    newest = known(conn, listing)
    if newest is UNKNOWN:
        return UNKNOWN
    decided_at = search.happened_at(conn, newest.entry)
    if decided_at is None or decided_at <= at:  # an entry of this very transaction may not be in the ledger's table yet
        return newest
    category, merchant = newest.category, newest.merchant
    for stored in search.newest_until(conn, _DECIDING, ("listing", listing), at, _MOST_READ):
        if stored.kind == PictureScreenedEvent.KIND:
            looked = stored.event(PictureScreenedEvent)
            if looked.screened.raised:
                named = looked.screened.category or category
                return ListingKnown(named, looked.merchant or merchant, looked.screened.outcome, stored.index)
        elif stored.kind == ListingDecided.KIND:
            decided = stored.event(ListingDecided)
            return ListingKnown(decided.category, decided.merchant or merchant, decided.outcome, stored.index)
        else:
            first = stored.event(ListingScreenedEvent)
            named = first.screened.category or category
            return ListingKnown(named, first.merchant or merchant, first.screened.outcome, stored.index)
    return newest


def count(conn: Connection) -> int:
    """How many listings there are."""
    return int(sql(conn, "SELECT count(*) FROM listing").scalar_one())


def of_merchant(conn: Connection, merchant: str, outcomes: Sequence[str]) -> list[tuple[str, str]]:
    """Id and category of a merchant's listings with these outcomes, by id."""
    marks = ", ".join("?" * len(outcomes))
    statement = f"SELECT id, category FROM listing WHERE merchant = ? AND outcome IN ({marks}) ORDER BY id"
    return [(listing, category) for listing, category in sql(conn, statement, (merchant, *outcomes))]


def page(
    conn: Connection,
    kinds: Sequence[str],
    *,
    barred: bool | None = None,
    outcome: str = "",
    merchant: str = "",
    category: str = "",
    after: str = "",
    limit: int = 100,
) -> list[ListingRow]:
    """Listings by id, from behind ``after``.

    ``kinds``: the standings that bar a sale; ``barred``: only listings under one of them, or only others.
    """
    exists = bars.exists(kinds, "l.id")
    where, values = ["l.id > ?"], [after]
    if barred is not None:
        where.append(exists if barred else f"NOT {exists}")
        values += kinds
    for column, value in (("outcome", outcome), ("merchant", merchant), ("category", category)):
        if value:
            where.append(f"l.{column} = ?")
            values.append(value)
    return rows_of(
        conn,
        ListingRow,
        f"SELECT l.id, l.merchant, l.category, l.outcome, l.entry, CASE WHEN {exists} THEN 1 ELSE 0 END AS barred"
        f" FROM listing l WHERE {' AND '.join(where)} ORDER BY l.id LIMIT ?",
        (*kinds, *values, limit),
    )


def project_decided(conn: Connection, placed: Sequence[Placed]) -> None:
    """``listing.screened``, ``listing.decided`` and what licences do → ``listing``: the newest decision on each."""
    rows = []
    for index, sealed in placed:
        subjects, facts = sealed.subjects, sealed.facts
        rows.append(
            (subjects["listing"], subjects.get("merchant", ""), facts.get("category", ""), facts["outcome"], index)
        )
    upsert_many(conn, tables.listing, ("id", "merchant", "category", "outcome", "entry"), rows)


def project_pictured(conn: Connection, placed: Sequence[Placed]) -> None:
    """``listing.picture_screened``, where a picture made the outcome of its listing graver → ``listing``."""
    for index, sealed in placed:
        if sealed.facts.get("raised"):
            event = sealed.event(PictureScreenedEvent)
            outcome = event.screened.outcome
            sql(conn, "UPDATE listing SET outcome = ?, entry = ? WHERE id = ?", (outcome, index, event.listing))
