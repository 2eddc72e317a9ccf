"""Events that the platform reports for the engine to keep the clock on, in the pack's vocabulary of entry kinds."""

from typing import Annotated

import msgspec
from msgspec import Meta

from anbao.model.base import Millis, Noun


class Event(Noun, frozen=True, kw_only=True):
    """One happening outside: ``kind`` and ``facts`` as the pack's folder ``kinds`` lists them.

    ``buyer`` names a consumer by the platform's identifier; the entry holds its commitment.
    """

    at: Millis | None = None
    buyer: Annotated[str, Meta(max_length=128, extra={"personal": "buyer"})] = ""
    facts: dict[str, str | int | bool] = msgspec.field(default_factory=dict)
    kind: Annotated[str, Meta(min_length=1, max_length=64)]
    note: Annotated[str, Meta(max_length=2_000)] = ""
    subjects: dict[str, str] = msgspec.field(default_factory=dict)
