"""``anbao setting``: the deadlines that the law leaves to the platform."""

import click
import msgspec

from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.output import Column, echo, emit
from anbao.errors import InvalidInput
from anbao.law.norms import Period
from anbao.text import Text, system_language

COLUMNS = [
    Column("id", Text("期限", "setting")),
    Column("title", Text("名称", "title")),
    Column("value", Text("现值", "value")),
    Column("default", Text("缺省", "default")),
    Column("why", Text("说明", "why")),
]


@click.group(help=t("平台自定期限：列出、修改", "the platform's own deadlines: list, set"))
def command() -> None:
    """The group; its commands follow."""


@command.command("list", help=t("全部平台自定期限及现值", "all of them and their values"))
@store_option
@format_option()
def list_settings(store_url: str | None, output_format: str) -> None:
    """What stands in the pack, and what the platform made of it."""
    with open_store_option(store_url) as platform, platform.reading() as conn:
        now = platform.clock()
        rows = [
            {
                "id": one.id,
                "title": one.title,
                "value": _written(platform.settings.in_force(conn, one.id, now)),
                "default": _written(one.default),
                "why": one.why,
            }
            for one in platform.pack.settings
        ]
    emit(rows, COLUMNS, output_format, system_language())


@command.command(
    "set",
    help=t(
        "修改一项，如 listing.review hours=12；已产生的义务不变",
        "change one, e.g. listing.review hours=12; what is open keeps its deadline",
    ),
)
@click.argument("setting")
@click.argument("value", metavar="UNIT=COUNT")
@click.option("--by", "actor", required=True, help=t("何人", "by whom"))
@store_option
def set_setting(setting: str, value: str, actor: str, store_url: str | None) -> None:
    """The change is an entry."""
    unit, _, count = value.partition("=")
    if not count.isdecimal():
        raise click.UsageError(
            t(f"期限写作 单位=数，如 hours=12：{value}", f"write UNIT=COUNT, e.g. hours=12: {value}")
        )
    with open_store_option(store_url) as platform:
        entry = platform.change_setting(setting, _period(unit, count), actor=actor)
    echo(t(f"已修改，条目 {entry}", f"changed, entry {entry}"), err=True)


def _period(unit: str, count: str) -> Period:
    try:
        return msgspec.convert({unit: int(count)}, Period)
    except msgspec.ValidationError as error:
        raise InvalidInput(
            Text(f"不是期限：{unit}={count}", f"not a period: {unit}={count}: {error}"), field="value"
        ) from error


def _written(period: Period) -> str:
    [(unit, count)] = msgspec.to_builtins(period).items()
    return f"{unit}={count}"
