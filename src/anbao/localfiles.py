"""Files by path: what holds personal data is for its owner only (个人信息保护法 51), and errors are for people.

The mode is set when a file is made, whatever the process's umask; a file that is there already keeps the mode that its
owner gave it. Where a system has no such modes (Windows), folders' own rules hold.
"""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from anbao.errors import InvalidInput
from anbao.text import Text

FILE_MODE = 0o600
FOLDER_MODE = 0o700

OTHERS = stat.S_IRWXG | stat.S_IRWXO
"""The rights of everybody but the owner."""


def touch(path: Path | str) -> None:
    """Make an empty file for its owner only, where there is none. Raises OSError."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), FILE_MODE))


def make_folder(path: Path) -> None:
    """Make a folder for its owner only, with its parents, where there is none. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=FOLDER_MODE, exist_ok=True)


def open_new(path: Path) -> BinaryIO:
    """The file emptied, or made for its owner only, open for writing and reading. Raises InvalidInput."""
    try:
        number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), FILE_MODE)
    except OSError as error:
        raise unwritable(path, error) from error
    return os.fdopen(number, "w+b")


def write(path: Path, data: bytes | str) -> None:
    """Write a whole file, for its owner only where it is new. Raises InvalidInput."""
    with open_new(path) as stream:
        try:
            stream.write(data.encode() if isinstance(data, str) else data)
            stream.flush()
        except OSError as error:
            raise unwritable(path, error) from error


def write_anew(path: Path, data: bytes) -> None:
    """As ``write``, in the place of what is there, so that no mode of an older file stays. Raises InvalidInput."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(path, error) from error
    write(path, data)


def require_writable(path: Path) -> None:
    """Raise InvalidInput where a file could not be written later: reported before the work, not after it."""
    try:
        if path.exists():
            with path.open("r+b"):
                return
        touch(path)
        path.unlink()
    except OSError as error:
        raise unwritable(path, error) from error


def read(path: Path, field: str = "file") -> bytes:
    """A whole file. Raises InvalidInput that says why it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise unreadable(path, error, field) from error


def is_shared(path: Path) -> bool:
    """Whether others than the owner have rights to a file or folder."""
    return os.name == "posix" and bool(path.stat().st_mode & OTHERS)


def unreadable(path: Path, error: OSError, field: str = "file") -> InvalidInput:
    why = _why(error)
    return InvalidInput(
        Text(f"无法读取 {path}：{why.zh}", f"cannot read {path}: {why.en}"),
        hint=Text("检查路径与读取权限", "check the path and the permission to read it"),
        field=field,
    )


def unwritable(path: Path, error: OSError) -> InvalidInput:
    why = _why(error)
    return InvalidInput(
        Text(f"无法写入 {path}：{why.zh}", f"cannot write {path}: {why.en}"),
        hint=Text("给出一个已有且可写的目录中的文件名", "name a file in a folder that exists and can be written to"),
        field="output",
    )


def _why(error: OSError) -> Text:
    known = {
        FileNotFoundError: Text("文件或目录不存在", "there is no such file or folder"),
        IsADirectoryError: Text("这是一个目录", "it is a folder"),
        NotADirectoryError: Text("路径中有一段不是目录", "a part of the path is no folder"),
        PermissionError: Text("没有权限", "permission denied"),
    }
    return known.get(type(error), Text(error.strerror or str(error), error.strerror or str(error)))
