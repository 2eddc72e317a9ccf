"""``anbao option``: the platform's choices that are no deadlines."""

import click

from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.output import Column, emit
from anbao.text import Text, system_language

COLUMNS = [
    Column("id", Text("选项", "option")),
    Column("title", Text("名称", "title")),
    Column("value", Text("现值", "value")),
    Column("takes", Text("可取", "takes")),
    Column("why", Text("说明", "why")),
]


@click.group(help=t("平台选项：列出、修改", "the platform's choices: list, set"))
def command() -> None:
    """The group; its commands follow."""


@command.command("list", help=t("全部选项及现值", "all choices and their values"))
@store_option
@format_option()
def list_options(store_url: str | None, output_format: str) -> None:
    """What stands in the pack, and what the platform made of it."""
    with open_store_option(store_url) as platform, platform.reading() as conn:
        now = platform.clock()
        rows = [
            {
                "id": option.id,
                "title": option.title,
                "value": platform.options.in_force(conn, option.id, now),
                "takes": list(option.values) or option.of,
                "why": option.why,
            }
            for option in platform.options.all
        ]
    emit(rows, COLUMNS, output_format, system_language())


@command.command("set", help=t("修改一个选项，自现在起生效", "change a choice from now on"))
@click.argument("option")
@click.argument("value")
@click.option("--by", "actor", required=True, help=t("何人", "by whom"))
@store_option
def set_option(option: str, value: str, actor: str, store_url: str | None) -> None:
    """The change is an entry."""
    with open_store_option(store_url) as platform:
        entry = platform.change_option(option, value, actor=actor)
    click.echo(t(f"已修改，条目 {entry}", f"changed, entry {entry}"), err=True)
