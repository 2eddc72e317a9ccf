"""What the passing of time itself brings: deadlines missed, calendar windows opened. Both become entries, once each."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from anbao.engine.obligations.subject import subjects_of
from anbao.law.deadlines import day_start, legal_day
from anbao.law.norms import Norm
from anbao.ledger.canonical import seal_event
from anbao.model.entry import Sealed
from anbao.model.events.engine import ObligationMissed, PeriodOpened
from anbao.store import Connection
from anbao.store.bulk import sql

ACTOR = "clock"


class Elapsed(NamedTuple):
    """What the clock brought at an instant (UTC ms)."""

    at: int
    event: ObligationMissed | PeriodOpened

    def sealed(self, now: int) -> Sealed:
        """The entry of it, recorded at ``now``."""
        return seal_event(self.event, actor=ACTOR, at=self.at, recorded=now)


def missed_deadlines(conn: Connection, now: int, limit: int = 1000) -> list[Elapsed]:
    """Deadlines that the clock has passed and that no entry records yet; at most ``limit``."""
    rows = sql(
        conn,
        # The first two conditions are those of a partial index by due_at: without them no planner could use it.
        "SELECT opened_by, norm, subject, due_at FROM obligation"
        " WHERE closed_as IS NULL AND missed_by IS NULL AND due_at <= ? ORDER BY due_at, opened_by, norm LIMIT ?",
        (now, limit),
    )
    return [
        Elapsed(due, ObligationMissed(due=due, norm=norm, opened_by=opened_by, others=subjects_of(subject)))
        for opened_by, norm, subject, due in rows
    ]


def opened_periods(conn: Connection, norms: Iterable[Norm], since: int, now: int) -> list[Elapsed]:
    """Calendar windows that began after ``since`` (the platform's opening) and are not recorded yet."""
    found = []
    for norm in norms:
        if norm.kind != "calendar":
            continue
        last = sql(conn, "SELECT max(opened_at) FROM obligation WHERE norm = ?", (norm.id,)).scalar()
        for start, end in _windows(norm, max(since, -1 if last is None else last), now):
            period = legal_day(start).strftime("%Y-%m")
            found.append(Elapsed(start, PeriodOpened(due=end, norm=norm.id, period=period)))
    return sorted(found, key=lambda one: (one.at, one.event.norm))


def _windows(norm: Norm, after: int, now: int) -> Iterator[tuple[int, int]]:
    """Start and end (UTC ms) of the norm's months that began later than ``after`` and not later than ``now``."""
    year, last = legal_day(after).year, legal_day(now).year
    for candidate in range(year, last + 1):
        for month in norm.due.months:
            first = date(candidate, month, 1)
            start, end = day_start(first), day_start((first + timedelta(days=32)).replace(day=1))
            if after < start <= now:
                yield start, end
