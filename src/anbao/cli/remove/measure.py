"""``anbao measure``: what was done against listings and merchants, what is proposed, and lifting."""

from typing import get_args

import click

from anbao.cli.acting import act, by_option, reason_option
from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.output import Column, echo, emit, written
from anbao.model.base import legal_time
from anbao.platform import Platform
from anbao.remove import records
from anbao.remove.measures import MeasureOrder
from anbao.remove.records import Measure, State
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


@command.command("take", help=t("采取一项措施", "take a measure"))
@click.argument("measure")
@click.option("--listing", default="", help=t("商品", "the listing"))
@click.option("--merchant", default="", help=t("商家", "the merchant"))
@click.option("--hazard", default="", help=t("危险", "the hazard"))
@click.option("--violation", default="", help=t("违法情形", "the violation"))
@click.option("--facts", required=True, help=t("事实", "what was found"))
@click.option("--provision", "provisions", multiple=True, help=t("依据，可多次给出", "the basis; may be repeated"))
@click.option(
    "--evidence", multiple=True, type=click.IntRange(0), help=t("存证条目，可多次给出", "an entry; may be repeated")
)
@click.option("--days", type=click.IntRange(0, 3_650), help=t("天数，0 为至解除", "days; 0 until it is lifted"))
@by_option("person")
@store_option
def take(
    measure: str,
    listing: str,
    merchant: str,
    hazard: str,
    violation: str,
    facts: str,
    provisions: tuple[str, ...],
    evidence: tuple[int, ...],
    days: int | None,
    person: str,
    store_url: str | None,
) -> None:
    """Prints its id."""
    order = MeasureOrder(
        days=days,
        evidence=evidence,
        facts=facts,
        hazard=hazard,
        listing=listing,
        measure=measure,
        merchant=merchant,
        provisions=provisions,
        violation=violation,
    )
    with open_store_option(store_url) as platform:
        echo(platform.run(lambda work: platform.remove.take(work, order, person=person, actor=person)))


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


@command.command("approve", help=t("采纳一项建议的措施", "take a measure that was proposed"))
@click.argument("measure")
@by_option("person")
@store_option
def approve(measure: str, person: str, store_url: str | None) -> None:
    """The ladder proposes what a person has to decide."""
    with open_store_option(store_url) as platform:
        act(platform, lambda work: platform.remove.approve(work, measure, person=person, actor=person))


@command.command("decline", help=t("不采纳一项建议的措施", "leave a measure that was proposed"))
@click.argument("measure")
@reason_option
@by_option("person")
@store_option
def decline(measure: str, reason: str, person: str, store_url: str | None) -> None:
    """Why stands in the ledger."""
    with open_store_option(store_url) as platform:
        act(platform, lambda work: platform.remove.decline(work, measure, reason, person=person, actor=person))


@command.command("lift", help=t("解除一项措施", "lift a measure"))
@click.argument("measure")
@reason_option
@by_option("person")
@store_option
def lift(measure: str, reason: str, person: str, store_url: str | None) -> None:
    """Sends the opposite effect and ends the publication."""
    with open_store_option(store_url) as platform:
        platform.run(lambda work: platform.remove.lift(work, measure, reason, person=person, actor=person))


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
