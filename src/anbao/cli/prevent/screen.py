"""``anbao screen``: a file of listings in, decisions out; a summary for people, rows for programs."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from anbao import localfiles
from anbao.cli.common import FORMATS, open_store_option, store_option, t
from anbao.cli.output import echo, stderr_console
from anbao.cli.prevent.screening_report import Meta, render_html, render_terminal
from anbao.cli.prevent.screening_report.file import file_notes
from anbao.cli.prevent.screening_report.words import visible
from anbao.connect.bulk import Progress as Reached
from anbao.connect.bulk import screen_file
from anbao.connect.files import FileRowError, Mapping, open_source
from anbao.connect.files.records import FIELDS
from anbao.connect.output import Sink
from anbao.connect.pictures import PictureIntake
from anbao.connect.rows import RowFormat
from anbao.connect.summary import Summary
from anbao.engine.readmodels.pictures import pending
from anbao.law.deadlines import legal_day
from anbao.model.events.prevent import PictureScreenedEvent
from anbao.text import Text, system_language

if TYPE_CHECKING:
    from anbao.platform import Platform

SHOWN_ERRORS = 20


class TermCategory(msgspec.Struct, frozen=True):
    """What the lexicon's file of categories says of one."""

    id: str
    title: Text


@click.command(help=t("审核一个商品文件：CSV、TSV、JSONL、Parquet 或每行一个标题的文本", "screen a file of listings"))
@click.argument("file", type=click.Path(path_type=Path))
@store_option
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="FIELD=COLUMN",
    help=t(
        "列对应，如 --map title=商品名称；不给则按表头猜", "column mapping, e.g. --map title=name; guessed if not given"
    ),
)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(FORMATS),
    help=t("输出格式；不给则按 --output 的后缀，否则为 table", "by default by the suffix of --output, else table"),
)
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help=t("逐行结果写入文件", "write the rows to a file")
)
@click.option(
    "--report", type=click.Path(path_type=Path, dir_okay=False), help=t("写 HTML 报告", "write an HTML report")
)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=lambda: os.cpu_count() or 1,
    help=t("进程数（默认全部核）", "processes (default: all cores)"),
)
@click.option("--restart", is_flag=True, help=t("不续跑、不沿用，从头审核", "start over instead of resuming"))
def command(
    file: Path,
    store_url: str | None,
    mapping: tuple[str, ...],
    output_format: str | None,
    output: Path | None,
    report: Path | None,
    workers: int,
    restart: bool,
) -> int:
    """Exit status 0 nothing found, 1 findings or parts that were not judged, 2 usage, 3 internal. An interrupted run
    goes on when called again.
    """
    output_format = output_format or _format_of(output)
    if output and output_format == "table":
        raise click.UsageError(
            t(
                "表格不能写入文件：--format 用 jsonl、json 或 csv",
                "a table goes to no file: use --format jsonl, json or csv",
            )
        )
    source = open_source(file, _mapping(mapping))
    for target in filter(None, (output, report)):
        localfiles.require_writable(target)
    rows: RowFormat | None = None if output_format == "table" else output_format  # type: ignore[assignment]
    sink = Sink(rows, output) if output else Sink(rows, stream=sys.stdout.buffer)
    console = stderr_console()
    shown = 0

    def print_known() -> None:
        echo(
            t(
                "此文件已按现行词库与规则审核过，未重复记录；加 --restart 重新审核",
                "screened before under the rules in force: nothing was entered twice; --restart screens it anew",
            ),
            err=True,
        )

    def print_errors(errors: list[FileRowError]) -> None:
        nonlocal shown
        for error in errors[: max(0, SHOWN_ERRORS - shown)]:
            reason = error.reason.get(system_language())
            place = t(f"第 {error.line} 行", f"line {error.line}")
            console.print(f"{place} {error.field}: {reason}", markup=False, style="yellow")
        shown += len(errors)

    with open_store_option(store_url, create=True) as platform:
        with Progress(
            TextColumn(t("审核", "screening")),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[rows]:,} " + t("行", "rows")),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        ) as progress:
            task = progress.add_task("", total=source.end, rows=0)

            def move(reached: Reached) -> None:
                progress.update(task, completed=reached.position, rows=reached.rows)

            try:
                summary = screen_file(
                    platform,
                    source,
                    sink,
                    workers=workers,
                    restart=restart,
                    on_errors=print_errors,
                    on_progress=move,
                    on_known=print_known,
                )
            except KeyboardInterrupt:
                progress.stop()
                echo(t("已中断；再次运行同一命令即可续跑", "interrupted; run the same command to go on"), err=True)
                return 2
        print_incomplete(platform, summary)
        for note in file_notes(summary):
            console.print(visible(note.get(system_language())), markup=False, style="yellow", soft_wrap=True)
        raised, left = _settle_pictures(platform, console)
        if shown > SHOWN_ERRORS:
            echo(t(f"……共 {shown} 行有误", f"… {shown} bad rows in all"), err=True)
        versions = platform.prevent.ruleset().versions
        names = _names(platform, summary)
        meta = Meta(file=file.name, store=store_url or "", versions=versions, at=platform.clock(), names=names)
    if report:
        localfiles.write(report, render_html(summary, meta, system_language()))
    if output_format == "table":
        render_terminal(summary, system_language(), names)
    elif output:
        render_terminal(summary, system_language(), names, console)
    return 1 if summary.found or not summary.complete or raised or left else 0


