"""What reading a pack's files gave, in the user's cache between runs, under the SHA-256 of the bytes that were read.

It is a shortcut and never needed: what is missing, broken, or not the user's own is made again, and what cannot be
written is left out (decision 0041).
"""

import hashlib
import os
import stat
from pathlib import Path

from anbao import localfiles
from anbao.errors import InvalidInput
from anbao.version import VERSION

CACHE_VARIABLE = "XDG_CACHE_HOME"
_DIGEST = 64
"""Characters of a SHA-256 in hex, with which each file begins."""

_MOST_FILES = 1_000
"""From so many files on all are removed: each change of a pack leaves files behind."""


def read(digest: str, what: str) -> bytes | None:
    """What was written as ``what`` for the bytes with this SHA-256 (hex); None where nothing can be used."""
    try:
        number = os.open(_folder() / f"{digest}.{what}", os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(number, "rb") as stream:
            if not _is_own(os.fstat(number)):
                return None
            data = stream.read()
    except (OSError, RuntimeError):
        return None
    found, content = data[:_DIGEST], data[_DIGEST:]
    return content if found == _sum(content) else None


def write(digest: str, what: str, content: bytes) -> None:
    """Store ``content`` for later runs, if that can be done."""
    try:
        folder = _folder()
        localfiles.make_folder(folder)
        if not _is_own(folder.stat()):
            return
        there = list(folder.iterdir())
        if len(there) >= _MOST_FILES:
            for old in there:
                old.unlink(missing_ok=True)
        passing = folder / f"{digest}.{what}.{os.getpid()}"
        localfiles.write_anew(passing, _sum(content) + content)
        passing.replace(folder / f"{digest}.{what}")
    except (OSError, RuntimeError, InvalidInput):
        return


def _folder() -> Path:
    """Raises RuntimeError where the user has no home."""
    base = Path(os.environ.get(CACHE_VARIABLE, ""))
    return (base if base.is_absolute() else Path.home() / ".cache") / "anbao" / VERSION


def _is_own(seen: os.stat_result) -> bool:
    """Whether a file or folder belongs to the user, and no other may write to it."""
    if os.name != "posix":
        return True
    return seen.st_uid == os.geteuid() and not seen.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _sum(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()
