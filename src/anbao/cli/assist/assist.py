"""``anbao assist``: help for persons harmed, and answers to authorities."""

import sys
from pathlib import Path
from typing import TypeVar

import click
import msgspec

from anbao.assist import records
from anbao.assist.service import Assist
from anbao.cli.acting import by_option, print_json, print_letter
from anbao.cli.acts import add_acts
from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.output import Column, emit
from anbao.model.base import legal_time
from anbao.text import Text, system_language

T = TypeVar("T")

DISPUTES = [
    Column("id", Text("求助", "request")),
    Column("help", Text("请求", "asked for")),
    Column("harm", Text("损害", "harm")),
    Column("order", Text("订单", "order")),
    Column("merchant", Text("商家", "merchant")),
    Column("state", Text("状态", "state")),
    Column("at", Text("时间", "at")),
]


@click.group(help=t("合理协助：求助、提供、冻结、部门调取", "assistance: requests for help, authorities' requests"))
def command() -> None:
    """The group; its commands follow."""


@command.command("list", help=t("求助列表", "requests for help"))
@click.option("--state", type=click.Choice(["open", "held", "assisted", "refused", "failed"]))
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True)
@store_option
@format_option()
def list_disputes(state: str | None, limit: int, store_url: str | None, output_format: str) -> int:
    """Exit status 1 if some are held or failed."""
    with open_store_option(store_url) as platform, platform.reading() as conn:
        found = records.listed(conn, state, limit)
    rows = [msgspec.structs.asdict(one) | {"at": f"{legal_time(one.at):%Y-%m-%d %H:%M}"} for one in found]
    emit(rows, DISPUTES, output_format, system_language())
    return int(any(one.state in ("held", "failed") for one in found))


@command.command("show", help=t("一项求助的答复（JSON）", "what an asker was answered (JSON)"))
@click.argument("request")
@store_option
def show(request: str, store_url: str | None) -> None:
    """Letter, records and advice, as they were given."""
    with open_store_option(store_url) as platform, platform.reading() as conn:
        print_json(platform.assist.answer_of(conn, request))


@command.command("letter", help=t("书面答复全文；可另存为网页", "the letter to an asker; or save it as a page"))
@click.argument("request")
@click.option("--html", "page", type=click.Path(dir_okay=False, path_type=Path), help=t("存为网页", "save as HTML"))
@store_option
def letter(request: str, page: Path | None, store_url: str | None) -> None:
    """In the user's language."""
    with open_store_option(store_url) as platform, platform.reading() as conn:
        print_letter(platform.assist.letter_of(conn, request), page)


@command.group("authority", help=t("主管部门调取", "requests of authorities"))
def of_authorities() -> None:
    """The group; its commands follow."""


add_acts(command, "assist", "assist", Assist)


@of_authorities.command("answer", help=t("在范围内提供", "answer within the scope"))
@click.argument("request")
@by_option()
@store_option
def answer(request: str, actor: str, store_url: str | None) -> None:
    """What is handed over, as JSON on standard output, byte for byte as its digest in the ledger says."""
    with open_store_option(store_url) as platform:
        given = platform.run(lambda work: platform.assist.answer(work, request, actor=actor))
    sys.stdout.buffer.write(given.to_bytes())
