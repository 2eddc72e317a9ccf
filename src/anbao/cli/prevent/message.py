"""``anbao message``: a file of messages (JSON lines) in, decisions out."""

from pathlib import Path

import click

from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.lines import batches, file_argument
from anbao.cli.output import Column, echo, emit
from anbao.model.message import Message
from anbao.prevent.words import MESSAGE_DECISIONS
from anbao.text import Text, system_language

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
@file_argument
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
        for batch in batches(file, Message, "id, sender, text"):
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
    summary = t(
        "放行 {pass}，警示 {warn}，暂扣 {hold}", "{pass} passed, {warn} delivered with a warning, {hold} held"
    ).format_map(counts)
    echo(summary, err=True)
    return int(counts["warn"] + counts["hold"] > 0)
