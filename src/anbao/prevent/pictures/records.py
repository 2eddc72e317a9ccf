"""Pictures as entries and as rows: ``picture.read``, ``listing.picture_screened``, and what is still to be done.

- A picture is read once, whatever the number of listings that show it; what was read stands in an entry.
- Of a listing only the newest version's pictures are stored; what comes late for an older version changes nothing.
"""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from anbao.detect import pictures
from anbao.detect.picture.candidates import ListingStanding
from anbao.engine.readmodels import listings
from anbao.engine.work import Placed, Work
from anbao.ledger import search
from anbao.ledger.whole import whole_record
from anbao.model.events.prevent import ListingScreenedEvent, PictureRead, PictureScreenedEvent
from anbao.model.listing import OUTCOMES, Outcome
from anbao.model.picture import PictureReading, PictureScreened
from anbao.store import Connection, tables
from anbao.store.bulk import sql, upsert_many

State = Literal["waiting", "text", "done"]
"""To be read · its text is to be read · decided."""

_DAY = 86_400_000
_SHA256 = 64

_reading = msgspec.json.Decoder(PictureReading)


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A picture of a listing that is not decided, or not finally. ``picture``: SHA-256, empty until its bytes came."""

    listing: str
    place: int
    source: str
    screened: int
    picture: str
    state: State
    attempts: int


class Read(msgspec.Struct, frozen=True):
    """What was last read in a picture, and by which entry."""

    entry: int
    reading: PictureReading


_TASK = "SELECT listing, place, source, screened, picture, state, attempts FROM listing_picture"


def record_reading(work: Work, reading: PictureReading, at: int, actor: str) -> int:
    """Record what was read in a picture; the entry's index."""
    return work.append(PictureRead(picture=reading.picture, reading=reading), actor=actor, at=at)


def record_screened(work: Work, task: Task, merchant: str, decision: PictureScreened) -> int:
    """Record a decision on a picture; the entry's index."""
    event = PictureScreenedEvent(listing=task.listing, merchant=merchant, picture=task.picture, screened=decision)
    return work.append(event, actor="engine")


def project_listings(conn: Connection, placed: Sequence[Placed]) -> None:
    """``listing.screened`` → the pictures of its newest version, all waiting; without pictures it costs a look-up."""
    for index, sealed in placed:
        if "pictures" in sealed.facts:
            listing = sealed.subjects["listing"]
            screened = sealed.event(ListingScreenedEvent).screened
            shown = pictures.sources(whole_record(conn, screened.listing).pictures, screened.embedded)
            sql(conn, "DELETE FROM listing_picture WHERE listing = ?", (listing,))
            rows: list[tuple[Any, ...]] = [
                (listing, place, source, index, source if len(source) == _SHA256 else "", "waiting", sealed.recorded, 0)
                for place, source in shown
            ]
            upsert_many(
                conn,
                tables.listing_picture,
                ("listing", "place", "source", "screened", "picture", "state", "due_at", "attempts"),
                rows,
            )


def project_readings(conn: Connection, placed: Sequence[Placed]) -> None:
    """``picture.read`` → ``picture``."""
    rows = []
    for index, sealed in placed:
        event = sealed.event(PictureRead)
        rows.append((event.picture, index, msgspec.json.encode(event.reading)))
    upsert_many(conn, tables.picture, ("id", "entry", "reading"), rows)


def project_screened(conn: Connection, placed: Sequence[Placed]) -> None:
    """``listing.picture_screened`` → ``listing_picture``."""
    for _, sealed in placed:
        event = sealed.event(PictureScreenedEvent)
        screened, state = event.screened, "text" if event.screened.text_pending else "done"
        sql(
            conn,
            "UPDATE listing_picture SET state = ?, picture = ?, due_at = ?, attempts = 0"
            " WHERE listing = ? AND place = ? AND screened = ?",
            (state, event.picture, sealed.recorded, event.listing, screened.place, screened.screened),
        )


