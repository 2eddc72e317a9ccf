"""``anbao timestamp``: authorities that stamp checkpoints, their timestamps, and one on demand."""

from pathlib import Path

import click

from anbao import localfiles
from anbao.cli.acting import by_option, print_entry
from anbao.cli.acts import add_acts
from anbao.cli.common import open_store_option, store_option, t
from anbao.cli.output import echo
from anbao.ledger.stamping import parse_roots
from anbao.prove.timestamps import NewAuthority, Timestamps


@click.group(help=t("时间戳：机构、最近的时间戳、立即加盖", "timestamps: authorities, the newest, one right now"))
def command() -> None:
    """The group; its commands follow."""


@command.command("add", help=t("登记一个时间戳机构（RFC 3161）", "add an authority that stamps checkpoints (RFC 3161)"))
@click.argument("name")
@click.option("--url", required=True, help=t("服务地址", "address of its service"))
@click.option(
    "--roots",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help=t("根证书文件（PEM）", "file with its root certificates (PEM)"),
)
@by_option(default="officer")
@store_option
def add(name: str, url: str, roots: Path, actor: str, store_url: str | None) -> None:
    """Answers are held to these certificates."""
    pem = localfiles.read(roots).decode("utf-8", "replace")
    parse_roots(pem)
    with open_store_option(store_url) as platform:
        print_entry(platform.timestamps.add(NewAuthority(name=name, roots=pem, url=url), actor=actor))


@command.command("now", help=t("立即签署检查点并请各机构加盖时间戳", "sign a checkpoint and have it stamped now"))
@store_option
def now(store_url: str | None) -> int:
    """Exit status 0 all stamped, 1 one was not."""
    with open_store_option(store_url) as platform:
        failed = platform.timestamps.stamp_all()
        known = len(platform.timestamps.views())
    for why in failed:
        echo(why, err=True)
    echo(t(f"{known} 个机构，{len(failed)} 个失败", f"{known} authorities, {len(failed)} failed"), err=True)
    return 1 if failed else 0


add_acts(command, "timestamp", "timestamps", Timestamps)
