"""``anbao appeal``: appeals of merchants against measures."""

from typing import Literal

import click

from anbao.cli.acting import act, reason_option
from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.output import Column, echo, emit
from anbao.model.base import legal_time
from anbao.remove import appeals
from anbao.remove.appeals import AppealFiled
from anbao.text import Text, system_language

STATES = {
    "filed": Text("待处理", "to be decided"),
    "granted": Text("成立", "granted"),
    "denied": Text("不成立", "denied"),
}


@click.group(help=t("申诉：提出、列出、决定", "appeals: file, list, decide"))
def command() -> None:
    """The group; its commands follow."""


@command.command("file", help=t("代商家提出申诉", "file an appeal that was received"))
@click.argument("measure")
@click.option("--text", required=True, help=t("商家的陈述", "what the merchant says"))
@click.option("--evidence", multiple=True, help=t("证据，可多次给出", "evidence; may be repeated"))
@store_option
def file(measure: str, text: str, evidence: tuple[str, ...], store_url: str | None) -> None:
    """Prints its id."""
    filed = AppealFiled(evidence=evidence, measure=measure, text=text)
    with open_store_option(store_url) as platform:
        echo(platform.run(lambda work: platform.remove.appeal(work, filed, actor="platform")))


@command.command("list", help=t("列出申诉，先到的在前", "list appeals, the oldest first"))
@click.option("--state", default="", type=click.Choice(["", *STATES]), help=t("状态", "state"))
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True)
@store_option
@format_option()
def list_appeals(state: str, limit: int, store_url: str | None, output_format: str) -> None:
    """All, or those in one state."""
    columns = [
        Column("id", Text("编号", "id")),
        Column("measure", Text("措施", "measure")),
        Column("state", Text("状态", "state")),
        Column("at", Text("提出", "filed")),
        Column("person", Text("决定人", "decided by")),
    ]
    with open_store_option(store_url) as platform, platform.reading() as conn:
        rows = [
            {
                "id": one.id,
                "measure": one.measure,
                "state": STATES[one.state],
                "at": legal_time(one.at).isoformat(timespec="seconds"),
                "person": one.person,
            }
            for one in appeals.listed(conn, state=state, limit=limit)
        ]
    emit(rows, columns, output_format, system_language())


@command.command("decide", help=t("决定一项申诉", "decide an appeal"))
@click.argument("appeal")
@click.argument("outcome", type=click.Choice(["granted", "denied"]))
@reason_option
@click.option(
    "--by", "person", required=True, help=t("何人；不得为原决定人", "who; not the person who took the measure")
)
@store_option
def decide(appeal: str, outcome: Literal["granted", "denied"], reason: str, person: str, store_url: str | None) -> None:
    """A granted one repairs all that was done."""
    with open_store_option(store_url) as platform:
        act(
            platform,
            lambda work: platform.remove.decide_appeal(work, appeal, outcome, reason, person=person, actor=person),
        )
