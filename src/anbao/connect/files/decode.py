"""Chunks become listings and row errors: pure, with inputs that travel to other processes.

What a row has wrong never hides the rest of it: what can be read is in its listing, and the fault is named.
"""

import csv
import io
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache, lru_cache

import msgspec

from anbao.connect.files.cut import CsvCutter, GroupCutter
from anbao.connect.files.records import FIELDS, Chunk, Encoding, FileRowError, Format, Mapping, Partial
from anbao.connect.files.rows import OVERSIZE, UNCLOSED, Builder, RowPlace, joined, undecodable
from anbao.model.listing import Listing
from anbao.text import Text

Row = Listing | Partial | FileRowError

_PLAIN = msgspec.convert({field: field for field in FIELDS}, Mapping)
_OWN_COLUMNS = frozenset(Listing.__struct_fields__)
_listings = msgspec.json.Decoder(Listing).decode_lines
_object = msgspec.json.Decoder(dict[str, object], float_hook=Decimal).decode

RAW = "row"
"""The name of the text that is a whole row which could not be taken apart."""

_NOT_JSON = Text(
    "不是有效的 JSON{place}；已按文字整行审核", "not valid JSON{place}; the whole row was screened as text"
)
_NOT_OBJECT = Text(
    "应为一个 JSON 对象（{{…}}）；已按文字整行审核",
    "expected a JSON object ({{…}}); the whole row was screened as text",
).format()
_TOO_DEEP = Text("JSON 嵌套过深；已按文字整行审核", "JSON nested too deeply; the whole row was screened as text")


def decode(chunk: Chunk, mapping: Mapping, layout: Format) -> list[Row]:
    """``chunk.rows`` listings or row errors, in the order of the file. Raises nothing for what a file can contain."""
    if layout.kind == "csv":
        return _csv(chunk, mapping, layout)
    if layout.kind == "text":
        return _text(chunk, mapping, layout)
    return _json(chunk, mapping, layout)


def _place(row: int, line: int, layout: Format) -> RowPlace:
    return RowPlace(row, line, f"row-{layout.ids}-{row}" if layout.ids else f"row-{row}")


def _json(chunk: Chunk, mapping: Mapping, layout: Format) -> list[Row]:
    if _is_plain(mapping, layout):
        mapping = _PLAIN
        if layout.encoding == "utf-8" and not chunk.oversize and b"\\u0000" not in chunk.payload:
            listings = _plain_listings(chunk)
            if listings is not None:
                return listings
    builder = Builder(mapping, nul=b"\0" in chunk.payload or b"\\u0000" in chunk.payload)
    return [
        _json_row(record, builder, _place(row, line, layout), layout.encoding, oversize=chunk.oversize)
        for row, line, record in _lines(chunk)
    ]


def _is_plain(mapping: Mapping, layout: Format) -> bool:
    """Whether the file's columns are the listing's own fields."""
    return _OWN_COLUMNS.issuperset(layout.columns) and all(getattr(mapping, field) in (None, field) for field in FIELDS)


def _plain_listings(chunk: Chunk) -> list[Row] | None:
    """All rows at once, or None where any of them needs a closer look."""
    try:
        listings: list[Listing] = [*_listings(chunk.payload)]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    rows: list[Row] = []
    for listing in listings:
        if not listing.title.strip() or listing.pictures or listing.extra or not _plain_id(listing.id):
            return None
        if worded := _worded_cells(listing.category, listing.merchant):
            listing = msgspec.structs.replace(listing, texts=listing.texts | worded)
        rows.append(listing)
    return rows if len(rows) == chunk.rows else None


_plain_id = re.compile(r"(?![+-]?\d(?:[.,]\d+)?[eE]\+?\d+$)[!-~]{1,128}").fullmatch
_worded = re.compile(r"[^\W\d_]").search


