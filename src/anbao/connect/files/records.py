"""What a listing file is made of: its format, the columns that matter, its chunks, and the rows that do not fit."""

from typing import Literal

from msgspec import Struct

from anbao.text import Text

MAX_RECORD = 1024 * 1024
"""Bytes that one row may take; a longer one is a row error."""

Kind = Literal["jsonl", "csv", "text", "parquet"]
Encoding = Literal["utf-8", "gb18030"]

FIELDS = ("id", "title", "description", "category", "merchant", "pictures")
"""The fields of a listing that a column can be mapped to."""


class Format(Struct, frozen=True):
    """How the bytes of a file's chunks are to be read. Parquet is handed out as JSONL."""

    kind: Kind
    columns: tuple[str, ...]
    encoding: Encoding = "utf-8"
    delimiter: str = ","


class Mapping(Struct, frozen=True, kw_only=True):
    """The file's column for each field of a listing; every other column is kept in ``Listing.extra``."""

    id: str | None = None
    title: str | None = None
    description: str | None = None
    category: str | None = None
    merchant: str | None = None
    pictures: str | None = None


class RowError(Struct, frozen=True):
    """Why a row is no listing.

    ``row`` is the data row, ``line`` the physical line at which its record starts, both from 1; in Parquet they are the
    same. ``field`` is the file's column, empty where the row as a whole is at fault.
    """

    row: int
    line: int
    field: str
    reason: Text


class Chunk(Struct, frozen=True):
    """Some whole records, still undecoded.

    ``rows`` counts them without blank lines. ``position``, ``next_row`` and ``next_line`` restart the reader behind
    this chunk. An ``oversize`` chunk stands for one row longer than ``MAX_RECORD`` and has no payload.
    """

    first_row: int
    first_line: int
    rows: int
    payload: bytes
    position: int
    next_line: int
    oversize: bool = False

    @property
    def next_row(self) -> int:
        return self.first_row + self.rows
