"""``anbao report``: reports of violations to the authority, drafted, printed, and recorded as sent."""

from pathlib import Path

import click

from anbao.cli.acting import print_letter
from anbao.cli.acts import add_acts
from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.output import Column, emit
from anbao.model.base import legal_time
from anbao.remove import records, reports
from anbao.remove.service import Remove
from anbao.text import Text, system_language

STATES = {
    "found": Text("已发现", "found"),
    "stopped": Text("已制止", "stopped"),
    "withdrawn": Text("已撤销", "withdrawn"),
    "drafted": Text("草稿", "draft"),
    "sent": Text("已发送", "sent"),
}


@click.group(help=t("向主管部门报告：起草、查看、记录发送", "reports to the authority: draft, show, record as sent"))
def command() -> None:
    """The group; its commands follow."""


add_acts(command, "report", "remove", Remove)


@command.command("violations", help=t("列出违法情形，新的在前", "list violations, the newest first"))
@click.option("--merchant", default="", help=t("商家", "the merchant"))
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True)
@store_option
@format_option()
def violations(merchant: str, limit: int, store_url: str | None, output_format: str) -> None:
    """Each may be reported."""
    columns = [
        Column("id", Text("编号", "id")),
        Column("field", Text("领域", "field")),
        Column("severity", Text("等级", "severity")),
        Column("merchant", Text("商家", "merchant")),
        Column("listing", Text("商品", "listing")),
        Column("hazard", Text("危险", "hazard")),
        Column("state", Text("状态", "state")),
        Column("at", Text("发现", "found")),
    ]
    with open_store_option(store_url) as platform, platform.reading() as conn:
        rows = [
            {
                "id": one.id,
                "field": platform.remove.rules.field_title(one.field),
                "severity": one.severity,
                "merchant": one.merchant,
                "listing": one.listing,
                "hazard": one.hazard,
                "state": STATES[one.state],
                "at": legal_time(one.at).isoformat(timespec="seconds"),
            }
            for one in records.recent_violations(conn, merchant, limit)
        ]
    emit(rows, columns, output_format, system_language())


@command.command("show", help=t("报告全文；可另存为网页", "a report's text; or save it as a page"))
@click.argument("report")
@click.option("--html", "page", type=click.Path(dir_okay=False, path_type=Path), help=t("存为网页", "save as HTML"))
@store_option
def show(report: str, page: Path | None, store_url: str | None) -> None:
    """In the user's language."""
    with open_store_option(store_url) as platform, platform.reading() as conn:
        print_letter(reports.letter_of(conn, report), page)


@command.command("list", help=t("列出报告，新的在前", "list reports, the newest first"))
@click.option("--violation", default="", help=t("违法情形", "the violation"))
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True)
@store_option
@format_option()
def list_reports(violation: str, limit: int, store_url: str | None, output_format: str) -> None:
    """Drafts and what was sent."""
    columns = [
        Column("id", Text("编号", "id")),
        Column("violation", Text("违法情形", "violation")),
        Column("field", Text("领域", "field")),
        Column("state", Text("状态", "state")),
        Column("channel", Text("途径", "channel")),
        Column("receipt", Text("回执", "receipt")),
    ]
    with open_store_option(store_url) as platform, platform.reading() as conn:
        rows = [
            {
                "id": one.id,
                "violation": one.violation,
                "field": platform.remove.rules.field_title(one.field),
                "state": STATES[one.state],
                "channel": one.channel,
                "receipt": one.receipt,
            }
            for one in reports.listed(conn, violation=violation, limit=limit)
        ]
    emit(rows, columns, output_format, system_language())
