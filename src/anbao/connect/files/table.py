"""Where the header of a table stands, and what its columns are called.

Shop systems write lines above the header (``version 1.00``, a title, notes), and some write it twice, in English and in
Chinese. The header is the first row in which a name for the title stands beside others, or the first row at all.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from anbao.connect.files.cut import CsvCutter
from anbao.connect.files.decode import split_cells
from anbao.connect.files.headers import folded, has_title, known, unique
from anbao.connect.files.records import Encoding, Mapping
from anbao.errors import InvalidInput
from anbao.text import Text

DELIMITERS = (",", "\t", ";", "|")
_ROWS = 30
"""Rows at the beginning of a file among which its header is looked for."""

_DIRECTIVES = ("version", "sep=")
"""What lines above a header begin with that say how to read the file, and nothing else."""


class Header(NamedTuple):
    """A header: the bytes up to its end, the columns, and the texts of the lines above it."""

    end: int
    columns: tuple[str, ...]
    delimiter: str
    above: tuple[str, ...]
    sure: bool


class _TableRow(NamedTuple):
    end: int
    cells: list[str]
    whole: bool


def find_header(
    head: bytes, encoding: Encoding, delimiters: Sequence[str], given: Mapping | None, *, whole: bool
) -> Header:
    """The header of the table that begins with ``head``. Raises InvalidInput where it is damaged."""
    found = [one for delimiter in delimiters if (one := _header(head, encoding, delimiter, given, whole=whole))]
    if not found:
        raise InvalidInput(
            Text("表头的引号没有成对，或表头过长。", "The header has unclosed quotes or is too long."),
            hint=Text("请改正文件的第一行，每列一个名称。", "Correct the first row of the file: one name per column."),
            field="file",
        )
    return max(found, key=lambda one: (one.sure, len(one.columns)))


def _header(head: bytes, encoding: Encoding, delimiter: str, given: Mapping | None, *, whole: bool) -> Header | None:
    rows = list(_rows(head, encoding, delimiter, whole=whole))
    if not rows:
        return None
    place = next((place for place, row in enumerate(rows) if row.whole and _names_title(row.cells, given)), None)
    sure = place is not None
    if place is None:
        place = next((place for place, row in enumerate(rows) if any(cell.strip() for cell in row.cells)), 0)
    if not rows[place].whole:
        return None
    above = tuple(
        text
        for row in rows[:place]
        if (text := " ".join(cell.strip() for cell in row.cells if cell.strip()))
        and not text.casefold().startswith(_DIRECTIVES)
    )
    columns = unique(rows[place].cells)
    last = place
    while sure and last + 1 < len(rows) and _is_header_again(rows[last + 1].cells, rows[place].cells):
        last += 1
    return Header(rows[last].end, columns, delimiter, above, sure)


def _rows(head: bytes, encoding: Encoding, delimiter: str, *, whole: bool) -> Iterator[_TableRow]:
    cutter = CsvCutter(delimiter)
    start = 0
    for end in cutter.ends(head, final=whole)[:_ROWS].tolist():
        record = head[start:end]
        start = end
        yield _TableRow(end, split_cells(record.decode(encoding, "replace"), delimiter), cutter.whole(record))


def _names_title(cells: Sequence[str], given: Mapping | None) -> bool:
    names = [cell.strip() for cell in cells]
    if given is not None and given.title is not None:
        return given.title in unique(cells)
    filled = [name for name in names if name]
    return has_title(filled) and (len(filled) == 1 or sum(map(known, filled)) >= min(2, len(filled)))


def _is_header_again(cells: Sequence[str], columns: Sequence[str]) -> bool:
    """Whether a row says again, in other words, what the columns are."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    title = next((cell for cell, column in zip(cells, columns, strict=False) if has_title([column.strip()])), "")
    same = {folded(cell) for cell in filled if known(cell)}
    return len(same) > 1 and has_title([title.strip()]) and len(same) * 3 >= len(filled)
