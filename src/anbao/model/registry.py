"""A question to an outside registry (核验登记机关信息), and its answer."""

from typing import Annotated, Literal

from msgspec import Meta

from anbao.model.base import Noun
from anbao.model.merchant import Day

RegistryState = Literal["valid", "revoked", "unknown", "mismatch"]
"""In force · revoked or cancelled · not on the rolls · issued to another holder."""


class RegistryQuestion(Noun, frozen=True, kw_only=True):
    """Is this number of this kind in force, and is it this holder's? Not stored: number and holder may be personal."""

    holder: Annotated[str, Meta(min_length=1, max_length=200)]
    kind: Annotated[str, Meta(min_length=1, max_length=64)]
    number: Annotated[str, Meta(min_length=1, max_length=128)]


class RegistryAnswer(Noun, frozen=True, kw_only=True):
    """What a registry said. ``latency``: milliseconds, over all ``tries``."""

    latency: int = 0
    registry: Annotated[str, Meta(max_length=200)] = ""
    state: RegistryState
    tries: int = 1
    valid_until: Day = ""
