"""An open listing file, ready to be cut into chunks."""

import hashlib
import io
import os
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from anbao.connect.files.cut import cut, cutter_for
from anbao.connect.files.records import Chunk, Format, Mapping
from anbao.text import Text

Convert = Callable[[BinaryIO, BinaryIO], None]
"""Writes a file in a form that can be cut: from the first stream to the second, the same every time."""


class Source(ABC):
    """A file, how it is read, and which of its columns mean what. ``size`` is in bytes.

    ``notes``: what of the file as a whole is not looked at, such as lines above the header.
    """

    def __init__(self, path: Path, layout: Format, mapping: Mapping, notes: tuple[Text, ...] = ()) -> None:
        self.path = path
        self.format = layout
        self.mapping = mapping
        self.size = path.stat().st_size
        self.notes = notes

    @property
    @abstractmethod
    def end(self) -> int:
        """The position behind the last chunk, for progress: in bytes, for Parquet in rows."""

    @abstractmethod
    def chunks(self, position: int = 0, first_row: int = 1, first_line: int = 1, rows: int = 1000) -> Iterator[Chunk]:
        """Chunks of up to ``rows`` rows from the beginning, or from behind a chunk.

        For the latter, give that chunk's ``position``, ``next_row`` and ``next_line``. Raises ``InvalidInput`` where
        the file cannot be read any further.
        """

    @property
    def unscreened(self) -> tuple[str, ...]:
        """The columns that are not screened as text: identifiers, licences, pictures, addresses of own pages."""
        mapping = self.mapping
        named = {mapping.id, mapping.pictures, *mapping.more_pictures, *mapping.links, "licences"}
        return tuple(column for column in self.format.columns if column in named)

    def fingerprint(self) -> str:
        """SHA-256, in hex, over the file's content, its format and its mapping: the identity of a run over it."""
        with self.path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256")
        digest.update(msgspec.json.encode((self.format, self.mapping)))
        return digest.hexdigest()


class ByteSource(Source):
    """JSONL, CSV or plain text; data begin at byte ``data_start`` in physical line ``data_line``.

    ``convert``: how the file is brought into such a form, where it is not in one.
    """

    def __init__(
        self,
        path: Path,
        layout: Format,
        mapping: Mapping,
        data_start: int,
        data_line: int,
        data: "Data",
        notes: tuple[Text, ...] = (),
    ) -> None:
        super().__init__(path, layout, mapping, notes)
        self._data_start = data_start
        self._data_line = data_line
        self._data = data

    @property
    def end(self) -> int:
        return self._data.size

    def chunks(self, position: int = 0, first_row: int = 1, first_line: int = 1, rows: int = 1000) -> Iterator[Chunk]:
        if position == 0:
            position, first_line = self._data_start, self._data_line
        with self._data.open() as stream:
            yield from cut(stream, cutter_for(self.format), position, first_row, first_line, rows)


class Data:
    """The bytes that are cut: the file's own, or those to which ``convert`` brings them.

    What is converted lies in a file without a name, which is gone when this process is.
    """

    def __init__(self, path: Path, convert: Convert | None = None) -> None:
        self.path = path
        self._convert = convert
        self._stream: BinaryIO | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_stream": None}

    def converted(self, convert: Convert) -> "Data":
        """These bytes, brought into another form."""
        return Data(self.path, convert if self._convert is None else _Both(self._convert, convert))

    @property
    def size(self) -> int:
        """Bytes in all."""
        return self.path.stat().st_size if self._convert is None else os.fstat(self._made().fileno()).st_size

    def open(self) -> BinaryIO:
        """A stream of its own over the bytes."""
        if self._convert is None:
            return self.path.open("rb")
        return io.BufferedReader(_Positioned(self._made().fileno()))

    def _made(self) -> BinaryIO:
        if self._stream is None:
            assert self._convert is not None
            stream = tempfile.TemporaryFile(prefix="anbao-")  # noqa: SIM115
            with self.path.open("rb") as given:
                self._convert(given, stream)
            stream.flush()
            self._stream = stream
        return self._stream


class _Both:
    """One conversion after the other."""

    def __init__(self, first: Convert, second: Convert) -> None:
        self._first, self._second = first, second

    def __call__(self, given: BinaryIO, made: BinaryIO) -> None:
        with tempfile.TemporaryFile(prefix="anbao-") as between:
            self._first(given, between)
            between.seek(0)
            self._second(between, made)


class _Positioned(io.RawIOBase):
    """Reads a file at a position of its own, so that several may read it at once."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        size = os.fstat(self._descriptor).st_size
        self._position = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: size}[whence]
        return self._position

    def readinto(self, buffer: Any) -> int:
        data = os.pread(self._descriptor, len(buffer), self._position)
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)


def short_digest(path: Path) -> str:
    """What identifies a file by its content: the beginning of its SHA-256."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:8]
