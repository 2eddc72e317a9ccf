"""The report of identities to the authority (每年1月和7月报送身份信息), ready to hand in.

Its recipient and columns stand in the pack (``reports.yaml``). Personal values are opened from the vault for it; that
they were is an entry, and so is the report, by the digest of each file. The files themselves are stored nowhere:
whoever writes them guards them.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import msgspec

from anbao.engine.readmodels import merchants
from anbao.engine.work import Work
from anbao.errors import Conflict
from anbao.law.deadlines import legal_day
from anbao.law.reports import ReportForm
from anbao.ledger import search
from anbao.model.base import Noun
from anbao.model.entry import event_of
from anbao.model.events.merchants import (
    IdentityDisclosed,
    MerchantVerified,
    ReportFile,
    ReportKind,
    ReportSubmitted,
    ReportWritten,
)
from anbao.model.merchant import Merchant
from anbao.prevent.merchants import turnover
from anbao.prevent.merchants.decision import MerchantContext, sells
from anbao.prevent.merchants.file import open_sealed
from anbao.printing import spreadsheet_cell
from anbao.store import Connection
from anbao.text import Text

_MOST_WRITTEN = 100_000
_PER_QUERY = 500


class IdentityRow(Noun, frozen=True, kw_only=True):
    """One merchant as reported to the authority. ``missing`` names the columns that are not on file."""

    address: str = ""
    contact: str = ""
    declaration: str = ""
    live_account: str = ""
    merchant: str
    missing: tuple[str, ...] = ()
    name: str = ""
    number: str = ""
    over_limit: bool = False
    shop_name: str = ""
    shop_url: str = ""


class Identities(Noun, frozen=True, kw_only=True):
    """The content of a report: registered merchants, and persons who need not register."""

    registered: tuple[IdentityRow, ...] = ()
    unregistered: tuple[IdentityRow, ...] = ()


class WrittenReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report as it was written. ``files`` are bytes by name; ``digests`` their SHA-256 (hex)."""

    entry: int
    identities: Identities
    files: dict[str, bytes]
    digests: dict[str, str]
    period: str


def write(context: MerchantContext, work: Work, kind: ReportKind, actor: str) -> WrittenReport:
    """Compose the report of today, as JSON and as CSV; record it, and that personal values were opened for it."""
    form = context.core.pack.reports[kind]
    identities = compose(context, work.conn, form, work.now)
    period = legal_day(work.now).strftime("%Y-%m")
    files = _files(form, period, identities)
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    rows = (*identities.registered, *identities.unregistered)
    opened_fields = sorted({"address", "legal_name", "phone"} | ({"resident_id"} if identities.unregistered else set()))
    written = ReportWritten(
        files=tuple(ReportFile(name=name, sha256=digest) for name, digest in digests.items()),
        incomplete=sum(bool(row.missing) for row in rows),
        over_limit=sum(row.over_limit for row in rows),
        period=period,
        registered=len(identities.registered),
        report=kind,
        unregistered=len(identities.unregistered),
    )
    disclosed = IdentityDisclosed(
        basis=form.provisions[0],
        fields=tuple(opened_fields),
        merchants=tuple(row.merchant for row in rows)[:_PER_QUERY],
        persons=len(rows),
        purpose=kind,
        recipient=form.recipient.zh,
    )
    entry, _ = work.append_all([written, disclosed], actor=actor)
    return WrittenReport(entry=entry, identities=identities, files=files, digests=digests, period=period)


def note_submission(work: Work, digest: str, actor: str, at: int) -> int:
    """Record that a written report was handed in, by the digest of its file; the entry's index. Raises Conflict."""
    for index in search.newest_of_kind(work.conn, ReportWritten.KIND, _MOST_WRITTEN):
        written = event_of(ReportWritten.KIND, search.data_of(work.conn, index), ReportWritten)
        if any(file.sha256 == digest for file in written.files):
            submitted = ReportSubmitted(period=written.period, report=written.report, sha256=digest, written=index)
            return work.append(submitted, actor=actor, at=at)
    raise Conflict(
        Text(f"没有以此摘要写出的报告：{digest}", f"no report was written with this digest: {digest}"),
        hint=Text("先用 merchant report 写出报告", "write it first with merchant report"),
    )


def compose(context: MerchantContext, conn: Connection, form: ReportForm, now: int) -> Identities:
    """All merchants that the form asks for: verified once and not closed since."""
    over = _over_limit(conn, now)
    registered: list[IdentityRow] = []
    unregistered: list[IdentityRow] = []
    for name, file in _on_platform(conn):
        merchant = open_sealed(conn, context.vault, file)
        if form.fact and not sells(merchant, context.catalogue).get(form.fact):
            continue
        if merchant.credit_code:
            registered.append(_row(form.registered, form, merchant, over_limit=False))
        else:
            unregistered.append(_row(form.unregistered, form, merchant, over_limit=name in over))
    return Identities(registered=tuple(registered), unregistered=tuple(unregistered))


def _row(columns: Mapping[str, str], form: ReportForm, merchant: Merchant, *, over_limit: bool) -> IdentityRow:
    values = {
        "address": merchant.address or "",
        "contact": merchant.phone or "",
        "declaration": form.declarations.get(merchant.declaration, ""),
        "live_account": merchant.live_account,
        "name": merchant.legal_name,
        "number": merchant.credit_code or merchant.resident_id or "",
        "shop_name": merchant.shop_name,
        "shop_url": merchant.shop_url,
    }
    asked = {column: values[column] for column in columns if column in values}
    missing = tuple(column for column, value in asked.items() if not value)
    return IdentityRow(merchant=merchant.id, missing=missing, over_limit=over_limit, **asked)


def _on_platform(conn: Connection) -> Iterator[tuple[str, dict[str, Any]]]:
    ever = search.names_in(conn, MerchantVerified.KIND, "merchant")
    names = [name for name in merchants.with_status(conn, ("verified", "held", "waiting")) if name in ever]
    for start in range(0, len(names), _PER_QUERY):
        files = merchants.files_of(conn, names[start : start + _PER_QUERY])
        yield from sorted(files.items())


def _over_limit(conn: Connection, now: int) -> set[str]:
    """The shops of all persons whose turnover crossed the limit in the year that ended last month, or in this one."""
    today = legal_day(now)
    years = sorted({(today.replace(day=1) - timedelta(days=1)).year, today.year})
    crossed = turnover.over_limit(conn, years)
    return {shop for merchant in crossed for shop in turnover.shops_of(conn, merchant)}


def _files(form: ReportForm, period: str, identities: Identities) -> dict[str, bytes]:
    stem = f"{form.id}-{period}"
    return {
        f"{stem}.json": msgspec.json.format(msgspec.json.encode(identities), indent=1),
        f"{stem}-registered.csv": _csv(form.registered, identities.registered),
        f"{stem}-unregistered.csv": _csv(form.unregistered, identities.unregistered),
    }


def _csv(columns: Mapping[str, str], rows: Iterable[IdentityRow]) -> bytes:
    """With a byte order mark, by which spreadsheets know that it is UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns.values())
    for row in rows:
        writer.writerow(_cell(getattr(row, column)) for column in columns)
    return text.getvalue().encode("utf-8-sig")


def _cell(value: str | bool) -> str:
    """Text that a spreadsheet takes for a formula is quoted."""
    if isinstance(value, bool):
        return "是" if value else "否"
    return spreadsheet_cell(value)
