"""The life of a merchant: application, checks, decision, changes, licences, turnover, reports to the authority."""

from typing import Literal

from anbao.model.base import Noun
from anbao.model.events.base import Commitment, LedgerEvent, PackFacts, Subject
from anbao.model.events.engine import SELF
from anbao.model.merchant import Admission, CredentialCheck, Declaration, Licence, Link, MerchantKind, Problem
from anbao.model.registry import RegistryState
from anbao.text import Text

Occasion = Literal["apply", "reverify", "change", "expiry", "review"]
"""Why a merchant is decided on."""

ReportKind = Literal["merchant_identity", "live_identity"]


class MerchantEvent(LedgerEvent, frozen=True, kw_only=True):
    """What each entry of a merchant names."""

    merchant: Subject


class MerchantApplied(MerchantEvent, frozen=True, kw_only=True):
    """A merchant applied to sell; personal values are commitments. ``facts``: what it sells, by which norms bind it."""

    KIND = "merchant.applied"

    address: Commitment | None = None
    bank_account: Commitment | None = None
    categories: tuple[str, ...] = ()
    contact_name: Commitment | None = None
    credit_code: str = ""
    declaration: Declaration = ""
    facts: PackFacts
    id: str
    kind: MerchantKind
    legal_name: Commitment
    licences: tuple[Licence, ...] = ()
    live_account: str = ""
    phone: Commitment | None = None
    resident_id: Commitment | None = None
    shop_name: str
    shop_url: str = ""


class MerchantDecided(MerchantEvent, frozen=True, kw_only=True):
    """A decision on a merchant: what was checked, by which catalogue (its digest), and why.

    ``note``: a person's reason; ``reasons`` are those beside the checks. ``facts``: what it sells.
    """

    catalogue: str = ""
    checks: tuple[CredentialCheck, ...]
    facts: PackFacts
    kind: MerchantKind
    note: str = ""
    occasion: Occasion
    reasons: tuple[str, ...] = ()


class MerchantWaiting(MerchantDecided, frozen=True, kw_only=True):
    """The checks hold, and a registry has yet to answer."""

    KIND = "merchant.waiting"


class MerchantVerified(MerchantDecided, frozen=True, kw_only=True):
    """A merchant may sell."""

    KIND = "merchant.verified"


class MerchantHeld(MerchantDecided, frozen=True, kw_only=True):
    """Something must be put right first, or a person decides."""

    KIND = "merchant.held"


class MerchantRefused(MerchantDecided, frozen=True, kw_only=True):
    """A merchant may not sell."""

    KIND = "merchant.refused"


class MerchantClosed(MerchantEvent, frozen=True, kw_only=True):
    """A merchant left, or was closed for cause. ``facts``: what it sold, where a norm asks."""

    KIND = "merchant.closed"

    facts: PackFacts
    for_cause: bool
    reason: str


class MerchantReopened(MerchantEvent, frozen=True, kw_only=True):
    """The closure of a merchant was lifted, as the entry ``cause`` says."""

    KIND = "merchant.reopened"

    cause: int


class MerchantReverifying(MerchantEvent, frozen=True, kw_only=True):
    """What is on file is verified again."""

    KIND = "merchant.reverifying"


class SealedChange(Noun, frozen=True, kw_only=True):
    """A ``MerchantChange`` as an entry has it: personal values are commitments."""

    address: Commitment | None = None
    bank_account: Commitment | None = None
    categories: tuple[str, ...] | None = None
    changed_at: int | None = None
    contact_name: Commitment | None = None
    credit_code: str = ""
    declaration: Declaration = ""
    kind: MerchantKind | None = None
    legal_name: Commitment | None = None
    licences: tuple[Licence, ...] = ()
    live_account: str = ""
    phone: Commitment | None = None
    resident_id: Commitment | None = None
    shop_name: str = ""
    shop_url: str = ""


class InfoChanged(MerchantEvent, frozen=True, kw_only=True):
    """What a merchant must report changed; ``fields`` names it, with commas."""

    KIND = "merchant.info_changed"

    fields: str


class InfoReported(MerchantEvent, frozen=True, kw_only=True):
    """A merchant reported a change, which was checked."""

    KIND = "merchant.info_reported"

    change: SealedChange
    checks: tuple[CredentialCheck, ...]
    fields: str
    outcome: Admission


class InfoAccepted(MerchantEvent, frozen=True, kw_only=True):
    """A change is on file; ``reported``: the entry that reported it."""

    KIND = "merchant.info_accepted"

    change: SealedChange
    fields: str
    reported: int


