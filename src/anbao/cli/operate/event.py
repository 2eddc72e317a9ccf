"""``anbao event``: what happened outside, in the law pack's vocabulary, so that the clock runs on it."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from anbao.cli.common import open_store_option, store_option, t
from anbao.cli.lines import batches, file_argument
from anbao.cli.output import echo
from anbao.model.event import Event

if TYPE_CHECKING:
    from anbao.engine.work import Work
    from anbao.platform import Platform


@click.command(
    help=t("报告事件（JSONL：kind、subjects、facts …）", "report events (JSON lines: kind, subjects, facts …)")
)
@file_argument
@click.option("--by", "actor", default="platform", show_default=True, help=t("何人", "by whom"))
@store_option
def command(file: Path, actor: str, store_url: str | None) -> None:
    """Prints the entries' indexes."""
    with open_store_option(store_url, create=True) as platform:
        for batch in batches(file, Event, "kind, subjects"):
            for entry in platform.run(partial(_note, platform, batch, actor)):
                echo(entry)


def _note(platform: "Platform", batch: list[Event], actor: str, work: "Work") -> list[int]:
    return [platform.record_event(work, one, actor=actor) for one in batch]
