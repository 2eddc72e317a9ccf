"""Pictures of listings: what was last read in each, which listing shows it, and which are still to be decided.

- A picture is read once, whatever the number of listings that show it; what was read stands in an entry.
- Of a listing only the newest version's pictures are stored; what comes late for an older version changes nothing.
"""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from anbao.detect.pictures import sources
from anbao.engine.work import Placed
from anbao.ledger.whole import whole_record
from anbao.model.events.prevent import ListingScreenedEvent, PictureRead, PictureScreenedEvent
from anbao.model.picture import PictureReading
from anbao.store import Connection, tables
from anbao.store.bulk import sql, upsert_many

State = Literal["waiting", "text", "done"]
"""To be read · its text is to be read · decided."""

_SHA256 = 64
_PER_QUERY = 500

_reading = msgspec.json.Decoder(PictureReading)


class _HashedFrame(msgspec.Struct):
    pdq: str = ""
    quality: int = 0


class _HashedReading(_HashedFrame):
    """What a search by likeness needs of a reading; a sweep decodes one for each picture of the platform."""

    others: tuple[_HashedFrame, ...] = ()


_hashed_reading = msgspec.json.Decoder(_HashedReading).decode


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


def project_listings(conn: Connection, placed: Sequence[Placed]) -> None:
    """``listing.screened`` → the pictures of its newest version, all waiting; without pictures it costs a look-up."""
    for index, sealed in placed:
        if "pictures" in sealed.facts:
            listing = sealed.subjects["listing"]
            screened = sealed.event(ListingScreenedEvent).screened
            shown = sources(whole_record(conn, screened.listing).pictures, screened.embedded)
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


def hashes_of_listings(conn: Connection, names: Sequence[str], quality: int) -> dict[int, list[str]]:
    """Returns the PDQ hashes of at least this quality by the entry that screened the listing, in the pictures' order.

    Only the newest version of a listing has any, and only pictures that were read.
    """
    hashes: dict[int, list[str]] = {}
    for start in range(0, len(names), _PER_QUERY):
        some = tuple(names[start : start + _PER_QUERY])
        rows = sql(
            conn,
            "SELECT l.screened, p.reading FROM listing_picture l JOIN picture p ON p.id = l.picture"
            f" WHERE l.listing IN ({', '.join('?' * len(some))}) ORDER BY l.listing, l.place",
            some,
        )
        for screened, reading in rows:
            found = _hashed_reading(reading)
            for frame in (found, *found.others):
                if frame.pdq and frame.quality >= quality:
                    hashes.setdefault(screened, []).append(frame.pdq)
    return hashes


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
