"""What all duty rooms stand on: the store, the ledger, the vault, the law pack, the clock and the one writer."""

import inspect
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection

from anbao.engine.obligations.engine import ObligationEngine
from anbao.engine.reactions import Reaction, Reactions
from anbao.engine.values import CaseRules, Parameters, Settings, ValueHistory
from anbao.engine.work import Placed, Projector, Work
from anbao.engine.writer import Writer
from anbao.errors import InvalidInput
from anbao.law.catalogue import Catalogue, load_catalogue
from anbao.law.pack import Pack, load_pack
from anbao.law.templates import Templates, load_templates
from anbao.ledger import Ledger, Stored, Vault, open_ledger, open_vault
from anbao.model.base import Noun, checked, not_in_future
from anbao.store import Store
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
    seen: Any = None


Probe = Callable[[], Probed]
"""Tries one control on the real path, with harmless input, and leaves nothing behind (``Core.rehearse``).

What it raises means that the control does not work.
"""


C = TypeVar("C", bound=type)

_LAST = 2**53


def entered(value: Any, name: str = "", now: int = 0) -> Any:
    """A value that somebody gave to an act: nouns, and sequences of them, are validated; ``at`` is a past instant.

    Raises InvalidInput, which names the field.
    """
    if name == "at" and value is not None:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _LAST:
            raise InvalidInput(Text(f"不是毫秒时间：{value}", f"not an instant in milliseconds: {value}"), field="at")
        return not_in_future(value, now)
    if isinstance(value, Noun):
        return checked(value)
    if isinstance(value, list | tuple) and value and isinstance(value[0], Noun):
        return [checked(one) if isinstance(one, Noun) else one for one in value]
    return value


def decoded(act: Callable[..., T]) -> Callable[..., T]:
    """Mark an act whose nouns were validated before: many at once come decoded, or through ``entered``."""
    act.__decoded__ = True  # type: ignore[attr-defined]
    return act


def checks_input(cls: C) -> C:
    """Let every public method that takes a ``Work`` validate what it is given, whichever interface calls it."""
    for name, act in list(vars(cls).items()):
        takes = list(inspect.signature(act).parameters)[1:2] if inspect.isfunction(act) else []
        if takes == ["work"] and not name.startswith("_") and not hasattr(act, "__decoded__"):
            setattr(cls, name, _checking(act))
    return cls


def _checking(act: Callable[..., T]) -> Callable[..., T]:
    @wraps(act)
    def checked_act(self: Any, work: Work, *given: Any, **named: Any) -> T:
        given = tuple(entered(value) for value in given)
        return act(self, work, *given, **{name: entered(value, name, work.now) for name, value in named.items()})

    return checked_act


class Service:
    """A duty room, opened over the core. Subclasses say what they project, what they react to and what they do later.

    Methods that take a ``Work`` act inside that open transaction; ``core.run`` gives one. The public ones validate the
    nouns that they are given, so that what HTTP refuses is refused from Python and from files, too.
    """

    def __init_subclass__(cls) -> None:
        checks_input(cls)

    def __init__(self, core: "Core") -> None:
        self.core = core

    def projectors(self) -> Iterable[tuple[str, Projector]]:
        """Entry kinds, and what writes them to this room's tables."""
        return ()

    def reactions(self) -> Iterable[Reaction]:
        """What this room does because an entry appeared."""
        return ()

    def steps(self) -> Iterable[Step]:
        """What this room does in the background, piece by piece."""
        return ()

    def probes(self) -> Iterable[tuple[str, Probe]]:
        """Ids of the pack's controls that this room keeps, and how each is tried."""
        return ()


class Core:
    """A store opened for work, under the law pack in the folder ``where``. Its methods may be called from any thread.

    Rooms read what else they need of the pack from ``where``. Raises PackError.
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
        self.steps: list[Step] = []
        self.probes: dict[str, Probe] = {}
        self._projectors: dict[str, list[Projector]] = {
            of.event.KIND: [of.project] for of in (self.settings, self.parameters, self.case_rules)
        }
        self._writer = Writer(store, self._begin, self._follow_up)

    def join(self, room: Service) -> None:
        """Let a room see entries, react and work."""
        for kind, projector in room.projectors():
            self._projectors.setdefault(kind, []).append(projector)
        for reaction in room.reactions():
            self.reactions.add(reaction)
        self.steps += room.steps()
        self.probes.update(room.probes())

    def project(self, conn: Connection, kind: str, placed: Sequence[Placed]) -> None:
        """Write what entries of one kind mean for the rooms' tables, as when they were recorded."""
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

    def _begin(self, conn: Connection) -> Work:
        return Work(conn, self.clock(), self.ledger, self.engine, self._projectors)

    def _follow_up(self, work: Work) -> None:
        """After a commit: let the rooms react to what it brought."""
        if self.reactions.wait_for(work.kinds):
            self.submit(self.react)

    def react(self, work: Work) -> int:
        """Let the rooms react to entries that they have not seen, a bounded number; how many."""
        count = self.reactions.run(work)
        if count:
            self.submit(self.react)
        return count
