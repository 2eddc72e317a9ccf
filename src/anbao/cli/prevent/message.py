"""``anbao message``: a file of messages (JSON lines) in, decisions out."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.output import Column, emit
from anbao.errors import InvalidInput
from anbao.model.message import Message
from anbao.prevent.words import MESSAGE_DECISIONS
from anbao.text import Text, system_language

BATCH = 1_000
COLUMNS = [
    Column("message", Text("消息", "message")),
    Column("sender", Text("发送方", "sender")),
    Column("decision", Text("决定", "decision")),
    Column("kinds", Text("命中", "findings")),
    Column("why", Text("缘由", "why")),
    Column("warning", Text("对消费者的警示", "warning")),
    Column("entry", Text("条目", "entry")),
]


@click.command(help=t("审查交易消息（JSONL：id、sender、text …）", "screen messages (JSON lines: id, sender, text …)"))
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@click.option("--every", is_flag=True, help=t("也列出放行的消息", "also list those that pass"))
@store_option
@format_option()
def command(file: Path, every: bool, store_url: str | None, output_format: str) -> int:
    """Exit status 1 where a message was warned of or held; a line that does not fit ends the run before its batch."""
    language = system_language()
    counts = {"pass": 0, "warn": 0, "hold": 0}
    rows: list[dict[str, object]] = []
    table = output_format == "table"
    with open_store_option(store_url, create=True) as platform:
        for batch in _batches(_messages(file)):
            for one in platform.submit_messages(batch, actor="file"):
                decision = one.decision
                counts[decision.decision] += 1
                if every or decision.decision != "pass":
                    rows.append(
                        {
                            "message": one.message,
                            "sender": decision.sender,
                            "decision": MESSAGE_DECISIONS[decision.decision] if table else decision.decision,
                            "kinds": sorted({finding.category for finding in decision.findings}),
                            "why": platform.prevent.explainer.why((), decision.findings),
                            "warning": one.warnings[0].get(language) if one.warnings else "",
                            "entry": one.receipt.entry,
                        }
                    )
    emit(rows, COLUMNS, output_format, language)
    told = t(
        "放行 {pass}，警示 {warn}，暂扣 {hold}", "{pass} passed, {warn} delivered with a warning, {hold} held"
    ).format_map(counts)
    click.echo(told, err=True)
    return int(counts["warn"] + counts["hold"] > 0)


def _messages(file: Path) -> Iterator[Message]:
    decoder = msgspec.json.Decoder(Message)
    stream = sys.stdin.buffer if str(file) == "-" else file.open("rb")
    with stream:
        for number, line in enumerate(stream, 1):
            if not line.strip():
                continue
            try:
                yield decoder.decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
                raise InvalidInput(
                    Text(f"第 {number} 行不是消息：{error}", f"line {number} is no message: {error}"),
                    hint=Text("每行须有 id、sender（consumer 或 merchant）、text", "each line has id, sender, text"),
                    field="file",
                ) from error


def _batches(messages: Iterator[Message]) -> Iterator[list[Message]]:
    batch: list[Message] = []
    for message in messages:
        batch.append(message)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
