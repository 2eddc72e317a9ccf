"""Reads a folder of a pack once in a process, as long as none of its files changes: what is read is immutable."""

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

_State = tuple[tuple[str, int, int], ...]


def read_cached(load: Callable[[Path], T]) -> Callable[[Path], T]:
    """Keep what ``load`` made of each folder, until a file below it comes, goes or is written."""
    cached: dict[Path, tuple[_State, T]] = {}

    @wraps(load)
    def loaded(folder: Path) -> T:
        state = _state(folder)
        known = cached.get(folder)
        if known is None or known[0] != state:
            known = cached[folder] = state, load(folder)
        return known[1]

    return loaded


def _state(folder: Path) -> _State:
    """Each file below, with the time of its last change (ns) and its size. ``scandir``, as ``Path`` is slow here."""
    found = []
    folders = [str(folder)]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    seen = entry.stat()
                    found.append((entry.path, seen.st_mtime_ns, seen.st_size))
                    if entry.is_dir():
                        folders.append(entry.path)
        except FileNotFoundError:  # there is no such folder, or it goes as we read
            continue
    return tuple(sorted(found))
