"""``anbao log``: the public log as files."""

from pathlib import Path

import click

from anbao.cli.common import open_store_option, store_option, t
from anbao.ledger import export


@click.group(help=t("公开日志：检查点、导出、回执", "the public log: checkpoint, export, receipt"))
def command() -> None:
    """The group; its commands follow."""


@command.command(
    "export", help=t("写出瓦片、条目包、检查点与验证密钥", "write tiles, entry bundles, checkpoint and key")
)
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@store_option
def export_log(directory: Path, store_url: str | None) -> None:
    """Sign what is new, then write the files; a later export adds to them."""
    with open_store_option(store_url) as platform:
        platform.checkpoint()
        directory.mkdir(parents=True, exist_ok=True)
        with platform.reading() as conn:
            done = export(conn, directory, platform.ledger)
    click.echo(
        t(
            f"已导出 {done.entries} 条，写 {done.written} 个文件",
            f"{done.entries} entries, {done.written} files written",
        ),
        err=True,
    )


@command.command("checkpoint", help=t("签署并打印检查点", "sign and print the checkpoint"))
@store_option
def checkpoint(store_url: str | None) -> None:
    """Keep the printed note: with it a later verification finds a truncation or a rewriting."""
    with open_store_option(store_url) as platform:
        click.echo(platform.checkpoint(), nl=False)


@command.command("key", help=t("打印验证密钥", "print the verifier key"))
@store_option
def key(store_url: str | None) -> None:
    """The public key under which checkpoints verify."""
    with open_store_option(store_url) as platform:
        click.echo(str(platform.ledger.verifier))


@command.command("receipt", help=t("打印一条条目的回执（JSON）", "print an entry's receipt (JSON)"))
@click.argument("index", type=click.IntRange(min=0))
@store_option
def receipt(index: int, store_url: str | None) -> None:
    """The receipt verifies offline: ``anbao verify --receipt FILE --key KEY``."""
    with open_store_option(store_url) as platform:
        platform.checkpoint()
        with platform.reading() as conn:
            click.echo(platform.ledger.receipt(conn, index))
