"""``anbao control``: the controls that must be alive, who is in charge of each, and whether each works."""

import click

from anbao.cli.acts import add_acts
from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.operate.obligations import format_due
from anbao.cli.output import Column, emit
from anbao.controls.service import Controls, ControlView
from anbao.text import Text, system_language

STATES = {
    "unprobed": Text("未检查", "not tried"),
    "works": Text("有效", "works"),
    "failed": Text("失效", "FAILED"),
    "late": Text("检查逾期", "late"),
    "retired": Text("已停用", "retired"),
}
NOBODY = Text("未定负责人", "nobody in charge")

COLUMNS = [
    Column("id", Text("措施", "control")),
    Column("title", Text("名称", "what")),
    Column("red", Text("告警", "red")),
    Column("state", Text("状态", "state")),
    Column("person", Text("负责人", "in charge")),
    Column("probed", Text("上次检查", "last tried")),
    Column("why", Text("结果", "result")),
]


@click.group(
    help=t("安全控制措施：列出、定负责人、检查、停用", "controls that must be alive: list, assign, probe, retire")
)
def command() -> None:
    """The group; its commands follow."""


add_acts(command, "control", "controls", Controls)


@command.command("list", help=t("列出全部措施；有告警时退出码为 1", "list all; exit status 1 where one is red"))
@store_option
@format_option()
def list_all(store_url: str | None, output_format: str) -> int:
    """In the order of the pack. Exit status 1 where one is red."""
    with open_store_option(store_url) as platform:
        views = platform.controls.views()
    emit([_row(view) for view in views], COLUMNS, output_format, system_language())
    return int(any(view.red for view in views))


@command.command("probe", help=t("立即检查一项或者全部措施", "try one control now, or all"))
@click.argument("control", required=False)
@store_option
@format_option()
def probe(control: str | None, store_url: str | None, output_format: str) -> int:
    """Exit status 1 where one does not work."""
    with open_store_option(store_url) as platform:
        wanted = [control] if control else [view.id for view in platform.controls.views() if _can_try(view)]
        for name in wanted:
            platform.controls.try_one(name)
        views = [platform.controls.view(name) for name in wanted]
    emit([_row(view) for view in views], COLUMNS, output_format, system_language())
    return int(any(view.state == "failed" for view in views))


def _can_try(view: ControlView) -> bool:
    return view.automatic and view.state != "retired"


def _row(view: ControlView) -> dict[str, object]:
    return {
        "id": view.id,
        "title": view.title,
        "red": "●" if view.red else "",
        "state": STATES[view.state],
        "person": view.person or NOBODY,
        "probed": "" if view.probed_at is None else format_due(view.probed_at),
        "why": view.why,
    }
