"""Rows for people and programs: data on stdout, everything else on stderr.

rich honours ``NO_COLOR`` and measures Chinese characters at their double width. All that the command line prints goes
through ``echo``, ``echo_json``, ``emit`` or a ``SafeConsole``: no control character of stored data reaches a terminal.
"""

import csv
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TextIO

import click
import msgspec
from rich import box
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text as RichText

from anbao.printing import spreadsheet_cell, visible, visible_block, visible_json
from anbao.text import Language, Text

PIPED_WIDTH = 160
"""Columns of a table that goes to no terminal."""


class Column(msgspec.Struct, frozen=True):
    """One column: the key in the rows, which programs see, and its title for people."""

    key: str
    title: Text


Rows = Iterable[Mapping[str, object]]


class SafeConsole(Console):
    """A console that shows control characters in what it is given instead of passing them on."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """As rich renders it; its own control segments (colours, cursor) stay."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(visible_block(segment.text), segment.style)


def stderr_console() -> Console:
    """For notes, progress and errors."""
    return SafeConsole(stderr=True)


def stdout_console() -> Console:
    """For what was asked for, when it is laid out for people."""
    return SafeConsole(width=None if sys.stdout.isatty() else PIPED_WIDTH)


def plain_console() -> Console:
    """For lines on stdout that are neither wrapped nor highlighted."""
    return SafeConsole(highlight=False, soft_wrap=True)


def echo(what: object = "", *, err: bool = False, nl: bool = True) -> None:
    """Print text of one or more lines; control characters in it are shown, not sent."""
    text = what.decode("utf-8", "replace") if isinstance(what, bytes) else str(what)
    click.echo(visible_block(text), err=err, nl=nl)


def json_text(value: object, indent: int = 0) -> str:
    """JSON in which every control character stands as an escape."""
    data = msgspec.json.encode(value)
    return visible_json(msgspec.json.format(data, indent=indent) if indent else data).decode()


def echo_json(value: object, indent: int = 2) -> None:
    """To standard output, indented by default."""
    click.echo(json_text(value, indent))


def emit(rows: Rows, columns: Sequence[Column], form: str, language: Language, stream: TextIO | None = None) -> None:
    """Write rows as ``table``, ``json`` (one array), ``jsonl`` or ``csv``; the first two hold all rows in memory.

    In JSON a ``Text`` keeps both languages and other values keep their types; elsewhere they are written out.
    """
    out = stream or sys.stdout
    if form == "jsonl":
        for row in rows:
            out.write(json_text({column.key: row.get(column.key) for column in columns}) + "\n")
    elif form == "json":
        listed = [{column.key: row.get(column.key) for column in columns} for row in rows]
        out.write(json_text(listed, indent=2) + "\n")
    elif form == "csv":
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(column.key for column in columns)
        for row in rows:
            writer.writerow(_cell(row.get(column.key), language) for column in columns)
    else:
        _emit_table(rows, columns, language, stream)


def _emit_table(rows: Rows, columns: Sequence[Column], language: Language, stream: TextIO | None) -> None:
    listed = list(rows)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        numbers = any(_is_number(row.get(column.key)) for row in listed)
        table.add_column(column.title.get(language), justify="right" if numbers else "left", overflow="fold")
    for row in listed:
        table.add_row(*(RichText(visible(written(row.get(column.key), language))) for column in columns))
    console = SafeConsole(file=stream, width=PIPED_WIDTH) if stream else stdout_console()
    console.print(table)


def _cell(value: object, language: Language) -> str:
    """A CSV cell: text that a spreadsheet takes for text, numbers as they are."""
    text = written(value, language)
    return text if _is_number(value) else spreadsheet_cell(text)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def written(value: object, language: Language) -> str:
    """A value as a person reads it."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, Text):
        return value.get(language)
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(written(one, language) for one in value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return msgspec.json.encode(value).decode()
