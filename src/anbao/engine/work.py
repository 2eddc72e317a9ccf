"""Unit of work: the entries that one transaction appends, the obligations they move, the projections they change.

Invariants
- An entry, its obligations and its projections become durable together or not at all.
- Whatever is read through ``Work.conn`` sees the entries appended before, without a flush by hand.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from typing import TypeVar

from anbao.engine.obligations.engine import ObligationEngine, ObservedEntry
from anbao.ledger import Ledger, seal
from anbao.ledger.canonical import seal_event
from anbao.model.decision import Decision
from anbao.model.entry import Entry, Receipt, Sealed
from anbao.model.events import LedgerEvent
from anbao.store import Connection
from anbao.store.bulk import sql

T = TypeVar("T")

Placed = tuple[int, Sealed]
"""A sealed entry behind its index in the ledger."""

Projector = Callable[[Connection, Sequence[Placed]], None]
"""Writes what entries of one kind mean for a package's tables."""


class Work:
    """The open write transaction. ``now`` is its recorded time (UTC ms), ``kinds`` is what was recorded in it.

    ``signed_in`` is the actor of the key under which the present job runs, "" where nobody signed in (command line,
    Python). ``decision`` is what the job decided where that does not take effect with it. Both hold for one job.
    """

    def __init__(
        self,
        conn: Connection,
        now: int,
        ledger: Ledger,
        engine: ObligationEngine,
        projectors: Mapping[str, Sequence[Projector]],
    ) -> None:
        self._conn = conn
        self.now = now
        self._ledger = ledger
        self._engine = engine
        self._projectors = projectors
        self.kinds: set[str] = set()
        self.signed_in = ""
        self.decision: Decision | None = None
        self._first = ledger.size(conn)
        self._pending: list[Sealed] = []

    @property
    def conn(self) -> Connection:
        """Returns the transaction's connection, once all that was appended so far is in the ledger's tables."""
        self.flush()
        return self._conn

    def append(self, event: LedgerEvent, *, actor: str, at: int | None = None) -> int:
        """Append an event; returns its index. ``at``: when it happened (UTC ms), now by default.

        Raises InvalidInput, TooLarge.
        """
        return self.append_all([event], actor=actor, at=at)[0]

    def append_all(self, events: Sequence[LedgerEvent], *, actor: str, at: int | None = None) -> range:
        """As ``append``, for several in order; returns their indexes."""
        when = self.now if at is None else at
        return self.record_sealed([seal_event(one, actor=actor, at=when, recorded=self.now) for one in events])

    def append_receipts(self, events: Sequence[LedgerEvent], *, actor: str, at: int | None = None) -> list[Receipt]:
        """As ``append_all``; returns what the submitter keeps of each."""
        when = self.now if at is None else at
        sealed = [seal_event(one, actor=actor, at=when, recorded=self.now) for one in events]
        return [
            Receipt(entry=index, leaf=one.leaf.hex())
            for index, one in zip(self.record_sealed(sealed), sealed, strict=True)
        ]

    def record(self, *entries: Entry) -> list[int]:
        """Seal and append entries; their indexes. Raises InvalidInput, TooLarge."""
        return list(self.record_sealed([seal(entry) for entry in entries]))

    def record_sealed(self, sealed: Sequence[Sealed]) -> range:
        """Append sealed entries in order; their indexes. Obligations and projections follow at once."""
        start = self._first + len(self._pending)
        self._pending += sealed
        for kind, run in groupby(enumerate(sealed, start), key=_kind_of):
            self.kinds.add(kind)
            if projectors := self._projectors.get(kind):
                placed = list(run)
                for project in projectors:
                    project(self._conn, placed)
        self._engine.observe(
            self._conn,
            [ObservedEntry(idx, one.kind, one.at, one.subjects, one.facts) for idx, one in enumerate(sealed, start)],
        )
        return range(start, start + len(sealed))

    def flush(self) -> None:
        """Write the pending entries to the ledger's tables, so that this transaction can read them."""
        if self._pending:
            self._ledger.append(self._conn, self._pending)
            self._first += len(self._pending)
            self._pending = []

    def attempt(self, job: "Callable[[Work], T]") -> T:
        """Run one job; if it raises, what it did in this transaction is taken back."""
        before = self._first, list(self._pending), set(self.kinds)
        sql(self._conn, "SAVEPOINT job")
        try:
            result = job(self)
        except BaseException:
            sql(self._conn, "ROLLBACK TO SAVEPOINT job")
            self._first, self._pending, self.kinds = before
            raise
        finally:
            sql(self._conn, "RELEASE SAVEPOINT job")
        return result

    def begin_job(self) -> None:
        """What held for the last job does not hold for the next one."""
        self.signed_in, self.decision = "", None

    def rehearse(self, job: "Callable[[Work], T]") -> T:
        """Run one job through all that it would do, then take it back: its result, and nothing that ever lasts."""
        results: list[T] = []

        def act(work: Work) -> None:
            results.append(job(work))
            raise _TakenBack

        with suppress(_TakenBack):
            self.attempt(act)
        return results[0]


class _TakenBack(Exception):
    """Ends a rehearsal."""


def _kind_of(placed: Placed) -> str:
    return placed[1].kind
