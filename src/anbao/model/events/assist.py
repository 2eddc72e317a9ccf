"""Assistance: requests of persons harmed, the seller named to them, money frozen, and requests of authorities."""

from typing import Annotated, Literal

from msgspec import Meta

from anbao.model.assistance import AuthorityRequest, Harm, Help
from anbao.model.events.base import Commitment, LedgerEvent, Subject, Whole

ComplaintRole = Annotated[str, Meta(extra={"subject": "complaint"})]
OrderRole = Annotated[str, Meta(extra={"subject": "order"})]


class AssistanceEvent(LedgerEvent, frozen=True, kw_only=True):
    """What the entries about help for a complainant name."""

    complaint: Subject
    consumer: Subject = ""
    listing: Subject = ""
    merchant: Subject = ""
    order: Subject = ""


class AssistanceOffered(AssistanceEvent, frozen=True, kw_only=True):
    """A complainant who was harmed was informed of what they can ask for. ``about``: the entry of the complaint.

    ``harm``: empty where the complaint does not say which; ``hints``: the ways besides of which they were informed.
    """

    KIND = "assistance.offered"

    about: int
    asks: tuple[Help, ...]
    harm: Harm | Literal[""] = ""
    hints: tuple[str, ...]


class AssistanceTakenUp(AssistanceEvent, frozen=True, kw_only=True):
    """The complainant asked for help: the request belongs to the complaint."""

    KIND = "assistance.taken_up"

    dispute: Subject


class AssistanceGiven(AssistanceEvent, frozen=True, kw_only=True):
    """A person helped the complainant without a request of theirs."""

    KIND = "assistance.given"

    person: str
    reason: str


class AssistanceClosed(AssistanceEvent, frozen=True, kw_only=True):
    """The complainant wants no help, or cannot be reached (``outcome``)."""

    KIND = "assistance.closed"

    outcome: str
    person: str
    reason: str


class DisputeOpened(LedgerEvent, frozen=True, kw_only=True):
    """A person asks for help. ``purchase``: the order where it exists, ``order``: the one that the person names.

    ``identity``: whether the person is its buyer; ``interest``: whether they stated what harm was done.
    ``reported``: the complaint in which the harm was reported, ``complaint``: the one that the person names.
    """

    KIND = "dispute.opened"

    buyer: Commitment
    complaint: str = ""
    consumer: Subject
    dispute: Subject
    evidence: tuple[str, ...] = ()
    harm: Harm
    help: Help
    id: str
    identity: str
    interest: bool
    merchant: Subject = ""
    on_behalf: bool = False
    order: str
    purchase: OrderRole = ""
    reported: ComplaintRole = ""
    statement: Commitment | None = None


class DisputeEvent(LedgerEvent, frozen=True, kw_only=True):
    """What the entries of a request for help name."""

    consumer: Subject
    dispute: Subject
    merchant: Subject = ""
    order: Subject = ""


class DisputeAdvised(DisputeEvent, frozen=True, kw_only=True):
    """The person was given these hints."""

    KIND = "dispute.advised"

    hints: tuple[str, ...]


class DisputeHeld(DisputeEvent, frozen=True, kw_only=True):
    """A person must look before anything is given."""

    KIND = "dispute.held"

    why: str


class DisputeChecked(DisputeEvent, frozen=True, kw_only=True):
    """A person checked identity and interest."""

    KIND = "dispute.checked"

    reason: str


class DisputeRefused(DisputeEvent, frozen=True, kw_only=True):
    """Nothing is given."""

    KIND = "dispute.refused"

    reason: str


class DisputeAssisted(DisputeEvent, frozen=True, kw_only=True):
    """The person was helped."""

    KIND = "dispute.assisted"

    how: str


class DisputeLetterSent(DisputeEvent, frozen=True, kw_only=True):
    """The person was written to, with this version of a template."""

    KIND = "dispute.told"

    answer: str
    letter_en: Commitment
    letter_zh: Commitment
    template: str
    version: int


