"""The register of duties (义务清单) and the platform's own deadlines: facts of the pack besides its norms."""

from typing import Literal

import msgspec

from anbao.law.norms import Period
from anbao.text import Text

Confidence = Literal["stored", "summary", "memory"]
"""How a fact is known: its text is stored · a stored summary says it · from memory, not checked."""


class DutyRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One duty that the law lays down, as a fact; ``norms`` fulfil it, or it is fulfilled ``by_hand`` for a reason."""

    id: str
    instrument: str
    article: str
    actor: str
    trigger: str
    act: str
    deadline: str = ""
    clock: str = ""
    recipient: str = ""
    retention: str = ""
    penalty: str = ""
    source_status: str
    norms: tuple[str, ...] = ()
    by_hand: Text | None = None

    def __post_init__(self) -> None:
        if bool(self.norms) == (self.by_hand is not None):
            raise ValueError("either norms or by_hand")


class Setting(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A deadline that the platform sets itself, because the law says 及时 or 立即 and names no time."""

    id: str
    title: Text
    default: Period
    why: Text
    provisions: tuple[str, ...]
