"""The registry of controls (安全保护技术措施) that must be alive: what each is, how often it is tried, and on what."""

from typing import Annotated

import msgspec
from msgspec import Meta

from anbao.model.listing import Listing
from anbao.model.merchant import Merchant
from anbao.text import Text


class ControlCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Harmless input and what must come of it: a listing or a merchant, and the decisions that are right.

    ``detector``: one finding must be of this detector; empty where none is demanded.
    """

    listing: Listing | None = None
    merchant: Merchant | None = None
    expect: Annotated[tuple[str, ...], Meta(min_length=1)]
    detector: str = ""

    def __post_init__(self) -> None:
        if (self.listing is None) == (self.merchant is None):
            raise ValueError("either listing or merchant")


class Control(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One control. ``every``: the setting that says how often it is tried; ``probe``: how, in words.

    ``cases`` are tried by the ``prevent`` package; other controls have a probe of their own, or are attested by hand.
    """

    id: str
    title: Text
    probe: Text
    provisions: tuple[str, ...]
    every: str
    cases: tuple[ControlCase, ...] = ()