@lru_cache(maxsize=4_096)
def _worded_cells(category: str, merchant: str) -> dict[str, str]:
    """Which of these cells hold words, which are screened. Files name the same few again and again."""
    return {field: text for field, text in (("category", category), ("merchant", merchant)) if _worded(text)}


def _json_row(record: bytes, builder: Builder, place: RowPlace, encoding: Encoding, *, oversize: bool) -> Row:
    parts: tuple[FileRowError, ...] = ()
    text = _decoded(record, encoding)
    if text is None:
        text = _readable(record, encoding)
        parts = (undecodable({}, encoding, place.row, place.line),)
    if oversize:
        parts = (FileRowError(place.row, place.line, "", OVERSIZE), *parts)
        return builder.build({RAW: text}, place, parts)
    try:
        cells = _object(text)
    except (msgspec.DecodeError, RecursionError) as error:
        return builder.build({RAW: text}, place, (_not_json(error, text, place), *parts))
    if parts:
        parts = (undecodable(cells, encoding, place.row, place.line),)
    return builder.build(cells, place, parts)


def _not_json(error: Exception, text: str, place: RowPlace) -> FileRowError:
    if isinstance(error, RecursionError):
        return FileRowError(place.row, place.line, "", _TOO_DEEP)
    if isinstance(error, msgspec.ValidationError) and not text.lstrip().startswith("{"):
        return FileRowError(place.row, place.line, "", _NOT_OBJECT)
    byte = re.search(r"\(byte (\d+)\)", str(error))
    at = (f"（第 {int(byte[1]) + 1} 字节处）", f" (at byte {int(byte[1]) + 1})") if byte else ("", "")
    reason = Text(_NOT_JSON.zh.format(place=at[0]), _NOT_JSON.en.format(place=at[1]))
    return FileRowError(place.row, place.line, "", reason)


def _text(chunk: Chunk, mapping: Mapping, layout: Format) -> list[Row]:
    builder = Builder(mapping, nul=b"\0" in chunk.payload)
    column = layout.columns[0]
    rows: list[Row] = []
    for row, line, record in _lines(chunk):
        parts = (FileRowError(row, line, "", OVERSIZE),) if chunk.oversize else ()
        title = _decoded(record, layout.encoding)
        if title is None:
            title = _readable(record, layout.encoding)
            parts = (*parts, undecodable({column: "\ufffd"}, layout.encoding, row, line))
        rows.append(builder.build({column: title.removesuffix("\r")}, _place(row, line, layout), parts))
    return rows


def _lines(chunk: Chunk) -> Iterator[tuple[int, int, bytes]]:
    """Row, line and bytes of each line that is not blank."""
    row = chunk.first_row
    for line, record in enumerate(chunk.payload.split(b"\n"), chunk.first_line):
        if record.strip():
            yield row, line, record
            row += 1


def _decoded(record: bytes, encoding: Encoding) -> str | None:
    try:
        return record.decode(encoding)
    except UnicodeDecodeError:
        return None


def _readable(record: bytes, encoding: Encoding) -> str:
    """A record with bytes that are not of its encoding: by another one, if that reads all of a line that this one
    mostly cannot; else with U+FFFD for what cannot be read.
    """
    text = record.decode(encoding, "replace")
    for other in ("utf-8", "gb18030"):
        if other != encoding and text.count("\ufffd") * 3 > sum(not one.isascii() for one in text):
            try:
                return record.decode(other)
            except UnicodeDecodeError:
                continue
    return text


class _Record(msgspec.Struct, frozen=True):
    """The cells of a record, and what is wrong with it. ``variants``: those of the rows that belong to it."""

    cells: list[str]
    parts: tuple[FileRowError, ...] = ()
    variants: tuple[list[str], ...] = ()


