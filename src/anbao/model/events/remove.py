"""Measures against listings and merchants, and the sanctions that are published of them."""

from typing import Annotated

from msgspec import Meta

from anbao.model.events.base import LedgerEvent, Subject

MeasureRole = Annotated[str, Meta(extra={"subject": "measure"})]


class MeasureEvent(LedgerEvent, frozen=True, kw_only=True):
    """What each entry of a measure names. ``name`` is its id, ``measure`` its kind in the pack."""

    complaint: Subject = ""
    hazard: Subject = ""
    listing: Subject = ""
    measure: str
    merchant: Subject = ""
    name: MeasureRole
    violation: Subject = ""


class MeasureTakenEvent(MeasureEvent, frozen=True, kw_only=True):
    """A measure was taken. ``until`` in UTC milliseconds, 0 without an end; ``token``: SHA-256 of that of an appeal."""

    KIND = "measure.taken"

    appeal_days: int
    evidence: tuple[int, ...]
    facts: str
    person: str
    provisions: tuple[str, ...]
    token: str
    until: int


class MeasureLifted(MeasureEvent, frozen=True, kw_only=True):
    """A measure was ended early."""

    KIND = "measure.lifted"

    person: str
    reason: str


class MeasureEnded(MeasureEvent, frozen=True, kw_only=True):
    """A measure's time has passed."""

    KIND = "measure.ended"

    reason: str


class SanctionImposed(LedgerEvent, frozen=True, kw_only=True):
    """A sanction stands against a merchant because of the measure of entry ``cause``; ``live``: for a live room."""

    KIND = "sanction.imposed"

    cause: int
    live: bool
    measure: str
    merchant: Subject
    name: MeasureRole = ""
    sanction: Subject
    violation: Subject = ""
