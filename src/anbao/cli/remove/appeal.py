"""``anbao appeal``: appeals of merchants against measures."""

import click

from anbao.cli.acts import add_acts
from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.output import Column, emit
from anbao.model.base import legal_time
from anbao.remove import appeals
from anbao.remove.service import Remove
from anbao.text import Text, system_language

STATES = {
    "filed": Text("待处理", "to be decided"),
    "granted": Text("成立", "granted"),
    "denied": Text("不成立", "denied"),
}


@click.group(help=t("申诉：提出、列出、决定", "appeals: file, list, decide"))
def command() -> None:
    """The group; its commands follow."""


add_acts(command, "appeal", "remove", Remove)


@command.command("list", help=t("列出申诉，先到的在前", "list appeals, the oldest first"))
@click.option("--state", default="", type=click.Choice(["", *STATES]), help=t("状态", "state"))
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True)
@store_option
@format_option()
def list_appeals(state: str, limit: int, store_url: str | None, output_format: str) -> None:
    """All, or those in one state."""
    columns = [
        Column("id", Text("编号", "id")),
        Column("measure", Text("措施", "measure")),
        Column("state", Text("状态", "state")),
        Column("at", Text("提出", "filed")),
        Column("person", Text("决定人", "decided by")),
    ]
    with open_store_option(store_url) as platform, platform.reading() as conn:
        rows = [
            {
                "id": one.id,
                "measure": one.measure,
                "state": STATES[one.state],
                "at": legal_time(one.at).isoformat(timespec="seconds"),
                "person": one.person,
            }
            for one in appeals.listed(conn, state=state, limit=limit)
        ]
    emit(rows, columns, output_format, system_language())
