"""A lexicon: terms with category, severity, exceptions and provisions; read from CSV, stored as canonical bytes.

- Terms are unique by term and category, and sorted by them; so the digest does not depend on the order of rows.
- Every term keeps something to be found by: a character when folded, or symbols (``symbols``).
"""

import csv
import hashlib
import io
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

import msgspec

from anbao.errors import InvalidInput
from anbao.text import Text

MAX_TERM = 100
MAX_CATEGORY = 128
REPORTED_ROWS = 20
"""Bad rows that the message quotes; ``BadLexicon.rows`` holds all."""

COLUMNS = ("term", "category", "severity", "exceptions", "harmless_in", "allowed_with", "provision", "tags")
_REQUIRED = COLUMNS[:3]
_HEADER = f"{','.join(_REQUIRED)}[,{','.join(COLUMNS[3:])}]"
_COLUMN_NAMES = {
    **{name: name for name in COLUMNS},
    "provisions": "provision",
    "词": "term",
    "词语": "term",
    "类别": "category",
    "严重度": "severity",
    "例外": "exceptions",
    "无害类目": "harmless_in",
    "许可": "allowed_with",
    "法条": "provision",
    "标签": "tags",
}
_SEVERITIES = {
    **{str(level): level for level in range(1, 6)},
    **dict(zip(("info", "low", "medium", "high", "critical"), range(1, 6), strict=True)),
    **dict(zip(("提示", "低", "中", "高", "严重"), range(1, 6), strict=True)),
}
_BETWEEN = "|"


