"""``anbao warn``: who was warned of a confirmed danger, and whether it reached them."""

import click

from anbao.cli.acting import by_option
from anbao.cli.acts import add_acts
from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.output import Column, echo, emit
from anbao.text import Text, system_language
from anbao.warn import buyers
from anbao.warn.service import Warn

COLUMNS = [
    Column("hazard", Text("危险", "hazard")),
    Column("title", Text("名称", "title")),
    Column("listings", Text("商品", "listings")),
    Column("buyers", Text("应警示", "buyers")),
    Column("reached", Text("已送达", "reached")),
    Column("unreached", Text("未送达", "unreached")),
    Column("waiting", Text("待送达", "waiting")),
    Column("corrected", Text("已更正", "corrected")),
]


@click.group(help=t("售后警示：进度、再次警示、公开", "warnings after the trade: progress, retry, publish"))
def command() -> None:
    """The group; its commands follow."""


add_acts(command, "warn", "warn", Warn)


@command.command("list", help=t("各危险的警示进度", "how far each warning has got"))
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@store_option
@format_option()
def list_warnings(limit: int, store_url: str | None, output_format: str) -> int:
    """Exit status 1 if buyers were not reached."""
    with open_store_option(store_url) as platform, platform.reading() as conn:
        found = buyers.reaches(conn, limit)
    rows = [{column.key: getattr(one, column.key) for column in COLUMNS} for one in found]
    emit(rows, COLUMNS, output_format, system_language())
    return int(any(one.unreached for one in found))


@command.command("retry", help=t("再次警示未送达的消费者", "warn those again who were not reached"))
@click.argument("hazard")
@by_option()
@store_option
def retry(hazard: str, actor: str, store_url: str | None) -> None:
    """Each retry is an entry."""
    with open_store_option(store_url) as platform:
        count = platform.warn.retry(hazard, actor=actor).buyers
    echo(t(f"再次警示 {count} 人", f"{count} buyers are warned again"), err=True)
