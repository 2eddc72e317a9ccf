"""Derives obligations (待履行义务) from entries, in the transaction that appends them.

Invariants
- The outcome is a function of the entries in ledger order and of the pack, whatever the batch size or the process.
- Event time decides: an act discharges what was opened before it happened, also when it is recorded late. Of several
  acts that could close an obligation the earliest in event time does.
- A norm applies to openers of its period of force (or of the time for which the pack reads it so); what is open keeps
  the version that opened it.
- Cost depends on the norms for an entry's kind, not on the number of norms or of open obligations.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from anbao.engine.obligations.batch import Batch
from anbao.engine.values import Settings
from anbao.law.calendar import WorkCalendar
from anbao.law.deadlines import day_end, day_start
from anbao.law.norms import Norm, Trigger
from anbao.model.entry import Facts
from anbao.model.events.engine import ObligationMissed, ObligationWaived, PeriodOpened
from anbao.store import Connection
from anbao.store.bulk import sql_many

_FOREVER = 2**62
_REMEMBERED = 4096


class ObservedEntry(NamedTuple):
    """An appended entry, as far as norms can see it."""

    idx: int
    kind: str
    at: int
    subjects: dict[str, str]
    facts: Facts


class _Opening(NamedTuple):
    """A norm that an entry opens if it names all ``roles`` and happened in the norm's force, from ``since``."""

    norm: Norm
    roles: frozenset[str]
    since: int
    until: int


class _Moves(NamedTuple):
    """What entries with certain facts do: the norms they open, and those they may discharge, end or precede."""

    opens: tuple[_Opening, ...]
    closes: tuple[tuple[Norm, Trigger], ...]


class ObligationEngine:
    """Norms, arranged by the entry kinds that move them. ``settings``: the platform's own deadlines."""

    def __init__(self, norms: Sequence[Norm], calendar: WorkCalendar, settings: Settings) -> None:
        self._calendar = calendar
        self.settings = settings
        self._openers: dict[str, list[Norm]] = defaultdict(list)
        self._closers: dict[str, list[tuple[Norm, Trigger]]] = defaultdict(list)
        self._periodic: dict[str, tuple[_Opening, ...]] = {}
        self._norms: dict[tuple[str, str], Norm] = {}
        for norm in norms:
            self._norms[norm.id, norm.version] = norm
            if norm.opens:
                for kind in norm.opens.kinds:
                    self._openers[kind].append(norm)
            else:
                self._periodic[norm.id] = (*self._periodic.get(norm.id, ()), _opening(norm))
            for trigger in _closing_triggers(norm):
                for kind in trigger.kinds:
                    self._closers[kind].append((norm, trigger))
        self._reads = {kind: self._facts_read(kind) for kind in self._openers.keys() | self._closers.keys()}
        self._moves: dict[tuple[object, ...], _Moves] = {}

    def observe(self, conn: Connection, entries: Iterable[ObservedEntry]) -> None:
        """Project entries, given in ledger order, onto ``obligation`` and ``milestone``."""
        batch = Batch(conn, self._calendar, self.settings)
        missed: list[ObservedEntry] = []
        for entry in entries:
            kind = entry.kind
            if kind in self._reads:
                facts = entry.facts
                asked = (kind, *map(facts.get, self._reads[kind]))
                moves = self._moves.get(asked) or self._learn(asked, kind, facts)
                for opening in moves.opens:
                    if opening.roles <= entry.subjects.keys():
                        _open(batch, opening, entry)
                for norm, trigger in moves.closes:
                    about = () if trigger is norm.released else norm.about
                    batch.note(norm, trigger.signal(kind), entry.subjects, about, entry.at, entry.idx)
            if kind == PeriodOpened.KIND:
                for opening in self._periodic.get(str(entry.facts["norm"]), ()):
                    _open(batch, opening, entry)
            elif kind == ObligationWaived.KIND:
                batch.waive(str(entry.facts["norm"]), int(entry.facts["opened_by"]), entry.at, entry.idx)
            elif kind == ObligationMissed.KIND:
                missed.append(entry)
        batch.write(self._norms)
        sql_many(
            conn,
            "UPDATE obligation SET missed_by = ? WHERE opened_by = ? AND norm = ? AND missed_by IS NULL",
            [(entry.idx, entry.facts["opened_by"], entry.facts["norm"]) for entry in missed],
        )

    def _learn(self, asked: tuple[object, ...], kind: str, facts: Facts) -> _Moves:
        """The conditions of a kind's norms are asked once for each set of values of the facts that they read."""
        moves = _Moves(
            tuple(_opening(norm) for norm in self._openers.get(kind, ()) if _holds(norm.opens, facts)),
            tuple(pair for pair in self._closers.get(kind, ()) if _holds(pair[1], facts)),
        )
        if len(self._moves) >= _REMEMBERED:
            self._moves.clear()
        self._moves[asked] = moves
        return moves

    def _facts_read(self, kind: str) -> tuple[str, ...]:
        triggers = [norm.opens for norm in self._openers.get(kind, ())]
        triggers += [trigger for _, trigger in self._closers.get(kind, ())]
        conditions = [trigger.when for trigger in triggers if trigger and trigger.when]
        return tuple(sorted({name for condition in conditions for name, _ in condition.reads}))


def _closing_triggers(norm: Norm) -> list[Trigger]:
    needed = norm.needs.trigger if norm.needs else None
    return [trigger for trigger in (norm.discharged, needed, norm.ends, norm.broken, norm.released) if trigger]


def _holds(trigger: Trigger | None, facts: Facts) -> bool:
    return trigger is None or trigger.when is None or trigger.when.holds(facts)


def _opening(norm: Norm) -> _Opening:
    until = day_end(date.fromisoformat(norm.last_day)) if norm.last_day else _FOREVER
    return _Opening(norm, frozenset(norm.about), day_start(date.fromisoformat(norm.first_day)), until)


def _open(batch: Batch, opening: _Opening, entry: ObservedEntry) -> None:
    if opening.since <= entry.at < opening.until:
        due = int(entry.facts["due"]) if opening.norm.due.months or opening.norm.due.named else None
        batch.open(opening.norm, entry.subjects, entry.at, entry.idx, due)
