"""Numbers that rules use (参数): thresholds of the law, and limits that the platform sets itself. Dated and sourced."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from anbao.law.provisions import InForce
from anbao.model.sourced import Sourced
from anbao.text import Text


class Parameter(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One whole number. ``set_by`` law: fixed while ``in_force``; platform: a default that the platform may change."""

    id: str
    title: Text
    value: Annotated[int, Meta(ge=1)]
    unit: str
    set_by: Literal["law", "platform"]
    in_force: InForce
    why: Text = Text("", "")


def in_force(parameters: Sequence[Parameter], name: str, on: date) -> Parameter:
    """The version of a parameter on a day. Raises KeyError where the pack has none."""
    for one in parameters:
        if one.id == name and one.in_force.covers(on):
            return one
    raise KeyError(name)