def read_of(conn: Connection, picture: str) -> Read | None:
    """What was last read in the picture of this SHA-256."""
    row = sql(conn, "SELECT entry, reading FROM picture WHERE id = ?", (picture,)).first()
    return None if row is None else Read(row[0], _reading.decode(row[1]))


def pictures_of_listing(conn: Connection, listing: str) -> list[str]:
    """The pictures that a listing shows and that came, by SHA-256, in their order."""
    rows = sql(
        conn, "SELECT picture FROM listing_picture WHERE listing = ? AND picture <> '' ORDER BY place", (listing,)
    )
    return [picture for (picture,) in rows]


def tasks_of_listing(conn: Connection, listing: str) -> list[Task]:
    """The open tasks of a listing, in the order of its pictures."""
    return _tasks(conn, f"{_TASK} WHERE listing = ? AND state <> 'done' ORDER BY place", (listing,))


def tasks_of_picture(conn: Connection, picture: str, state: State, limit: int) -> list[Task]:
    """Tasks in this state that show this picture."""
    return _tasks(conn, f"{_TASK} WHERE picture = ? AND state = ? LIMIT ?", (picture, state, limit))


def due_task(conn: Connection, now: int) -> Task | None:
    """The task that has been due for longest."""
    found = []
    for state in ("waiting", "text"):
        found += _tasks(conn, f"{_TASK} WHERE state = ? AND due_at <= ? ORDER BY due_at LIMIT 1", (state, now))
    return found[0] if found else None


def postpone(conn: Connection, task: Task, due_at: int, attempts: int) -> bool:
    """Let a task be due later; whether it is still to be done."""
    return bool(
        sql(
            conn,
            "UPDATE listing_picture SET due_at = ?, attempts = ?"
            " WHERE listing = ? AND place = ? AND screened = ? AND state = ?",
            (due_at, attempts, task.listing, task.place, task.screened, task.state),
        ).rowcount
    )


def assign(conn: Connection, task: Task, picture: str) -> None:
    """Say which picture came from a task's address."""
    sql(
        conn,
        "UPDATE listing_picture SET picture = ? WHERE listing = ? AND place = ? AND screened = ?",
        (picture, task.listing, task.place, task.screened),
    )


def pending(conn: Connection) -> int:
    """How many tasks are open."""
    return int(sql(conn, "SELECT count(*) FROM listing_picture WHERE state IN ('waiting', 'text')").scalar_one())


def overdue(conn: Connection, since: int) -> int:
    """How many tasks were due before ``since``."""
    states = "state IN ('waiting', 'text')"
    found = sql(conn, f"SELECT count(*) FROM listing_picture WHERE {states} AND due_at < ?", (since,)).scalar_one()
    return int(found)


class Shop(msgspec.Struct, frozen=True):
    """What a decision on a picture needs of its listing."""

    merchant: str
    category: str
    standing: ListingStanding


def shop_of(conn: Connection, listing: str, now: int) -> Shop:
    """The listing's merchant and category, its outcome so far, and since when its merchant is known."""
    known = listings.known(conn, listing)
    standing = ListingStanding(_outcome(known.outcome or "pass"), _known_days(conn, known.merchant, now))
    return Shop(known.merchant, known.category, standing)


def _known_days(conn: Connection, merchant: str, now: int) -> int:
    first = search.first_about(conn, ("merchant", merchant)) if merchant else None
    if first is None:
        return -1
    return max(0, now - search.recorded(conn, [first])[first]) // _DAY


def _outcome(value: str) -> Outcome:
    return next(one for one in OUTCOMES if one == value)


def _tasks(conn: Connection, statement: str, parameters: tuple[Any, ...]) -> list[Task]:
    rows = sql(conn, statement, parameters)
    return [
        Task(
            listing=listing,
            place=place,
            source=source,
            screened=screened,
            picture=picture,
            state=state,
            attempts=attempts,
        )
        for listing, place, source, screened, picture, state, attempts in rows
    ]
