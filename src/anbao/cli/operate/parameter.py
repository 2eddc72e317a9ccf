"""``anbao parameter``: the numbers and choices that rules use, and the platform's own values for them."""

import click

from anbao.cli.acting import by_option
from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.output import Column, echo, emit
from anbao.text import Text, system_language

COLUMNS = [
    Column("id", Text("参数", "parameter")),
    Column("title", Text("名称", "title")),
    Column("value", Text("现值", "value")),
    Column("unit", Text("单位", "unit")),
    Column("set_by", Text("由谁规定", "set by")),
    Column("takes", Text("可取", "takes")),
    Column("why", Text("说明", "why")),
]


@click.group(help=t("规则所用的数值与平台选择：列出、修改", "the numbers and choices that rules use: list, set"))
def command() -> None:
    """The group; its commands follow."""


@command.command("list", help=t("全部参数及现值", "all parameters and their values"))
@store_option
@format_option()
def list_parameters(store_url: str | None, output_format: str) -> None:
    """What stands in the pack, and what the platform made of it."""
    with open_store_option(store_url) as platform, platform.reading() as conn:
        now = platform.clock()
        rows = [
            {
                "id": one.id,
                "title": one.title,
                "value": platform.parameters.in_force(conn, one.id, now),
                "unit": one.unit,
                "set_by": one.set_by,
                "takes": one.takes,
                "why": one.why,
            }
            for one in platform.parameters.on(now)
        ]
    emit(rows, COLUMNS, output_format, system_language())


@command.command("set", help=t("修改平台自定的一项，自现在起生效", "change one that the platform sets, from now on"))
@click.argument("parameter")
@click.argument("value")
@by_option()
@store_option
def set_parameter(parameter: str, value: str, actor: str, store_url: str | None) -> None:
    """The change is an entry."""
    with open_store_option(store_url) as platform:
        entry = platform.change_parameter(parameter, value, actor=actor)
    echo(t(f"已修改，条目 {entry}", f"changed, entry {entry}"), err=True)
