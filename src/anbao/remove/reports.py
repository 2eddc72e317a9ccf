"""Reports of violations to the authority (电子商务法 29, special laws): drafted from the ledger, sent by a person.

A draft is a document in both languages, HTML and plain text, with the recipient that the pack names for the field. It
names the merchant, so it stands beside the ledger, whose entry holds its digest and the entries that are its
attachments. It is sent outside; that it was, by which channel and under which receipt, is ``violation.reported``.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from anbao.engine.core import ErasedPerson
from anbao.engine.readmodels import merchants
from anbao.engine.work import Placed, Work
from anbao.errors import Conflict, InvalidInput, NotFound
from anbao.law.templates import Letter
from anbao.ledger import search
from anbao.ledger.vault import COMMITMENT_PREFIX
from anbao.model.base import Noun, legal_time
from anbao.model.events.investigate import HazardConfirmed, HazardSuspected, HazardSwept
from anbao.model.events.remove import ReportDrafted, ViolationFound, ViolationReported
from anbao.model.events.warn import HazardWarned
from anbao.model.options import Option
from anbao.remove import records
from anbao.remove.measures import RemovalContext
from anbao.remove.records import Violation
from anbao.remove.statements import shop_name
from anbao.store import Connection, tables
from anbao.store.bulk import sql, sql_many, upsert_many
from anbao.text import Text

_TEMPLATE = "authority.report"
_NAMED = (
    ("legal_name", "名称", "name"),
    ("credit_code", "统一社会信用代码", "credit code"),
    ("address", "地址", "address"),
)


_GONE = msgspec.json.encode(
    Letter(
        title=Text("报告内容已删除", "The report was erased"),
        body=Text("所涉商家的个人信息已删除。", "The merchant's personal data was erased."),
    )
)

_OF_DANGERS = (HazardSuspected.KIND, HazardConfirmed.KIND, HazardSwept.KIND, HazardWarned.KIND)
"""Kinds of entries about a danger that are attached to the report of a violation that it is."""


class AuthorityReport(Noun, frozen=True, kw_only=True):
    """A report as it stands; ``sent_at`` 0 while it is a draft. Instants in UTC milliseconds."""

    id: str
    violation: str
    field: str
    state: Literal["drafted", "sent"]
    at: int
    sent_at: int
    receipt: str
    channel: str
    entry: int


class Sent(Noun, frozen=True, kw_only=True):
    """That a report was sent: by which channel, and the number under which the authority took it.

    ``recipient``: which authority, where the law wants a report to two of them (直播电商监督管理办法 12.3).
    """

    channel: Annotated[str, Meta(min_length=1, max_length=200), Option("途径，如 全国12315平台", "by which channel")]
    receipt: Annotated[str, Meta(max_length=200), Option("回执编号", "number of the receipt")] = ""
    recipient: Annotated[
        Literal["", "market", "cyberspace", "both"],
        Option(
            "直播违法须报告市场监管和网信两个部门：写明报告了哪个",
            "for live rooms two are to be notified: which one was",
        ),
    ] = ""


def draft(context: RemovalContext, work: Work, violation: str, *, actor: str) -> str:
    """Draft a report as things stand now; its id. Raises NotFound, InvalidInput, Conflict for what was withdrawn."""
    one = records.violation_of(work.conn, violation)
    if one.state == "withdrawn":
        raise Conflict(Text(f"违法情形 {violation} 已撤销", f"the violation {violation} was withdrawn"))
    recipient = context.rules.recipients.get(one.field)
    if recipient is None:
        raise InvalidInput(Text(f"规则包没有 {one.field} 的报告对象", f"the pack names no recipient for {one.field}"))
    count = sql(work.conn, "SELECT count(*) FROM authority_report WHERE violation = ?", (violation,)).scalar_one()
    name = f"report-{sha256(f'{violation}:{count}'.encode()).hexdigest()[:16]}"
    attachments = _attachments(work.conn, one)
    slots: dict[str, object] = {
        "attachments": _listed(context, attachments),
        "facts": _facts(context, work.conn, one),
        "found": f"{legal_time(one.at):%Y-%m-%d %H:%M}",
        "goods": _goods(work.conn, one),
        "measures": _measures(context, work.conn, one),
        "merchant": _merchant(context, work.conn, one.merchant),
        "number": name,
        "provisions": context.core.pack.cite(recipient.provisions),
        "recipient": recipient.to,
        "sender": context.core.parameters.sender(work.conn, work.now),
        "today": f"{legal_time(work.now):%Y-%m-%d}",
    }
    text = context.core.templates.letter(_TEMPLATE, slots)
    document = msgspec.json.encode(msgspec.to_builtins(text))
    drafted = ReportDrafted(
        attachments=tuple(index for index, _kind, _at in attachments),
        digest=sha256(document).hexdigest(),
        field=one.field,
        of=recipient.of,
        recipient=recipient.to,
        report=name,
        violation=violation,
    )
    index = work.append(drafted, actor=actor)
    row = (name, violation, one.field, "drafted", work.now, 0, "", "", document, index)
    upsert_many(
        work.conn,
        tables.authority_report,
        ("id", "violation", "field", "state", "at", "sent_at", "receipt", "channel", "document", "entry"),
        [row],
    )
    return name


def note_sent(work: Work, report: str, sent: Sent, *, actor: str, at: int | None = None) -> int:
    """Record that a draft was sent; the entry's index. Raises NotFound, Conflict."""
    one = find(work.conn, report)
    if one.state == "sent":
        raise Conflict(Text(f"报告 {report} 已发送", f"the report {report} was sent before"))
    digest = sha256(_document(work.conn, report)).hexdigest()
    reported = ViolationReported(
        channel=sent.channel,
        digest=digest,
        receipt=sent.receipt,
        recipient=sent.recipient,
        report=report,
        violation=one.violation,
    )
    return work.append(reported, actor=actor, at=at)


