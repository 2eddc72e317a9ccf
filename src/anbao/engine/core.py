"""What all duty packages use: the store, the ledger, the vault, the law pack, the clock and the one writer."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from anbao.engine.entered import checks_input
from anbao.engine.obligations.engine import ObligationEngine, ObservedEntry
from anbao.engine.reactions import Reaction, Reactions
from anbao.engine.values import CaseRules, Parameters, Settings, ValueHistory
from anbao.engine.work import Placed, Projector, Work
from anbao.engine.writer import Writer
from anbao.law.catalogue import Catalogue, load_catalogue
from anbao.law.pack import Pack, load_pack
from anbao.law.templates import Templates, load_templates
from anbao.ledger import Ledger, Stored, Vault, open_ledger, open_vault
from anbao.model.base import JsonValue
from anbao.model.decision import DecisionInEffect
from anbao.model.entry import facts_of
from anbao.store import Connection, Store
from anbao.text import Text

T = TypeVar("T")

Step = Callable[[], bool]
"""A bounded piece of background work that opens its own transactions; whether there was anything to do."""


def system_clock() -> int:
    """Now, in UTC milliseconds."""
    return time.time_ns() // 1_000_000


class Probed(msgspec.Struct, frozen=True, kw_only=True):
    """What a probe saw: whether the control works, why (not), and what was tried, as JSON values without floats."""

    ok: bool
    why: Text
    seen: JsonValue = None


Probe = Callable[[], Probed]
"""Tries one control on the real path, with harmless input, and leaves nothing behind (``Core.rehearse``).

What it raises means that the control does not work.
"""


CaseHandler = Callable[[Work, DecisionInEffect], None]
"""Does what follows from a person's decision on a case of one kind, in the transaction that hands it the decision."""

CaseConflicts = Callable[[Connection, Mapping[str, str]], Iterable[str]]
"""The names and keys of who may not decide a case with these subjects, as things stand now."""


class ErasedPerson(NamedTuple):
    """Whom to erase: the names in the vault, and whom entries name: (role, identifier)."""

    persons: tuple[str, ...]
    subjects: tuple[tuple[str, str], ...]


Eraser = Callable[[Work, ErasedPerson], None]
"""Erases what a package's own tables hold of a person beside entries, in the transaction that erases their values."""


class Service:
    """A duty package's service, built on the core. Subclasses state their projections, reactions and later steps.

    Methods that take a ``Work`` act inside that open transaction; ``core.run`` gives one. The public ones validate the
    nouns that they are given, so that what HTTP refuses is refused from Python and from files, too.
    """

    def __init_subclass__(cls) -> None:
        checks_input(cls)

    def __init__(self, core: "Core") -> None:
        self.core = core

    def projectors(self) -> Iterable[tuple[str, Projector]]:
        """Entry kinds, and what writes them to this package's tables."""
        return ()

    def reactions(self) -> Iterable[Reaction]:
        """What this package does because an entry appeared."""
        return ()

    def case_handlers(self) -> Iterable[tuple[str, CaseHandler]]:
        """The kinds of cases that this service opens, and what does what follows from their decisions."""
        return ()

    def case_conflicts(self) -> Iterable[tuple[str, CaseConflicts]]:
        """Kinds of cases that not everybody may decide, and what names those who may not."""
        return ()

    def erasers(self) -> Iterable[Eraser]:
        """What erases this package's own traces of a person."""
        return ()

    def steps(self) -> Iterable[Step]:
        """What this package does in the background, piece by piece."""
        return ()

    def probes(self) -> Iterable[tuple[str, Probe]]:
        """Ids of the pack's controls that this package operates, and how each is tried."""
        return ()


class Core:
    """A store opened for work, under the law pack in the folder ``where``. Its methods may be called from any thread.

    Services read what else they need of the pack from ``where``. Raises PackError.
    """

    def __init__(self, store: Store, where: Path, clock: Callable[[], int]) -> None:
        self.store = store
        self.where = where
        self.pack: Pack = load_pack(where)
        self.catalogue: Catalogue = load_catalogue(where)
        self.templates: Templates = load_templates(where)
        values = ValueHistory()
        self.settings = Settings(values, {setting.id: setting.default for setting in self.pack.settings})
        self.parameters = Parameters(values, self.pack.parameters)
        self.case_rules = CaseRules(values, self.pack.case_kinds)
        self.clock = clock
        self.ledger: Ledger = open_ledger(store)
        self.vault: Vault = open_vault(store)
        self.engine = ObligationEngine(self.pack.norms, self.pack.calendar, self.settings)
        self.reactions = Reactions(self.ledger)
        self.case_handlers: dict[str, CaseHandler] = {}
        self.case_conflicts: dict[str, CaseConflicts] = {}
        self.erasers: list[Eraser] = []
        self.steps: list[Step] = []
        self.probes: dict[str, Probe] = {}
        self._projectors: dict[str, list[Projector]] = {
            of.event.KIND: [of.project] for of in (self.settings, self.parameters, self.case_rules)
        }
        self._writer = Writer(store, self._begin, self._follow_up)

    def join(self, service: Service) -> None:
        """Let a service see entries, react and work."""
        for kind, projector in service.projectors():
            self._projectors.setdefault(kind, []).append(projector)
        for reaction in service.reactions():
            self.reactions.add(reaction)
        for case_kind, handler in service.case_handlers():
            if case_kind in self.case_handlers:
                raise ValueError(f"cases of the kind {case_kind} have two handlers")
            self.case_handlers[case_kind] = handler
        self.case_conflicts.update(service.case_conflicts())
        self.erasers += service.erasers()
        self.steps += service.steps()
        self.probes.update(service.probes())

    def project(self, conn: Connection, kind: str, placed: Sequence[Placed]) -> None:
        """Write what entries of one kind mean for the packages' tables, as when they were recorded."""
        for projector in self._projectors.get(kind, ()):
            projector(conn, placed)

    def close(self) -> None:
        """Finish what is queued and let go of the store."""
        self._writer.close()
        self.store.close()

    def submit(self, job: Callable[[Work], T]) -> "Future[T]":
        """Queue a job for the writer; its result comes when its commit is durable."""
        return self._writer.submit(job)

    def run(self, job: Callable[[Work], T]) -> T:
        """Run a job and wait for its commit."""
        return self.submit(job).result()

    def rehearse(self, job: Callable[[Work], T]) -> T:
        """Run a job as if in earnest and take all of it back; its result."""
        return self.run(lambda work: work.rehearse(job))

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A read transaction."""
        with self.store.read() as conn:
            yield conn

    def entries(self, conn: Connection, *, kind: str | None = None, start: int = 0) -> Iterator[Stored]:
        """All entries (of a kind, from an index on) in ledger order."""
        while batch := self.ledger.entries(conn, start, 1000, kind=kind):
            yield from batch
            start = batch[-1].index + 1

    def recorded(self, conn: Connection) -> Iterator[ObservedEntry]:
        """All entries as norms see them, in ledger order."""
        for stored in self.entries(conn):
            entry = stored.entry()
            yield ObservedEntry(stored.index, entry.kind, entry.at, entry.subjects, facts_of(entry.body))

    def _begin(self, conn: Connection) -> Work:
        return Work(conn, self.clock(), self.ledger, self.engine, self._projectors)

    def _follow_up(self, work: Work) -> None:
        """After a commit: let the services react to what it brought."""
        if self.reactions.wait_for(work.kinds):
            self.submit(self.react)

    def react(self, work: Work) -> int:
        """Let the services react to entries that they have not seen, a bounded number; how many."""
        count = self.reactions.run(work)
        if count:
            self.submit(self.react)
        return count
