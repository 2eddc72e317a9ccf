"""``anbao witness``: runs a witness of logs, for another party than the log's operator; lists those of this log."""

import time
from pathlib import Path

import click

from anbao import localfiles
from anbao.cli.acts import add_acts
from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.output import Column, echo, emit
from anbao.ledger.note import parse_verifier
from anbao.model.base import legal_time
from anbao.prove.witnesses import Witnesses
from anbao.text import Text, system_language
from anbao.witness.server import witness_server
from anbao.witness.state import WitnessFile

LOGS = [
    Column("origin", Text("日志", "log")),
    Column("size", Text("已见证条目数", "entries cosigned")),
    Column("at", Text("时间", "at")),
]

file_option = click.option(
    "--file",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("witness.db"),
    show_default=True,
    help=t("见证人的文件", "the witness's file"),
)


@click.group(help=t("见证人：运行一个，或登记本账本的见证人", "witnesses: run one, or register those of this log"))
def command() -> None:
    """The group; its commands follow."""


@command.command("init", help=t("新建见证人，打印其验证密钥", "make a witness; print its verifier key"))
@click.argument("name")
@file_option
def init(name: str, file: Path) -> None:
    """``name`` is a host name or the like, by which others know the witness."""
    localfiles.require_writable(file)
    echo(str(WitnessFile(file).create(name).key))


@command.command(
    "watch", help=t("见证一个日志：给出其验证密钥文件", "watch a log: give the file with its verifier key")
)
@click.argument("key", type=click.Path(path_type=Path, dir_okay=False))
@file_option
def watch(key: Path, file: Path) -> None:
    """``anbao log key`` of the log's operator prints the key; obtain it on a way that you trust."""
    watcher = WitnessFile(file)
    watcher.signer()
    watcher.watch(parse_verifier(localfiles.read(key).decode("utf-8", "replace")))


@command.command("serve", help=t("启动见证服务（C2SP tlog-witness）", "serve the witness (C2SP tlog-witness)"))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65_535), default=8_080, show_default=True)
@file_option
def serve(host: str, port: int, file: Path) -> None:
    """Until it is stopped. Put it behind a server that speaks TLS."""
    server = witness_server(WitnessFile(file), host, port, time.time)
    echo(t(f"见证服务 http://{host}:{server.server_port}", f"witness at http://{host}:{server.server_port}"))
    try:
        server.serve_forever()
    finally:
        server.server_close()


@command.command("status", help=t("列出所见证的日志", "list the watched logs"))
@file_option
@format_option()
def status(file: Path, output_format: str) -> None:
    """The newest checkpoint of each that was cosigned."""
    watcher = WitnessFile(file)
    watcher.signer()
    rows = [
        {
            "origin": one.origin,
            "size": one.size,
            "at": f"{legal_time(one.at * 1000):%Y-%m-%d %H:%M:%S}" if one.at else "",
        }
        for one in watcher.logs()
    ]
    emit(rows, LOGS, output_format, system_language())


@command.command(
    "ask", help=t("立即请各见证人见证最新的检查点", "ask the witnesses to cosign the newest checkpoint now")
)
@store_option
def ask(store_url: str | None) -> int:
    """Exit status 0 the quorum is reached, 1 it is not."""
    with open_store_option(store_url) as platform:
        failed = platform.witnesses.ask_all()
        reached = platform.witnesses.quorum_reached()
    for why in failed:
        echo(why, err=True)
    echo(
        t("已达到所需见证数" if reached else "未达到所需见证数", f"quorum {'reached' if reached else 'missed'}"),
        err=True,
    )
    return 0 if reached else 1


add_acts(command, "witness", "witnesses", Witnesses)