def erase(work: Work, person: ErasedPerson) -> None:
    """Empty the reports that name a merchant; the entries state what was reported, and the digest of each."""
    for role, name in person.subjects:
        if role == "merchant":
            gone = [(_GONE, one.id) for one in records.violations(work.conn, "merchant = ?", name)]
            sql_many(work.conn, "UPDATE authority_report SET document = ? WHERE violation = ?", gone)


def letter_of(conn: Connection, report: str) -> Letter:
    """A report's text. Raises NotFound."""
    return msgspec.json.decode(_document(conn, report), type=Letter)


def find(conn: Connection, name: str) -> AuthorityReport:
    """Raises NotFound."""
    found = _reports(conn, "id = ?", name)
    if not found:
        raise NotFound(Text(f"没有报告 {name}", f"there is no report {name}"))
    return found[0]


def listed(conn: Connection, *, violation: str = "", limit: int = 100) -> list[AuthorityReport]:
    """Reports, the newest first."""
    return _reports(conn, "violation = ?", violation)[:limit] if violation else _reports(conn, "1 = 1")[:limit]


def project_sent(conn: Connection, placed: Sequence[Placed]) -> None:
    """``violation.reported`` → ``authority_report``, where it names one of ours."""
    for index, sealed in placed:
        event = sealed.event(ViolationReported)
        sql(
            conn,
            "UPDATE authority_report SET state = 'sent', sent_at = ?, receipt = ?, channel = ?, entry = ? WHERE id = ?",
            (sealed.at, event.receipt or "", event.channel or "", index, event.report or ""),
        )


_COLUMNS = "id, violation, field, state, at, sent_at, receipt, channel, entry"


def _reports(conn: Connection, where: str, *given: object) -> list[AuthorityReport]:
    rows = sql(conn, f"SELECT {_COLUMNS} FROM authority_report WHERE {where} ORDER BY at DESC, id", given)
    names = _COLUMNS.split(", ")
    return [msgspec.convert(dict(zip(names, row, strict=True)), AuthorityReport) for row in rows]


def _document(conn: Connection, report: str) -> bytes:
    found: Any = sql(conn, "SELECT document FROM authority_report WHERE id = ?", (report,)).scalar()
    if found is None:
        raise NotFound(Text(f"没有报告 {report}", f"there is no report {report}"))
    return bytes(found)


def _attachments(conn: Connection, one: Violation) -> list[tuple[int, str, int]]:
    """Index, kind and time of the entries about a violation, its measures, and the danger that it is."""
    of_violation = [("violation", one.id), *(("measure", each.id) for each in records.of_violation(conn, one.id))]
    found = search.about_any(conn, of_violation, limit=records.MOST)
    if one.hazard:
        found += search.about_any(conn, [("hazard", one.hazard)], kinds=_OF_DANGERS, limit=records.MOST)
    return [(stored.index, stored.kind, stored.at) for stored in search.stored(conn, sorted(set(found)))]


def _listed(context: RemovalContext, attachments: Sequence[tuple[int, str, int]]) -> Text:
    lines = [
        (f"- #{index} {legal_time(at):%Y-%m-%d %H:%M:%S}", context.core.pack.kind(kind).title)
        for index, kind, at in attachments
    ]
    return Text(
        "\n".join(f"{line} {title.zh}" for line, title in lines),
        "\n".join(f"{line} {title.en}" for line, title in lines),
    )


def _facts(context: RemovalContext, conn: Connection, one: Violation) -> str:
    found = context.core.ledger.entry(conn, one.entry).event(ViolationFound)
    return found.facts or found.note or one.field


def _goods(conn: Connection, one: Violation) -> str:
    goods = sorted({each.listing for each in records.of_violation(conn, one.id) if each.listing})
    return "、".join(dict.fromkeys([*filter(None, [one.listing]), *goods])) or "—"


def _measures(context: RemovalContext, conn: Connection, one: Violation) -> Text:
    taken = [each for each in records.of_violation(conn, one.id) if each.state not in ("proposed", "declined")]
    lines = [(f"{legal_time(each.at):%Y-%m-%d %H:%M}", context.rules.measure(each.kind).title, each) for each in taken]
    return Text(
        "\n".join(f"- {at} {title.zh} {each.listing}（{_STATES[each.state].zh}）" for at, title, each in lines)
        or "- 无",
        "\n".join(f"- {at} {title.en} {each.listing} ({_STATES[each.state].en})" for at, title, each in lines)
        or "- none",
    )


def _merchant(context: RemovalContext, conn: Connection, merchant: str) -> Text:
    """Who the merchant is, by its file; only what its file holds."""
    held = merchants.file_of(conn, merchant)
    zh, en = [f"网店“{shop_name(conn, merchant)}”"], [f"shop “{shop_name(conn, merchant)}”"]
    for field, in_zh, in_en in _NAMED:
        value = held.get(field)
        if isinstance(value, str) and value.startswith(COMMITMENT_PREFIX):
            try:
                _, value = context.core.vault.reveal(conn, value)
            except NotFound:
                value = None
        if value:
            zh.append(f"{in_zh} {value}")
            en.append(f"{in_en} {value}")
    return Text("，".join(zh), ", ".join(en)) if merchant else Text("未知", "unknown")


_STATES = {
    "taken": Text("已作出，待平台系统确认", "taken, to be confirmed"),
    "confirmed": Text("已执行", "carried out"),
    "failed": Text("执行未成", "not carried out"),
    "lifted": Text("已解除", "lifted"),
    "ended": Text("已期满", "ended"),
}