class EvidenceRequested(DisputeEvent, frozen=True, kw_only=True):
    """The person asked for the records of their trade."""

    KIND = "evidence.requested"


class EvidenceGiven(DisputeEvent, frozen=True, kw_only=True):
    """The records were given: these entries. ``digest``: SHA-256 (hex) of what was handed over."""

    KIND = "evidence.given"

    digest: str
    entries: tuple[int, ...]


class DisclosureEvent(LedgerEvent, frozen=True, kw_only=True):
    """What the entries name by which a seller is named to a buyer; ``disclosure`` is the request for help."""

    consumer: Subject
    disclosure: Subject
    merchant: Subject = ""
    order: Subject = ""


class DisclosureRequested(DisclosureEvent, frozen=True, kw_only=True):
    """A buyer asked who the seller is. ``category`` of the goods; ``live``: the seller sells in live rooms."""

    KIND = "disclosure.requested"

    category: str = ""
    live: bool


class DisclosureGiven(DisclosureEvent, frozen=True, kw_only=True):
    """The seller was named to the buyer: these fields, on the basis of these provisions."""

    KIND = "disclosure.given"

    basis: tuple[str, ...]
    commitments: dict[str, Commitment]
    fields: tuple[str, ...]


class DisclosureFailed(DisclosureEvent, frozen=True, kw_only=True):
    """The seller could not be named in full."""

    KIND = "disclosure.failed"

    basis: tuple[str, ...]
    missing: tuple[str, ...]


class CompensationDecided(DisclosureEvent, frozen=True, kw_only=True):
    """It was decided whether the platform pays first."""

    KIND = "compensation.decided"

    decision: str


class FundsEvent(LedgerEvent, frozen=True, kw_only=True):
    """What the entries about frozen money name."""

    dispute: Subject
    merchant: Subject = ""
    order: Subject = ""


class FundsOrder(FundsEvent, frozen=True, kw_only=True):
    """The platform is asked to hold money back, or to let it go."""

    harm: Harm
    reason: str


class FundsFreezeOrdered(FundsOrder, frozen=True, kw_only=True):
    """The platform is asked to hold the money of an order back."""

    KIND = "funds.freeze_ordered"


class FundsReleaseOrdered(FundsOrder, frozen=True, kw_only=True):
    """The platform is asked to let the money go again."""

    KIND = "funds.release_ordered"


class FundsOutcome(FundsEvent, frozen=True, kw_only=True):
    """What became of it. ``problem``: why it was not done."""

    problem: str = ""


class FundsFrozen(FundsOutcome, frozen=True, kw_only=True):
    """The money is held back."""

    KIND = "funds.frozen"


class FundsFreezeFailed(FundsOutcome, frozen=True, kw_only=True):
    """The money is not held back."""

    KIND = "funds.freeze_failed"


class FundsReleased(FundsOutcome, frozen=True, kw_only=True):
    """The money was let go."""

    KIND = "funds.released"


class FundsReleaseFailed(FundsOutcome, frozen=True, kw_only=True):
    """The money was not let go."""

    KIND = "funds.release_failed"


class AuthorityRequested(LedgerEvent, frozen=True, kw_only=True):
    """An authority asks for data."""

    KIND = "authority.requested"

    asked: Whole[AuthorityRequest]
    request: Subject


class AuthorityAnswered(LedgerEvent, frozen=True, kw_only=True):
    """An authority was given these entries and so many sums of sales. ``digest``: SHA-256 (hex) of the answer."""

    KIND = "authority.answered"

    basis: tuple[str, ...]
    digest: str
    listings: tuple[int, ...]
    merchants: tuple[int, ...]
    request: Subject
    sales: int
    trades: tuple[int, ...]


class AuthorityDeclined(LedgerEvent, frozen=True, kw_only=True):
    """A request of an authority was sent back."""

    KIND = "authority.declined"

    reason: str
    request: Subject
