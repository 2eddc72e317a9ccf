"""How the demo speaks: chapters, sentences in the user's language, lines with their reason underneath."""

from collections.abc import Iterable
from typing import TypeVar

from rich.console import Console
from rich.markup import escape

from anbao.cli.common import t
from anbao.model.listing import Finding

T = TypeVar("T")

COLOURS = {
    "pass": "green",
    "notice": "green",
    "verified": "green",
    "hold": "yellow",
    "review": "yellow",
    "held": "yellow",
}


class Teller:
    """Prints to one console."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def chapter(self, zh: str, en: str) -> None:
        """A new chapter."""
        self._console.print(f"\n[bold cyan]■ {t(zh, en)}[/]")

    def say(self, zh: str, en: str) -> None:
        """A sentence."""
        self._console.print(t(zh, en), markup=False)

    def case(self, outcome: str, what: str, why: str = "") -> None:
        """One thing and what was decided on it; ``why`` stands below."""
        colour = COLOURS.get(outcome, "red")
        self._console.print(f"  [{colour}]{outcome:8}[/] {escape(what)}")
        if why:
            self._console.print(f"           {why}", style="dim", markup=False)

    def note(self, text: str) -> None:
        """A quiet line."""
        self._console.print(f"  {text}", style="dim", markup=False)


def why_of(finding: Finding) -> str:
    """What was seen, as what, by which detector and channel, and under which provisions."""
    provisions = " ".join(finding.provisions[:2])
    seen = f"“{finding.surface}” → {finding.term}" if finding.surface else finding.term
    return f"{seen} [{finding.channel or finding.detector}] {finding.category} {provisions}".rstrip()


def one_of_each(items: Iterable[tuple[str, T]], most: int) -> list[T]:
    """The first of each sort, at most so many."""
    found: dict[str, T] = {}
    for sort, item in items:
        found.setdefault(sort, item)
    return list(found.values())[:most]
