"""``anbao complaint``: complaints and reports, from the first word to the answer."""

from pathlib import Path
from typing import get_args

import click
import msgspec

from anbao.cli.acts import add_acts
from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.investigate import complaint_course
from anbao.cli.operate.obligations import format_due, shown_when, state_words
from anbao.cli.output import Column, echo, emit
from anbao.investigate.complaints.service import Complaints
from anbao.model.complaint import Complaint, Concern, Reporter, Source
from anbao.text import Text, system_language

STATES = {
    "received": Text("已收到", "received"),
    "accepted": Text("已受理", "accepted"),
    "forwarded": Text("已转送商家", "forwarded"),
    "stated": Text("商家已陈述", "merchant answered"),
    "joined": Text("合并处理", "handled with another"),
    "handled": Text("已处理", "handled"),
}


@click.group(
    help=t(
        "投诉举报：提交、列出、查看、转送、陈述、补正、公示", "complaints: file, list, show, forward, answer, complete"
    )
)
def command() -> None:
    """The group; its commands follow."""


add_acts(command, "complaint", "investigate.complaints", Complaints)


@command.command("file", help=t("提交一件投诉举报", "file a complaint or report"))
@click.argument("text")
@click.option("--concern", type=click.Choice(get_args(Concern)), required=True, help=t("事由", "what it is about"))
@click.option("--source", type=click.Choice(get_args(Source)), default="consumer", show_default=True)
@click.option("--listing", default="", help=t("商品", "the listing"))
@click.option("--merchant", default="", help=t("商家", "the merchant"))
@click.option("--order", default="", help=t("订单", "the order"))
@click.option("--link", default="", help=t("链接", "a link"))
@click.option("--buyer", help=t("投诉人在平台的编号", "the complainant's id on the platform"))
@click.option("--harmed", is_flag=True, help=t("已造成损害", "harm was done already"))
@click.option("--conceal", is_flag=True, help=t("不让商家知道投诉人", "do not reveal to the merchant who it was"))
@click.option("--attach", "files", multiple=True, type=click.Path(path_type=Path), help=t("附件", "a file"))
@store_option
@format_option("json")
def file(
    text: str,
    concern: Concern,
    source: Source,
    listing: str,
    merchant: str,
    order: str,
    link: str,
    buyer: str | None,
    harmed: bool,
    conceal: bool,
    files: tuple[Path, ...],
    store_url: str | None,
    output_format: str,
) -> None:
    """Prints the receipt, and the token that follows it."""
    given = {
        "attachments": complaint_course.keep(files, store_url),
        "concern": concern,
        "conceal": conceal,
        "harmed": harmed,
        "link": link,
        "listing": listing,
        "merchant": merchant,
        "order": order,
        "reporter": Reporter(buyer=buyer),
        "source": source,
        "text": text,
    }
    complaint = msgspec.convert(msgspec.to_builtins(given), Complaint)
    with open_store_option(store_url) as platform:
        filed = platform.run(lambda work: platform.investigate.complaints.file(work, complaint, actor="officer"))
        platform.advance()
        needs = platform.investigate.complaints.rules.needs
    titles = {
        "receipt": Text("编号", "receipt"),
        "token": Text("查询码", "token"),
        "severity": Text("严重度", "severity"),
        "joined": Text("合并于", "handled with"),
        "lacking": Text("尚缺", "lacking"),
    }
    row: dict[str, object] = {
        "receipt": filed.receipt,
        "token": filed.token,
        "severity": filed.severity,
        "joined": filed.joined,
        "lacking": [needs[one] for one in filed.lacking],
    }
    emit([row], [Column(key, title) for key, title in titles.items()], output_format, system_language())


@command.command("list", help=t("列出投诉举报，按收到先后", "list complaints in the order in which they came"))
@click.option("--state", type=click.Choice(list(STATES)), help=t("只列此状态", "in this state only"))
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@store_option
@format_option()
def list_complaints(state: str | None, limit: int, store_url: str | None, output_format: str) -> None:
    """What waits for a person: ``anbao case list``."""
    from anbao.investigate.complaints import records

    with open_store_option(store_url) as platform, platform.reading() as conn:
        found = records.page(conn, state=msgspec.convert(state, records.State | None), limit=limit)
    titles = {
        "complaint": Text("编号", "complaint"),
        "at": Text("收到", "received"),
        "concern": Text("事由", "about"),
        "severity": Text("严重度", "severity"),
        "listing": Text("商品", "listing"),
        "merchant": Text("商家", "merchant"),
        "state": Text("状态", "state"),
        "outcome": Text("结果", "outcome"),
    }
    rows: list[dict[str, object]] = [
        {
            "complaint": one.id,
            "at": format_due(one.at),
            "concern": one.concern,
            "severity": one.severity,
            "listing": one.listing,
            "merchant": one.merchant,
            "state": STATES[one.state].get(system_language()),
            "outcome": one.outcome,
        }
        for one in found
    ]
    emit(rows, [Column(key, title) for key, title in titles.items()], output_format, system_language())


@command.command("show", help=t("一件投诉的全过程", "a complaint from beginning to end"))
@click.argument("complaint")
@store_option
@format_option()
def show(complaint: str, store_url: str | None, output_format: str) -> None:
    """Each line with the entry that proves it."""
    with open_store_option(store_url) as platform, platform.reading() as conn:
        found = platform.investigate.complaints.file_of(conn, complaint)
    titles = {
        "entry": Text("条目", "entry"),
        "at": Text("时间", "when"),
        "what": Text("内容", "what"),
        "actor": Text("何人", "by"),
    }
    rows: list[dict[str, object]] = [
        {
            "entry": line.entry,
            "at": shown_when(line.at, line.recorded, line.entered_late),
            "what": line.title,
            "actor": line.actor,
        }
        for line in found.timeline
    ]
    emit(rows, [Column(key, title) for key, title in titles.items()], output_format, system_language())
    for one in found.obligations:
        due = "" if one.due_at is None else format_due(one.due_at)
        echo(f"{one.norm}  {state_words(one).get(system_language())}  {due}", err=True)


for _verb in complaint_course.VERBS:
    command.add_command(_verb)
