"""``anbao webhook``: where effects go, what became of them, and those that are sent again."""

from typing import get_args

import click

from anbao.cli.acts import add_acts
from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.output import Column, echo, emit
from anbao.delivery.endpoints import Change, NewSecret
from anbao.delivery.service import Delivery
from anbao.engine.outbox import State
from anbao.model.base import legal_time
from anbao.text import Text, system_language

ACTOR = "officer"
FINDINGS = 1
PROBLEMS = {
    "timeout": Text("超时", "timed out"),
    "unreachable": Text("无法连接", "cannot be reached"),
}
STATES = {
    "waiting": Text("待发", "waiting"),
    "sent": Text("已发，待确认", "sent, not confirmed"),
    "done": Text("已完成", "done"),
    "dead": Text("死信", "dead"),
    "withdrawn": Text("已撤回", "withdrawn"),
}


@click.group(help=t("投递：端点、指令、死信重发", "delivery: endpoints, effects, dead letters"))
def command() -> None:
    """The group; its commands follow."""


add_acts(command, "webhook", "delivery", Delivery)


@command.command("add", help=t("新增端点；密钥只显示这一次", "add an endpoint; its secret is shown this once"))
@click.argument("url")
@click.option(
    "--topic",
    "topics",
    multiple=True,
    help=t(
        "接收的主题，如 listing.takedown、listing.*（默认全部）",
        "topics it takes, as listing.takedown, listing.* (default: all)",
    ),
)
@store_option
def add(url: str, topics: tuple[str, ...], store_url: str | None) -> None:
    """Prints the endpoint's id and secret."""
    with open_store_option(store_url, create=True) as platform:
        made = platform.delivery.add_endpoint(url, topics, actor=ACTOR)
    _show_secret(made)


@command.command("test", help=t("发一条测试消息", "send a message that asks for nothing"))
@click.argument("endpoint")
@store_option
def test(endpoint: str, store_url: str | None) -> int:
    """Exit status 1 where the endpoint did not take it."""
    with open_store_option(store_url) as platform:
        outcome = platform.delivery.test_endpoint(endpoint)
    reached = outcome.verdict in ("confirmed", "accepted")
    echo(t("端点已收到", "the endpoint took it") if reached else words_of(outcome.problem))
    return 0 if reached else FINDINGS


@command.command("rotate", help=t("更换密钥；旧密钥再签一天", "a new secret; the old one signs for another day"))
@click.argument("endpoint")
@store_option
def rotate(endpoint: str, store_url: str | None) -> None:
    """Prints the new secret."""
    with open_store_option(store_url) as platform:
        made = platform.delivery.rotate_secret(endpoint, actor=ACTOR)
    _show_secret(made)


@command.command("pause", help=t("暂停端点；其指令等待", "pause an endpoint; what is meant for it waits"))
@click.argument("endpoint")
@store_option
def pause(endpoint: str, store_url: str | None) -> None:
    """Takes effect with the next attempt."""
    _change(store_url, endpoint, "paused")


@command.command("resume", help=t("恢复端点", "resume an endpoint"))
@click.argument("endpoint")
@store_option
def resume(endpoint: str, store_url: str | None) -> None:
    """What waited is due at once."""
    _change(store_url, endpoint, "resumed")


@command.command(
    "remove", help=t("删除端点；未完成的指令等待别的端点", "remove an endpoint; what is undone waits for another")
)
@click.argument("endpoint")
@store_option
def remove(endpoint: str, store_url: str | None) -> None:
    """The ledger keeps that it was there."""
    _change(store_url, endpoint, "removed")


@command.command("effects", help=t("列出对外指令", "list effects"))
@click.option("--state", type=click.Choice(list(get_args(State))), help=t("状态", "state"))
@click.option("--topic", help=t("主题", "topic"))
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True)
@store_option
@format_option()
def effects(state: str | None, topic: str | None, limit: int, store_url: str | None, output_format: str) -> None:
    """The longest due first."""
    wanted = next((one for one in get_args(State) if one == state), None)
    with open_store_option(store_url) as platform:
        found = platform.delivery.effects(state=wanted, topic=topic, limit=limit)
    columns = [
        Column("id", Text("指令", "effect")),
        Column("topic", Text("主题", "topic")),
        Column("subjects", Text("对象", "about")),
        Column("state", Text("状态", "state")),
        Column("attempts", Text("次数", "attempts")),
        Column("due", Text("下次", "next")),
        Column("problem", Text("问题", "problem")),
    ]
    rows = [
        {
            "id": one.id,
            "topic": one.topic,
            "subjects": [f"{role}:{value}" for role, value in one.effect.subjects.items()],
            "state": STATES[one.state],
            "attempts": one.attempts,
            "due": legal_time(one.due_at).isoformat(timespec="seconds") if one.state == "waiting" else "",
            "problem": words_of(one.problem) if output_format == "table" else one.problem,
        }
        for one in found
    ]
    emit(rows, columns, output_format, system_language())


@command.command("replay", help=t("重发死信", "send dead letters again"))
@click.argument("effects", nargs=-1)
@click.option("--all", "every", is_flag=True, help=t("全部死信", "all dead letters"))
@store_option
def replay(effects: tuple[str, ...], every: bool, store_url: str | None) -> None:
    """Under their old ids, so that the platform does none of them twice."""
    if bool(effects) == every:
        raise click.UsageError(t("给出指令编号，或者 --all", "name effects, or give --all"))
    with open_store_option(store_url) as platform:
        if every:
            effects = tuple(one.id for one in platform.delivery.effects(state="dead", limit=1_000_000))
        made = platform.delivery.replay(effects, actor=ACTOR).entries
    echo(t(f"重发 {len(made)} 条", f"{len(made)} will be sent again"), err=True)


@command.command("deliver", help=t("投递到期的指令，直到没有为止", "deliver what is due until nothing is"))
@store_option
def deliver(store_url: str | None) -> None:
    """What ``anbao serve`` does by itself; for platforms that run no server."""
    with open_store_option(store_url) as platform:
        platform.keep_time()
        while platform.delivery.deliver_some():
            pass
        platform.keep_time()


def words_of(problem: str) -> str:
    """A problem's code in the user's language; the platform's own words as they are."""
    code, colon, more = problem.partition(":")
    if code.startswith("http_"):
        return t("对方返回 ", "answered ") + code.removeprefix("http_")
    known = PROBLEMS.get(code)
    return known.get(system_language()) + colon + more if known else problem


def _change(store_url: str | None, endpoint: str, how: Change) -> None:
    with open_store_option(store_url) as platform:
        platform.delivery.change_endpoint(endpoint, how, actor=ACTOR)


def _show_secret(made: NewSecret) -> None:
    echo(f"{made.endpoint} {made.secret}")
    echo(t("请妥善保存，以后无法再看到", "keep it safe: it cannot be shown again"), err=True)
