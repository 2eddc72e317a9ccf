"""Removal: measures, appeals against them, violations, sanctions, reports to the authority."""

from typing import Annotated

import msgspec
from msgspec import Meta

from anbao.model.events.base import Commitment, LedgerEvent, Subject
from anbao.text import Text

MeasureRole = Annotated[str, Meta(extra={"subject": "measure"})]


class MeasureEvent(LedgerEvent, frozen=True, kw_only=True):
    """What every entry of a measure names: ``name`` is the measure, the others are what it is about."""

    complaint: Subject = ""
    hazard: Subject = ""
    listing: Subject = ""
    merchant: Subject = ""
    name: MeasureRole
    violation: Subject = ""


class MeasureGrounds(MeasureEvent, frozen=True, kw_only=True):
    """Which measure, and why: the facts, the provisions, and the entries that show them."""

    evidence: tuple[int, ...]
    facts: str
    measure: str
    person: str
    provisions: tuple[str, ...]


class MeasureProposed(MeasureGrounds, frozen=True, kw_only=True):
    """A measure was put before a person. ``person`` is empty."""

    KIND = "measure.proposed"


class MeasureTakenEvent(MeasureGrounds, frozen=True, kw_only=True):
    """A measure was taken. ``until``: when it ends (UTC ms; 0 until it is lifted); ``token``: SHA-256 (hex) of what the
    merchant appeals with.
    """

    KIND = "measure.taken"

    appeal_days: int
    token: str
    until: int


class MeasureDeclined(MeasureEvent, frozen=True, kw_only=True):
    """A proposed measure was not taken."""

    KIND = "measure.declined"

    person: str
    reason: str


class MeasureEffect(MeasureEvent, frozen=True, kw_only=True):
    """The platform did what an effect of a measure asked for. ``measure``: which kind of measure."""

    effect: str
    measure: str


class MeasureConfirmed(MeasureEffect, frozen=True, kw_only=True):
    """A measure is carried out."""

    KIND = "measure.confirmed"


class MeasureStated(MeasureEffect, frozen=True, kw_only=True):
    """The merchant was sent what was done and why."""

    KIND = "measure.stated"


class MeasureRestored(MeasureEffect, frozen=True, kw_only=True):
    """What a measure had done is undone."""

    KIND = "measure.restored"


class MeasureFailed(MeasureEvent, frozen=True, kw_only=True):
    """The effect of a measure was given up or refused."""

    KIND = "measure.failed"

    measure: str
    problem: str


class MeasureLifted(MeasureEvent, frozen=True, kw_only=True):
    """A measure was ended early."""

    KIND = "measure.lifted"

    measure: str
    person: str
    reason: str


class MeasureEnded(MeasureEvent, frozen=True, kw_only=True):
    """The time of a measure has passed."""

    KIND = "measure.ended"

    measure: str
    reason: str


class AppealEvent(MeasureEvent, frozen=True, kw_only=True):
    """What the entries of an appeal name: also the measure that it is against."""

    appeal: Subject


class AppealReceived(AppealEvent, frozen=True, kw_only=True):
    """A merchant appealed. ``barred``: who took the measure and may not decide the appeal."""

    KIND = "appeal.filed"

    barred: str
    evidence: tuple[str, ...]
    measure: str
    text: Commitment


class AppealDecided(AppealEvent, frozen=True, kw_only=True):
    """A person decided an appeal. ``first_person`` took the measure."""

    KIND = "appeal.decided"

    first_person: str
    outcome: str
    person: str
    reason: str


class ViolationFound(LedgerEvent, frozen=True, kw_only=True):
    """A violation was found, by the engine or by the platform, which may leave out what it does not know.

    ``about``: the entry that showed it; ``note``: the platform's own words.
    """

    KIND = "violation.found"

    about: int | None = None
    facts: str = ""
    field: str
    hazard: Subject = ""
    listing: Subject = ""
    merchant: Subject = ""
    note: str = ""
    relapse: bool | None = None
    serious: bool | None = None
    severity: int | None = None
    violation: Subject


class ViolationStopped(LedgerEvent, frozen=True, kw_only=True):
    """Nothing of a violation is on sale: how many removals there were, and the first of them by name.

    What the platform reports of its own has none of these fields.
    """

    KIND = "violation.stopped"

    kept_out: bool | None = None
    measures: tuple[str, ...] | None = None
    removed: int | None = None
    violation: Subject


class ViolationServiceEnded(LedgerEvent, frozen=True, kw_only=True):
    """The service was ended because of a violation, by these measures where the engine knows them."""

    KIND = "violation.service_ended"

    measures: tuple[str, ...] | None = None
    violation: Subject


class ViolationWithdrawn(LedgerEvent, frozen=True, kw_only=True):
    """A violation was found wrongly."""

    KIND = "violation.withdrawn"

    person: str
    reason: str
    violation: Subject


class ViolationReported(LedgerEvent, frozen=True, kw_only=True):
    """The authority was sent a report. ``report`` and ``digest`` (SHA-256, hex) where it is one of Anbao's drafts."""

    KIND = "violation.reported"

    channel: str | None = None
    digest: str | None = None
    receipt: str | None = None
    recipient: str = ""
    report: str | None = None
    violation: Subject


class LadderApplied(LedgerEvent, frozen=True, kw_only=True):
    """The ladder of penalties was applied: ``step`` is the row that fits, the rest is what it was asked."""

    KIND = "ladder.applied"

    earlier: int
    merchant: Subject
    must_end: bool
    relapse: bool
    severity: int
    step: str
    violation: Subject


class SanctionImposed(LedgerEvent, frozen=True, kw_only=True):
    """A sanction against a merchant, which the public must read. ``cause``: the entry of the measure ``name``."""

    KIND = "sanction.imposed"

    cause: int
    live: bool
    measure: str
    merchant: Subject
    name: MeasureRole = ""
    sanction: Subject
    violation: Subject = ""


class SanctionPublished(LedgerEvent, frozen=True, kw_only=True):
    """What the public reads of a sanction. ``until``: when it ends (UTC ms), 0 where it has no end."""

    KIND = "sanction.published"

    merchant: Subject
    sanction: Subject
    shop: str
    text: Text = msgspec.field(name="body")
    title: Text
    until: int


class SanctionWithdrawn(LedgerEvent, frozen=True, kw_only=True):
    """A sanction is public no more, because of the entry ``cause``. ``lifted``: not because its time has passed."""

    KIND = "sanction.withdrawn"

    cause: int
    lifted: bool
    merchant: Subject
    sanction: Subject


class ReportDrafted(LedgerEvent, frozen=True, kw_only=True):
    """A report to the authority was drafted. ``attachments``: entries; ``digest``: SHA-256 (hex) of the document."""

    KIND = "report.drafted"

    attachments: tuple[int, ...]
    digest: str
    field: str
    of: str
    recipient: Text
    report: Subject
    violation: Subject


class HazardRemoved(LedgerEvent, frozen=True, kw_only=True):
    """No listing with a danger is left: of so many it was removed, and so many a person has yet to look at."""

    KIND = "hazard.removed"

    hazard: Subject
    listings: int
    undecided: int


class ListingKeptOut(LedgerEvent, frozen=True, kw_only=True):
    """A known danger was offered again and blocked by the entry ``about``. ``relapse``: after it had been removed."""

    KIND = "listing.kept_out"

    about: int
    hazard: Subject
    listing: Subject
    merchant: Subject = ""
    relapse: bool
