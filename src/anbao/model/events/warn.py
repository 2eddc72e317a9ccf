"""Messages to consumers before a trade and after it: notices, orders, warnings."""

from typing import Annotated

from msgspec import Meta

from anbao.model.events.base import Commitment, LedgerEvent, Subject
from anbao.model.listing_fact import FactValue
from anbao.model.trade import GateReason, Lacking

ListingRole = Annotated[str, Meta(extra={"subject": "listing"})]
NoticeRole = Annotated[str, Meta(extra={"subject": "notice"})]
OrderRole = Annotated[str, Meta(extra={"subject": "order"})]


class OrderLineEvent(LedgerEvent, frozen=True, kw_only=True):
    """What each entry of a line of an order names: who ordered what of whom."""

    consumer: Subject
    goods: ListingRole
    merchant: Subject = ""
    order: Subject


class ReportedLine(OrderLineEvent, frozen=True, kw_only=True):
    """A line as the platform reports it; personal values are commitments."""

    amount: str = ""
    buyer: Commitment
    category: str
    concluded: bool = False
    id: str
    listing: str = ""
    quantity: int = 1
    recipient: Commitment | None = None
    recipient_address: Commitment | None = None
    recipient_phone: Commitment | None = None


class OrderPlaced(ReportedLine, frozen=True, kw_only=True):
    """A line of an order was placed. ``flagged``: a person must look at it, for these ``reasons``.

    ``listing_outcome`` is "" for a listing that was never submitted.
    """

    KIND = "order.placed"

    flagged: bool = False
    listing_outcome: str
    notice_required: bool
    reasons: tuple[GateReason, ...] = ()
    unsuitable: bool


class OrderUpdated(ReportedLine, frozen=True, kw_only=True):
    """A line was reported otherwise than by the entry ``before``."""

    KIND = "order.updated"

    amount_before: str
    before: int


class OrderRefused(OrderLineEvent, frozen=True, kw_only=True):
    """A line was not taken: for want of its notices, or because something stands against it (``barred``)."""

    KIND = "order.refused"

    barred: bool = False
    category: str
    lacking: tuple[Lacking, ...]
    reasons: tuple[GateReason, ...] = ()
    unsuitable: bool
    untold: bool


class OrderReviewed(OrderLineEvent, frozen=True, kw_only=True):
    """A person decided on a flagged line."""

    KIND = "order.reviewed"

    outcome: str
    person: str
    reason: str


class NoticeOwed(LedgerEvent, frozen=True, kw_only=True):
    """A notice was owed before an order. ``confirm_law``: a statute asks to acknowledge it."""

    KIND = "notice.owed"

    about: OrderRole
    ask: bool
    confirm_law: bool = False
    consumer: Subject
    listing: Subject
    notice: Subject
    order: str
    shown_only: bool


class NoticeStepEvent(LedgerEvent, frozen=True, kw_only=True):
    """What each step with a notice says. ``version``: of the notice; the buyer is a commitment."""

    about: NoticeRole
    buyer: Commitment
    consumer: Subject
    goods: ListingRole
    listing: str
    notice: str
    version: int


class NoticeShownEvent(NoticeStepEvent, frozen=True, kw_only=True):
    """A notice was shown. ``rendering``: SHA-256 of its text; ``rendering_ours``: it is the text that Anbao renders,
    ``rendering_stated``: the platform stated the digest.
    """

    KIND = "notice.shown"

    catalogue: str
    language: str = ""
    listing_facts: tuple[tuple[str, FactValue], ...]
    rendering: str
    rendering_ours: bool
    rendering_stated: bool
    seconds: int = 0


class NoticeAcknowledgedEvent(NoticeStepEvent, frozen=True, kw_only=True):
    """The buyer confirmed that a notice was understood."""

    KIND = "notice.acknowledged"


class NoticeAnsweredEvent(NoticeStepEvent, frozen=True, kw_only=True):
    """The buyer said whether they belong to a group that the notice calls unsuitable."""

    KIND = "notice.answered"

    belongs: bool


class NoticeChoiceEvent(LedgerEvent, frozen=True, kw_only=True):
    """Whether the buyer knew the risk, could choose, and chose, and what each rests on."""

    KIND = "notice.choice"

    about: NoticeRole = ""
    buyer: Commitment
    chose: bool
    chose_by: str = ""
    consumer: Subject
    could_choose: bool
    could_choose_by: str = ""
    goods: ListingRole
    knew: bool
    knew_by: str = ""
    listing: str
    notice: str = ""
    of: OrderRole = ""
    order: str = ""


class WarningOwed(LedgerEvent, frozen=True, kw_only=True):
    """So many buyers of a listing are owed a warning, because of the entry ``cause``."""

    KIND = "warning.owed"

    buyers: int
    cause: int
    hazard: Subject
    listing: Subject


class WarningEvent(LedgerEvent, frozen=True, kw_only=True):
    """What each entry of a text to a buyer says: who is notified of which goods, with which version of a template."""

    attempt: int
    consumer: Subject
    digest: str
    hazard: Subject
    language: str
    listing: Subject
    order: Subject
    template: str
    version: int


class WarningSent(WarningEvent, frozen=True, kw_only=True):
    """A buyer is warned."""

    KIND = "warning.sent"


class WarningCorrected(WarningEvent, frozen=True, kw_only=True):
    """A buyer is notified that the warning is lifted."""

    KIND = "warning.corrected"


class WarningPublished(LedgerEvent, frozen=True, kw_only=True):
    """A danger was put on the public page."""

    KIND = "warning.published"

    hazard: Subject


class HazardWarned(LedgerEvent, frozen=True, kw_only=True):
    """No warning of a danger waits any more: how many buyers of how many listings were reached."""

    KIND = "hazard.warned"

    buyers: int
    corrected: int
    hazard: Subject
    listings: int
    reached: int
    unreached: int
