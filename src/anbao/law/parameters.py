"""What rules use besides deadlines (参数): numbers of the law, and numbers and choices that are the platform's own."""

import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Literal

from anbao.law.provisions import InForce
from anbao.model.sourced import Sourced
from anbao.text import Text

MOST = 10**12
LONGEST_LINE = 200


@cache
def _domain() -> re.Pattern[str]:
    """What a domain looks like, compiled where one is set: it takes milliseconds."""
    return re.compile(
        r"(?:[a-z0-9\u4e00-\u9fff](?:[a-z0-9\u4e00-\u9fff-]{0,61}[a-z0-9\u4e00-\u9fff])?\.)+[a-z\u4e00-\u9fff]{2,20}"
    )


class Parameter(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One value, dated and sourced. ``set_by`` law: fixed while ``in_force``; platform: a default that it may change.

    ``of``: number, a whole number from ``least`` to ``MOST`` in ``unit`` · choice, one of ``choices`` · domains,
    divided by commas · line, of at most ``LONGEST_LINE`` characters.
    """

    id: str
    title: Text
    value: int | str
    set_by: Literal["law", "platform"]
    in_force: InForce
    of: Literal["number", "choice", "domains", "line"] = "number"
    choices: tuple[str, ...] = ()
    least: int = 1
    unit: str = ""
    why: Text = Text("", "")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.read(self.value) is None:
            raise ValueError(f"the value is none that the parameter takes ({self.takes.en})")

    def read(self, given: int | str) -> int | str | None:
        """A value in its plain form; None where the parameter does not take it."""
        plain = str(given).strip()
        if self.of == "number":
            fits = plain.isascii() and plain.isdigit() and len(plain) <= len(str(MOST))
            return int(plain) if fits and self.least <= int(plain) <= MOST else None
        if self.of == "choice":
            return plain if plain in self.choices else None
        if self.of == "line":
            return plain if len(plain) <= LONGEST_LINE and plain.isprintable() else None
        domains = [domain.strip().lower().strip(".") for domain in plain.split(",") if domain.strip()]
        return ",".join(sorted(set(domains))) if all(map(_domain().fullmatch, domains)) else None

    @property
    def takes(self) -> Text:
        """The values that it takes, in words."""
        if self.of == "number":
            return Text(f"{self.least} 至 {MOST} 的整数", f"a whole number from {self.least} to {MOST}")
        if self.of == "choice":
            return Text(f"{'、'.join(self.choices)}之一", f"one of {', '.join(self.choices)}")
        if self.of == "line":
            return Text(f"一行文字，至多 {LONGEST_LINE} 字", f"one line of at most {LONGEST_LINE} characters")
        return Text("域名，以逗号分隔", "domains divided by commas")


def in_force(parameters: Sequence[Parameter], name: str, on: date) -> Parameter:
    """The version of a parameter on a day. Raises KeyError where the pack has none.

    On a day that no version covers the one before it holds on, and before the first version the first: what happened
    before the pack's first day is judged as the pack says, since no other value is known.
    """
    versions = [one for one in parameters if one.id == name]
    for one in versions:
        if one.in_force.covers(on):
            return one
    begun = [one for one in versions if one.in_force.from_ <= on]
    if begun:
        return max(begun, key=lambda one: one.in_force.from_)
    if versions:
        return min(versions, key=lambda one: one.in_force.from_)
    raise KeyError(name)
