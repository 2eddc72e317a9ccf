"""``anbao replay``: makes old decisions again from their entries and compares the bytes."""

import click

from anbao.cli.common import open_store_option, store_option, t
from anbao.cli.output import echo, echo_json
from anbao.prevent.replay import REPLAYED, Erased, replay


@click.command(help=t("按原版本重放旧决定，逐字节比对", "make old decisions again and compare the bytes"))
@click.argument("entries", type=click.IntRange(min=0), nargs=-1)
@click.option(
    "--all", "every", is_flag=True, help=t("重放全部商品和消息审查", "replay every screening of listings and messages")
)
@store_option
def command(entries: tuple[int, ...], every: bool, store_url: str | None) -> int:
    """Exit status 0 the same, 1 something differs."""
    if not entries and not every:
        raise click.UsageError(t("给出条目号，或加 --all", "name entries, or add --all"))
    count = differing = erased = 0
    with open_store_option(store_url) as platform, platform.reading() as conn:
        wanted = iter(entries)
        if every:
            wanted = (stored.index for kind in REPLAYED for stored in platform.entries(conn, kind=kind))
        for index in wanted:
            try:
                result = replay(conn, platform.ledger, platform.prevent.rulesets, index, platform.vault)
            except Erased:
                erased += 1
                continue
            count += 1
            if not result.same:
                differing += 1
                echo_json(result, indent=0)
    echo(t(f"重放 {count} 个决定，{differing} 个不同", f"{count} decisions replayed, {differing} differ"), err=True)
    if erased:
        echo(t(f"{erased} 条消息的正文已删除", f"the texts of {erased} messages were erased"), err=True)
    return 1 if differing else 0
