"""What a listing file is made of: its format, the columns that matter, its chunks, and the rows that do not fit."""

from typing import Literal

from msgspec import Struct

from anbao.model.listing import Listing
from anbao.text import Text

MAX_RECORD = 8 * 1024 * 1024
"""Bytes of one row that are read: several texts of the length that is judged. Of a longer row the rest is named."""

Kind = Literal["jsonl", "csv", "text", "parquet"]
Encoding = Literal["utf-8", "gb18030", "big5hkscs"]

FIELDS = ("id", "title", "description", "category", "merchant", "pictures")
"""The fields of a listing that a column can be mapped to."""


class Format(Struct, frozen=True):
    """How the bytes of a file's chunks are to be read. Parquet and JSON documents are handed out as JSONL.

    ``ids``: what distinguishes rows of this file from those of others, where it has no column of ids. ``group``: the
    places of the columns of handle and title, where rows without title belong to the product above.
    """

    kind: Kind
    columns: tuple[str, ...]
    encoding: Encoding = "utf-8"
    delimiter: str = ","
    ids: str = ""
    group: tuple[int, int] | None = None


class Mapping(Struct, frozen=True, kw_only=True):
    """The file's column for each field of a listing; every other column is one of its ``texts``.

    ``more_pictures``: further columns of pictures. ``links``: columns of addresses of the platform's own pages, which
    are no text as long as they are one address; they go to ``Listing.extra``.
    """

    id: str | None = None
    title: str | None = None
    description: str | None = None
    category: str | None = None
    merchant: str | None = None
    pictures: str | None = None
    more_pictures: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


class FileRowError(Struct, frozen=True):
    """Why a row, or a part of it, could not be read as it stands.

    ``row`` is the data row, ``line`` the physical line at which its record starts, both from 1; in Parquet they are the
    same. ``field`` is the file's column, empty where the row as a whole is at fault.
    """

    row: int
    line: int
    field: str
    reason: Text


class Partial(Struct, frozen=True):
    """A listing some parts of which could not be read; all others are in it. ``damaged_id``: its id is of the row."""

    listing: Listing
    parts: tuple[FileRowError, ...] = ()
    damaged_id: bool = False


class Chunk(Struct, frozen=True):
    """Some whole records, still undecoded.

    ``rows`` counts them without blank lines. ``position``, ``next_row`` and ``next_line`` restart the reader behind
    this chunk. An ``oversize`` chunk has the first ``MAX_RECORD`` bytes of one longer row.
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
