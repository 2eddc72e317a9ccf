"""Finds fraud in what people write: contact details in disguise, false links, tricks. Pure: no database, no clock."""

from anbao.detect.contact.book import FraudBook, FraudKind, Handling, load_fraud_book
from anbao.detect.contact.matcher import ContactMatcher
from anbao.detect.contact.sighting import DETECTOR, GUESSED, Sighting, findings

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
