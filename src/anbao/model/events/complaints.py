"""Complaints: what came in, what was done about them, what was answered. Personal values are commitments."""

from typing import Annotated

import msgspec
from msgspec import Meta

from anbao.model.complaint import Attachment, Concern, Source, Track, Triage
from anbao.model.events.base import Commitment, LedgerEvent, Subject, Whole

ListingRole = Annotated[str, Meta(extra={"subject": "listing"})]
MerchantRole = Annotated[str, Meta(extra={"subject": "merchant"})]
MessageRole = Annotated[str, Meta(extra={"subject": "message"})]
OrderRole = Annotated[str, Meta(extra={"subject": "order"})]


class SealedReporter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who complains, as an entry says it."""

    buyer: Commitment | None = None
    contact: Commitment | None = None
    merchant: str = ""
    name: Commitment | None = None
    phone: Commitment | None = None


class ComplaintReceived(LedgerEvent, frozen=True, kw_only=True):
    """A complaint came in. ``token``: SHA-256 (hex) of what it is followed with; ``cosmetics``: the goods are such.

    ``goods``, ``seller``, ``purchase`` and ``chat`` are the subjects of the fields ``listing``, ``merchant``, ``order``
    and ``message``.
    """

    KIND = "complaint.received"

    attachments: tuple[Attachment, ...] = ()
    by_merchant: str = ""
    chat: MessageRole = ""
    complaint: Subject
    conceal: bool = False
    concern: Concern
    consumer: Subject = ""
    cosmetics: bool = False
    goods: ListingRole = ""
    harmed: bool = False
    link: str = ""
    listing: str = ""
    merchant: str = ""
    message: str = ""
    order: str = ""
    proof: Commitment | None = None
    purchase: OrderRole = ""
    reporter: SealedReporter | None = None
    right: str = ""
    seller: MerchantRole = ""
    source: Source
    text: Commitment
    token: str
    track: Track = ""


class ComplaintEvent(LedgerEvent, frozen=True, kw_only=True):
    """What later entries of a complaint name."""

    complaint: Subject
    listing: Subject = ""
    merchant: Subject = ""


class ComplaintAcknowledged(ComplaintEvent, frozen=True, kw_only=True):
    """The complainant has the number of the receipt."""

    KIND = "complaint.acknowledged"

    receipt: str


class ComplaintTriaged(ComplaintEvent, frozen=True, kw_only=True):
    """How grave a complaint is taken to be."""

    KIND = "complaint.triaged"

    triage: Whole[Triage]


class ComplaintJoined(ComplaintEvent, frozen=True, kw_only=True):
    """A complaint is handled with an earlier one, ``lead``.

    ``matter``: the concern or ``danger`` that both are about; "" where their texts are alike (``likeness``, permille).
    """

    KIND = "complaint.joined"

    lead: Subject
    likeness: int
    matter: str = ""


class ComplaintFlagged(ComplaintEvent, frozen=True, kw_only=True):
    """A complaint looks false or organised; codes of the reasons."""

    KIND = "complaint.flagged"

    reasons: tuple[str, ...]


class ComplaintAccepted(ComplaintEvent, frozen=True, kw_only=True):
    """A complaint was accepted (受理)."""

    KIND = "complaint.accepted"


class ComplaintForwarded(ComplaintEvent, frozen=True, kw_only=True):
    """The merchant was sent a complaint. ``reveals``: the personal fields that it reads."""

    KIND = "complaint.forwarded"

    concealed: bool
    reveals: tuple[str, ...]
    summary: str = ""


class ComplaintStated(ComplaintEvent, frozen=True, kw_only=True):
    """The merchant stated its view. ``counter``: it declares that there is no infringement."""

    KIND = "complaint.stated"

    attachments: tuple[Attachment, ...] = ()
    contact: Commitment | None = None
    counter: bool = False
    name: Commitment | None = None
    text: Commitment


class ComplaintHandled(ComplaintEvent, frozen=True, kw_only=True):
    """A complaint was answered."""

    KIND = "complaint.handled"

    answer: str
    outcome: str
    person: str


class ComplaintCompleted(LedgerEvent, frozen=True, kw_only=True):
    """What a notice lacked was added. ``goods`` and ``seller``: what it is known to be about since then."""

    KIND = "complaint.completed"

    attachments: tuple[Attachment, ...] = ()
    complaint: Subject
    contact: Commitment | None = None
    goods: ListingRole = ""
    link: str = ""
    listing: str = ""
    merchant: str = ""
    name: Commitment | None = None
    phone: Commitment | None = None
    proof: Commitment | None = None
    right: str = ""
    seller: MerchantRole = ""


class ComplaintRevealed(ComplaintEvent, frozen=True, kw_only=True):
    """What the parties stated in these entries was revealed to a person."""

    KIND = "complaint.read"

    entries: tuple[int, ...]
    person: str
