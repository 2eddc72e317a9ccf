"""Input is checked alike whichever interface it comes through: what HTTP refuses, Python and files refuse too."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from anbao.engine.work import Work
from anbao.errors import InvalidInput
from anbao.model.base import Noun, checked, not_in_future
from anbao.text import Text

T = TypeVar("T")
C = TypeVar("C", bound=type)

_LAST = 2**53


def entered(value: Any, name: str = "", now: int = 0) -> Any:
    """A value that somebody gave to an act: nouns, and sequences of them, are validated; ``at`` is a past instant.

    Raises InvalidInput, which names the field.
    """
    if name == "at" and value is not None:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _LAST:
            raise InvalidInput(Text(f"不是毫秒时间：{value}", f"not an instant in milliseconds: {value}"), field="at")
        return not_in_future(value, now)
    if isinstance(value, Noun):
        return checked(value)
    if isinstance(value, list | tuple) and value and isinstance(value[0], Noun):
        return [checked(one) if isinstance(one, Noun) else one for one in value]
    return value


def decoded(act: Callable[..., T]) -> Callable[..., T]:
    """Mark an act whose nouns were validated before: many at once come decoded, or through ``entered``."""
    act.__decoded__ = True  # type: ignore[attr-defined]
    return act


def checks_input(cls: C) -> C:
    """Let every public method that takes a ``Work`` validate what it is given, whichever interface calls it."""
    for name, act in list(vars(cls).items()):
        takes = list(inspect.signature(act).parameters)[1:2] if inspect.isfunction(act) else []
        if takes == ["work"] and not name.startswith("_") and not hasattr(act, "__decoded__"):
            setattr(cls, name, _checking(act))
    return cls


def _checking(act: Callable[..., T]) -> Callable[..., T]:
    @wraps(act)
    def checked_act(self: Any, work: Work, *given: Any, **named: Any) -> T:
        given = tuple(entered(value) for value in given)
        return act(self, work, *given, **{name: entered(value, name, work.now) for name, value in named.items()})

    return checked_act
