"""Where a fact of law comes from; every fact that a pack states carries it."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Provision = Annotated[str, Meta(pattern=r"^[a-z]{2}(\.[a-z0-9_]+)+/\d+(\.\d+)*$")]
"""``instrument/article`` or ``instrument/article.paragraph``, e.g. ``cn.ecommerce_law.2018/38.2``."""

Confidence = Literal["stored", "memory"]


class Sourced(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``stored`` names provisions whose text is stored; ``memory`` names a ``source`` that could not be read."""

    confidence: Confidence
    provisions: tuple[Provision, ...] = ()
    source: str = ""

    def __post_init__(self) -> None:
        if self.confidence == "stored" and not self.provisions:
            raise ValueError("confidence is stored, but no provision is named")
        if self.confidence == "memory" and not self.source:
            raise ValueError("confidence is memory, but no source is named")
