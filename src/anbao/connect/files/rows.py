"""One row's cells become a listing, whatever is wrong with some of them; what is wrong is named."""

import re
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from anbao.connect.files.headers import is_link, is_named, is_picture
from anbao.connect.files.pictures import is_address, split
from anbao.connect.files.records import FIELDS, MAX_RECORD, FileRowError, Mapping, Partial
from anbao.model.listing import Listing
from anbao.model.listing_fact import FactName, FactValue
from anbao.model.merchant import Licence
from anbao.model.texts import add_texts, flatten
from anbao.text import Text

Cells = dict[str, object]
"""A row by column name: strings, and from JSON also numbers, booleans, null, arrays and objects."""

MAX_ID = 128

OVERSIZE = Text(
    f"这一行超过 {MAX_RECORD:,} 字节，只审核了前面的部分",
    f"the row is longer than {MAX_RECORD:,} bytes; only its beginning was screened",
)
UNCLOSED = Text(
    "引号没有成对，无法分清各列；已逐行审核其文字",
    "quotes are not closed or have text behind them, so cells cannot be told apart; the text was screened line by line",
)
EMPTY_TITLE = Text("标题缺失或为空", "the title is missing or empty")
_NOT_TEXT = Text("应为文字或数字，已审核其中的文字", "expected text or a number; the texts in it were screened")
_NUL = Text("含有空字符（NUL），已略去后审核", "contains NUL characters; screened without them")
_LONG_ID = Text(
    "编号共 {length:,} 字，最多 {limit:,} 字",
    "the identifier has {length:,} characters, at most {limit:,} are possible",
)
_LICENCES = Text("应为许可证的数组，每项含 kind 和 number", "expected an array of licences, each with kind and number")
_UNDECODABLE = Text(
    "含有不是 {encoding} 编码的字节，无法读取的字以 \ufffd 代替",
    "has bytes that are not {encoding}; what cannot be read stands as \ufffd",
)

_LIMITS = {"category": 128, "merchant": 128}
_LINK = re.compile(r"(?:https?:)?//[!-~]{1,2000}")
_LETTERS = re.compile(r"[^\W\d_]")
_PRINTABLE = re.compile(r"[!-~]{1,128}")
_SCIENTIFIC = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE]\+?\d+")
_LEAF = re.compile(r"[.\[]([^.\[\]]+)(?:\[\d+\])*\]?$")


def _is_title(name: str) -> bool:
    return is_named("title", name)


class RowPlace(NamedTuple):
    """Where a row stands: the data row, the physical line at which it begins, and what is its id where it has none."""

    row: int
    line: int
    id: str


class Builder:
    """Makes listings of rows under one mapping. ``nul``: whether any cell may contain a NUL character."""

    def __init__(self, mapping: Mapping, *, nul: bool) -> None:
        columns = ((field, getattr(mapping, field)) for field in FIELDS if field not in ("pictures", "id"))
        self._mapped = [(field, column, _LIMITS.get(field, 0)) for field, column in columns if column is not None]
        self._title: str = mapping.title or "title"
        self._id = mapping.id
        self._pictures = mapping.pictures
        self._more_pictures = frozenset(mapping.more_pictures)
        self._links = frozenset(mapping.links)
        self._nul = nul

    def build(
        self, cells: Cells, place: RowPlace, parts: tuple[FileRowError, ...] = ()
    ) -> Listing | Partial | FileRowError:
        """The listing of ``cells``, which are used up; its ``pictures`` are still as the cells name them.

        ``parts``: what is known to be wrong. A ``FileRowError`` only where there is nothing to judge.
        """
        bad = [*parts]
        if self._nul:
            for column in [column for column, value in cells.items() if _contains("\0", column, value)]:
                bad.append(FileRowError(place.row, place.line, column.replace("\0", "?"), _NUL))
                cells[column.replace("\0", "")] = _without_nul(cells.pop(column))
        row = _CsvRow()
        damaged = self._take_id(cells, row, place, bad)
        for field, column, limit in self._mapped:
            value = cells.pop(column, None)
            if isinstance(value, list | dict):
                bad.append(FileRowError(place.row, place.line, column, _NOT_TEXT))
                row.add(column, value)
                continue
            if text := value if isinstance(value, str) else _written(value):
                if limit and _LETTERS.search(text):
                    row.texts[column] = text
                row.values[field] = text[:limit] if limit else text
        if self._pictures is not None and (value := cells.pop(self._pictures, None)):
            row.add_pictures(self._pictures, value)
        if cells:
            self._take_others(cells, row, place, bad)
        if not row.values.get("title", "").strip() and (name := next(filter(_is_title, row.texts), "")):
            row.values["title"] = row.texts.pop(name)
        if not row.values.get("title", "").strip():
            error = FileRowError(place.row, place.line, self._title, EMPTY_TITLE)
            if not row.says_anything():
                return bad[0] if bad else error
            if all(part.field for part in bad):
                bad.append(error)
            row.values.setdefault("title", "")
        listing = row.listing()
        return Partial(listing, tuple(bad), damaged) if bad or damaged else listing

    def _take_id(self, cells: Cells, row: "_CsvRow", place: RowPlace, bad: list[FileRowError]) -> bool:
        """Set the id; whether it was damaged by a spreadsheet."""
        row.values["id"] = place.id
        column = self._id
        if column is None:
            return False
        value = cells.pop(column, None)
        if isinstance(value, list | dict):
            row.add(column, value)
            bad.append(FileRowError(place.row, place.line, column, _NOT_TEXT))
            return False
        text = (value if isinstance(value, str) else _written(value)).strip()
        if not text:
            return False
        if _SCIENTIFIC.fullmatch(text):
            row.extra[column] = text
            return True
        if not _PRINTABLE.fullmatch(text):
            row.texts[column] = text
        if len(text) > MAX_ID:
            bad.append(FileRowError(place.row, place.line, column, _LONG_ID.format(length=len(text), limit=MAX_ID)))
        else:
            row.values["id"] = text
        return False

    def _take_others(self, cells: Cells, row: "_CsvRow", place: RowPlace, bad: list[FileRowError]) -> None:
        try:
            if licences := _licences(cells.get("licences")):
                row.values["licences"] = licences
            cells.pop("licences", None)
        except msgspec.DecodeError:
            bad.append(FileRowError(place.row, place.line, "licences", _LICENCES))
        if isinstance(facts := cells.get("facts"), dict):
            try:
                row.values["facts"] = msgspec.convert(facts, dict[FactName, FactValue])
                del cells["facts"]
            except msgspec.ValidationError:
                pass
        for own in ("texts", "extra"):
            if isinstance(inner := cells.get(own), dict):
                del cells[own]
                for name, value in inner.items():
                    row.add(name or own, value)
        links, pictures = self._links, self._more_pictures
        for column, value in cells.items():
            if value is None or value == "":
                continue
            if not isinstance(value, str):
                row.add(column, value)
            elif column in links and _LINK.fullmatch(value):
                row.extra[column] = value
            elif column in pictures or is_address(value):
                row.add_pictures(column, value)
            else:
                row.put(column, value)


