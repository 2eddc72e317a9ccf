"""``anbao measure``: what was done against listings and merchants, what is proposed, and lifting."""

from typing import get_args

import click

from anbao.cli.acts import add_acts
from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.output import Column, emit, written
from anbao.model.base import legal_time
from anbao.platform import Platform
from anbao.remove import records
from anbao.remove.records import Measure, State
from anbao.remove.service import Remove
from anbao.text import Text, system_language

STATES = {
    "proposed": Text("待决定", "proposed"),
    "declined": Text("未采取", "declined"),
    "taken": Text("已作出，待执行确认", "taken, not confirmed"),
    "confirmed": Text("已执行", "carried out"),
    "failed": Text("未能执行", "not carried out"),
    "lifted": Text("已解除", "lifted"),
    "ended": Text("已期满", "ended"),
}
COLUMNS = [
    Column("id", Text("编号", "id")),
    Column("kind", Text("措施", "measure")),
    Column("listing", Text("商品", "listing")),
    Column("merchant", Text("商家", "merchant")),
    Column("hazard", Text("危险", "hazard")),
    Column("state", Text("状态", "state")),
    Column("until", Text("至", "until")),
    Column("person", Text("决定人", "by")),
    Column("problem", Text("问题", "problem")),
]


@click.group(help=t("措施：采取、列出、查看、采纳、解除", "measures: take, list, show, approve, lift"))
def command() -> None:
    """The group; its commands follow."""


add_acts(command, "measure", "remove", Remove)


@command.command("list", help=t("列出措施，新的在前", "list measures, the newest first"))
@click.option("--state", type=click.Choice(get_args(State)), help=t("状态", "state"))
@click.option("--merchant", default="", help=t("商家", "the merchant"))
@click.option("--listing", default="", help=t("商品", "the listing"))
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True)
@store_option
@format_option()
def list_measures(
    state: str | None, merchant: str, listing: str, limit: int, store_url: str | None, output_format: str
) -> None:
    """Those of one merchant or listing, where one is named."""
    wanted = next((one for one in get_args(State) if one == state), None)
    with open_store_option(store_url) as platform, platform.reading() as conn:
        found = records.listed(conn, state=wanted, merchant=merchant, listing=listing, limit=limit)
        rows = [_row(platform, one) for one in found]
    emit(rows, COLUMNS, output_format, system_language())


@command.command("show", help=t("一项措施的来龙去脉", "the story of one measure"))
@click.argument("measure")
@store_option
@format_option()
def show(measure: str, store_url: str | None, output_format: str) -> None:
    """Each entry about it, in order."""
    columns = [
        Column("entry", Text("条目", "entry")),
        Column("at", Text("时间", "at")),
        Column("kind", Text("事项", "what")),
        Column("actor", Text("经办", "by")),
        Column("body", Text("内容", "content")),
    ]
    with open_store_option(store_url) as platform, platform.reading() as conn:
        records.find(conn, measure)
        found = platform.ledger.entries(conn, 0, 10_000, subject=("measure", measure))
        rows = []
        for stored in found:
            entry, kind = stored.entry(), platform.pack.kinds.get(stored.kind)
            rows.append(
                {
                    "entry": stored.index,
                    "at": legal_time(stored.at).isoformat(timespec="seconds"),
                    "kind": kind.title if kind else stored.kind,
                    "actor": entry.actor,
                    "body": written(entry.body, system_language()) if output_format in ("table", "csv") else entry.body,
                }
            )
    emit(rows, columns, output_format, system_language())


def _row(platform: Platform, one: Measure) -> dict[str, object]:
    return {
        "id": one.id,
        "kind": platform.remove.rules.measure(one.kind).title,
        "listing": one.listing,
        "merchant": one.merchant,
        "hazard": one.hazard,
        "state": STATES[one.state],
        "until": legal_time(one.until).isoformat(timespec="minutes") if one.until else "",
        "person": one.person,
        "problem": one.problem,
    }
