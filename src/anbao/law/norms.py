"""Norms (规范): trigger → required act → deadline, with the provisions that demand it.

kinds: *respond* (after A, B within T) · *guard* (A only if B came before) · *forbid* (A never) · *calendar* (in each
window of the year) · *keep* (retain at least T after A). A standing control is a respond chain: a probe opens the next.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from anbao.law.conditions import Condition
from anbao.text import Text

NormKind = Literal["respond", "guard", "forbid", "calendar", "keep"]
OwedBy = Literal["platform", "merchant", "authority"]
Duty = Literal["prevent", "investigate", "remove", "warn", "assist", "respond", "prove", "govern"]

DUTY_TITLES: Mapping[Duty, Text] = {
    "prevent": Text("危险防范", "prevention"),
    "investigate": Text("危险排查", "investigation"),
    "remove": Text("危险排除", "removal"),
    "warn": Text("危险警示", "warning"),
    "assist": Text("合理协助", "assistance"),
    "respond": Text("应急处置", "emergencies"),
    "prove": Text("举证留存", "proof"),
    "govern": Text("平台治理", "governance"),
}
"""The duties in the order of the law, and what they are called."""


class Period(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A length of time; exactly one field is set. Hours run from the event; the rest are days of Asia/Shanghai."""

    hours: int | None = None
    days: int | None = None
    working_days: int | None = None
    months: int | None = None
    years: int | None = None

    def __post_init__(self) -> None:
        lengths = [length for length in msgspec.structs.astuple(self) if length is not None]
        if len(lengths) != 1 or lengths[0] < 1:
            raise ValueError("a period is one whole number of hours, days, working_days, months or years")


class Trigger(msgspec.Struct, frozen=True):
    """Entries of one of ``kinds`` whose facts fulfil ``when``."""

    kinds: tuple[str, ...]
    when: Condition | None = None

    @property
    def signals(self) -> tuple[str, ...]:
        """One name per kind and condition: what a milestone is stored under."""
        return tuple(self.signal(kind) for kind in self.kinds)

    def signal(self, kind: str) -> str:
        """The name for one of the kinds."""
        return f"{kind}?{self.when.source}" if self.when else kind


class Needs(msgspec.Struct, frozen=True):
    """What a guard wants to have come before, by ``at_least`` where that is set."""

    trigger: Trigger
    at_least: Period | None = None


class Due(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When the act is owed; exactly one field is set. ``months`` are the calendar windows of the year (1–12).

    ``named``: the opener itself names the instant, in its fact ``due`` (UTC milliseconds).
    """

    within: Period | None = None
    setting: str | None = None
    at_once: bool = False
    months: tuple[int, ...] = ()
    at_least: Period | None = None
    named: bool = False

    def __post_init__(self) -> None:
        if sum(map(bool, msgspec.structs.astuple(self))) != 1:
            raise ValueError("exactly one of within, setting, at_once, months, at_least")
        if not all(1 <= month <= 12 for month in self.months):
            raise ValueError("months are 1 to 12")


class Norm(msgspec.Struct, frozen=True, kw_only=True):
    """One norm in one period of force; ``version`` is the digest of what opens, closes and times it.

    ``in_force_from`` and ``in_force_until`` (inclusive; empty: still in force) are ISO days of Asia/Shanghai.
    ``deadline``: the law's, or the platform's where the law says 及时 or 立即 and names no time.

    ``once``: a guard that is asked once per subject, not once per opener (a merchant's first listing). ``moves``: a
    last day that is a day of rest moves to the next working day (民法典 203.1), where that rule is read to apply.

    ``applies_from`` and ``applies_until``: openings that this version is for, where not the law changed but the pack's
    reading of it; what opened earlier stays with the version before. ``owed_by``: whose act it is; the platform presses
    for, or prepares by, what others owe.

    ``released``: for a ``keep`` norm, the entry, about any subject, that ends the keeping once ``due.at_least`` has
    passed; without one it goes on.
    """

    id: str
    version: str
    duties: tuple[str, ...]
    duty: Duty
    kind: NormKind
    title: Text
    provisions: tuple[str, ...]
    in_force_from: str
    in_force_until: str = ""
    applies_from: str = ""
    applies_until: str = ""
    about: tuple[str, ...]
    opens: Trigger | None = None
    discharged: Trigger | None = None
    needs: Needs | None = None
    ends: Trigger | None = None
    broken: Trigger | None = None
    released: Trigger | None = None
    due: Due
    deadline: Literal["law", "platform"]
    confidence: str
    owed_by: OwedBy = "platform"
    once: bool = False
    moves: bool = False
    note: str = ""

    @property
    def first_day(self) -> str:
        """The first day whose entries open this version (ISO)."""
        return self.applies_from or self.in_force_from

    @property
    def last_day(self) -> str:
        """The last such day; empty where there is none."""
        return self.applies_until or self.in_force_until
