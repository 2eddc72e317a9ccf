"""Chunks become listings and row errors: pure, with inputs that travel to other processes."""

import csv
import io
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

import msgspec

from anbao.connect.files.cut import CsvCutter
from anbao.connect.files.records import FIELDS, Chunk, Format, Mapping, RowError
from anbao.connect.files.rows import OVERSIZE, UNCLOSED, Builder, Cells, too_many_cells, undecodable
from anbao.model.listing import Listing
from anbao.text import Text

Row = Listing | RowError

_PLAIN = Mapping(**{field: field for field in FIELDS})
_OWN_COLUMNS = frozenset(Listing.__struct_fields__)
_listings = msgspec.json.Decoder(Listing).decode_lines
_object = msgspec.json.Decoder(dict[str, object], float_hook=Decimal).decode

_NOT_JSON = Text("不是有效的 JSON{place}", "not valid JSON{place}")
_NOT_OBJECT = Text("应为一个 JSON 对象（{{…}}）", "expected a JSON object ({{…}})").format()
_TOO_DEEP = Text("JSON 嵌套过深", "JSON nested too deeply")


def decode(chunk: Chunk, mapping: Mapping, layout: Format) -> list[Row]:
    """``chunk.rows`` listings or row errors, in the order of the file. Raises nothing for what a file can contain."""
    if chunk.oversize:
        return [RowError(chunk.first_row, chunk.first_line, "", OVERSIZE)]
    if layout.kind == "csv":
        return _csv(chunk, mapping, layout)
    if layout.kind == "text":
        return _text(chunk, mapping, layout)
    return _json(chunk, mapping, layout)


def _json(chunk: Chunk, mapping: Mapping, layout: Format) -> list[Row]:
    nul = b"\\u0000" in chunk.payload
    if _is_plain(mapping, layout):
        mapping = _PLAIN
        if layout.encoding == "utf-8" and not nul:
            listings = _plain_listings(chunk)
            if listings is not None:
                return listings
    builder = Builder(mapping, nul=nul)
    rows: list[Row] = []
    for row, line, record in _lines(chunk):
        cells = _json_cells(record, layout.encoding, row, line)
        rows.append(cells if isinstance(cells, RowError) else builder.build(cells, row, line))
    return rows


def _is_plain(mapping: Mapping, layout: Format) -> bool:
    """Whether the file's columns are the listing's own fields."""
    return _OWN_COLUMNS.issuperset(layout.columns) and all(getattr(mapping, field) in (None, field) for field in FIELDS)


def _plain_listings(chunk: Chunk) -> list[Row] | None:
    """All rows at once, or None where any of them needs a closer look."""
    try:
        listings: list[Row] = [*_listings(chunk.payload)]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    whole = len(listings) == chunk.rows and all(listing.title.strip() for listing in listings)  # type: ignore[union-attr]
    return listings if whole else None


def _json_cells(record: bytes, encoding: str, row: int, line: int) -> Cells | RowError:
    try:
        return _object(record if encoding == "utf-8" else record.decode(encoding))
    except UnicodeDecodeError:
        readable = _json_cells(record.decode(encoding, "replace").encode(), "utf-8", row, line)
        return undecodable({} if isinstance(readable, RowError) else readable, encoding, row, line)
    except RecursionError:
        return RowError(row, line, "", _TOO_DEEP)
    except msgspec.DecodeError as error:
        if isinstance(error, msgspec.ValidationError) and not record.lstrip().startswith(b"{"):
            return RowError(row, line, "", _NOT_OBJECT)
        byte = re.search(r"\(byte (\d+)\)", str(error))
        place = (f"（第 {int(byte[1]) + 1} 字节处）", f" (at byte {int(byte[1]) + 1})") if byte else ("", "")
        return RowError(row, line, "", Text(_NOT_JSON.zh.format(place=place[0]), _NOT_JSON.en.format(place=place[1])))


