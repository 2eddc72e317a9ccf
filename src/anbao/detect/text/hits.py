"""What a search of texts for a lexicon's terms gives."""

import msgspec

from anbao.detect.text.lexicon import Lexicon
from anbao.model.listing import Channel, Finding

DETECTOR = "lexicon"


class Hit(msgspec.Struct, frozen=True):
    """A term in a field; ``term`` is its index in the lexicon.

    ``context``: the rule that lowers its severity to ``lowered``; 0 where none does.
    """

    term: int
    channel: Channel
    start: int
    end: int
    surface: str
    context: str = ""
    lowered: int = 0


def finding(hit: Hit, field: str, lexicon: Lexicon) -> Finding:
    """The finding that a hit in this field stands for."""
    term = lexicon.terms[hit.term]
    return Finding(
        category=term.category,
        channel=hit.channel,
        context=hit.context,
        detector=DETECTOR,
        end=hit.end,
        field=field,
        lowered_from=term.severity if hit.lowered else 0,
        provisions=term.provisions,
        severity=hit.lowered or term.severity,
        start=hit.start,
        surface=hit.surface,
        term=term.term,
    )
