"""Processes that each do one kind of task, fed and read in order.

Tasks and results lie in files (in memory, where the system has such a folder); the pipes carry only their numbers. So
neither side waits for the other to read, and the parent needs no thread that would contend with its writer.
"""

import os
import pickle
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, TypeVar

from anbao.errors import StoreError
from anbao.text import Text

T = TypeVar("T")

Task = Callable[[T], bytes]

DEPTH = 6
"""Tasks under way per worker."""

_MEMORY = Path("/dev/shm")


class Workers(Generic[T]):
    """``count`` processes; ``start(*given)`` is called in each and gives the function that does a task.

    Forked workers share what the parent has built; elsewhere ``given`` is pickled.
    """

    def __init__(self, count: int, start: Callable[..., Task[T]], given: tuple[Any, ...]) -> None:
        self._folder = tempfile.TemporaryDirectory(
            prefix="anbao-", dir=_MEMORY if os.access(_MEMORY, os.W_OK) else None
        )
        context: Any = get_context("fork" if sys.platform == "linux" else "spawn")
        self._pipes: list[Connection] = []
        self._processes = []
        for _ in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, start, given), daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)

    def __enter__(self) -> "Workers[T]":
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        for process in self._processes:
            process.kill()
            process.join()
        for pipe in self._pipes:
            pipe.close()
        self._folder.cleanup()

    def run(self, tasks: Iterable[T]) -> Iterator[tuple[T, bytes]]:
        """Each task with its result, in order. Raises what a worker raised, StoreError where one died."""
        waiting: deque[tuple[int, T]] = deque()
        for number, task in enumerate(tasks):
            slot = self._slot(number)
            self._pipe(number).send((slot, _put(slot, pickle.dumps(task))))
            waiting.append((number, task))
            if len(waiting) >= DEPTH * len(self._pipes):
                yield self._take(*waiting.popleft())
        while waiting:
            yield self._take(*waiting.popleft())

    def _take(self, number: int, task: T) -> tuple[T, bytes]:
        try:
            answer = self._pipe(number).recv()
        except EOFError:
            raise StoreError(
                Text("一个工作进程意外结束", "a worker process ended unexpectedly"),
                hint=Text(
                    "再次运行即可续跑；内存不足时减少 --workers", "run again to go on; fewer --workers need less memory"
                ),
            ) from None
        if isinstance(answer, Exception):
            raise answer
        return task, _get(self._slot(number), answer)

    def _slot(self, number: int) -> str:
        """The file of a task and its result; it is free again when the result was taken."""
        return str(Path(self._folder.name) / str(number % (DEPTH * len(self._pipes))))

    def _pipe(self, number: int) -> Connection:
        return self._pipes[number % len(self._pipes)]


def _serve(pipe: Connection, start: Callable[..., Task[T]], given: tuple[Any, ...]) -> None:
    threading.Thread(target=_follow_parent, name="follow-parent", daemon=True).start()
    do = start(*given)
    while True:
        slot, length = pipe.recv()
        try:
            pipe.send(_put(slot, do(pickle.loads(_get(slot, length)))))
        except Exception as error:
            pipe.send(error)


def _follow_parent() -> None:
    """A worker whose parent was killed would wait for tasks for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _put(slot: str, data: bytes) -> int:
    """Write over what is there, which keeps its memory; the length."""
    file = os.open(slot, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        return os.pwrite(file, data, 0)
    finally:
        os.close(file)


def _get(slot: str, length: int) -> bytes:
    file = os.open(slot, os.O_RDONLY)
    try:
        return os.pread(file, length, 0)
    finally:
        os.close(file)
