"""``anbao pack``: the evidence of a matter in one file that others can check."""

from pathlib import Path
from typing import cast

import click

from anbao import localfiles
from anbao.cli.acting import by_option, print_entry
from anbao.cli.common import open_store_option, store_option, t
from anbao.cli.output import echo
from anbao.cli.prevent.changes import AT, instant
from anbao.connect.attachments import fetching
from anbao.law.evidence import READERS, Reader


@click.command(
    help=t(
        "制作证据包：存证条目、证明、时间线、法条、附件、核验程序（如 complaint:TS…、order:O1、事项编号）",
        "make an evidence pack: entries, proofs, timeline, provisions, attachments, verifiers (complaint:…, order:…,"
        " or the id of a case)",
    )
)
@click.argument("about", metavar="CASE|ROLE:ID")
@click.option("--for", "reader", type=click.Choice(READERS), required=True, help=t("提供给何人", "for which reader"))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help=t("文件", "the file")
)
@click.option("--until", metavar=AT, help=t("截止时刻（默认现在）", "cut-off (now by default)"))
@click.option("--reason", "purpose", default="", help=t("用途，如案号", "what it is for, as the number of a suit"))
@by_option(default="officer")
@store_option
def command(
    about: str, reader: str, output: Path, until: str | None, purpose: str, actor: str, store_url: str | None
) -> None:
    """Who made it for whom, with the digest of its bytes, is an entry."""
    cut_off = None if until is None else instant(until)
    with open_store_option(store_url) as platform:
        fetch = fetching(platform.store.url)
        made = platform.packs.make(
            about, cast(Reader, reader), until=cut_off, purpose=purpose, actor=actor, fetch=fetch
        )
    localfiles.write_anew(output, made.data)
    print_entry(made.entry)
    echo(
        t(
            f"{output}：{made.entries} 条条目，披露 {made.opened} 个个人字段，{made.withheld} 个未披露",
            f"{output}: {made.entries} entries, {made.opened} personal fields disclosed, {made.withheld} withheld",
        ),
        err=True,
    )
    echo(f"{made.digest}  {output}")
