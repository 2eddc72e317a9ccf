"""One transaction: the entries it appends, the obligations they move and the projections they change.

Invariants
- An entry, its obligations and its projections become durable together or not at all.
- Jobs that arrive together share one durable commit; a job that fails takes back its own entries and rows only.
- A job's result is handed out after the commit.
"""

import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import Connection

from anbao.ledger import Ledger, seal
from anbao.model.decision import Decision
from anbao.model.entry import Entry, Receipt, Sealed
from anbao.obligations.engine import ObligationEngine, Recorded
from anbao.store import Store
from anbao.store.bulk import sql

T = TypeVar("T")

MAX_GROUP = 256
"""Jobs that share one commit at the most."""


Placed = tuple[int, Sealed]
"""A sealed entry behind its index in the ledger."""

Projector = Callable[[Connection, Sequence[Placed]], None]
"""Writes what entries of one kind mean for a room's tables."""


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
        self.conn = conn
        self.now = now
        self._ledger = ledger
        self._engine = engine
        self._projectors = projectors
        self.kinds: set[str] = set()
        self.signed_in = ""
        self.decision: Decision | None = None
        self._first = ledger.size(conn)
        self._pending: list[Sealed] = []

    def record(self, *entries: Entry) -> list[int]:
        """Seal and append entries; their indexes. Raises InvalidInput, TooLarge."""
        return list(self.record_sealed([seal(entry) for entry in entries]))

    def record_receipts(self, entries: Sequence[Entry]) -> list[Receipt]:
        """As ``record``; what the submitter keeps of each."""
        sealed = [seal(entry) for entry in entries]
        return [
            Receipt(entry=index, leaf=one.leaf.hex())
            for index, one in zip(self.record_sealed(sealed), sealed, strict=True)
        ]

    def record_sealed(self, sealed: Sequence[Sealed]) -> range:
        """Append sealed entries in order; their indexes. Obligations and projections follow at once."""
        start = self._first + len(self._pending)
        self._pending += sealed
        for kind, run in groupby(enumerate(sealed, start), key=_kind_of):
            self.kinds.add(kind)
            if projectors := self._projectors.get(kind):
                placed = list(run)
                for project in projectors:
                    project(self.conn, placed)
        self._engine.observe(
            self.conn,
            [Recorded(idx, one.kind, one.at, one.subjects, one.facts) for idx, one in enumerate(sealed, start)],
        )
        return range(start, start + len(sealed))

    def flush(self) -> None:
        """Write the pending entries to the ledger's tables, so that this transaction can read them."""
        if self._pending:
            self._ledger.append(self.conn, self._pending)
            self._first += len(self._pending)
            self._pending = []

    def attempt(self, job: "Callable[[Work], T]") -> T:
        """Run one job; if it raises, what it did in this transaction is taken back."""
        before = self._first, list(self._pending), set(self.kinds)
        sql(self.conn, "SAVEPOINT job")
        try:
            result = job(self)
        except BaseException:
            sql(self.conn, "ROLLBACK TO SAVEPOINT job")
            self._first, self._pending, self.kinds = before
            raise
        finally:
            sql(self.conn, "RELEASE SAVEPOINT job")
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


class Writer:
    """The thread that runs jobs, as many as are waiting under one commit. ``follow_up`` is told of each commit."""

    def __init__(
        self, store: Store, begin: Callable[[Connection], Work], follow_up: Callable[[Work], None] = lambda work: None
    ) -> None:
        self._store = store
        self._begin = begin
        self._follow_up = follow_up
        self._jobs: queue.SimpleQueue[tuple[Callable[[Work], Any], Future[Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="anbao-writer", daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[Work], T]) -> "Future[T]":
        """Queue a job; the future is done when its commit is durable."""
        future: Future[T] = Future()
        self._jobs.put((job, future))
        return future

    def close(self) -> None:
        """Finish what is queued and stop."""
        self._jobs.put(None)
        self._thread.join()

    def _serve(self) -> None:
        while (first := self._jobs.get()) is not None:
            group = [first]
            while len(group) < MAX_GROUP and not self._jobs.empty():
                following = self._jobs.get()
                if following is None:
                    self._jobs.put(None)
                    break
                group.append(following)
            self._commit(group)

    def _commit(self, waiting: list[tuple[Callable[[Work], Any], Future[Any]]]) -> None:
        group = [(job, future) for job, future in waiting if future.set_running_or_notify_cancel()]
        outcomes: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            with self._store.write() as conn:
                work = self._begin(conn)
                for job, future in group:
                    work.begin_job()
                    try:
                        outcomes.append((future, work.attempt(job), None))
                    except Exception as error:
                        outcomes.append((future, None, error))
                work.flush()
        except BaseException as error:
            for _job, future in group:
                future.set_exception(error)
            return
        self._follow_up(work)
        for future, result, failure in outcomes:
            if failure is None:
                future.set_result(result)
            else:
                future.set_exception(failure)
