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
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection

from anbao.law.calendar import WorkCalendar
from anbao.law.deadlines import day_end, day_start
from anbao.law.norms import Norm, Period, Trigger
from anbao.model.entry import Facts
from anbao.obligations.batch import Batch
from anbao.obligations.settings import SETTING_CHANGED
from anbao.store.bulk import sql

WAIVED = "obligation.waived"
MISSED = "obligation.missed"
PERIOD_OPENED = "period.opened"

_FOREVER = 2**62
_REMEMBERED = 4096


class Recorded(NamedTuple):
    """An appended entry, as far as norms can see it."""

    idx: int
    kind: str
    at: int
    subjects: dict[str, str]
    facts: Facts


class _Moves(NamedTuple):
    """What entries with certain facts do: the norms they open, and those they may discharge, end or precede."""

    opens: tuple[Norm, ...]
    closes: tuple[tuple[Norm, Trigger], ...]


class ObligationEngine:
    """Norms, arranged by the entry kinds that move them. ``settings``: the platform's deadlines by default."""

    def __init__(self, norms: Sequence[Norm], calendar: WorkCalendar, settings: Mapping[str, Period]) -> None:
        self._calendar = calendar
        self._settings = settings
        self._openers: dict[str, list[Norm]] = defaultdict(list)
        self._closers: dict[str, list[tuple[Norm, Trigger]]] = defaultdict(list)
        self._periodic: dict[str, tuple[Norm, ...]] = {}
        self._norms: dict[tuple[str, str], Norm] = {}
        self._force = {(norm.id, norm.version): _force(norm) for norm in norms}
        for norm in norms:
            self._norms[norm.id, norm.version] = norm
            if norm.opens:
                for kind in norm.opens.kinds:
                    self._openers[kind].append(norm)
            else:
                self._periodic[norm.id] = (*self._periodic.get(norm.id, ()), norm)
            for trigger in _closing_triggers(norm):
                for kind in trigger.kinds:
                    self._closers[kind].append((norm, trigger))
        self._reads = {kind: self._facts_read(kind) for kind in self._openers.keys() | self._closers.keys()}
        self._moves: dict[tuple[object, ...], _Moves] = {}

    def observe(self, conn: Connection, entries: Iterable[Recorded]) -> None:
        """Project entries, given in ledger order, onto ``obligation`` and ``milestone``."""
        batch = Batch(conn, self._calendar, self._settings)
        missed: list[Recorded] = []
        for entry in entries:
            kind = entry.kind
            if kind in self._reads:
                moves = self._moves_of(entry)
                for norm in moves.opens:
                    self._open(batch, norm, entry)
                for norm, trigger in moves.closes:
                    batch.note(norm, trigger.signal(kind), entry.subjects, entry.at, entry.idx)
            if kind == PERIOD_OPENED:
                for norm in self._periodic.get(str(entry.facts["norm"]), ()):
                    self._open(batch, norm, entry)
            elif kind == SETTING_CHANGED:
                batch.settings.record(entry.idx, entry.at, entry.facts)
            elif kind == WAIVED:
                batch.waive(str(entry.facts["norm"]), int(entry.facts["opened_by"]), entry.at, entry.idx)
            elif kind == MISSED:
                missed.append(entry)
        batch.write(self._norms)
        for entry in missed:
            sql(
                conn,
                "UPDATE obligation SET missed_by = ? WHERE opened_by = ? AND norm = ? AND missed_by IS NULL",
                (entry.idx, entry.facts["opened_by"], entry.facts["norm"]),
            )

    def _open(self, batch: Batch, norm: Norm, entry: Recorded) -> None:
        since, until = self._force[norm.id, norm.version]
        if since <= entry.at < until:
            due = int(entry.facts["due"]) if norm.due.months else None
            batch.open(norm, entry.subjects, entry.at, entry.idx, due)

    def _moves_of(self, entry: Recorded) -> _Moves:
        """The conditions of a kind's norms are asked once for each set of values of the facts that they read."""
        facts = entry.facts
        key = (entry.kind, *[facts.get(name) for name in self._reads[entry.kind]])
        moves = self._moves.get(key)
        if moves is None:
            moves = _Moves(
                tuple(norm for norm in self._openers.get(entry.kind, ()) if _holds(norm.opens, facts)),
                tuple(pair for pair in self._closers.get(entry.kind, ()) if _holds(pair[1], facts)),
            )
            if len(self._moves) >= _REMEMBERED:
                self._moves.clear()
            self._moves[key] = moves
        return moves

    def _facts_read(self, kind: str) -> tuple[str, ...]:
        triggers = [norm.opens for norm in self._openers.get(kind, ())]
        triggers += [trigger for _, trigger in self._closers.get(kind, ())]
        conditions = [trigger.when for trigger in triggers if trigger and trigger.when]
        return tuple(sorted({name for condition in conditions for name, _ in condition.reads}))


def _closing_triggers(norm: Norm) -> list[Trigger]:
    needed = norm.needs.trigger if norm.needs else None
    return [trigger for trigger in (norm.discharged, needed, norm.ends, norm.broken) if trigger]


def _holds(trigger: Trigger | None, facts: Facts) -> bool:
    return trigger is None or trigger.when is None or trigger.when.holds(facts)


def _force(norm: Norm) -> tuple[int, int]:
    """The instants between which openers fall under a norm."""
    until = norm.in_force_until
    return day_start(date.fromisoformat(norm.in_force_from)), day_end(date.fromisoformat(until)) if until else _FOREVER
