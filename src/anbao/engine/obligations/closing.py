"""Finds what closes an obligation: of all acts, ends and waivers the earliest in event time."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from anbao.law.calendar import WorkCalendar
from anbao.law.deadlines import due_at, latest_start
from anbao.law.norms import Norm
from anbao.model.events.engine import ObligationWaived
from anbao.store import Connection, tables
from anbao.store.bulk import columns_of, rows_of, sql, upsert_rows

Touched = dict[tuple[str, str | None, str], int]
"""(norm, version, subject key) → the earliest event time that touched it; version None: key is an opener's index."""

NOT_KNOWN = 2**62 - 1
"""``due_at`` of what is stored until something happens that has not happened."""

_ALL = "{}"
"""The subject key of no roles: a milestone under it concerns all obligations of its norm."""

Closure = tuple[str | None, int | None, int | None, int | None]
"""closed_as, closed_by, closed_at, due_at."""

_CHUNK = 500


class Obligation(msgspec.Struct):
    """One row of ``obligation``. Times are UTC milliseconds; ``subject`` is a subject key."""

    opened_by: int
    norm: str
    norm_version: str
    subject: str
    opened_at: int
    due_at: int | None
    closed_as: str | None = None
    closed_by: int | None = None
    closed_at: int | None = None
    missed_by: int | None = None


SELECT = f"SELECT {columns_of(Obligation)} FROM obligation"


class Milestone(NamedTuple):
    """An entry that discharges, ends or precedes under some norm, in the columns of ``milestone``."""

    signal: str
    subject: str
    at: int
    idx: int


def waiver(norm: str, opened_by: int, at: int, idx: int) -> Milestone:
    """The milestone of an ``obligation.waived`` entry."""
    return Milestone(ObligationWaived.KIND, f"{opened_by}/{norm}", at, idx)


def close(
    conn: Connection,
    calendar: WorkCalendar,
    norms: Mapping[tuple[str, str], Norm],
    opened: Sequence[Obligation],
    touched: Touched,
) -> None:
    """Find anew what closes the obligations that a batch opened or may have closed; write what changed."""
    affected = {(one.opened_by, one.norm): one for one in opened}
    for touch, at in touched.items():
        for one in _rows_touched(conn, touch, at):
            affected.setdefault((one.opened_by, one.norm), one)
    groups: dict[tuple[str, str], list[Obligation]] = defaultdict(list)
    for one in affected.values():
        groups[one.norm, one.norm_version].append(one)
    changed = []
    for identity, group in groups.items():
        norm = norms.get(identity)
        if norm is None:  # opened under a pack that is no longer loaded: it stays as it is
            continue
        for start in range(0, len(group), _CHUNK):
            for one, closure in _closures(conn, calendar, norm, group[start : start + _CHUNK]):
                if closure != (one.closed_as, one.closed_by, one.closed_at, one.due_at):
                    one.closed_as, one.closed_by, one.closed_at, one.due_at = closure
                    changed.append(one)
    upsert_rows(conn, tables.obligation, changed)


def _closures(
    conn: Connection, calendar: WorkCalendar, norm: Norm, group: Sequence[Obligation]
) -> Iterator[tuple[Obligation, Closure]]:
    since = 0 if norm.needs else min(one.opened_at for one in group)
    keys = list(dict.fromkeys(one.subject for one in group))
    before = _milestones(conn, norm.needs.trigger.signals, keys, since) if norm.needs else {}
    after = [
        (state, _milestones(conn, trigger.signals, keys, since))
        for state, trigger in (("discharged", norm.discharged), ("ended", norm.ends), ("broken", norm.broken))
        if trigger
    ]
    waived = _milestones(conn, (ObligationWaived.KIND,), [f"{one.opened_by}/{one.norm}" for one in group], 0)
    released = _milestones(conn, norm.released.signals, [_ALL], since).get(_ALL, []) if norm.released else []
    for one in group:
        due = _release(norm, one.opened_at, released, calendar) if norm.released else one.due_at
        found: list[tuple[int, int, str]] = []
        if norm.needs:
            period = norm.needs.at_least
            latest = latest_start(one.opened_at, period, calendar) if period else one.opened_at
            found += _first(before.get(one.subject, ()), 0, latest, one.opened_by, "discharged")
        for state, milestones in after:
            until = due - 1 if state == "broken" and due is not None else None
            found += _first(milestones.get(one.subject, ()), one.opened_at, until, one.opened_by, state)
        found += [(at, index, "waived") for at, index in waived.get(f"{one.opened_by}/{one.norm}", ())[:1]]
        if found:
            at, index, state = min(found)
            yield one, (state, index, at, due)
        else:
            yield one, ("kept" if norm.kind == "keep" else None, None, None, due)


def _release(norm: Norm, opened_at: int, released: Sequence[tuple[int, int]], calendar: WorkCalendar) -> int | None:
    """The instant up to which something is stored: the first release after the least time; NOT_KNOWN without one."""
    if norm.due.at_least is None:
        return None
    least = due_at(opened_at, norm.due.at_least, calendar)
    return next((at for at, _ in released if at >= least), NOT_KNOWN)


def _first(
    milestones: Sequence[tuple[int, int]], since: int, until: int | None, opener: int, state: str
) -> list[tuple[int, int, str]]:
    for at, index in milestones:
        if at >= since and index != opener:
            return [(at, index, state)] if until is None or at <= until else []
    return []


def _milestones(
    conn: Connection, signals: Sequence[str], keys: Sequence[str], since: int
) -> dict[str, list[tuple[int, int]]]:
    """(at, index) of the milestones since an instant by subject, in order of event time."""
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    rows = sql(
        conn,
        f"SELECT subject, at, idx FROM milestone WHERE signal IN ({_marks(signals)}) AND subject IN ({_marks(keys)})"
        " AND at >= ? ORDER BY at, idx",
        (*signals, *keys, since),
    )
    for subject, at, index in rows:
        found[subject].append((at, index))
    return found


def _rows_touched(conn: Connection, touch: tuple[str, str | None, str], at: int) -> list[Obligation]:
    """The obligations whose closing an act at ``at`` may bring forward."""
    norm, version, key = touch
    if version is None:
        return rows_of(conn, Obligation, f"{SELECT} WHERE norm = ? AND opened_by = ?", (norm, int(key)))
    subject, values = ("", ()) if key == _ALL else ("AND subject = ?", (key,))
    where = f"norm = ? {subject} AND (closed_at IS NULL OR closed_at >= ?)"
    found = rows_of(conn, Obligation, f"{SELECT} WHERE {where}", (norm, *values, at))
    return [one for one in found if one.norm_version == version]


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))
