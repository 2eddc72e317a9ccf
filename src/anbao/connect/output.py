"""Where output rows go: a file that can be cut back and continued, or a stream."""

import os
from pathlib import Path
from typing import BinaryIO

from anbao import localfiles
from anbao.connect.rows import RowFormat, header
from anbao.errors import Conflict
from anbao.text import Text


class Sink:
    """Rows of one format to a file, to a stream, or (``rows`` None) nowhere."""

    def __init__(self, rows: RowFormat | None, path: Path | None = None, stream: BinaryIO | None = None) -> None:
        self.rows: RowFormat | None = rows
        self._path = path
        self._stream = stream
        self._first = True

    @property
    def identity(self) -> str:
        """What makes two runs over one file different runs."""
        return f"{self.rows or ''}:{self._path.resolve() if self._path else ''}"

    def holds(self, position: int) -> bool:
        """Whether what a run wrote up to ``position`` is still there; a stream keeps nothing."""
        if self.rows is None:
            return True
        return self._path is not None and self._path.exists() and self._path.stat().st_size >= position

    def open(self, position: int) -> None:
        """Start, or continue behind the first ``position`` bytes. Raises Conflict where these are gone."""
        self._first = position == 0
        if self.rows is None:
            return
        if self._path is not None:
            try:
                go_on = position and self._path.exists()
                self._stream = self._path.open("r+b") if go_on else localfiles.open_new(self._path)
            except OSError as error:
                raise localfiles.unwritable(self._path, error) from error
            if os.fstat(self._stream.fileno()).st_size < position:
                raise Conflict(
                    Text(f"输出文件 {self._path} 不完整，无法续写", f"the output {self._path} is cut short"),
                    hint=Text("加 --restart 从头审核", "start over with --restart"),
                )
            self._stream.truncate(position)
            self._stream.seek(position)
        if self._first and self._stream is not None:
            self._stream.write(header(self.rows))

    def write(self, lines: list[bytes]) -> None:
        """Append finished lines."""
        if self._stream is None or not lines:
            return
        if self.rows == "json":
            lines = [line.rstrip(b"\n") for line in lines]
            data = (b"" if self._first else b",\n") + b",\n".join(lines)
        else:
            data = b"".join(lines)
        self._first = False
        self._stream.write(data)

    def sync(self) -> int:
        """Make what was written durable; the length so far (0 for a stream, which cannot be continued)."""
        if self._stream is None:
            return 0
        self._stream.flush()
        if self._path is None:
            return 0
        os.fsync(self._stream.fileno())
        return self._stream.tell()

    def close(self) -> None:
        """Write the end and let go of a file."""
        if self._stream is None:
            return
        if self.rows == "json":
            self._stream.write(b"\n]\n")
        self._stream.flush()
        if self._path is not None:
            self._stream.close()