class _CsvRow:
    """A listing in the making."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.texts: dict[str, str] = {}
        self.extra: dict[str, str] = {}
        self.pictures: list[str] = []

    def put(self, name: str, text: str) -> None:
        """Add a text under the name of its column."""
        if not name or len(name) > MAX_ID or name in self.texts:
            add_texts(self.texts, [(name or "text", text)])
        else:
            self.texts[name] = text

    def add(self, column: str, value: object) -> None:
        """Add what stands in a column, each text under its path."""
        if isinstance(value, str):
            self._add_leaf(column, value, is_link(column), is_picture(column))
            return
        under = is_picture(column)
        for path, text in flatten(column, value).items():
            name = found[1] if (found := _LEAF.search(path)) else path
            self._add_leaf(path, text, is_link(name), under or is_picture(name))

    def _add_leaf(self, path: str, text: str, link: bool, picture: bool) -> None:
        if not text:
            return
        if is_address(text) or (picture and text.startswith(("http://", "https://", "//"))):
            self.add_pictures(path, text)
        elif link and _LINK.fullmatch(text):
            self.extra[path] = text
        else:
            self.put(path, text)

    def add_pictures(self, column: str, value: object) -> None:
        """Add the pictures that a cell names; what names none is text."""
        if isinstance(value, dict) or (isinstance(value, list) and any(isinstance(one, dict) for one in value)):
            for path, text in flatten(column, value).items():
                name = found[1] if (found := _LEAF.search(path)) else path
                self._add_leaf(path, text, is_link(name), is_address(text) or name in ("src", "url"))
            return
        names = split(value)
        self.pictures += names
        if not all(is_address(name) for name in names):
            self.put(column, value if isinstance(value, str) else _written(value))

    def says_anything(self) -> bool:
        """Whether there is anything to judge."""
        return bool(self.texts or self.extra or self.pictures or self.values.keys() - {"id", "title"})

    def listing(self) -> Listing:
        if self.pictures:
            self.values["pictures"] = tuple(dict.fromkeys(self.pictures))
        return Listing(**self.values, texts=self.texts, extra=self.extra)


def undecodable(cells: Cells, encoding: str, row: int, line: int) -> FileRowError:
    """``cells`` as decoded with U+FFFD for each sequence of bytes that is none of ``encoding``."""
    found = next((column for column, value in cells.items() if _contains("\ufffd", column, value)), "")
    return FileRowError(row, line, found.replace("\ufffd", "?"), _UNDECODABLE.format(encoding=encoding.upper()))


def _contains(character: str, column: str, value: object) -> bool:
    """Whether a character is in the name of a column or anywhere in its value."""
    if character in column:
        return True
    if isinstance(value, dict):
        return any(_contains(character, str(key), inner) for key, inner in value.items())
    if isinstance(value, list):
        return any(_contains(character, "", inner) for inner in value)
    return isinstance(value, str) and character in value


def _without_nul(value: object) -> object:
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {str(key).replace("\0", ""): _without_nul(inner) for key, inner in value.items()}
    return [_without_nul(inner) for inner in value] if isinstance(value, list) else value


_encode_nested = msgspec.json.Encoder(decimal_format="number").encode


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


def joined(records: list[dict[str, str]]) -> dict[str, str]:
    """The cells of a product and its variants: in each column all values that differ, a line each."""
    cells: dict[str, dict[str, None]] = {}
    for record in records:
        for column, value in record.items():
            if value:
                cells.setdefault(column, {})[value] = None
    return {column: "\n".join(values) for column, values in cells.items()}