def _format_of(output: Path | None) -> str:
    """The format that a file's name states; a table where there is no file. Raises UsageError."""
    if output is None:
        return "table"
    form = output.suffix.lower().removeprefix(".")
    if form not in FORMATS or form == "table":
        raise click.UsageError(
            t(
                f"看不出 {output} 应是什么格式：后缀用 .csv、.json、.jsonl，或给出 --format",
                f"the name {output} states no format: use .csv, .json or .jsonl, or give --format",
            )
        )
    return form


def print_incomplete(platform: "Platform", summary: Summary) -> None:
    """Say what nobody looked at, before anything else is printed."""
    if summary.complete:
        return
    echo(
        t(
            f"没有审核完：{summary.errors:,} 行无法读取，另有 {summary.unjudged:,} 处内容没有审核；相关商品须人工查看",
            f"not all was judged: {summary.errors:,} rows could not be read, and {summary.unjudged:,} parts of listings"
            " were not looked at; a person must look at those",
        ),
        err=True,
    )
    for one in summary.parts:
        what = platform.prevent.explainer.unjudged(one.part).get(system_language())
        echo(f"  {one.row} {one.listing}: {what}", err=True)


def _settle_pictures(platform: "Platform", console: Console) -> tuple[int, int]:
    """Fetch and read the pictures that wait, and report what they changed: how many listings were held or blocked, and
    how many pictures have not come.
    """
    with platform.reading() as conn:
        waiting, before = pending(conn), platform.ledger.size(conn)
    if not waiting:
        return 0, 0
    pictures = PictureIntake(platform)
    with console.status(t("读取图片", "reading pictures")):
        pictures.settle()
    platform.checkpoint()
    with platform.reading() as conn:
        made = list(platform.entries(conn, kind=PictureScreenedEvent.KIND, start=before))
        left = pending(conn)
    raised = {"review": 0, "block": 0}
    for screened in (one.event(PictureScreenedEvent).screened for one in made):
        if screened.raised:
            raised[screened.outcome] += 1
    echo(
        t(
            f"图片：作出 {len(made):,} 个决定；因图片转人工 {raised['review']:,} 条、拦截 {raised['block']:,} 条",
            f"pictures: {len(made):,} decisions; {raised['review']:,} listings held and {raised['block']:,} blocked",
        ),
        err=True,
    )
    if left:
        echo(
            t(
                f"{left:,} 张图片尚未取得，稍后由 anbao serve 或再次运行重试",
                f"{left:,} pictures have not come yet; anbao serve, or another run, tries again later",
            ),
            err=True,
        )
    return sum(raised.values()), left


def _names(platform: "Platform", summary: Summary) -> dict[str, Text]:
    """What the categories, credentials and provisions of a report are called."""
    today, explainer = legal_day(platform.clock()), platform.prevent.explainer
    cited = {reference for worst in summary.worst for reference in worst.provisions}
    return {
        **{name: explainer.category(name) for name in summary.categories},
        **{one.term: explainer.credential(one.term) for one in summary.worst if one.detector == "credential"},
        **{reference: platform.pack.cite([reference], today) for reference in cited},
    }


def _mapping(given: tuple[str, ...]) -> Mapping | None:
    if not given:
        return None
    columns: dict[str, str] = {}
    for item in given:
        field, sign, column = item.partition("=")
        if not sign or field not in FIELDS:
            raise click.UsageError(
                t(
                    f"--map 写作 字段=列名，字段为 {'、'.join(FIELDS)}",
                    f"--map takes FIELD=COLUMN; fields: {', '.join(FIELDS)}",
                )
            )
        columns[field] = column
    return msgspec.convert(columns, Mapping)
