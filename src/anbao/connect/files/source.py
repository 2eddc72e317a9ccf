"""An open listing file, ready to be cut into chunks."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path

import msgspec

from anbao.connect.files.cut import cut, cutter_for
from anbao.connect.files.records import Chunk, Format, Mapping


class Source(ABC):
    """A file, how it is read, and which of its columns mean what. ``size`` is in bytes."""

    def __init__(self, path: Path, layout: Format, mapping: Mapping) -> None:
        self.path = path
        self.format = layout
        self.mapping = mapping
        self.size = path.stat().st_size

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

    def fingerprint(self) -> str:
        """SHA-256, in hex, over the file's content, its format and its mapping: the identity of a run over it."""
        with self.path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256")
        digest.update(msgspec.json.encode((self.format, self.mapping)))
        return digest.hexdigest()


class ByteSource(Source):
    """JSONL, CSV or plain text; data begin at byte ``data_start`` in physical line ``data_line``."""

    def __init__(self, path: Path, layout: Format, mapping: Mapping, data_start: int, data_line: int) -> None:
        super().__init__(path, layout, mapping)
        self._data_start = data_start
        self._data_line = data_line

    @property
    def end(self) -> int:
        return self.size

    def chunks(self, position: int = 0, first_row: int = 1, first_line: int = 1, rows: int = 1000) -> Iterator[Chunk]:
        if position == 0:
            position, first_line = self._data_start, self._data_line
        with self.path.open("rb") as stream:
            yield from cut(stream, cutter_for(self.format), position, first_row, first_line, rows)