class Term(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One term. ``severity``: 1 to 5; ``provisions``: references.

    It means no harm in the phrases ``exceptions``; in goods of the categories ``harmless_in`` (as the catalogue or the
    platform calls them); and from a merchant that holds a licence of one of the kinds ``allowed_with``.
    """

    term: str
    category: str
    severity: int
    exceptions: tuple[str, ...] = ()
    provisions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    harmless_in: tuple[str, ...] = ()
    allowed_with: tuple[str, ...] = ()


class SymbolNote(msgspec.Struct, frozen=True):
    """What will be matched for a term that holds symbols or marks."""

    term: str
    matched: Text


class LexiconRowError(msgspec.Struct, frozen=True):
    """What is wrong with one row: the line of the file (from 1), the column, the reason."""

    line: int
    field: str
    reason: Text

    @property
    def text(self) -> Text:
        return Text(
            f"第 {self.line} 行 {self.field}：{self.reason.zh}", f"line {self.line}, {self.field}: {self.reason.en}"
        )


class BadLexicon(InvalidInput):
    """A lexicon file that does not load; ``rows`` names every bad row."""

    def __init__(self, rows: Iterable[LexiconRowError]) -> None:
        self.rows = tuple(rows)
        quoted = [row.text for row in self.rows[:REPORTED_ROWS]]
        more = len(self.rows) - len(quoted)
        super().__init__(
            Text(
                f"词库有 {len(self.rows)} 处错误。"
                + "；".join(row.zh for row in quoted)
                + (f"；另有 {more} 处" if more else ""),
                f"{len(self.rows)} errors in the lexicon. "
                + "; ".join(row.en for row in quoted)
                + (f"; {more} more" if more else ""),
            ),
            hint=Text(
                f"表头须为 {_HEADER}，一格内多个值以 | 分隔", f"the header is {_HEADER}; | divides values in a cell"
            ),
            field="file",
        )


class Lexicon:
    """A version of the lexicon. ``terms`` are sorted by term and category."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.terms = tuple(sorted(terms, key=lambda term: (term.term, term.category)))

    @cached_property
    def digest(self) -> str:
        """The first 16 hex digits of SHA-256 over the canonical bytes."""
        return hashlib.sha256(self.to_bytes()).hexdigest()[:16]

    def to_bytes(self) -> bytes:
        """Canonical: the same terms give the same bytes."""
        return msgspec.json.encode(self.terms)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Lexicon":
        """The lexicon of canonical bytes. Raises InvalidInput."""
        try:
            return cls(msgspec.json.decode(data, type=tuple[Term, ...]))
        except msgspec.MsgspecError as error:
            raise InvalidInput(
                Text("词库数据不可读", f"the lexicon's bytes cannot be read: {error}"), field="file"
            ) from error

    def symbols(self) -> tuple[SymbolNote, ...]:
        """Exactly what will be matched for each term that holds symbols or marks."""
        from anbao.detect.text.symbols import describe_symbols  # loads numpy, which reading a lexicon does without

        notes = (
            SymbolNote(term.term, found) for term in self.terms if (found := describe_symbols(term.term)) is not None
        )
        return tuple(dict.fromkeys(notes))

    def to_csv(self) -> bytes:
        """UTF-8 with all columns, as ``from_csv`` reads it."""
        out = io.StringIO()
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(COLUMNS)
        for term in self.terms:
            lists = map(
                _BETWEEN.join, (term.exceptions, term.harmless_in, term.allowed_with, term.provisions, term.tags)
            )
            rows.writerow((term.term, term.category, term.severity, *lists))
        return out.getvalue().encode()

    @classmethod
    def from_csv(cls, source: bytes | Path) -> "Lexicon":
        """Read CSV in UTF-8 (with or without BOM) or GB 18030.

        Raises BadLexicon with all bad rows, and InvalidInput where there is no text to read.
        """
        reader = csv.reader(io.StringIO(_decode(source), newline=""))
        try:
            columns = _columns(next(reader, []))
            rows = [(reader.line_num, row) for row in reader if any(row)]
        except csv.Error as error:
            raise BadLexicon(
                [LexiconRowError(reader.line_num, "file", Text("CSV 格式错误", f"no CSV: {error}"))]
            ) from error
        problems: list[LexiconRowError] = []
        terms = [_term(line, row, columns, problems) for line, row in rows]
        lines = [line for line, _ in rows]
        problems += _nothing_left(terms, lines) + _duplicates(terms, lines)
        if problems:
            raise BadLexicon(sorted(problems, key=lambda problem: problem.line))
        return cls(terms)


def _decode(source: bytes | Path) -> str:
    if isinstance(source, bytes):
        data = source
    else:
        try:
            data = source.read_bytes()
        except OSError as error:
            raise InvalidInput(
                Text(f"无法读取 {source}", f"cannot read {source}: {error.strerror}"), field="file"
            ) from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInput(
        Text("文件既不是 UTF-8 也不是 GB 18030 编码", "the file is neither UTF-8 nor GB 18030"),
        hint=Text("须为 CSV；在 Excel 中另存为“CSV UTF-8”", "a CSV is wanted; in Excel save it as “CSV UTF-8”"),
        field="file",
    )


def _columns(header: list[str]) -> tuple[int, ...]:
    """Where each of COLUMNS stands; -1 where it is absent."""
    names = [_COLUMN_NAMES.get(cell.strip().lower(), "") for cell in header]
    problems = [
        LexiconRowError(1, cell, Text("不认识这一列", "unknown column"))
        for cell, name in zip(header, names, strict=True)
        if not name
    ]
    problems += [
        LexiconRowError(1, name, Text("缺少这一列", "the column is missing")) for name in _REQUIRED if name not in names
    ]
    problems += [
        LexiconRowError(1, name, Text("这一列出现多次", "the column occurs twice"))
        for name in COLUMNS
        if names.count(name) > 1
    ]
    if problems:
        raise BadLexicon(problems)
    return tuple(names.index(name) if name in names else -1 for name in COLUMNS)


def _term(line: int, row: list[str], columns: tuple[int, ...], problems: list[LexiconRowError]) -> Term:
    term, category, severity, exceptions, harmless_in, allowed_with, provision, tags = (
        row[place].strip() if 0 <= place < len(row) else "" for place in columns
    )
    level = _SEVERITIES.get(severity.lower(), 0)
    if not term or len(term) > MAX_TERM:
        problems.append(
            LexiconRowError(line, "term", Text(f"须为 1 到 {MAX_TERM} 个字", f"must have 1 to {MAX_TERM} characters"))
        )
    if not category or len(category) > MAX_CATEGORY:
        problems.append(
            LexiconRowError(
                line, "category", Text(f"须为 1 到 {MAX_CATEGORY} 个字", f"must have 1 to {MAX_CATEGORY} characters")
            )
        )
    if not level:
        problems.append(
            LexiconRowError(
                line,
                "severity",
                Text(
                    f"“{severity}”须为 1 至 5，或 提示、低、中、高、严重",
                    f"“{severity}” must be 1 to 5, or info, low, medium, high, critical",
                ),
            )
        )
    if len(row) > max(columns) + 1 and any(row[max(columns) + 1 :]):
        problems.append(
            LexiconRowError(line, "row", Text("多出的列，是否缺少引号", "more cells than columns; quotes missing?"))
        )
    return Term(
        term=term,
        category=category,
        severity=level,
        exceptions=_list(exceptions),
        provisions=_list(provision),
        tags=_list(tags),
        harmless_in=_list(harmless_in),
        allowed_with=_list(allowed_with),
    )


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part for piece in cell.split(_BETWEEN) if (part := piece.strip())) if cell else ()


def _nothing_left(terms: list[Term], lines: list[int]) -> list[LexiconRowError]:
    from anbao.detect.text.symbols import is_matchable

    return [
        LexiconRowError(
            line,
            "term",
            Text(
                "只有标点或不可见字符，几乎每段文字都会命中",
                "nothing but punctuation or unseen characters: nearly every text would hold it",
            ),
        )
        for term, line in zip(terms, lines, strict=True)
        if term.term and not is_matchable(term.term)
    ]


def _duplicates(terms: list[Term], lines: list[int]) -> list[LexiconRowError]:
    first: dict[tuple[str, str], int] = {}
    return [
        LexiconRowError(line, "term", Text(f"与第 {earlier} 行重复", f"the same as line {earlier}"))
        for term, line in zip(terms, lines, strict=True)
        if term.term and (earlier := first.setdefault((term.term, term.category), line)) != line
    ]
