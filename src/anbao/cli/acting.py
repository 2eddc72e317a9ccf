"""What verbs that act share: who acts and why, JSON in and out, and the entry that came of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from anbao import localfiles
from anbao.cli.common import F, t
from anbao.cli.output import echo, echo_json
from anbao.engine.work import Work
from anbao.errors import InvalidInput
from anbao.law.templates import Letter
from anbao.model.identity import GIVEN_NAMES, OWN_FIELDS, may_hold_person_number, refuse_person_numbers
from anbao.platform import Platform
from anbao.text import Text, system_language

T = TypeVar("T")


_ONE_OBJECT = Text("须为一个 UTF-8 编码的 JSON 对象", "one JSON object in UTF-8 is wanted")


def by_option(name: str = "actor", default: str | None = None) -> Callable[[F], F]:
    """``--by``: the person who acts, handed on as ``name``; required where there is no default."""
    # click takes an explicit default of None for a value that was given.
    stated: dict[str, Any] = {} if default is None else {"default": default}
    shown = default is not None
    return click.option("--by", name, help=t("何人", "by whom"), required=not shown, show_default=shown, **stated)


def reason_option(function: F) -> F:
    """``--reason``, which every decision needs."""
    return click.option("--reason", required=True, help=t("理由", "the reason"))(function)


def read_json(data: bytes, kind: type[T], hint: Text | None = None) -> T:
    """A noun from its JSON. Raises InvalidInput."""
    try:
        if may_hold_person_number(data):
            refuse_person_numbers(msgspec.json.decode(data), OWN_FIELDS | GIVEN_NAMES)
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(
            Text(f"JSON 不合格式：{error}", f"the JSON does not fit: {error}"), hint=hint or _ONE_OBJECT, field="file"
        ) from None


def print_json(value: object) -> None:
    """To standard output, indented."""
    echo_json(value)


def print_letter(letter: Letter, page: Path | None) -> None:
    """In the user's language: to standard output, or to a file as a page."""
    language = system_language()
    if page is None:
        echo(f"{letter.title.get(language)}\n\n{letter.body.get(language)}")
    else:
        localfiles.write(page, letter.page(language))


def act(platform: Platform, job: Callable[[Work], T]) -> T:
    """Run an act that decides; where nothing takes effect before a second person agrees, say so on standard error."""
    result, decision = platform.run(lambda work: (job(work), work.decision))
    if decision is not None:
        words = {
            "before": Text("第二人意见一致，决定早已生效", "a second person agrees; it took effect before"),
            "none": Text(
                "两人意见不同，事项重新打开，未生效", "the two disagree: the case is open again, nothing takes effect"
            ),
            "waits": Text("待第二人复核，尚未生效", "waits for a second reviewer; nothing takes effect yet"),
        }[decision.effect]
        click.echo(f"{decision.case}: {words.get(system_language())}", err=True)
    return result


def print_entry(index: int) -> None:
    """The entry that was recorded, to standard error."""
    echo(t(f"条目 {index}", f"entry {index}"), err=True)
