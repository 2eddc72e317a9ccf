"""Events: one struct per kind of entry, in one module per duty."""

from anbao.model.events.base import (
    AnyEvent,
    Commitment,
    LedgerEvent,
    OtherSubjects,
    PackFacts,
    Subject,
    Whole,
    made_of,
    read,
)

__all__ = [
    "AnyEvent",
    "Commitment",
    "LedgerEvent",
    "OtherSubjects",
    "PackFacts",
    "Subject",
    "Whole",
    "made_of",
    "read",
]
