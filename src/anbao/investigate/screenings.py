"""The listings of the platform, as the ledger's screenings tell them: there their text stands, and nowhere else."""

import msgspec
from sqlalchemy import Connection

from anbao.likeness.dangers import Offer
from anbao.model.merchant import Licence
from anbao.store.bulk import sql

SCREENED = "listing.screened"


class _Listing(msgspec.Struct):
    id: str
    title: str
    description: str = ""
    extra: tuple[tuple[str, str], ...] = ()
    licences: tuple[Licence, ...] = ()
    merchant: str = ""


class _Body(msgspec.Struct):
    listing: _Listing


class _Entry(msgspec.Struct):
    body: _Body


_decode = msgspec.json.Decoder(_Entry).decode


class Screening(msgspec.Struct, frozen=True):
    """One version of a listing: the entry that screened it, and what it offers."""

    entry: int
    listing: str
    offer: Offer


def between(conn: Connection, after: int, before: int, limit: int) -> list[Screening]:
    """At most ``limit`` screenings behind entry ``after`` and ahead of ``before``, in ledger order."""
    rows = sql(
        conn,
        "SELECT idx, data FROM entry WHERE kind = ? AND idx > ? AND idx < ? ORDER BY idx LIMIT ?",
        (SCREENED, after, before, limit),
    )
    return [_screening(index, data) for index, data in rows]


def count_before(conn: Connection, before: int) -> int:
    """How many screenings stand ahead of an entry."""
    return int(sql(conn, "SELECT count(*) FROM entry WHERE kind = ? AND idx < ?", (SCREENED, before)).scalar_one())


def newest_entry(conn: Connection, listing: str) -> int:
    """The entry of a listing's newest screening; -1 where there is none."""
    return int(
        sql(
            conn,
            "SELECT coalesce(max(e.idx), -1) FROM entry_subject s JOIN entry e ON e.idx = s.idx"
            " WHERE s.role = 'listing' AND s.subject = ? AND e.kind = ?",
            (listing, SCREENED),
        ).scalar_one()
    )


def newest(conn: Connection, listing: str) -> Screening | None:
    """The newest version of a listing."""
    index = newest_entry(conn, listing)
    if index < 0:
        return None
    return _screening(index, sql(conn, "SELECT data FROM entry WHERE idx = ?", (index,)).scalar_one())


def _screening(index: int, data: bytes) -> Screening:
    listing = _decode(data).body.listing
    stated = tuple(value for _, value in listing.extra) + tuple(one.number for one in listing.licences)
    offer = Offer(description=listing.description, merchant=listing.merchant, stated=stated, title=listing.title)
    return Screening(index, listing.id, offer)
