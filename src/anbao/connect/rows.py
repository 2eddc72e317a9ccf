"""Output rows of a screening, one per input row, in input order; the entry's number is filled in when it is known."""

import csv
import io
from typing import Literal

import msgspec

from anbao.connect.files import FileRowError
from anbao.model.listing import ListingScreened, Unjudged
from anbao.printing import spreadsheet_cell, visible_json
from anbao.text import Language

RowFormat = Literal["jsonl", "json", "csv"]

CSV_COLUMNS = (
    "row",
    "listing",
    "outcome",
    "severity",
    "terms",
    "categories",
    "surfaces",
    "provisions",
    "notices",
    "entry",
)


class FindingRow(msgspec.Struct, frozen=True):
    """A finding as the output states it: every key present. ``seen``: what a buyer sees of a surface with markup."""

    detector: str
    term: str
    category: str
    severity: int
    field: str
    start: int
    end: int
    surface: str
    channel: str
    provisions: tuple[str, ...]
    source: str
    seen: str
    seen_start: int
    seen_end: int
    context: str = ""
    lowered_from: int = 0


class _ResultRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """``extra``: the row's further texts; ``unjudged``: what nobody looked at, where there is any."""

    row: int
    listing: str
    outcome: str
    findings: list[FindingRow]
    notices: tuple[str, ...]
    extra: dict[str, str] = {}
    unjudged: tuple[Unjudged, ...] = ()


class _ErrorRow(msgspec.Struct, frozen=True):
    row: int
    error: dict[str, str | int]


_encode_json = msgspec.json.Encoder().encode


def _encode(value: object) -> bytes:
    return visible_json(_encode_json(value))


def open_line(number: int, decision: ListingScreened, form: RowFormat) -> bytes:
    """The line of a decided row, up to where the entry's number goes."""
    if form == "csv":
        return _csv_line(
            number,
            decision.listing.id,
            decision.outcome,
            decision.severity,
            "|".join(one.term for one in decision.findings),
            "|".join(dict.fromkeys(one.category for one in decision.findings)),
            "|".join(one.surface for one in decision.findings),
            "|".join(dict.fromkeys(name for one in decision.findings for name in one.provisions)),
            "|".join(decision.notices),
            "",
        ).rstrip(b"\r\n")
    findings = [
        FindingRow(
            one.detector,
            one.term,
            one.category,
            one.severity,
            one.field,
            one.start,
            one.end,
            one.surface,
            one.channel,
            one.provisions,
            one.source,
            one.seen,
            one.seen_start,
            one.seen_end,
            one.context,
            one.lowered_from,
        )
        for one in decision.findings
    ]
    listing = decision.listing
    texts = dict((*listing.texts, *listing.extra)) if listing.texts or listing.extra else {}
    row = _ResultRow(number, listing.id, decision.outcome, findings, decision.notices, texts, decision.unjudged)
    return _encode(row)[:-1] + b',"entry":'


def close_line(opened: bytes, entry: int, form: RowFormat) -> bytes:
    """A line from ``open_line`` with its entry."""
    return b"%b%d%b\n" % (opened, entry, b"" if form == "csv" else b"}")


def error_line(error: FileRowError, form: RowFormat, language: Language = "zh") -> bytes:
    """The line of a row that is no listing."""
    reason = error.reason.get(language)
    if form == "csv":
        return _csv_line(error.row, "", "error", "", f"{error.field}: {reason}", "", "", "", "", "")
    about: dict[str, str | int] = {"line": error.line, "field": error.field, "reason": reason}
    return _encode(_ErrorRow(error.row, about)) + b"\n"


def header(form: RowFormat) -> bytes:
    """What stands before the first line."""
    if form == "csv":
        return b"\xef\xbb\xbf" + _csv_line(*CSV_COLUMNS)
    return b"[\n" if form == "json" else b""


def _csv_line(*cells: object) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(spreadsheet_cell(cell) if isinstance(cell, str) else cell for cell in cells)
    return buffer.getvalue().encode()
