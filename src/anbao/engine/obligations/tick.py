"""What the passing of time itself brings: deadlines missed, calendar windows opened. Both become entries, once each."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from anbao.engine.obligations.engine import MISSED, PERIOD_OPENED
from anbao.engine.obligations.subject import subjects_of
from anbao.law.deadlines import day_start, legal_day
from anbao.law.norms import Norm
from anbao.model.entry import Entry
from anbao.store import Connection
from anbao.store.bulk import sql

ACTOR = "clock"
PLATFORM = {"platform": "self"}


def missed_deadlines(conn: Connection, now: int, limit: int = 1000) -> list[Entry]:
    """Entries for deadlines that the clock has passed and that no entry records yet; at most ``limit``."""
    rows = sql(
        conn,
        "SELECT opened_by, norm, subject, due_at FROM obligation"
        " WHERE closed_as IS NULL AND missed_by IS NULL AND due_at <= ? ORDER BY due_at, opened_by, norm LIMIT ?",
        (now, limit),
    )
    return [
        Entry(
            actor=ACTOR,
            at=due,
            body={"due": due, "norm": norm, "opened_by": opened_by},
            kind=MISSED,
            recorded=now,
            subjects=subjects_of(subject),
        )
        for opened_by, norm, subject, due in rows
    ]


def opened_periods(conn: Connection, norms: Iterable[Norm], since: int, now: int) -> list[Entry]:
    """Entries for calendar windows that began after ``since`` (the platform's opening) and are not recorded yet."""
    found = []
    for norm in norms:
        if norm.kind != "calendar":
            continue
        last = sql(conn, "SELECT max(opened_at) FROM obligation WHERE norm = ?", (norm.id,)).scalar()
        for start, end in _windows(norm, max(since, -1 if last is None else last), now):
            body = {"due": end, "norm": norm.id, "period": legal_day(start).strftime("%Y-%m")}
            found.append(
                Entry(actor=ACTOR, at=start, body=body, kind=PERIOD_OPENED, recorded=now, subjects=dict(PLATFORM))
            )
    return sorted(found, key=lambda entry: (entry.at, entry.body["norm"]))


def _windows(norm: Norm, after: int, now: int) -> Iterator[tuple[int, int]]:
    """Start and end (UTC ms) of the norm's months that began later than ``after`` and not later than ``now``."""
    year, last = legal_day(after).year, legal_day(now).year
    for candidate in range(year, last + 1):
        for month in norm.due.months:
            first = date(candidate, month, 1)
            start, end = day_start(first), day_start((first + timedelta(days=32)).replace(day=1))
            if after < start <= now:
                yield start, end
