"""``anbao control``: the controls that must be alive, who is in charge of each, and whether each works."""

import click

from anbao.cli.acting import print_entry, reason_option
from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.operate.obligations import format_due
from anbao.cli.output import Column, emit
from anbao.controls.service import ControlView
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


@command.command("list", help=t("列出全部措施；有告警时退出码为 1", "list all; exit status 1 where one is red"))
@store_option
@format_option()
def list_all(store_url: str | None, output_format: str) -> int:
    """In the order of the pack."""
    with open_store_option(store_url) as platform:
        views = platform.controls.views()
    emit([_row(view) for view in views], COLUMNS, output_format, system_language())
    return int(any(view.red for view in views))


@command.command("assign", help=t("确定负责人（账号）", "put a person (an account) in charge"))
@click.argument("control")
@click.argument("person")
@click.option("--as", "actor", default="officer", show_default=True, help=t("何人操作", "who does this"))
@store_option
def assign(control: str, person: str, actor: str, store_url: str | None) -> None:
    """The ledger holds a commitment; who it is stands in the vault."""
    with open_store_option(store_url) as platform:
        entry = platform.run(lambda work: platform.controls.assign(work, control, person, actor=actor))
    print_entry(entry)


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


@command.command("attest", help=t("记录人工检查的结果", "record what a person saw"))
@click.argument("control")
@click.option("--works/--failed", "works", required=True, help=t("是否有效", "whether it works"))
@click.option("--why", required=True, help=t("所见", "what was seen"))
@click.option("--as", "actor", default="officer", show_default=True, help=t("何人检查", "who looked"))
@store_option
def attest(control: str, works: bool, why: str, actor: str, store_url: str | None) -> None:
    """For controls that no program can try."""
    with open_store_option(store_url) as platform:
        entry = platform.run(lambda work: platform.controls.attest(work, control, works, why, actor=actor))
    print_entry(entry)


@command.command("retire", help=t("停用一项措施（写明理由）", "retire a control, saying why"))
@click.argument("control")
@reason_option
@click.option("--as", "actor", default="officer", show_default=True, help=t("何人操作", "who does this"))
@store_option
def retire(control: str, reason: str, actor: str, store_url: str | None) -> None:
    """It is tried no longer, and nothing is owed for it."""
    with open_store_option(store_url) as platform:
        entry = platform.run(lambda work: platform.controls.retire(work, control, reason, actor=actor))
    print_entry(entry)


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