class MerchantLinked(MerchantEvent, frozen=True, kw_only=True):
    """A merchant shares identifiers with ``linked`` others, of which ``links`` names the first.

    ``cap``: how many may share one. ``comeback``: one of them was closed for cause. ``shared_by_crowd``: kinds of
    identifiers that more share.
    """

    KIND = "merchant.linked"

    cap: int
    comeback: bool
    linked: int
    links: tuple[Link, ...]
    occasion: Occasion
    shared_by_crowd: tuple[str, ...]


class RegistryAnswered(MerchantEvent, frozen=True, kw_only=True):
    """A registry said what a number is worth. ``latency`` in milliseconds; ``number`` is empty where it is personal."""

    KIND = "merchant.registry_answered"

    attempts: int
    kind: str
    latency: int
    number: str
    occasion: Occasion
    registry: str
    state: RegistryState
    tries: int
    valid_until: str = ""


class WantedCredential(Noun, frozen=True, kw_only=True):
    """What a held merchant is to put right: the kind of credential, its name in words, and what is wrong with it."""

    kind: str
    name: Text
    number: str = ""
    problem: Problem
    provisions: tuple[str, ...] = ()


class SupplementAsked(MerchantEvent, frozen=True, kw_only=True):
    """A held merchant was asked to put things right, by ``due``; it is reminded at ``remind`` (UTC ms)."""

    KIND = "merchant.supplement_asked"

    cause: int
    due: int
    note: str
    remind: int
    wanted: tuple[WantedCredential, ...]


class SupplementReminded(MerchantEvent, frozen=True, kw_only=True):
    """A held merchant was reminded of what the entry ``asked`` wants."""

    KIND = "merchant.supplement_reminded"

    asked: int
    due: int


class SupplementOverdue(MerchantEvent, frozen=True, kw_only=True):
    """A held merchant did not put things right in time."""

    KIND = "merchant.supplement_overdue"

    asked: int


class ThresholdCrossed(MerchantEvent, frozen=True, kw_only=True):
    """The yearly turnover of a person without registration, over all of their shops, crossed the limit (CNY)."""

    KIND = "merchant.threshold_crossed"

    limit: int
    shops: int
    turnover: str
    year: int = 0


class LicenceEvent(MerchantEvent, frozen=True, kw_only=True):
    """What each entry of a licence names: its kind and folded number, as ``kind:number``."""

    licence: Subject


class LicenceExpiring(LicenceEvent, frozen=True, kw_only=True):
    """A licence runs out at ``due`` (UTC ms)."""

    KIND = "licence.expiring"

    due: int
    kind: str


class LicenceExpired(LicenceEvent, frozen=True, kw_only=True):
    """A licence has run out; ``needed``: its merchant cannot go on without it."""

    KIND = "licence.expired"

    kind: str
    needed: bool


class LicenceRenewed(LicenceEvent, frozen=True, kw_only=True):
    """A licence has a follower: its number and last day."""

    KIND = "licence.renewed"

    number: str
    until: str


class LicenceWithdrawn(LicenceEvent, frozen=True, kw_only=True):
    """A licence is on file no more, or its merchant left."""

    KIND = "licence.withdrawn"

    kind: str


class LicenceStanding(LedgerEvent, frozen=True, kw_only=True):
    """A listing is withheld or comes back because of its merchant's licences."""

    category: str
    listing: Subject
    merchant: Subject
    outcome: str


class LicenceLost(LicenceStanding, frozen=True, kw_only=True):
    """A listing is withheld, because its merchant lacks what it needs."""

    KIND = "listing.licence_lost"

    licence: str
    problem: Problem
    provisions: tuple[str, ...]


class LicenceRestored(LicenceStanding, frozen=True, kw_only=True):
    """A listing comes back."""

    KIND = "listing.licence_restored"


class PlatformEvent(LedgerEvent, frozen=True, kw_only=True):
    """What is about the platform itself."""

    platform: Subject = SELF


class ReportFile(Noun, frozen=True, kw_only=True):
    """One file of a report."""

    name: str
    sha256: str


class ReportWritten(PlatformEvent, frozen=True, kw_only=True):
    """A report to the authority was written: how many merchants, how many incomplete or over the limit."""

    KIND = "report.written"

    files: tuple[ReportFile, ...]
    incomplete: int
    over_limit: int
    period: str
    registered: int
    report: ReportKind
    unregistered: int


class ReportSubmitted(PlatformEvent, frozen=True, kw_only=True):
    """A report was handed in; that of the engine's own by the digest of its file and the entry that wrote it."""

    KIND = "report.submitted"

    period: str = ""
    report: str
    sha256: str = ""
    written: int | None = None


class IdentityDisclosed(PlatformEvent, frozen=True, kw_only=True):
    """Personal values of so many persons were opened for a recipient; ``merchants`` names the first of them."""

    KIND = "identity.disclosed"

    basis: str
    fields: tuple[str, ...]
    merchants: tuple[str, ...]
    persons: int
    purpose: str
    recipient: str
