"""One row's cells become a listing, or the reason why they do not."""

from decimal import Decimal
from typing import Any

import msgspec

from anbao.connect.files.pictures import split
from anbao.connect.files.records import FIELDS, MAX_RECORD, Mapping, RowError
from anbao.model.listing import MAX_DESCRIPTION, MAX_TITLE, Listing
from anbao.model.merchant import Licence
from anbao.text import Text

Cells = dict[str, object]
"""A row by column name: strings, and from JSON also numbers, booleans, null, arrays and objects."""

_LIMITS = {"id": 128, "title": MAX_TITLE, "description": MAX_DESCRIPTION, "category": 128, "merchant": 128}

OVERSIZE = Text(f"这一行超过 {MAX_RECORD:,} 字节", f"the row is longer than {MAX_RECORD:,} bytes")
UNCLOSED = Text(
    "引号没有成对，无法分清各列", "quotes are not closed or have text behind them, so cells cannot be told apart"
)
_EMPTY_TITLE = Text("标题缺失或为空", "the title is missing or empty")
_NOT_TEXT = Text("应为文字或数字", "expected text or a number")
_TOO_LONG = Text("共 {length:,} 字，最多 {limit:,} 字", "{length:,} characters long, at most {limit:,}")
_NUL = Text("含有空字符（NUL）", "contains a NUL character")
_LICENCES = Text("应为许可证的数组，每项含 kind 和 number", "expected an array of licences, each with kind and number")
_EXTRA_CELLS = Text("有 {cells} 列，表头只有 {columns} 列", "has {cells} cells, the header only {columns}")
_UNDECODABLE = Text("不是有效的 {encoding} 编码", "not valid {encoding}")

_encode_nested = msgspec.json.Encoder(decimal_format="number").encode


class Builder:
    """Makes listings of rows under one mapping. ``nul``: whether any cell may contain a NUL character."""

    def __init__(self, mapping: Mapping, *, nul: bool) -> None:
        columns = ((field, getattr(mapping, field)) for field in FIELDS if field != "pictures")
        self._mapped = [(field, column, _LIMITS[field]) for field, column in columns if column is not None]
        self._title: str = mapping.title or "title"
        self._pictures = mapping.pictures
        self._nul = nul

    def build(self, cells: Cells, row: int, line: int) -> Listing | RowError:
        """The listing of ``cells``, which are used up; its ``pictures`` are still as the cell names them."""
        if self._nul and (column := _first_with("\0", cells)):
            return RowError(row, line, column, _NUL)
        values: dict[str, Any] = {}
        for field, column, limit in self._mapped:
            value = cells.pop(column, None)
            if isinstance(value, list | dict):
                return RowError(row, line, column, _NOT_TEXT)
            if text := value if isinstance(value, str) else _written(value):
                if len(text) > limit:
                    return RowError(row, line, column, _TOO_LONG.format(length=len(text), limit=limit))
                values[field] = text
        if not values.get("title", "").strip():
            return RowError(row, line, self._title, _EMPTY_TITLE)
        if "id" not in values:
            values["id"] = f"row-{row}"
        if self._pictures is not None and (pictures := split(cells.pop(self._pictures, None))):
            values["pictures"] = pictures
        if not cells:
            return Listing(**values)
        try:
            licences = _licences(cells.pop("licences", None))
        except msgspec.DecodeError:
            return RowError(row, line, "licences", _LICENCES)
        return Listing(**values, licences=licences, extra=_extra(cells))


def too_many_cells(cells: int, columns: int, row: int, line: int) -> RowError:
    return RowError(row, line, "", _EXTRA_CELLS.format(cells=cells, columns=columns))


def undecodable(cells: Cells, encoding: str, row: int, line: int) -> RowError:
    """``cells`` as decoded with U+FFFD for each sequence of bytes that is none of ``encoding``."""
    return RowError(row, line, _first_with("\ufffd", cells), _UNDECODABLE.format(encoding=encoding.upper()))


def _first_with(character: str, cells: Cells) -> str:
    """The first column that contains ``character`` in its name or anywhere in its value, or an empty string."""
    for column, value in cells.items():
        if character in column or _contains(character, value):
            return column.replace(character, "?")
    return ""


def _contains(character: str, value: object) -> bool:
    if isinstance(value, dict):
        return any(character in key or _contains(character, inner) for key, inner in value.items())
    if isinstance(value, list):
        return any(_contains(character, inner) for inner in value)
    return isinstance(value, str) and character in value


def _written(value: object) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return str(value)
    return _encode_nested(value).decode()


def _licences(value: object) -> tuple[Licence, ...]:
    if isinstance(value, str) and value:
        return msgspec.json.decode(value, type=tuple[Licence, ...])
    return msgspec.convert(value, tuple[Licence, ...]) if value else ()


def _extra(cells: Cells) -> dict[str, str]:
    """The platform's own columns; an object in a column ``extra`` is taken as such columns. Empty cells say nothing."""
    inner = cells.pop("extra", None)
    kept = {
        column: value if isinstance(value, str) else _written(value)
        for column, value in cells.items()
        if value is not None and value != ""
    }
    if isinstance(inner, dict):
        return {key: _written(value) for key, value in inner.items() if value is not None} | kept
    return kept if inner in (None, "") else {"extra": _written(inner)} | kept
