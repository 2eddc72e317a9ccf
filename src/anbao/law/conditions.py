"""Conditions (条件) of norms: expressions in ZEN, the language of the decision tables, over an entry's facts.

Facts are the top-level scalars of an entry's body; canonical bodies leave defaults out, so a fact that is missing reads
as the default of its type: "", 0 or false.
"""

import re
from collections.abc import Mapping

import zen

from anbao.law.kinds import FactType
from anbao.model.entry import Facts

_TOKEN = re.compile(
    r"""'[^']*' | "[^"]*" | (?P<forbidden>[`$\#.]) | \d+ | (?P<name>[A-Za-z_]\w*)(?P<call>\s*\()? | \S""", re.VERBOSE
)
_KEYWORDS = frozenset({"and", "or", "not", "in", "true", "false", "null"})
_CACHED = 4096


class Condition:
    """A compiled expression and the facts that it reads. Equal where source and reads are."""

    __slots__ = ("_answers", "_compiled", "reads", "source")

    def __init__(self, source: str, known: Mapping[str, FactType]) -> None:
        """``known``: the facts that may be read, with their types.

        Raises ValueError where the expression does not parse, reads an unknown fact or gives no boolean.
        """
        self.source = source
        self.reads: tuple[tuple[str, str | int | bool], ...] = tuple(
            (name, _default(name, known)) for name in names_read(source)
        )
        try:
            self._compiled = zen.compile_expression(source)
            answer = self._compiled.evaluate(dict(self.reads))
        except RuntimeError as error:
            raise ValueError(str(error).splitlines()[0]) from error
        if not isinstance(answer, bool):
            raise ValueError(f"gives {answer!r}, not true or false")
        self._answers: dict[tuple[str | int | bool, ...], bool] = {}

    def holds(self, facts: Facts) -> bool:
        """Whether the entry's facts fulfil the condition."""
        values = tuple(facts.get(name, default) for name, default in self.reads)
        answer = self._answers.get(values)
        if answer is None:
            names = (name for name, _ in self.reads)
            answer = bool(self._compiled.evaluate(dict(zip(names, values, strict=True))))
            if len(self._answers) >= _CACHED:
                self._answers.clear()
            self._answers[values] = answer
        return answer

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Condition) and (self.source, self.reads) == (other.source, other.reads)

    def __hash__(self) -> int:
        return hash((self.source, self.reads))

    def __repr__(self) -> str:
        return f"Condition({self.source!r})"


def names_read(source: str) -> list[str]:
    """The facts that an expression names, in order. Raises ValueError for paths and templates: facts are flat."""
    found: dict[str, None] = {}
    for token in _TOKEN.finditer(source):
        if forbidden := token["forbidden"]:
            raise ValueError(f"{forbidden} cannot stand in a condition")
        if token["name"] and not token["call"] and token["name"] not in _KEYWORDS:
            found[token["name"]] = None
    return list(found)


def _default(name: str, known: Mapping[str, FactType]) -> str | int | bool:
    if name not in known:
        raise ValueError(f"unknown fact {name}; known: {', '.join(sorted(known)) or 'none'}")
    return known[name]()
