"""How the demo speaks: chapters, sentences in the user's language, lines with their reason underneath."""

from collections.abc import Iterable
from typing import TypeVar

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape

from anbao.cli.common import t
from anbao.cli.demo.words import OUTCOME_WORDS
from anbao.prevent.explaining import named
from anbao.text import Text, system_language

T = TypeVar("T")

_WIDTH = 12
"""Columns that an outcome stands in."""

COLOURS = {
    "pass": "green",
    "notice": "green",
    "verified": "green",
    "hold": "yellow",
    "review": "yellow",
    "held": "yellow",
}


class DemoPrinter:
    """Prints to one console."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def chapter(self, zh: str, en: str) -> None:
        """A new chapter."""
        self._console.print(f"\n[bold cyan]■ {t(zh, en)}[/]")

    def say(self, zh: str, en: str) -> None:
        """A sentence."""
        self._console.print(t(zh, en), markup=False)

    def case(self, outcome: str, what: str, *why: str) -> None:
        """One thing and what was decided on it; each ``why`` stands on a line below."""
        colour = COLOURS.get(outcome, "red")
        word = named(OUTCOME_WORDS, outcome).get(system_language())
        gap = " " * max(1, _WIDTH - cell_len(word))
        self._console.print(f"  [{colour}]{escape(word)}[/]{gap}{escape(what)}")
        for line in filter(None, why):
            self.note(" " * _WIDTH + line)

    def note(self, text: str) -> None:
        """A quiet line."""
        self._console.print(f"  {text}", style="dim", markup=False)


def said(words: Text) -> str:
    """The words in the user's language."""
    return words.get(system_language())


def one_of_each(items: Iterable[tuple[str, T]], most: int) -> list[T]:
    """The first of each sort, at most so many."""
    found: dict[str, T] = {}
    for sort, item in items:
        found.setdefault(sort, item)
    return list(found.values())[:most]
