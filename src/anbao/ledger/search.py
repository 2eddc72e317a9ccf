"""Finding entries by their kind and by what they are about. All functions work inside the caller's transaction.

A subject is (role, identifier). Two tables answer: ``entry`` is ordered by kind, ``entry_subject`` by subject, and the
planner cannot know which to begin with. So each function says with which it begins, and ``CROSS JOIN`` holds SQLite to
it. Begin with the subject where few entries are about it (a measure, a case), with the kind where there are few of it
but any number about the subject (a danger that a sweep found ten thousand times).
"""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from anbao.ledger.log import Stored
from anbao.store import Connection
from anbao.store.bulk import sql

T = TypeVar("T")

Subject = tuple[str, str]
"""Role and identifier."""

ABOUT = "SELECT idx FROM entry_subject WHERE role = ? AND subject = ?"
"""The entries about a subject, for the ``IN`` of a statement on another table. Its parameters: role, identifier."""

_PER_QUERY = 500
_STORED = "SELECT idx, kind, at, recorded, data FROM entry"
_OF_SUBJECT = (
    "SELECT e.idx, e.kind, e.at, e.recorded, e.data FROM entry_subject s CROSS JOIN entry e"
    " WHERE s.role = ? AND s.subject = ? AND e.idx = s.idx"
)


def size(conn: Connection) -> int:
    """Returns the number of entries."""
    last = sql(conn, "SELECT max(idx) FROM entry").scalar()
    return 0 if last is None else int(last) + 1


def stored(conn: Connection, indexes: Sequence[int]) -> list[Stored]:
    """Returns the entries at these places, in log order."""
    found: list[Stored] = []
    for some in _chunks(sorted(indexes)):
        rows = sql(conn, f"{_STORED} WHERE idx IN ({_marks(some)}) ORDER BY idx", tuple(some))
        found += (Stored(*row) for row in rows)
    return found


def data_of(conn: Connection, index: int) -> bytes:
    """Returns an entry's canonical bytes. Raises LookupError."""
    return bytes(sql(conn, "SELECT data FROM entry WHERE idx = ?", (index,)).scalar_one())


def note_of(conn: Connection, size: int) -> str:
    """Returns the note of the checkpoint of the first ``size`` entries. Raises LookupError."""
    return str(sql(conn, "SELECT note FROM checkpoint WHERE size = ?", (size,)).scalar_one())


def happened_at(conn: Connection, index: int) -> int | None:
    """Returns when an entry's event happened (UTC ms); None for one that is not in the log yet."""
    found: int | None = sql(conn, "SELECT at FROM entry WHERE idx = ?", (index,)).scalar()
    return found


def recorded(conn: Connection, indexes: Sequence[int]) -> dict[int, int]:
    """Returns when entries were recorded (UTC ms), by index."""
    found: dict[int, int] = {}
    for some in _chunks(indexes):
        found.update(sql(conn, f"SELECT idx, recorded FROM entry WHERE idx IN ({_marks(some)})", tuple(some)).all())
    return found


