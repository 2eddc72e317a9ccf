"""``anbao timeline``: all that belongs to a matter, out of the ledger, each line with its entry."""

import click

from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.operate.obligations import format_due, shown_when, state_words
from anbao.cli.output import Column, echo, emit
from anbao.engine.obligations.read import ObligationView
from anbao.errors import InvalidInput
from anbao.platform import Platform
from anbao.prove.timeline import TimelineLine, timeline
from anbao.text import Text, system_language

PAGE = 1_000

COLUMNS = [
    Column("entry", Text("条目", "entry")),
    Column("at", Text("时间", "when")),
    Column("what", Text("事项", "what")),
    Column("about", Text("对象", "about")),
    Column("by", Text("何人", "by")),
    Column("told", Text("内容", "what was said")),
    Column("owed", Text("由此产生的义务", "owed because of it")),
]

_SHOWN = ("outcome", "decision", "certainty", "topic", "measure", "reason", "problem")
"""Fields of entries that say in a word or two what happened."""


@click.command(
    help=t(
        "一件事的完整时间线：投诉、危险、措施、警示、协助（如 complaint:TS…、hazard:H1、order:O1）",
        "the whole timeline of a matter: complaint, danger, measures, warnings, help (complaint:…, hazard:…, order:…)",
    )
)
@click.argument("about", metavar="ROLE:ID")
@click.option("--from", "start", type=click.IntRange(min=0), default=0, help=t("自此条目起", "from this entry on"))
@click.option("--limit", type=click.IntRange(1, 10_000), default=PAGE, show_default=True)
@store_option
@format_option()
def command(about: str, start: int, limit: int, store_url: str | None, output_format: str) -> None:
    """What else belongs to it is said on stderr; each line is proven by ``anbao log receipt ENTRY``."""
    role, sign, identity = about.partition(":")
    if not sign or not identity:
        raise InvalidInput(Text("写作 角色:编号", "write it as role:id"), field="about")
    with open_store_option(store_url) as platform, platform.reading() as conn:
        found = timeline(conn, platform.pack, (role, identity), platform.clock(), start=start, limit=limit)
        emit((_row(platform, line) for line in found.lines), COLUMNS, output_format, system_language())
    others = ", ".join(f"{role}:{identity}" for role, identity in found.matters[1:])
    if others:
        echo(t(f"一并列入：{others}", f"shown with it: {others}"), err=True)
    if found.cut:
        echo(t("相关事项过多，未全部列入", "more belongs to it than is followed"), err=True)
    if found.next is not None:
        echo(t(f"尚有后续：--from {found.next}", f"there is more: --from {found.next}"), err=True)


def _row(platform: Platform, line: TimelineLine) -> dict[str, object]:
    shown = [Text(word, word) for name in _SHOWN if (word := str(line.body.get(name) or ""))]
    return {
        "entry": line.entry,
        "at": shown_when(line.at, line.recorded, line.entered_late),
        "what": line.title,
        "about": " ".join(f"{role}:{identity}" for role, identity in line.subjects.items() if role != "consumer"),
        "by": line.body.get("person") or line.actor,
        "told": [*shown, *platform.prevent.explainer.entry(line.stored)],
        "owed": [_owed(platform, one) for one in line.owes],
    }


def _owed(platform: Platform, one: ObligationView) -> Text:
    """What is owed, what has become of it, and until when it was due."""
    norm, state = platform.pack.norm(one.norm), state_words(one)
    title = norm.title if norm else Text(one.norm, one.norm)
    due = "" if one.due_at is None else " " + format_due(one.due_at)
    return Text(f"{title.zh}（{state.zh}{due}）", f"{title.en} ({state.en}{due})")
