"""What the matcher saw in a field."""

import msgspec

from anbao.detect.contact.book import FraudBook
from anbao.model.listing import Channel, Finding

DETECTOR = "contact"
GUESSED = frozenset({"homophone"})
"""Channels in which it only sounds like it."""


class Sighting(msgspec.Struct, frozen=True):
    """``kind`` as the book has it; ``name``: messenger, trick or host; the place counts the field's characters.

    ``personal``: the surface is contact details, which stand in no entry in the clear.
    """

    kind: str
    name: str
    channel: Channel
    start: int
    end: int
    surface: str
    personal: bool = False


def findings(sightings: list[Sighting], field: str, book: FraudBook, *, private: bool = False) -> list[Finding]:
    """The findings that sightings in this field stand for. ``private``: contact details are left out of the surface."""
    kinds = {kind.id: kind for kind in book.kinds}
    return [
        Finding(
            category=one.kind,
            channel=one.channel,
            detector=DETECTOR,
            end=one.end,
            field=field,
            provisions=kinds[one.kind].provisions,
            severity=kinds[one.kind].severity,
            start=one.start,
            surface="" if private and one.personal else one.surface,
            term=one.name,
        )
        for one in sightings
    ]
