"""What one run of entries opens and may close, gathered so that the database is asked once per batch."""

from collections.abc import Mapping

from anbao.engine.obligations.closing import Milestone, Obligation, Touched, close, waiver
from anbao.engine.obligations.subject import subject_key
from anbao.engine.values import Settings
from anbao.law.calendar import WorkCalendar
from anbao.law.deadlines import due_at
from anbao.law.norms import Norm
from anbao.store import Connection, tables
from anbao.store.bulk import insert_many, insert_rows, sql


class Batch:
    """One call of ``ObligationEngine.observe``."""

    def __init__(self, conn: Connection, calendar: WorkCalendar, settings: Settings) -> None:
        self._settings = settings
        self._conn = conn
        self._calendar = calendar
        self._opened: list[Obligation] = []
        self._milestones: dict[Milestone, None] = {}
        self._touched: Touched = {}
        self._asked: dict[tuple[str, str, str], int | None] = {}

    def open(self, norm: Norm, subjects: dict[str, str], at: int, idx: int, due: int | None) -> None:
        """Open the norm's obligation about these subjects; ``due`` where the opener itself names it."""
        key = subject_key(subjects, norm.about)
        if key is None or (norm.once and self._asked_before(norm, key, at)):
            return
        closed_as = "kept" if norm.kind == "keep" else None
        when = self._due(norm, at, idx) if due is None else due
        self._opened.append(Obligation(idx, norm.id, norm.version, key, at, when, closed_as=closed_as))

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
        insert_many(self._conn, tables.milestone, ("signal", "subject", "at", "idx"), list(self._milestones))
        insert_rows(self._conn, tables.obligation, self._opened)
        if self._opened or self._touched:
            close(self._conn, self._calendar, norms, self._opened, self._touched)

    def _asked_before(self, norm: Norm, key: str, at: int) -> bool:
        """Whether a guard that is asked once was asked about this subject at ``at`` or earlier."""
        identity = (norm.id, norm.version, key)
        if identity not in self._asked:
            self._asked[identity] = self._first_asked(*identity)
        first = self._asked[identity]
        if first is not None and first <= at:
            return True
        self._asked[identity] = at
        return False

    def _first_asked(self, norm: str, version: str, key: str) -> int | None:
        statement = "SELECT min(opened_at) FROM obligation WHERE norm = ? AND subject = ? AND norm_version = ?"
        first: int | None = sql(self._conn, statement, (norm, key, version)).scalar()
        return first

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
