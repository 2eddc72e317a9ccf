"""What the channels beyond plain writing give: a stretch of folded text, and the pattern that it may stand for."""

from typing import NamedTuple

from anbao.model.listing import Channel


class Candidate(NamedTuple):
    """``start`` and ``end`` count folded characters of the page; ``number`` is that of the pattern."""

    channel: Channel
    start: int
    end: int
    number: int