def index_at(conn: Connection, instant: int, size: int) -> int:
    """Returns the first of ``size`` entries recorded at an instant (UTC ms) or later: recorded times never fall."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        if sql(conn, "SELECT recorded FROM entry WHERE idx = ?", (middle,)).scalar_one() < instant:
            low = middle + 1
        else:
            high = middle
    return low


# ── by subject ────────────────────────────────────────────────────────────────────────────────────────────────────────


def about(conn: Connection, subject: Subject, limit: int) -> list[int]:
    """Returns the newest entries about a subject, the newest first."""
    rows = sql(conn, f"{ABOUT} ORDER BY idx DESC LIMIT ?", (*subject, limit))
    return [index for (index,) in rows]


def first_about(conn: Connection, subject: Subject) -> int | None:
    """Returns the first entry about a subject."""
    found: int | None = sql(conn, "SELECT min(idx) FROM entry_subject WHERE role = ? AND subject = ?", subject).scalar()
    return found


def about_any(
    conn: Connection, subjects: Sequence[Subject], *, kinds: Sequence[str] = (), start: int = 0, limit: int
) -> list[int]:
    """Returns the first entries from ``start`` on that are about any of these (and of these kinds), in log order."""
    found: set[int] = set()
    for some in _chunks(subjects):
        named = " OR ".join(["(s.role = ? AND s.subject = ?)"] * len(some))
        source, where = "entry_subject s", f"s.idx >= ? AND ({named})"
        if kinds:
            source, where = f"{source} CROSS JOIN entry e", f"{where} AND e.idx = s.idx AND e.kind IN ({_marks(kinds)})"
        rows = sql(
            conn,
            f"SELECT DISTINCT s.idx FROM {source} WHERE {where} ORDER BY s.idx LIMIT ?",
            (start, *(part for subject in some for part in subject), *kinds, limit),
        )
        found.update(index for (index,) in rows)
    return sorted(found)[:limit]


def newest_about(conn: Connection, kinds: Sequence[str], subject: Subject, *, before: int | None = None) -> int | None:
    """Returns the newest entry of these kinds about a subject, ahead of an index. Begins with the subject."""
    ahead, given = ("", ()) if before is None else (" AND s.idx < ?", (before,))
    found: int | None = sql(
        conn,
        f"SELECT s.idx FROM entry_subject s CROSS JOIN entry e WHERE s.role = ? AND s.subject = ?{ahead}"
        f" AND e.idx = s.idx AND e.kind IN ({_marks(kinds)}) ORDER BY s.idx DESC LIMIT 1",
        (*subject, *given, *kinds),
    ).scalar()
    return found


def newest_until(conn: Connection, kinds: Sequence[str], subject: Subject, until: int, limit: int) -> list[Stored]:
    """Returns the newest entries about a subject whose event had happened by an instant (UTC ms), the newest first."""
    rows = sql(
        conn,
        f"{_OF_SUBJECT} AND e.at <= ? AND e.kind IN ({_marks(kinds)}) ORDER BY e.idx DESC LIMIT ?",
        (*subject, until, *kinds, limit),
    )
    return [Stored(*row) for row in rows]


def last_happened(conn: Connection, kinds: Sequence[str], subject: Subject) -> Stored | None:
    """Returns the entry whose event happened last, whenever it was entered; None where there is none."""
    row = sql(
        conn,
        f"{_OF_SUBJECT} AND e.kind IN ({_marks(kinds)}) ORDER BY e.at DESC, e.idx DESC LIMIT 1",
        (*subject, *kinds),
    ).first()
    return None if row is None else Stored(*row)


def of_families(conn: Connection, families: Sequence[str], subject: Subject, limit: int) -> list[Stored]:
    """Returns the newest entries about a subject whose kinds begin with one of these words, the newest first."""
    kinds = " OR ".join(["e.kind LIKE ?"] * len(families))
    rows = sql(
        conn,
        f"{_OF_SUBJECT} AND ({kinds}) ORDER BY s.idx DESC LIMIT ?",
        (*subject, *(f"{family}.%" for family in families), limit),
    )
    return [Stored(*row) for row in rows]


def named_with(conn: Connection, subject: Subject, role: str, limit: int) -> list[str]:
    """Returns the identifiers in a role that entries about a subject name, too, in their order."""
    rows = sql(
        conn,
        "SELECT DISTINCT other.subject FROM entry_subject s JOIN entry_subject other"
        " ON other.idx = s.idx AND other.role = ? WHERE s.role = ? AND s.subject = ? ORDER BY other.subject LIMIT ?",
        (role, *subject, limit),
    )
    return [name for (name,) in rows]


# ── by kind ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def newest_of_few(conn: Connection, kinds: Sequence[str], subject: Subject, *, after: int = -1) -> int | None:
    """Returns the newest entry of kinds, of which there are few, about a subject. Begins with the kinds."""
    found: int | None = sql(
        conn,
        f"SELECT e.idx FROM entry e CROSS JOIN entry_subject s WHERE e.kind IN ({_marks(kinds)}) AND e.idx > ?"
        " AND s.role = ? AND s.subject = ? AND s.idx = e.idx ORDER BY e.idx DESC LIMIT 1",
        (*kinds, after, *subject),
    ).scalar()
    return found


def newest_of_kinds(conn: Connection, kinds: Sequence[str]) -> int:
    """Returns the newest entry of any of these kinds; -1 for none. Asks for each kind apart, from the index's end."""
    each = " UNION ALL ".join(["SELECT max(idx) AS idx FROM entry WHERE kind = ?"] * len(kinds))
    found = sql(conn, f"SELECT max(idx) FROM ({each}) AS newest", tuple(kinds)).scalar()
    return -1 if found is None else int(found)


