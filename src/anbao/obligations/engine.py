"""Derives obligations (待履行义务) from entries, in the transaction that appends them.

Invariants
- The outcome is a function of the entries in ledger order and of the pack, whatever the batch size or the process.
- Event time decides: an act discharges what was opened before it happened, also when it is recorded late. Of several
  acts that could close an obligation the earliest in event time does.
- A norm applies to openers of its period of force; what is open keeps the version that opened it.
- Cost depends on the norms for an entry's kind, not on the number of norms or of open obligations.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from anbao.law.calendar import WorkCalendar
from anbao.law.deadlines import due_at, legal_day
from anbao.law.norms import Norm, Period, Trigger
from anbao.model.entry import Facts
from anbao.obligations.closing import Milestone, Obligation, Touched, close, waiver
from anbao.obligations.settings import SETTING_CHANGED, record_setting, settings_in_force
from anbao.obligations.subject import subject_key
from anbao.store import tables
from anbao.store.bulk import insert_many, sql

WAIVED = "obligation.waived"
MISSED = "obligation.missed"
PERIOD_OPENED = "period.opened"


class Recorded(NamedTuple):
    """An appended entry, as far as norms can see it."""

    idx: int
    kind: str
    at: int
    subjects: dict[str, str]
    facts: Facts


class ObligationEngine:
    """Norms, arranged by the entry kinds that move them. ``settings``: the platform's deadlines by default."""

    def __init__(self, norms: Sequence[Norm], calendar: WorkCalendar, settings: Mapping[str, Period]) -> None:
        self._calendar = calendar
        self._settings = settings
        self._openers: dict[str, list[Norm]] = defaultdict(list)
        self._watched: dict[str, list[tuple[Norm, Trigger]]] = defaultdict(list)
        self._periodic: dict[str, list[Norm]] = defaultdict(list)
        self._norms: dict[tuple[str, str], Norm] = {}
        for norm in norms:
            self._norms[norm.id, norm.version] = norm
            if norm.opens:
                for kind in norm.opens.kinds:
                    self._openers[kind].append(norm)
            else:
                self._periodic[norm.id].append(norm)
            for trigger in _closing_triggers(norm):
                for kind in trigger.kinds:
                    self._watched[kind].append((norm, trigger))

    def observe(self, conn: Connection, entries: Iterable[Recorded]) -> None:
        """Project entries, given in ledger order, onto ``obligation`` and ``milestone``."""
        opened: list[Obligation] = []
        milestones: list[Milestone] = []
        touched: Touched = {}
        missed: list[Recorded] = []
        for entry in entries:
            kind = entry.kind
            if kind in self._openers:
                opened += self._open(conn, entry, self._openers[kind], opened)
            if kind in self._watched:
                self._watch(entry, milestones, touched)
            if kind == PERIOD_OPENED:
                opened += self._open(conn, entry, self._periodic.get(str(entry.facts["norm"]), []), opened)
            elif kind == SETTING_CHANGED:
                record_setting(conn, entry.idx, entry.at, entry.facts)
            elif kind == WAIVED:
                milestones.append(waiver(entry.facts, entry.at, entry.idx))
                touched[str(entry.facts["norm"]), None, str(entry.facts["opened_by"])] = entry.at
            elif kind == MISSED:
                missed.append(entry)
        insert_many(conn, tables.milestone, list(dict.fromkeys(milestones)))
        insert_many(conn, tables.obligation, [msgspec.structs.astuple(one) for one in opened])
        close(conn, self._calendar, self._norms, opened, touched)
        for entry in missed:
            sql(
                conn,
                "UPDATE obligation SET missed_by = ? WHERE opened_by = ? AND norm = ? AND missed_by IS NULL",
                (entry.idx, entry.facts["opened_by"], entry.facts["norm"]),
            )

    def _open(
        self, conn: Connection, entry: Recorded, norms: Sequence[Norm], pending: Sequence[Obligation]
    ) -> list[Obligation]:
        found = []
        for norm in norms:
            if norm.opens and norm.opens.when and not norm.opens.when.holds(entry.facts):
                continue
            key = subject_key(entry.subjects, norm.about)
            if key is None or not _in_force(norm, entry.at):
                continue
            if norm.once and self._asked_before(conn, norm, key, entry.at, pending):
                continue
            due = self._due(conn, norm, entry)
            kept = "kept" if norm.kind == "keep" else None
            found.append(Obligation(entry.idx, norm.id, norm.version, key, entry.at, due, closed_as=kept))
        return found

    def _asked_before(self, conn: Connection, norm: Norm, key: str, at: int, pending: Sequence[Obligation]) -> bool:
        if any(one.norm == norm.id and one.subject == key and one.opened_at <= at for one in pending):
            return True
        row = sql(
            conn,
            "SELECT 1 FROM obligation WHERE norm = ? AND subject = ? AND norm_version = ? AND opened_at <= ? LIMIT 1",
            (norm.id, key, norm.version, at),
        ).first()
        return row is not None

    def _due(self, conn: Connection, norm: Norm, entry: Recorded) -> int | None:
        due = norm.due
        if due.at_once:
            return entry.at
        if due.months:
            return int(entry.facts["due"])
        period = due.within or due.at_least
        if due.setting:
            period = settings_in_force(conn, self._settings, entry.at, entry.idx)[due.setting]
        return due_at(entry.at, period, self._calendar) if period else None

    def _watch(self, entry: Recorded, milestones: list[Milestone], touched: Touched) -> None:
        for norm, trigger in self._watched[entry.kind]:
            if trigger.when and not trigger.when.holds(entry.facts):
                continue
            key = subject_key(entry.subjects, norm.about)
            if key is not None:
                milestones.append(Milestone(trigger.signal(entry.kind), key, entry.at, entry.idx))
                touch = (norm.id, norm.version, key)
                touched[touch] = min(entry.at, touched.get(touch, entry.at))


def _closing_triggers(norm: Norm) -> list[Trigger]:
    needed = norm.needs.trigger if norm.needs else None
    return [trigger for trigger in (norm.discharged, needed, norm.ends, norm.broken) if trigger]


def _in_force(norm: Norm, at: int) -> bool:
    day = legal_day(at).isoformat()
    return norm.in_force_from <= day and (not norm.in_force_until or day <= norm.in_force_until)
