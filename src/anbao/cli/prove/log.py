"""``anbao log``: the entries of the ledger, and the public log as files."""

from pathlib import Path

import click

from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.operate.obligations import format_due
from anbao.cli.output import Column, echo, emit
from anbao.ledger import export
from anbao.model.entry import about
from anbao.text import Text, system_language

ENTRIES = [
    Column("entry", Text("条目", "entry")),
    Column("at", Text("时间", "time")),
    Column("kind", Text("种类", "kind")),
    Column("title", Text("内容", "what")),
    Column("subjects", Text("对象", "about")),
    Column("actor", Text("何人", "by whom")),
]
BODY = Column("body", Text("正文", "body"))


@click.group(help=t("账本：条目、检查点、导出、回执", "the ledger: entries, checkpoint, export, receipt"))
def command() -> None:
    """The group; its commands follow."""


@command.command(
    "entries", help=t("按序列出条目；正文在其他格式中", "list entries in order; their bodies in other formats")
)
@click.option("--kind", help=t("只列此种类", "only of this kind"))
@click.option(
    "--subject", metavar="ROLE:ID", help=t("只列关于此对象的，如 merchant:m1", "only about it, e.g. merchant:m1")
)
@click.option(
    "--from", "start", type=click.IntRange(0), default=0, show_default=True, help=t("自此条目起", "from here on")
)
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True)
@store_option
@format_option()
def entries(
    kind: str | None, subject: str | None, start: int, limit: int, store_url: str | None, output_format: str
) -> None:
    """As they stand: personal values are commitments."""
    language = system_language()
    with open_store_option(store_url) as platform, platform.reading() as conn:
        found = platform.ledger.entries(conn, start, limit, kind=kind, subject=about(subject) if subject else None)
        rows = [
            {
                "entry": stored.index,
                "at": format_due(entry.at),
                "kind": entry.kind,
                "title": platform.pack.kind(entry.kind).title,
                "subjects": " ".join(f"{role}:{name}" for role, name in entry.subjects.items()),
                "actor": entry.actor,
                "body": entry.body,
            }
            for stored, entry in ((stored, stored.entry()) for stored in found)
        ]
    emit(rows, ENTRIES if output_format == "table" else [*ENTRIES, BODY], output_format, language)


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
    echo(
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
        echo(platform.checkpoint(), nl=False)


@command.command("key", help=t("打印验证密钥", "print the verifier key"))
@store_option
def key(store_url: str | None) -> None:
    """The public key under which checkpoints verify."""
    with open_store_option(store_url) as platform:
        echo(str(platform.ledger.verifier))


@command.command("receipt", help=t("打印一条条目的回执（JSON）", "print an entry's receipt (JSON)"))
@click.argument("index", type=click.IntRange(min=0))
@store_option
def receipt(index: int, store_url: str | None) -> None:
    """The receipt verifies offline: ``anbao verify --receipt FILE --key KEY``."""
    with open_store_option(store_url) as platform:
        platform.checkpoint()
        with platform.reading() as conn:
            echo(platform.ledger.receipt(conn, index))
