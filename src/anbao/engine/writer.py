"""The thread that writes: jobs that arrive together share one durable commit.

Invariants
- A job that fails takes back its own entries and rows only.
- A job's result is handed out after the commit; where what follows a commit cannot be queued, every caller that waits
  for that commit gets the error instead of waiting for ever.
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from anbao.engine.work import Work
from anbao.store import Connection, Store

T = TypeVar("T")

MAX_GROUP = 256
"""Jobs that share one commit at the most."""


class Writer:
    """The thread that runs jobs, as many as are waiting under one commit. ``follow_up`` is called after each commit."""

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
        try:
            self._follow_up(work)
        except BaseException as error:
            # The commit stands; whoever waits learns that what should follow it does not.
            for future, _result, failure in outcomes:
                future.set_exception(failure or error)
            return
        for future, result, failure in outcomes:
            if failure is None:
                future.set_result(result)
            else:
                future.set_exception(failure)
