"""What an outside moderation model says of listings; it decides nothing."""

from anbao.model.events.base import LedgerEvent, Subject


class ModerationAnswered(LedgerEvent, frozen=True, kw_only=True):
    """The model answered about the listing screened by the entry ``about``. ``score`` in per mille."""

    KIND = "moderation.answered"

    about: int
    flagged: bool
    labels: tuple[str, ...]
    listing: Subject
    merchant: Subject = ""
    score: int


class ModerationFailed(LedgerEvent, frozen=True, kw_only=True):
    """The model did not answer about the listing screened by the entry ``about``."""

    KIND = "moderation.failed"

    about: int
    listing: Subject
    merchant: Subject = ""
    problem: str
