"""Dangers: suspected, confirmed, dismissed, lifted; the search for them, and the listings that are or may be one."""

from anbao.model.events.base import LedgerEvent, Subject, Whole
from anbao.model.hazard import Coverage, HazardRecord, MatchRecord


class HazardSuspected(LedgerEvent, frozen=True, kw_only=True):
    """There may be a danger. ``complaint``: the one that reported it."""

    KIND = "hazard.suspected"

    complaint: Subject = ""
    hazard: Subject
    listing: Subject = ""
    merchant: Subject = ""
    record: Whole[HazardRecord]


class HazardConfirmed(LedgerEvent, frozen=True, kw_only=True):
    """A danger is real. ``listing`` and ``merchant``: where it was first seen."""

    KIND = "hazard.confirmed"

    hazard: Subject
    listing: Subject = ""
    merchant: Subject = ""
    record: Whole[HazardRecord]


class HazardDismissed(LedgerEvent, frozen=True, kw_only=True):
    """A suspicion came to nothing."""

    KIND = "hazard.dismissed"

    hazard: Subject
    reason: str


class HazardLifted(LedgerEvent, frozen=True, kw_only=True):
    """A danger is none any more."""

    KIND = "hazard.lifted"

    hazard: Subject
    reason: str


class HazardSwept(LedgerEvent, frozen=True, kw_only=True):
    """A danger was looked for everywhere."""

    KIND = "hazard.swept"

    coverage: Whole[Coverage]
    hazard: Subject


class ListingMatchedHazard(LedgerEvent, frozen=True, kw_only=True):
    """A listing is, or may be, a known danger."""

    KIND = "listing.matched_hazard"

    hazard: Subject
    listing: Subject
    merchant: Subject = ""
    record: Whole[MatchRecord]


class SweepOpened(LedgerEvent, frozen=True, kw_only=True):
    """A search began: for how many hazards, over ``total`` screenings of ``listings`` ahead of entry ``before``."""

    KIND = "sweep.opened"

    before: int
    hazards: int
    listings: int
    sweep: Subject
    total: int


class SweepTurn(LedgerEvent, frozen=True, kw_only=True):
    """A search stopped or went on, when ``looked`` of ``total`` screenings had been looked at."""

    looked: int
    sweep: Subject
    total: int


class SweepPaused(SweepTurn, frozen=True, kw_only=True):
    """A search was stopped for a while."""

    KIND = "sweep.paused"


class SweepResumed(SweepTurn, frozen=True, kw_only=True):
    """A search goes on."""

    KIND = "sweep.resumed"
