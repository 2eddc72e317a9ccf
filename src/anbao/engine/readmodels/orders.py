"""Orders by line, as several duty packages need them: who bought what, when, and from whom."""

from collections.abc import Sequence

import msgspec

from anbao.engine.work import Placed
from anbao.store import Connection, tables
from anbao.store.bulk import rows_of, sql, upsert_many


class BoughtLine(msgspec.Struct, frozen=True):
    """One line of an order. ``merchant``: of the listing, as far as it is known; ``at``: UTC ms."""

    order: str
    listing: str
    consumer: str
    merchant: str
    at: int
    entry: int


_SELECT = (
    "SELECT t.id AS \"order\", t.listing, t.consumer, coalesce(l.merchant, '') AS merchant, t.at, t.entry"
    " FROM trade t LEFT JOIN listing l ON l.id = t.listing"
)


def lines_of(conn: Connection, order: str) -> list[BoughtLine]:
    """Returns all lines under an order number, in ledger order."""
    return rows_of(conn, BoughtLine, f"{_SELECT} WHERE t.id = ? ORDER BY t.entry", (order,))


def lines_in(
    conn: Connection,
    *,
    orders: Sequence[str] = (),
    listings: Sequence[str] = (),
    merchants: Sequence[str] = (),
    since: int,
    until: int,
    limit: int,
) -> list[BoughtLine]:
    """Returns lines of any of these, or all where none are named, from ``since`` to before ``until`` (UTC ms)."""
    wanted: list[str] = []
    values: list[str] = []
    for column, names in (("t.id", orders), ("t.listing", listings), ("l.merchant", merchants)):
        if names:
            wanted.append(f"{column} IN ({', '.join('?' for _ in names)})")
            values += names
    scope = f"({' OR '.join(wanted)})" if wanted else "1 = 1"
    statement = f"{_SELECT} WHERE {scope} AND t.at >= ? AND t.at < ? ORDER BY t.entry LIMIT ?"
    return rows_of(conn, BoughtLine, statement, (*values, since, until, limit))


def lines_with(conn: Connection, listing: str, after: int, limit: int) -> list[BoughtLine]:
    """Returns lines with a listing, behind entry ``after``, in ledger order."""
    return rows_of(
        conn,
        BoughtLine,
        f"{_SELECT} WHERE t.listing = ? AND t.entry > ? ORDER BY t.entry LIMIT ?",
        (listing, after, limit),
    )


def line_entry(conn: Connection, order: str, listing: str, consumer: str) -> int | None:
    """Returns the entry by which a line was placed; None where it never was."""
    found: int | None = sql(
        conn, "SELECT entry FROM trade WHERE id = ? AND listing = ? AND consumer = ?", (order, listing, consumer)
    ).scalar()
    return found


def project_placed(conn: Connection, placed: Sequence[Placed]) -> None:
    """``order.placed`` → ``trade``."""
    rows = []
    for index, sealed in placed:
        subjects = sealed.subjects
        rows.append((subjects["order"], subjects["listing"], subjects["consumer"], sealed.at, index))
    upsert_many(conn, tables.trade, ("id", "listing", "consumer", "at", "entry"), rows)
