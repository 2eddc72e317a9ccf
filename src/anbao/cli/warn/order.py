"""``anbao order``: orders of a file are checked before payment, or recorded with the notices required before them."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.lines import batches, file_argument
from anbao.cli.output import Column, emit
from anbao.model.trade import Order, OrderIntent
from anbao.text import Text, system_language

if TYPE_CHECKING:
    from anbao.engine.work import Work
    from anbao.model.trade import Lacking
    from anbao.warn.orders import OrderAnswer, OrderCheck
    from anbao.warn.service import Warn

_WHAT = (
    Column("lacking", Text("缺少的步骤", "lacking")),
    Column("unsuitable", Text("属于不适宜人群", "of an unsuitable group")),
    Column("reasons", Text("商品或者商家的障碍", "against its listing or merchant")),
)
PLACED = [
    Column("order", Text("订单", "order")),
    Column("decision", Text("结果", "result")),
    *_WHAT,
    Column("entry", Text("条目", "entry")),
]
CHECKED = [
    Column("listing", Text("商品", "listing")),
    Column("allowed", Text("可以下单", "would be taken")),
    Column("notices", Text("须告知", "notices")),
    *_WHAT,
]
TAKEN, REFUSED = Text("已记录", "recorded"), Text("已拒绝", "refused")
FLAGGED = Text("已记录，待人工查看", "recorded, flagged for a person")
REPEATED, UPDATED = Text("此前已记录", "recorded before"), Text("已记录变更", "recorded as changed")


@click.group(help=t("订单：付款前检查、记录", "orders: check before payment, place"))
def command() -> None:
    """The group; its commands follow."""


@command.command(
    "place", help=t("记录订单（JSONL）及此前应有的告知", "record orders (JSON lines) and what they lacked")
)
@file_argument
@store_option
@format_option()
def place(file: Path, store_url: str | None, output_format: str) -> int:
    """Exit status 1 where one was refused or flagged, or lacked something."""
    rows: list[dict[str, object]] = []
    with open_store_option(store_url) as platform:
        for batch in batches(file, Order, "id, buyer, listing or lines"):
            rows += [
                {
                    "order": one.order,
                    "decision": _decision(one),
                    "lacking": _steps(one.lacking),
                    "unsuitable": list(one.unsuitable),
                    "reasons": [reason.text for reason in one.reasons],
                    "entry": one.entry,
                }
                for one in platform.run(partial(_place, platform.warn, batch))
            ]
    emit(rows, PLACED, output_format, system_language())
    return int(any(row["lacking"] or row["unsuitable"] or row["reasons"] for row in rows))


@command.command(
    "check", help=t("付款前检查（JSONL），不入账", "before payment: would orders be taken (JSON lines); no entry")
)
@file_argument
@store_option
@format_option()
def check(file: Path, store_url: str | None, output_format: str) -> int:
    """Exit status 1 where one would be refused or flagged, or lacks something."""
    rows: list[dict[str, object]] = []
    with open_store_option(store_url) as platform:
        for batch in batches(file, OrderIntent, "buyer, listing or lines"):
            rows += [
                {
                    "listing": one.listing or [line.listing for line in one.lines],
                    "allowed": one.allowed,
                    "notices": list(one.notices),
                    "lacking": _steps(one.lacking),
                    "unsuitable": list(one.unsuitable),
                    "reasons": [reason.text for reason in one.reasons],
                }
                for one in platform.run(partial(_check, platform.warn, batch))
            ]
    emit(rows, CHECKED, output_format, system_language())
    return int(any(row["lacking"] or row["unsuitable"] or row["reasons"] for row in rows))


def _decision(one: "OrderAnswer") -> Text:
    marks = ((one.refused, REFUSED), (one.flagged, FLAGGED), (one.repeated, REPEATED), (one.updated, UPDATED))
    return next((word for holds, word in marks if holds), TAKEN)


def _steps(lacking: "tuple[Lacking, ...]") -> list[str]:
    return [f"{one.notice}: {'+'.join(one.steps)}" for one in lacking]


def _place(warn: "Warn", batch: list[Order], work: "Work") -> "list[OrderAnswer]":
    return [warn.place_order(work, one, actor="file") for one in batch]


def _check(warn: "Warn", batch: list[OrderIntent], work: "Work") -> "list[OrderCheck]":
    return [warn.check_order(work, one) for one in batch]
