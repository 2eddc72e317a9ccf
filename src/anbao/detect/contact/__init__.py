"""Finds fraud in what people write: contact details in disguise, false links, tricks. Pure: no database, no clock."""

from typing import TYPE_CHECKING, Any

from anbao.detect.contact.book import FraudBook, FraudKind, Handling, load_fraud_book
from anbao.detect.contact.sighting import DETECTOR, GUESSED, Sighting, findings

if TYPE_CHECKING:
    from anbao.detect.contact.matcher import ContactMatcher

__all__ = [
    "DETECTOR",
    "GUESSED",
    "ContactMatcher",
    "FraudBook",
    "FraudKind",
    "Handling",
    "Sighting",
    "findings",
    "load_fraud_book",
]


def __getattr__(name: str) -> Any:
    # It loads numpy and the tables: what opens a store and screens nothing does without them.
    if name == "ContactMatcher":
        from anbao.detect.contact.matcher import ContactMatcher

        return ContactMatcher
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
