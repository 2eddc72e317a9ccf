"""Whose turn it is to write to a SQLite file: nobody is shut out by one who writes again and again.

SQLite lets waiting processes poll, so that one which writes without a pause starves the others until they give up. Here
a writer passes a gate, a locked file beside the database, and keeps it while it waits for the write lock: the one that
wrote last finds the gate shut and comes after it. The gate is for fairness only; SQLite's own lock keeps writers apart.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from anbao import localfiles

POLL_SECONDS = 0.002


@contextmanager
def turn(file: str, end: float) -> Iterator[None]:
    """Hold the gate of a database file; at ``end`` (``time.monotonic``) it is passed, shut or not."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    gate = os.open(f"{file}-gate", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, localfiles.FILE_MODE)
    try:

        def shut() -> bool:
            try:
                fcntl.flock(gate, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        poll(shut, end)
        yield
    finally:
        os.close(gate)


def poll(ready: Callable[[], bool], end: float) -> bool:
    """Ask until it is so, or until ``end`` (``time.monotonic``); whether it came to be."""
    while not ready():
        if time.monotonic() > end:
            return False
        time.sleep(POLL_SECONDS)
    return True
