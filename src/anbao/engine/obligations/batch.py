"""What one run of entries opens and may close, gathered so that the database is asked once per batch."""

from collections.abc import Iterator, Mapping, Sequence

from anbao.engine.obligations.closing import Milestone, Obligation, Touched, close, waiver
from anbao.engine.obligations.subject import subject_key
from anbao.engine.values import Settings
from anbao.law.calendar import WorkCalendar
from anbao.law.deadlines import due_at
from anbao.law.norms import Norm
from anbao.store import Connection, tables
from anbao.store.bulk import insert_many, insert_rows, sql

_PER_QUERY = 500


class Batch:
    """One call of ``ObligationEngine.observe``."""

    def __init__(self, conn: Connection, calendar: WorkCalendar, settings: Settings) -> None:
        self._settings = settings
        self._conn = conn
        self._calendar = calendar
        self._opened: list[Obligation] = []
        self._milestones: dict[Milestone, None] = {}
        self._touched: Touched = {}
        self._once: dict[tuple[str, str], list[Obligation]] = {}

    def open(self, norm: Norm, subjects: dict[str, str], at: int, idx: int, due: int | None) -> None:
        """Open the norm's obligation about these subjects; ``due`` where the opener itself names it."""
        key = subject_key(subjects, norm.about)
        if key is None:
            return
        closed_as = "kept" if norm.kind == "keep" else None
        when = self._due(norm, at, idx) if due is None else due
        one = Obligation(idx, norm.id, norm.version, key, at, when, closed_as=closed_as)
        if norm.once:
            self._once.setdefault((norm.id, norm.version), []).append(one)
        else:
            self._opened.append(one)

    def note(
        self, norm: Norm, signal: str, subjects: dict[str, str], about: tuple[str, ...], at: int, idx: int
    ) -> None:
        """An entry that may close, come before or release what the norm asks about these subjects.

        ``about``: the roles by which the two belong together; none: it concerns all of the norm's obligations.
        """
        key = subject_key(subjects, about)
        if key is not None:
            self._milestones[Milestone(signal, key, at, idx)] = None
            touch = (norm.id, norm.version, key)
            self._touched[touch] = min(at, self._touched.get(touch, at))

    def waive(self, norm: str, opened_by: int, at: int, idx: int) -> None:
        """An obligation was waived."""
        self._milestones[waiver(norm, opened_by, at, idx)] = None
        self._touched[norm, None, str(opened_by)] = at

    def write(self, norms: Mapping[tuple[str, str], Norm]) -> None:
        """Write what was gathered, and close what it closes."""
        for (norm, version), asked in self._once.items():
            self._opened += self._not_asked_before(norm, version, asked)
        insert_many(self._conn, tables.milestone, ("signal", "subject", "at", "idx"), list(self._milestones))
        insert_rows(self._conn, tables.obligation, self._opened)
        if self._opened or self._touched:
            close(self._conn, self._calendar, norms, self._opened, self._touched)

    def _not_asked_before(self, norm: str, version: str, asked: Sequence[Obligation]) -> Iterator[Obligation]:
        """Those of a guard that is asked once whose subject it was not asked about at that time or earlier."""
        first: dict[str, int] = {}
        subjects = list({one.subject for one in asked})
        for start in range(0, len(subjects), _PER_QUERY):
            some = subjects[start : start + _PER_QUERY]
            statement = (
                "SELECT subject, min(opened_at) FROM obligation WHERE norm = ? AND norm_version = ?"
                f" AND subject IN ({', '.join('?' * len(some))}) GROUP BY subject"
            )
            first.update(sql(self._conn, statement, (norm, version, *some)).all())
        for one in asked:
            if one.subject not in first or one.opened_at < first[one.subject]:
                first[one.subject] = one.opened_at
                yield one

    def _due(self, norm: Norm, at: int, idx: int) -> int | None:
        due = norm.due
        if due.at_once:
            return at
        period = (
            self._settings.in_force(self._conn, due.setting, at, before=idx)
            if due.setting
            else due.within or due.at_least
        )
        return due_at(at, period, self._calendar, moves=norm.moves) if period else None
