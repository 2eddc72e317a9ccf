"""What a listing states of itself that a notice speaks of: altitude, age, weight, diving, heart disease …"""

import re
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from anbao.text import Text

FactValue = Annotated[int, Meta(ge=-(10**9), le=10**9)] | bool
FactName = Annotated[str, Meta(pattern="^[a-z][a-z_]{0,39}$")]


class ListingFact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fact. ``patterns`` find it in a listing's words; a number outside ``low`` to ``high`` is not believed."""

    id: FactName
    title: Text
    of: Literal["number", "flag"]
    patterns: tuple[str, ...] = ()
    low: int = 0
    high: int = 10**9

    def check(self) -> None:
        """Raises ValueError for a pattern that cannot find the fact. Compiling takes time, so not each run asks."""
        for pattern in self.patterns:
            try:
                groups = re.compile(pattern).groups
            except re.error as error:
                raise ValueError(f"{pattern} is no regular expression: {error}") from error
            if groups != (1 if self.of == "number" else 0):
                raise ValueError(f"{pattern} must have one group for a number and none for a flag")
