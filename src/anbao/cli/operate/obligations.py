"""``anbao obligations``: what is owed, the longest overdue first."""

import click

from anbao.cli.acting import by_option, print_entry, reason_option
from anbao.cli.acts import add_acts
from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.output import Column, emit
from anbao.engine.obligations import read
from anbao.engine.obligations.read import ObligationView
from anbao.model.base import legal_time
from anbao.platform import Platform
from anbao.prove.figures import FigureService
from anbao.text import Text, system_language

STATES = {
    "open": Text("待履行", "open"),
    "overdue": Text("已逾期", "overdue"),
    "discharged": Text("已履行", "discharged"),
    "discharged_late": Text("逾期后履行", "discharged late"),
    "discharged_recorded_late": Text("已履行，补记（期限后录入）", "met, recorded late"),
    "missed_recorded_late": Text("逾期，事后补记", "missed; recorded afterwards"),
    "ended": Text("已消灭", "ended"),
    "waived": Text("已豁免", "waived"),
    "keeping": Text("保存中", "keeping"),
    "kept": Text("保存期满", "kept"),
    "broken": Text("已违反", "broken"),
}

COLUMNS = [
    Column("id", Text("义务", "obligation")),
    Column("title", Text("内容", "what")),
    Column("subjects", Text("对象", "about")),
    Column("state", Text("状态", "state")),
    Column("due", Text("期限", "due")),
    Column("deadline", Text("期限来源", "deadline set by")),
]


@click.group(help=t("待履行义务：列出、豁免", "obligations: list, waive"))
def command() -> None:
    """The group; its commands follow."""


@command.command(
    "list", help=t("列出未完成的义务，逾期最久者在前", "list what is unfinished, the longest overdue first")
)
@click.option("--overdue", is_flag=True, help=t("只列逾期的", "only what is overdue"))
@click.option("--all", "every", is_flag=True, help=t("也列已了结的，按产生先后", "also what is closed, as opened"))
@click.option("--norm", help=t("只列此规范的", "only of this norm"))
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@store_option
@format_option()
def list_obligations(
    overdue: bool, every: bool, norm: str | None, limit: int, store_url: str | None, output_format: str
) -> int:
    """Exit status 1 if something is overdue."""
    if overdue and every:
        raise click.UsageError(t("--overdue 与 --all 不能同用", "--overdue and --all exclude each other"))
    with open_store_option(store_url) as platform:
        with platform.reading() as conn:
            now = platform.clock()
            if every:
                found = read.page(conn, now, norm=norm, limit=limit)
            else:
                found = read.unfinished(conn, now, norm=norm, limit=limit, overdue_only=overdue)
        rows = [row(platform, one) for one in found]
    emit(rows, COLUMNS, output_format, system_language())
    return int(any(one.state == "overdue" for one in found))


@command.command("waive", help=t("豁免一项义务（写明理由）", "waive an obligation, saying why"))
@click.argument("obligation", metavar="ENTRY/NORM")
@reason_option
@by_option()
@store_option
def waive(obligation: str, reason: str, actor: str, store_url: str | None) -> None:
    """The waiver is an entry like any other."""
    opened_by, _, norm = obligation.partition("/")
    if not opened_by.isdigit() or not norm:
        raise click.UsageError(
            t("义务写作 条目/规范，如 12/cn.kyc.reverify", "name it ENTRY/NORM, e.g. 12/cn.kyc.reverify")
        )
    with open_store_option(store_url) as platform:
        entry = platform.waive(int(opened_by), norm, reason, actor=actor)
    print_entry(entry)


def row(platform: Platform, one: ObligationView) -> dict[str, object]:
    """An obligation as a row of ``COLUMNS``."""
    title, by_law, _ = norm_words(platform, one.norm)
    return {
        "id": one.id,
        "title": title,
        "subjects": " ".join(f"{role}:{subject}" for role, subject in one.subjects.items()),
        "state": state_words(one).get(system_language()),
        "due": "" if one.due_at is None else format_due(one.due_at),
        "deadline": t("法定", "law") if by_law else t("平台自定", "platform's own setting"),
    }


def state_words(one: ObligationView) -> Text:
    """The state of an obligation; what ended it too late to be known in time says so."""
    words = STATES[one.state]
    if one.recorded_late and one.state in ("ended", "waived"):
        return Text(f"{words.zh}（补记）", f"{words.en} (recorded late)")
    return words


def norm_words(platform: Platform, norm_id: str) -> tuple[str, bool, str]:
    """A norm's title, whether its deadline is the law's, and its first provisions."""
    norm = platform.pack.norm(norm_id)
    if norm is None:
        return norm_id, False, ""
    cited = platform.pack.cite(norm.provisions[:2])
    return norm.title.get(system_language()), norm.deadline == "law", cited.get(system_language())


def shown_when(at: int, recorded: int, late: bool) -> Text:
    """When something happened; with when it was entered, where that was much later."""
    if not late:
        return Text(format_due(at), format_due(at))
    return Text(
        f"{format_due(at)}（补记于 {format_due(recorded)}）",
        f"{format_due(at)} (recorded late, at {format_due(recorded)})",
    )


def format_due(instant: int) -> str:
    """An instant in Asia/Shanghai, to the second."""
    return legal_time(instant).isoformat(sep=" ", timespec="seconds")


add_acts(command, "obligations", "figures", FigureService)
