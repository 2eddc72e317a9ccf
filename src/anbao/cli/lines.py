"""Files of nouns, one JSON object a line, as the platform's own programs write them."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import click
import msgspec

from anbao.cli.common import F
from anbao.errors import InvalidInput
from anbao.model.identity import GIVEN_NAMES, OWN_FIELDS, may_hold_person_number, refuse_person_numbers
from anbao.text import Text

T = TypeVar("T")

BATCH = 1_000
"""Nouns of one transaction."""


def file_argument(function: F) -> F:
    """``FILE``, or ``-`` for standard input."""
    return click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))(
        function
    )


def batches(file: Path, kind: type[T], fields: str) -> Iterator[list[T]]:
    """The nouns of a file, ``BATCH`` at a time; ``fields`` names those that each must have.

    A line that does not fit raises InvalidInput before its batch is given out: what came before it is done.
    """
    decoder = msgspec.json.Decoder(kind)
    batch: list[T] = []
    stream = sys.stdin.buffer if str(file) == "-" else file.open("rb")
    with stream:
        for number, line in enumerate(stream, 1):
            if not line.strip():
                continue
            try:
                if may_hold_person_number(line):
                    refuse_person_numbers(msgspec.json.decode(line), OWN_FIELDS | GIVEN_NAMES)
                batch.append(decoder.decode(line))
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
                raise InvalidInput(
                    Text(f"第 {number} 行不合格式：{error}", f"line {number} does not fit: {error}"),
                    hint=Text(f"每行一个 JSON 对象，须有 {fields}", f"one JSON object a line, with {fields}"),
                    field="file",
                ) from error
            if len(batch) == BATCH:
                yield batch
                batch = []
    if batch:
        yield batch
