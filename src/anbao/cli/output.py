"""Rows for people and programs: data on stdout, everything else on stderr.

rich honours ``NO_COLOR`` and measures Chinese characters at their double width.
"""

import csv
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TextIO

import msgspec
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text as RichText

from anbao.text import Language, Text

PIPED_WIDTH = 160
"""Columns of a table that goes to no terminal."""


class Column(msgspec.Struct, frozen=True):
    """One column: the key in the rows, which programs see, and its title for people."""

    key: str
    title: Text


Rows = Iterable[Mapping[str, object]]


def stderr_console() -> Console:
    """For notes, progress and errors."""
    return Console(stderr=True)


def stdout_console() -> Console:
    """For what was asked for, when it is laid out for people."""
    return Console(width=None if sys.stdout.isatty() else PIPED_WIDTH)


def emit(rows: Rows, columns: Sequence[Column], form: str, language: Language, stream: TextIO | None = None) -> None:
    """Write rows as ``table``, ``json`` (one array), ``jsonl`` or ``csv``; the first two hold all rows in memory.

    In JSON a ``Text`` keeps both languages and other values keep their types; elsewhere they are written out.
    """
    out = stream or sys.stdout
    if form == "jsonl":
        for row in rows:
            out.write(msgspec.json.encode({column.key: row.get(column.key) for column in columns}).decode() + "\n")
    elif form == "json":
        kept = [{column.key: row.get(column.key) for column in columns} for row in rows]
        out.write(msgspec.json.format(msgspec.json.encode(kept), indent=2).decode() + "\n")
    elif form == "csv":
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(column.key for column in columns)
        for row in rows:
            writer.writerow(written(row.get(column.key), language) for column in columns)
    else:
        _emit_table(rows, columns, language, stream)


def _emit_table(rows: Rows, columns: Sequence[Column], language: Language, stream: TextIO | None) -> None:
    kept = list(rows)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        numbers = any(_is_number(row.get(column.key)) for row in kept)
        table.add_column(column.title.get(language), justify="right" if numbers else "left", overflow="fold")
    for row in kept:
        table.add_row(*(RichText(written(row.get(column.key), language)) for column in columns))
    console = Console(file=stream, width=PIPED_WIDTH) if stream else stdout_console()
    console.print(table)


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
