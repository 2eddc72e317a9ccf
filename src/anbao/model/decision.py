"""What came of a person's decision on a case."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from anbao.model.base import JsonObject, Noun

CaseState = Literal["open", "pending", "second", "closed"]
"""``open`` waits for a decision · ``pending``, decided in bulk and still to be undone · ``second`` waits for a second
person · ``closed``."""

Effect = Literal["now", "waits", "before", "none"]
"""``now``: it takes effect · ``waits``: a second person must agree first · ``before``: it took effect with the first
person's decision, which this one confirms · ``none``: the two disagree, the case is open again."""


class Decision(Noun, frozen=True, kw_only=True):
    """What came of a decision: the entry that records it, how the case stands now, and whether it takes effect."""

    case: str
    effect: Effect = "now"
    entry: int
    state: CaseState

    @property
    def undecided(self) -> bool:
        """Whether nothing takes effect for now."""
        return self.effect in ("waits", "none")


class DecisionInEffect(msgspec.Struct, frozen=True, kw_only=True):
    """A decision on a case that takes effect, as the handler of its case kind gets it.

    ``entry`` puts it into effect; ``actor`` made that entry for ``person``, ``at`` UTC milliseconds. ``about`` is the
    entry that the case is about. ``details``: what the act needs beside the outcome. ``subjects``: those of the case.
    """

    about: int
    actor: str
    at: int
    case: str
    details: JsonObject
    entry: int
    kind: str
    outcome: str
    person: str
    reason: str
    subjects: Mapping[str, str]
