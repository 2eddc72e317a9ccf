"""``anbao listing``: listings as they stand: what was decided, what stands against them, what has happened."""

from typing import get_args

import click

from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.output import Column, emit
from anbao.listing_view import ListingState, ListingView
from anbao.model.base import legal_time
from anbao.text import Text, system_language

STATES: dict[str, Text] = {
    "passed": Text("放行", "passed"),
    "notice": Text("放行并提示", "passed with a notice"),
    "held": Text("待人工复核", "held"),
    "blocked": Text("已拦截", "blocked"),
    "barred": Text("有措施或者危险在身", "under a measure or hazard"),
}
SALES: dict[str, Text] = {
    "allow": Text("可以下单", "taken"),
    "flag": Text("记录并由人工查看", "flagged"),
    "refuse": Text("拒绝", "refused"),
}
LISTED = [
    Column("id", Text("商品", "listing")),
    Column("merchant", Text("商家", "merchant")),
    Column("category", Text("类目", "category")),
    Column("state", Text("状态", "state")),
    Column("entry", Text("条目", "entry")),
]
SHOWN = [Column("what", Text("项目", "what")), Column("value", Text("内容", "value"))]


@click.group(help=t("商品：列出、查看现状", "listings: list, show how they stand"))
def command() -> None:
    """The group; its commands follow."""


@command.command("list", help=t("列出商品及其状态", "list listings and how they stand"))
@click.option("--state", type=click.Choice(get_args(ListingState)), help=t("状态", "the state"))
@click.option("--merchant", default="", help=t("商家", "the merchant"))
@click.option("--category", default="", help=t("类目", "the category"))
@click.option("--after", default="", help=t("从此编号之后列起", "list from after this id"))
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@store_option
@format_option()
def list_listings(
    state: ListingState | None,
    merchant: str,
    category: str,
    after: str,
    limit: int,
    store_url: str | None,
    output_format: str,
) -> None:
    """By id."""
    table = output_format == "table"
    with open_store_option(store_url) as platform:
        found = platform.listings(state=state, merchant=merchant, category=category, after=after, limit=limit)
    rows = [
        {
            "id": one.id,
            "merchant": one.merchant,
            "category": one.category,
            "state": STATES[one.state] if table else one.state,
            "entry": one.entry,
        }
        for one in found
    ]
    emit(rows, LISTED, output_format, system_language())


@command.command("show", help=t("一条商品的现状与经过", "one listing as it stands, and its history"))
@click.argument("listing")
@store_option
@format_option()
def show(listing: str, store_url: str | None, output_format: str) -> None:
    """Raises NotFound for one that was never submitted."""
    with open_store_option(store_url) as platform:
        found = platform.listing(listing)
    emit(_rows(found), SHOWN, output_format, system_language())


def _rows(one: ListingView) -> list[dict[str, object]]:
    decision = one.decision
    pairs: list[tuple[Text, object]] = [
        (Text("商品", "listing"), one.id),
        (Text("标题", "title"), one.title),
        (Text("商家", "merchant"), one.merchant),
        (Text("类目", "category"), one.category),
        (Text("状态", "state"), STATES[one.state]),
        (Text("订单", "an order"), SALES[one.sale]),
        *((Text("订单的障碍", "against an order"), reason.text) for reason in one.reasons),
        (Text("最近的决定", "newest decision"), f"{decision.outcome} · {_when(decision.at)} · {decision.entry}"),
        *((Text("缘由", "why"), reason) for reason in decision.why),
        *(
            (Text("措施", "measure"), Text(f"{held.title.zh} {held.id}", f"{held.title.en} {held.id}"))
            for held in one.measures
        ),
        *((Text("危险", "hazard"), f"{hazard.id} {hazard.title} ({hazard.state})") for hazard in one.hazards),
        *((Text("待办事项", "open case"), case.id) for case in one.cases),
        *((Text("经过", "history"), _happened(entry.at, entry.title, entry.entry)) for entry in one.history),
    ]
    return [{"what": what, "value": value} for what, value in pairs]


def _happened(at: int, title: Text, entry: int) -> Text:
    return Text(f"{_when(at)} {title.zh} · {entry}", f"{_when(at)} {title.en} · {entry}")


def _when(at: int) -> str:
    return f"{legal_time(at):%Y-%m-%d %H:%M}"