def newest_of_kind(conn: Connection, kind: str, limit: int) -> list[int]:
    """Returns the newest entries of a kind, the newest first."""
    rows = sql(conn, "SELECT idx FROM entry WHERE kind = ? ORDER BY idx DESC LIMIT ?", (kind, limit))
    return [index for (index,) in rows]


def between(conn: Connection, kind: str, after: int, before: int, limit: int) -> list[Stored]:
    """Returns entries of a kind behind ``after`` and ahead of ``before``, in log order."""
    rows = sql(
        conn, f"{_STORED} WHERE kind = ? AND idx > ? AND idx < ? ORDER BY idx LIMIT ?", (kind, after, before, limit)
    )
    return [Stored(*row) for row in rows]


def count_before(conn: Connection, kind: str, before: int) -> int:
    """Returns how many entries of a kind stand ahead of an index."""
    return int(sql(conn, "SELECT count(*) FROM entry WHERE kind = ? AND idx < ?", (kind, before)).scalar_one())


def count_between(conn: Connection, kind: str, first: int, end: int) -> int:
    """Returns how many entries of a kind stand from ``first`` up to, not including, ``end``."""
    return int(
        sql(conn, "SELECT count(*) FROM entry WHERE kind = ? AND idx >= ? AND idx < ?", (kind, first, end)).scalar_one()
    )


def first_happened_at(conn: Connection, kind: str) -> int | None:
    """Returns the earliest event time (UTC ms) of a kind; None where there is no entry of it."""
    found: int | None = sql(conn, "SELECT min(at) FROM entry WHERE kind = ?", (kind,)).scalar()
    return found


def names_in(conn: Connection, kind: str, role: str) -> set[str]:
    """Returns all identifiers in a role that entries of a kind name."""
    rows = sql(
        conn,
        "SELECT DISTINCT s.subject FROM entry e JOIN entry_subject s ON s.idx = e.idx AND s.role = ? WHERE e.kind = ?",
        (role, kind),
    )
    return {name for (name,) in rows}


def kinds_of(conn: Connection, indexes: Sequence[int]) -> dict[int, str]:
    """Returns the kinds of entries by index."""
    found: dict[int, str] = {}
    for some in _chunks(indexes):
        found.update(sql(conn, f"SELECT idx, kind FROM entry WHERE idx IN ({_marks(some)})", tuple(some)).all())
    return found


def counted(conn: Connection, families: Sequence[str]) -> list[tuple[str, int]]:
    """Returns how many entries there are of each kind that begins with one of these words, the most first."""
    kinds = " OR ".join(["kind LIKE ?"] * len(families))
    rows = sql(
        conn,
        f"SELECT kind, count(*) FROM entry WHERE {kinds} GROUP BY kind ORDER BY count(*) DESC, kind",
        tuple(f"{family}.%" for family in families),
    )
    return [(str(kind), int(count)) for kind, count in rows]


def _chunks(found: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(found), _PER_QUERY):
        yield found[start : start + _PER_QUERY]


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