def _text(chunk: Chunk, mapping: Mapping, layout: Format) -> list[Row]:
    builder = Builder(mapping, nul=b"\0" in chunk.payload)
    column = layout.columns[0]
    rows: list[Row] = []
    for row, line, record in _lines(chunk):
        try:
            title = record.decode(layout.encoding).removesuffix("\r")
        except UnicodeDecodeError:
            rows.append(undecodable({column: "\ufffd"}, layout.encoding, row, line))
        else:
            rows.append(builder.build({column: title}, row, line))
    return rows


def _lines(chunk: Chunk) -> Iterator[tuple[int, int, bytes]]:
    """Row, line and bytes of each line that is not blank."""
    row = chunk.first_row
    for line, record in enumerate(chunk.payload.split(b"\n"), chunk.first_line):
        if record.strip():
            yield row, line, record
            row += 1


def _csv(chunk: Chunk, mapping: Mapping, layout: Format) -> list[Row]:
    builder = Builder(mapping, nul=b"\0" in chunk.payload)
    try:
        records = list(_csv_at_once(chunk, layout))
    except (UnicodeDecodeError, csv.Error):
        records = list(_csv_one_by_one(chunk, layout))
    columns = layout.columns
    rows: list[Row] = []
    for row, (line, cells) in enumerate(records, chunk.first_row):
        if isinstance(cells, _Spoiled):
            rows.append(cells.error(row, line))
        elif any(cells[len(columns) :]):
            rows.append(too_many_cells(len(cells), len(columns), row, line))
        else:
            rows.append(builder.build(dict(zip(columns, cells, strict=False)), row, line))
    return rows


class _Spoiled(msgspec.Struct, frozen=True):
    """A record whose cells cannot be read: undecodable ones are given as far as they can, others not at all."""

    cells: Cells | None
    encoding: str

    def error(self, row: int, line: int) -> RowError:
        if self.cells is None:
            return RowError(row, line, "", UNCLOSED)
        return undecodable(self.cells, self.encoding, row, line)


def _csv_at_once(chunk: Chunk, layout: Format) -> Iterator[tuple[int, list[str] | _Spoiled]]:
    text = chunk.payload.decode(layout.encoding)
    if text.count("\r") != text.count("\r\n"):
        raise csv.Error
    reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=layout.delimiter, strict=True)
    line = chunk.first_line
    for cells in reader:
        if cells:
            yield line, cells
        line = chunk.first_line + reader.line_num


def _csv_one_by_one(chunk: Chunk, layout: Format) -> Iterator[tuple[int, list[str] | _Spoiled]]:
    """The same for chunks in which something is wrong, cut as the reader cut them."""
    cutter = CsvCutter(layout.delimiter)
    start, line = 0, chunk.first_line
    for end in cutter.ends(chunk.payload, final=True).tolist():
        record = chunk.payload[start:end]
        if not cutter.blank(record):
            yield line, _csv_cells(record, layout) if cutter.whole(record) else _Spoiled(None, layout.encoding)
        start, line = end, line + record.count(b"\n")


def _csv_cells(record: bytes, layout: Format) -> list[str] | _Spoiled:
    try:
        return split_cells(record.decode(layout.encoding), layout.delimiter)
    except UnicodeDecodeError:
        readable = split_cells(record.decode(layout.encoding, "replace"), layout.delimiter)
        return _Spoiled(dict(zip(layout.columns, readable, strict=False)), layout.encoding)


def split_cells(record: str, delimiter: str) -> list[str]:
    """The cells of one whole CSV record, which may have its line end."""
    record = record.removesuffix("\n").removesuffix("\r")
    cells: list[str] = []
    at = 0
    while found := _cell_pattern(delimiter).match(record, at):
        quoted, plain, separator = found.groups()
        cells.append(plain if quoted is None else quoted.replace('""', '"'))
        at = found.end()
        if not separator:
            break
    return cells


@cache
def _cell_pattern(delimiter: str) -> re.Pattern[str]:
    mark = re.escape(delimiter)
    return re.compile(rf'(?:"((?:[^"]++|"")*+)"|([^{mark}]*+))({mark}|\Z)')