def _csv(chunk: Chunk, mapping: Mapping, layout: Format) -> list[Row]:
    builder = Builder(mapping, nul=b"\0" in chunk.payload)
    records: list[tuple[int, list[str] | _Record]]
    try:
        records = [] if chunk.oversize or layout.group else list(_csv_at_once(chunk, layout))
    except (UnicodeDecodeError, csv.Error):
        records = []
    if not records:
        records = list(_csv_one_by_one(chunk, layout))
    rows: list[Row] = []
    for row, (line, record) in enumerate(records, chunk.first_row):
        place = _place(row, line, layout)
        if isinstance(record, _Record):
            cells = _cells(record.cells, layout.columns)
            if record.variants:
                cells = joined([cells, *(_cells(variant, layout.columns) for variant in record.variants)])
            rows.append(builder.build({**cells}, place, tuple(_of_row(part, row, line) for part in record.parts)))
        else:
            rows.append(builder.build({**_cells(record, layout.columns)}, place))
    return rows


def _of_row(part: FileRowError, row: int, line: int) -> FileRowError:
    return FileRowError(row, line, part.field, part.reason)


def _cells(values: list[str], columns: tuple[str, ...]) -> dict[str, str]:
    """The cells by column; those beyond the header are named ``column_8``."""
    cells = dict(zip(columns, values, strict=False))
    for number in range(len(columns), len(values)):
        if values[number]:
            cells[f"column_{number + 1}"] = values[number]
    return cells


def _csv_at_once(chunk: Chunk, layout: Format) -> Iterator[tuple[int, list[str] | _Record]]:
    text = chunk.payload.decode(layout.encoding)
    if text.count("\r") != text.count("\r\n"):
        raise csv.Error
    reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=layout.delimiter, strict=True)
    line = chunk.first_line
    for cells in reader:
        if cells:
            yield line, cells
        line = chunk.first_line + reader.line_num


def _csv_one_by_one(chunk: Chunk, layout: Format) -> Iterator[tuple[int, list[str] | _Record]]:
    """The same for chunks in which something is wrong or rows belong together, cut as the reader cut them."""
    cutter = CsvCutter(layout.delimiter)
    if chunk.oversize:
        whole = _csv_record(chunk.payload, layout, whole=False)
        yield chunk.first_line, _Record(whole.cells, (FileRowError(0, 0, "", OVERSIZE),))
        return
    groups = GroupCutter(cutter, layout) if layout.group else cutter
    start, line = 0, chunk.first_line
    for end in groups.ends(chunk.payload, final=True).tolist():
        record = chunk.payload[start:end]
        if not groups.blank(record):
            yield line, _csv_group(record, cutter, layout)
        start, line = end, line + record.count(b"\n")


def _csv_group(group: bytes, cutter: CsvCutter, layout: Format) -> _Record:
    if not layout.group:
        return _csv_record(group, layout, whole=cutter.whole(group))
    records = []
    start = 0
    for end in cutter.ends(group, final=True).tolist():
        record = group[start:end]
        start = end
        if not cutter.blank(record):
            records.append(_csv_record(record, layout, whole=cutter.whole(record)))
    parts = tuple(part for record in records for part in record.parts)
    return _Record(records[0].cells, parts, tuple(record.cells for record in records[1:]))


def _csv_record(record: bytes, layout: Format, *, whole: bool) -> _Record:
    text = _decoded(record, layout.encoding)
    parts: tuple[FileRowError, ...] = ()
    readable = _readable(record, layout.encoding) if text is None else text
    cells = split_cells(readable, layout.delimiter)
    if not whole:
        parts = (FileRowError(0, 0, "", UNCLOSED),)
    if text is None:
        marked = split_cells(record.decode(layout.encoding, "replace"), layout.delimiter)
        parts = (*parts, undecodable({**_cells(marked, layout.columns)}, layout.encoding, 0, 0))
    return _Record(cells, parts)


def split_cells(record: str, delimiter: str) -> list[str]:
    """The cells of one CSV record, which may end a line; where its quotes are broken, what stands between the marks."""
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
