"""``anbao assist``: help for persons harmed, and answers to authorities."""

import sys
from pathlib import Path
from typing import BinaryIO, TypeVar

import click
import msgspec

from anbao.assist import authority, records
from anbao.cli.acting import act, by_option, print_entry, print_json, print_letter, read_json, reason_option
from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.output import Column, emit
from anbao.model.assistance import AuthorityRequest, HelpRequest
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
REQUESTS = [
    Column("id", Text("请求", "request")),
    Column("authority", Text("部门", "authority")),
    Column("document", Text("文号", "document")),
    Column("request", Text("内容", "what")),
    Column("state", Text("状态", "state")),
    Column("due", Text("部门要求的期限", "due")),
]


@click.group(help=t("合理协助：求助、提供、冻结、部门调取", "assistance: requests for help, authorities' requests"))
def command() -> None:
    """The group; its commands follow."""


@command.command("ask", help=t("登记一项求助（JSON，缺省读标准输入）", "take in a request for help (JSON)"))
@click.argument("file", type=click.File("rb"), default="-")
@store_option
def ask(file: BinaryIO, store_url: str | None) -> None:
    """The answer as JSON on standard output."""
    request = read_json(file.read(), HelpRequest)
    with open_store_option(store_url) as platform:
        print_json(platform.run(lambda work: platform.assist.ask(work, request)))


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


@command.command("grant", help=t("核实后提供", "give what was asked, after a check"))
@click.argument("request")
@reason_option
@by_option()
@store_option
def grant(request: str, reason: str, actor: str, store_url: str | None) -> None:
    """The answer as JSON on standard output."""
    with open_store_option(store_url) as platform:
        print_json(act(platform, lambda work: platform.assist.grant(work, request, reason, actor=actor)))


@command.command("refuse", help=t("不予提供并说明理由", "refuse, with the reason"))
@click.argument("request")
@reason_option
@by_option()
@store_option
def refuse(request: str, reason: str, actor: str, store_url: str | None) -> None:
    """The refusal is an entry."""
    with open_store_option(store_url) as platform:
        print_entry(act(platform, lambda work: platform.assist.refuse(work, request, reason, actor=actor)))


@command.command("release", help=t("解除款项冻结", "release frozen money"))
@click.argument("request")
@reason_option
@by_option()
@store_option
def release(request: str, reason: str, actor: str, store_url: str | None) -> None:
    """Leaves as an effect to the platform."""
    with open_store_option(store_url) as platform:
        print_entry(platform.run(lambda work: platform.assist.release(work, request, reason, actor=actor)))


@command.command(
    "compensate",
    help=t("不能提供商家信息时，记录是否先行赔偿", "record a decision on paying first, where no seller is named"),
)
@click.argument("request")
@click.option("--decision", required=True, help=t("决定", "the decision"))
@by_option()
@store_option
def compensate(request: str, decision: str, actor: str, store_url: str | None) -> None:
    """The decision is an entry."""
    with open_store_option(store_url) as platform:
        print_entry(platform.run(lambda work: platform.assist.compensate(work, request, decision, actor=actor)))


@command.group("authority", help=t("主管部门调取", "requests of authorities"))
def of_authorities() -> None:
    """The group; its commands follow."""


@of_authorities.command("receive", help=t("登记调取要求（JSON）", "take in a request (JSON)"))
@click.argument("file", type=click.File("rb"), default="-")
@by_option()
@store_option
def receive(file: BinaryIO, actor: str, store_url: str | None) -> None:
    """Basis and scope are checked."""
    request = read_json(file.read(), AuthorityRequest)
    with open_store_option(store_url) as platform:
        print_entry(platform.run(lambda work: platform.assist.receive(work, request, actor=actor)))


@of_authorities.command("list", help=t("列出调取要求", "list requests"))
@click.option("--state", type=click.Choice(["open", "answered", "declined"]))
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True)
@store_option
@format_option()
def list_requests(state: str | None, limit: int, store_url: str | None, output_format: str) -> None:
    """The oldest first."""
    with open_store_option(store_url) as platform, platform.reading() as conn:
        found = authority.listed(conn, state, limit)
    rows = [msgspec.structs.asdict(one.request) | {"state": one.state} for one in found]
    emit(rows, REQUESTS, output_format, system_language())


@of_authorities.command("answer", help=t("在范围内提供", "answer within the scope"))
@click.argument("request")
@by_option()
@store_option
def answer(request: str, actor: str, store_url: str | None) -> None:
    """What is handed over, as JSON on standard output, byte for byte as its digest in the ledger says."""
    with open_store_option(store_url) as platform:
        given = platform.run(lambda work: platform.assist.answer(work, request, actor=actor))
    sys.stdout.buffer.write(given.to_bytes())


@of_authorities.command("decline", help=t("退回并说明理由", "send back, with the reason"))
@click.argument("request")
@reason_option
@by_option()
@store_option
def decline(request: str, reason: str, actor: str, store_url: str | None) -> None:
    """The reason is an entry."""
    with open_store_option(store_url) as platform:
        print_entry(platform.run(lambda work: platform.assist.decline(work, request, reason, actor=actor)))
