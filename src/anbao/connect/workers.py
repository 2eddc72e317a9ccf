"""Processes that each do one kind of task, fed and read in order.

Tasks and results lie in a file without a name, one per worker; the pipes carry only places and lengths. So neither side
waits for the other to read, and the parent needs no thread that would contend with its writer. Tasks hold the texts of
listings: as the file has no name, nothing of them stays when all processes are gone, however they ended.
"""

import os
import pickle
import shutil
import stat
import sys
import tempfile
import threading
import time
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

_SLOT = 1 << 36
"""Bytes from one slot of a file to the next; what is not written takes no space."""

_STALE_SECONDS = 3600.0
_FOLDERS = (Path("/dev/shm"), Path(tempfile.gettempdir()))
"""Where versions up to 0.3 stored tasks in named files."""


class Workers(Generic[T]):
    """``count`` processes; ``start(*given)`` is called in each and gives the function that does a task.

    Forked workers share what the parent has built; elsewhere ``given`` is pickled.
    """

    def __init__(self, count: int, start: Callable[..., Task[T]], given: tuple[Any, ...]) -> None:
        remove_stale()
        forked = sys.platform == "linux"
        context: Any = get_context("fork" if forked else "spawn")
        self._pipes: list[Connection] = []
        self._files: list[int] = []
        self._processes = []
        for _ in range(count):
            ours, theirs = context.Pipe()
            file = _nameless_file()
            self._files.append(file)
            handed: Any = file if forked else _duplicated(file)
            process = context.Process(target=_serve, args=(theirs, handed, start, given), daemon=True)
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
        for file in self._files:
            os.close(file)

    def run(self, tasks: Iterable[T]) -> Iterator[tuple[T, bytes]]:
        """Each task with its result, in order. Raises what a worker raised, StoreError where one died."""
        waiting: deque[tuple[int, T]] = deque()
        for number, task in enumerate(tasks):
            slot = self._slot(number)
            self._pipe(number).send((slot, _put(self._file(number), slot, pickle.dumps(task))))
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
        return task, _get(self._file(number), self._slot(number), answer)

    def _slot(self, number: int) -> int:
        """Where a task and its result stand in the worker's file; it is free again when the result was taken."""
        return number // len(self._pipes) % DEPTH * _SLOT

    def _file(self, number: int) -> int:
        return self._files[number % len(self._files)]

    def _pipe(self, number: int) -> Connection:
        return self._pipes[number % len(self._pipes)]


def _serve(pipe: Connection, handed: Any, start: Callable[..., Task[T]], given: tuple[Any, ...]) -> None:
    file = handed if isinstance(handed, int) else handed.detach()
    threading.Thread(target=_follow_parent, name="follow-parent", daemon=True).start()
    do = start(*given)
    while True:
        slot, length = pipe.recv()
        try:
            pipe.send(_put(file, slot, do(pickle.loads(_get(file, slot, length)))))
        except Exception as error:
            pipe.send(error)


def _follow_parent() -> None:
    """A worker whose parent was killed would wait for tasks for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _nameless_file() -> int:
    """A file in memory where the system has such, else one that was unlinked as soon as it was made."""
    if sys.platform == "linux":
        return os.memfd_create("anbao", os.MFD_CLOEXEC)
    with tempfile.TemporaryFile() as stream:
        return os.dup(stream.fileno())


def _duplicated(file: int) -> Any:
    """What a spawned process gets the file by."""
    from multiprocessing.reduction import DupFd

    return DupFd(file)


def _put(file: int, slot: int, data: bytes) -> int:
    """Write over what is there, which keeps its memory; the length."""
    return os.pwrite(file, data, slot)


def _get(file: int, slot: int, length: int) -> bytes:
    return os.pread(file, length, slot)


def remove_stale(folders: Iterable[Path] = _FOLDERS, age: float = _STALE_SECONDS) -> int:
    """Remove what killed runs of earlier versions left: our own folders of tasks that rest; how many."""
    removed = 0
    for folder in folders:
        for left in folder.glob("anbao-????????"):
            try:
                if _is_stale(left, age):
                    shutil.rmtree(left)
                    removed += 1
            except OSError:  # another process removes it, too
                continue
    return removed


def _is_stale(folder: Path, age: float) -> bool:
    """Whether a folder is one of tasks, of this user, in which nothing was written for so many seconds."""
    about = folder.lstat()
    files = list(folder.iterdir()) if stat.S_ISDIR(about.st_mode) and about.st_uid == os.getuid() else []
    if not files or not all(one.name.isdecimal() and one.is_file() for one in files):
        return False
    return max(one.stat().st_mtime for one in files) < time.time() - age
