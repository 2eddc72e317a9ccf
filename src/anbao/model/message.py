"""A message between the parties of a trade, and the decision on it. Its text is private and stands in no entry."""

from typing import Annotated, Literal

from msgspec import Meta

from anbao.model.base import Id, Noun
from anbao.model.listing import Finding

Sender = Literal["consumer", "merchant"]
MessageDecision = Literal["pass", "warn", "hold"]
"""Delivered · delivered with a warning to its receiver · held until a person decides."""

DECISIONS: tuple[MessageDecision, ...] = ("pass", "warn", "hold")

PrivateText = Annotated[str, Meta(min_length=1, max_length=4_000, extra={"personal": "message"})]
"""What a party wrote; an entry holds its commitment."""


class Message(Noun, frozen=True, kw_only=True):
    """What one party of a trade writes to the other. ``sender`` is the side that wrote it."""

    buyer: Annotated[str, Meta(max_length=128, extra={"personal": "buyer"})] = ""
    id: Id
    listing: Annotated[str, Meta(max_length=128)] = ""
    merchant: Annotated[str, Meta(max_length=128)] = ""
    order: Annotated[str, Meta(max_length=128)] = ""
    sender: Sender
    text: PrivateText


class MessageVersions(Noun, frozen=True, kw_only=True):
    """What a decision was made with. ``fraud``: the book of fraud and the platform's domains."""

    engine: str
    fraud: str


class MessageScreened(Noun, frozen=True, kw_only=True):
    """Body of ``message.screened``. Findings say what and where, never the text or a contact; ``text`` is a commitment.

    ``warnings`` are the kinds of which the receiver is warned, the gravest first; ``length`` counts characters.
    """

    decision: MessageDecision
    findings: tuple[Finding, ...] = ()
    findings_cut: int = 0
    length: int
    sender: Sender
    severity: int = 0
    text: str
    versions: MessageVersions
    warnings: tuple[str, ...] = ()
