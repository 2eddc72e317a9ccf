"""Reading obligations: their state is derived from the row, the clock and the closing entry's times, never stored.

Event time decides what was owed and when it was done; recorded time what could be known. What was entered after the
deadline never looks as if it had been met: it was, as far as is known, recorded late.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Literal

import msgspec

from anbao.engine.obligations.closing import NOT_KNOWN, SELECT, Obligation
from anbao.engine.obligations.subject import subject_key, subjects_of
from anbao.ledger import search
from anbao.model.entry import entered_late
from anbao.store import Connection
from anbao.store.bulk import row_of, rows_of, sql

State = Literal[
    "open",
    "overdue",
    "discharged",
    "discharged_late",
    "discharged_recorded_late",
    "missed_recorded_late",
    "ended",
    "waived",
    "keeping",
    "kept",
    "broken",
]
"""``discharged_recorded_late``: done in time by its own account, and entered after the deadline.
``missed_recorded_late``: the same, but that the deadline was missed stood in the ledger before."""

_PER_QUERY = 500


class ObligationView(msgspec.Struct, frozen=True, kw_only=True):
    """An obligation for people and programs; instants in UTC milliseconds, entries by index.

    ``closed_at``: when what closed it happened, ``closed_recorded``: when that was entered; ``recorded_late``: it is
    said to have happened by the deadline and was entered after it.
    """

    id: str
    norm: str
    norm_version: str
    subjects: dict[str, str]
    state: State
    opened_by: int
    opened_at: int
    due_at: int | None
    closed_by: int | None
    closed_at: int | None
    missed_by: int | None
    closed_recorded: int | None = None
    recorded_late: bool = False


def recorded_late(one: Obligation, recorded: int | None) -> bool:
    """Whether what closed it is said to have happened by the deadline, and was entered after it.

    ``recorded`` (UTC ms) is when the closing entry was recorded, None where that is not known. An act that was entered
    as it happened, before what it answers was, was known in time: a notice and its order may be a moment apart.
    """
    if one.closed_by is None or one.closed_at is None or one.due_at is None or one.closed_at > one.due_at:
        return False
    if one.closed_by < one.opened_by and (recorded is None or not entered_late(one.closed_at, recorded)):
        return False
    missed_before = one.missed_by is not None and one.missed_by < one.closed_by
    return missed_before or (recorded is not None and recorded > one.due_at)


def state_of(one: Obligation, now: int, recorded: int | None = None) -> State:
    """The state of an obligation at an instant; ``recorded``: when the entry that closed it was recorded."""
    match one.closed_as:
        case None:
            return "overdue" if one.due_at is not None and one.due_at <= now else "open"
        case "discharged":
            if one.due_at is not None and one.closed_at is not None and one.closed_at > one.due_at:
                return "discharged_late"
            if not recorded_late(one, recorded):
                return "discharged"
            return "discharged_recorded_late" if one.missed_by is None else "missed_recorded_late"
        case "kept":
            return "kept" if one.due_at is not None and one.due_at <= now else "keeping"
        case "ended":
            return "ended"
        case "waived":
            return "waived"
        case _:
            return "broken"


def _views(conn: Connection, found: Sequence[Obligation], now: int) -> list[ObligationView]:
    """The views of obligations at an instant, in their order."""
    recorded = search.recorded(conn, sorted({one.closed_by for one in found if one.closed_by is not None}))
    return [view(one, now, None if one.closed_by is None else recorded.get(one.closed_by)) for one in found]


def view(one: Obligation, now: int, recorded: int | None = None) -> ObligationView:
    """The view of a row at an instant; ``recorded``: when the entry that closed it was recorded."""
    return ObligationView(
        id=f"{one.opened_by}/{one.norm}",
        norm=one.norm,
        norm_version=one.norm_version,
        subjects=subjects_of(one.subject),
        state=state_of(one, now, recorded),
        opened_by=one.opened_by,
        opened_at=one.opened_at,
        due_at=None if one.due_at == NOT_KNOWN else one.due_at,
        closed_by=one.closed_by,
        closed_at=one.closed_at,
        missed_by=one.missed_by,
        closed_recorded=recorded,
        recorded_late=recorded_late(one, recorded),
    )


def unfinished(
    conn: Connection,
    now: int,
    *,
    after: tuple[int, int, str] = (-1, -1, ""),
    limit: int = 100,
    norm: str | None = None,
    overdue_only: bool = False,
) -> list[ObligationView]:
    """Open and overdue obligations, the longest overdue first, from after ``(due_at, opened_by, norm)``."""
    where, values = ("AND norm = ?", (norm,)) if norm else ("", ())
    rows = rows_of(
        conn,
        Obligation,
        f"{SELECT} WHERE closed_as IS NULL AND due_at <= ? {where}"
        " AND (due_at, opened_by, norm) > (?, ?, ?) ORDER BY due_at, opened_by, norm LIMIT ?",
        # 2**62 is no bound; with it one statement, and one index by due_at, serves both questions.
        (now if overdue_only else 2**62, *values, *after, limit),
    )
    return _views(conn, rows, now)


def page(
    conn: Connection, now: int, *, after: tuple[int, str] = (-1, ""), limit: int = 100, norm: str | None = None
) -> list[ObligationView]:
    """Obligations in the order in which they were opened, from after ``(opened_by, norm)``."""
    where, values = ("AND norm = ?", (norm,)) if norm else ("", ())
    statement = f"{SELECT} WHERE (opened_by, norm) > (?, ?) {where} ORDER BY opened_by, norm LIMIT ?"
    return _views(conn, rows_of(conn, Obligation, statement, (*after, *values, limit)), now)


def opened_by(conn: Connection, entries: Sequence[int], now: int, end: int | None = None) -> list[ObligationView]:
    """What these entries made owed, by entry and norm; ``end``: as if the ledger ended ahead of that index."""
    found: list[ObligationView] = []
    for start in range(0, len(entries), _PER_QUERY):
        some = entries[start : start + _PER_QUERY]
        where = f"opened_by IN ({', '.join('?' * len(some))})"
        rows = rows_of(conn, Obligation, f"{SELECT} WHERE {where} ORDER BY opened_by, norm", tuple(some))
        found += _views(conn, rows if end is None else [_before(one, end) for one in rows], now)
    return found


def opened_between(conn: Connection, first: int, end: int, now: int) -> Iterator[ObligationView]:
    """Returns what entries from ``first`` up to, not including, ``end`` made owed, in order."""
    after = (first, "")
    while rows := rows_of(
        conn,
        Obligation,
        f"{SELECT} WHERE (opened_by, norm) > (?, ?) AND opened_by < ? ORDER BY opened_by, norm LIMIT ?",
        (*after, end, _PER_QUERY),
    ):
        yield from _views(conn, rows, now)
        after = (rows[-1].opened_by, rows[-1].norm)


def about(conn: Connection, norm: str, subjects: dict[str, str], now: int) -> list[ObligationView]:
    """Returns the obligations of a norm about just these subjects, in the order in which they were opened."""
    key = subject_key(subjects, tuple(subjects))
    statement = f"{SELECT} WHERE norm = ? AND subject = ? ORDER BY opened_by"
    return _views(conn, rows_of(conn, Obligation, statement, (norm, key)), now)


def _before(one: Obligation, end: int) -> Obligation:
    """An obligation without what entries from an index on did to it."""
    if one.missed_by is not None and one.missed_by >= end:
        one = msgspec.structs.replace(one, missed_by=None)
    if one.closed_by is not None and one.closed_by >= end:
        one = msgspec.structs.replace(one, closed_by=None, closed_as=None, closed_at=None)
    return one


def find(conn: Connection, opened_by: int, norm: str) -> Obligation | None:
    """One obligation by its identity."""
    return row_of(conn, Obligation, f"{SELECT} WHERE opened_by = ? AND norm = ?", (opened_by, norm))


def unfinished_counts(conn: Connection, now: int) -> tuple[int, int]:
    """How many obligations are not closed, and how many of these are overdue at an instant."""
    unclosed, overdue = sql(
        conn,
        "SELECT count(*), coalesce(sum(CASE WHEN due_at <= ? THEN 1 ELSE 0 END), 0)"
        " FROM obligation WHERE closed_as IS NULL",
        (now,),
    ).one()
    return int(unclosed), int(overdue)


def due_about(conn: Connection, norms: Collection[str], until: int) -> list[dict[str, str]]:
    """What unclosed obligations of some norms that fall due by an instant are about, the first first."""
    if not norms:
        return []
    marks = ", ".join("?" for _ in norms)
    statement = f"SELECT subject FROM obligation WHERE norm IN ({marks}) AND closed_as IS NULL AND due_at <= ?"
    rows = sql(conn, f"{statement} ORDER BY due_at, opened_by", (*norms, until))
    return [subjects_of(subject) for (subject,) in rows]


def counted_by_norm(conn: Connection, families: Sequence[str]) -> list[tuple[str, int, int]]:
    """Norm, how many obligations entries of these families of kinds opened, how many are closed; the most first."""
    opened: Counter[str] = Counter()
    closed: Counter[str] = Counter()
    rows = sql(conn, "SELECT norm, opened_by, closed_as FROM obligation").all()
    kinds = search.kinds_of(conn, sorted({index for _, index, _ in rows}))
    for norm, index, closed_as in rows:
        if kinds[index].partition(".")[0] in families:
            opened[norm] += 1
            closed[norm] += closed_as is not None
    return [(norm, opened[norm], closed[norm]) for norm in sorted(opened, key=lambda norm: (-opened[norm], norm))]


def every(conn: Connection) -> Iterator[Obligation]:
    """All rows in order."""
    for row in sql(conn, f"{SELECT} ORDER BY opened_by, norm"):
        yield Obligation(*row)
