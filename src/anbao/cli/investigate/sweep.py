"""``anbao sweep``: search all listings for the confirmed dangers; see how far it is; pause and go on."""

import click
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from anbao.cli.acts import add_acts
from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.output import Column, echo, emit, stderr_console
from anbao.investigate.service import Investigate
from anbao.investigate.sweep import matches, passes
from anbao.investigate.sweep.passes import Pass
from anbao.model.base import legal_time
from anbao.platform import Platform
from anbao.prevent.words import CERTAINTIES
from anbao.text import Text, system_language

STATES = {
    "running": Text("进行中", "running"),
    "paused": Text("已暂停", "paused"),
    "done": Text("已完成", "done"),
}
COLUMNS = [
    Column("id", Text("排查", "sweep")),
    Column("state", Text("状态", "state")),
    Column("looked", Text("已查看", "looked at")),
    Column("total", Text("共", "of")),
    Column("matched", Text("发现", "matches")),
    Column("blocked", Text("已拦截", "blocked already")),
    Column("outdated", Text("仅旧版本", "replaced versions")),
    Column("before", Text("查至条目", "ahead of entry")),
    Column("opened", Text("开始", "opened")),
    Column("ended", Text("结束", "ended")),
]


@click.group(help=t("排查：在全部商品中查找已确认的危险", "sweep all listings for the confirmed dangers"))
def command() -> None:
    """The group; its commands follow."""


add_acts(command, "sweep", "investigate", Investigate)


@command.command("run", help=t("开始或继续排查，直到完成", "begin or continue, until all is looked at"))
@store_option
@format_option()
def run(store_url: str | None, output_format: str) -> int:
    """Interrupted or killed, it goes on where it stood. Exit status 1 where something was found."""
    with open_store_option(store_url) as platform:
        swept = _run(platform)
        with platform.reading() as conn:
            found = [passes.known(conn, name) for name in swept]
    if not swept:
        echo(t("没有待排查的危险", "no danger waits to be swept for"), err=True)
    emit(map(row, found), COLUMNS, output_format, system_language())
    return int(any(one.matched for one in found))


@command.command("list", help=t("列出各次排查", "list the sweeps"))
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@store_option
@format_option()
def list_sweeps(limit: int, store_url: str | None, output_format: str) -> None:
    """The newest first."""
    with open_store_option(store_url) as platform, platform.reading() as conn:
        found = passes.newest(conn, limit)
    emit(map(row, found), COLUMNS, output_format, system_language())


@command.command(
    "show", help=t("查看一次排查查了哪些危险、各发现多少", "the dangers of a sweep, and how often each was found")
)
@click.argument("sweep")
@store_option
@format_option()
def show(sweep: str, store_url: str | None, output_format: str) -> None:
    """Coverage stands in ``anbao sweep list`` and in each ``hazard.swept`` entry."""
    with open_store_option(store_url) as platform, platform.reading() as conn:
        passes.known(conn, sweep)
        rows: list[dict[str, object]] = [
            {"hazard": hazard, **{level: counts[level] for level in matches.CERTAINTIES}}
            for hazard, counts in matches.counted_by_hazard(conn, sweep).items()
        ]
    titles = {
        "hazard": Text("危险", "hazard"),
        **CERTAINTIES,
    }
    emit(rows, [Column(key, title) for key, title in titles.items()], output_format, system_language())


def row(one: Pass) -> dict[str, object]:
    """A sweep as a row of ``COLUMNS``."""
    return {
        "id": one.id,
        "state": STATES[one.state].get(system_language()),
        "looked": one.looked,
        "total": one.total,
        "matched": one.matched,
        "blocked": one.blocked,
        "outdated": one.outdated,
        "before": one.before,
        "opened": _shown(one.opened),
        "ended": _shown(one.ended),
    }


def _run(platform: Platform) -> list[str]:
    """Step until nothing is left; the sweeps that were stepped through."""
    swept: dict[str, None] = {}
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=stderr_console(),
        transient=True,
    )
    with bar:
        tasks = {}
        while platform.investigate.sweep():
            with platform.reading() as conn:
                one = passes.running(conn) or next(iter(passes.newest(conn, 1)))
            swept[one.id] = None
            if one.id not in tasks:
                tasks[one.id] = bar.add_task(one.id, total=one.total or None)
            bar.update(tasks[one.id], completed=one.looked)
    return list(swept)


def _shown(instant: int | None) -> str:
    return "" if instant is None else legal_time(instant).isoformat(sep=" ", timespec="seconds")
