"""Listings as entries: ``listing.screened``, and its projection."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec

from anbao import cases
from anbao.engine.core import Core
from anbao.engine.readmodels import listings
from anbao.engine.readmodels.listings import ListingKnown
from anbao.engine.work import Work
from anbao.errors import NotFound, TooLarge
from anbao.ledger import seal_trusted
from anbao.ledger.whole import digest_of, keep_whole
from anbao.model.base import given_reason
from anbao.model.decision import DecisionInEffect
from anbao.model.entry import Facts, Receipt, Sealed, UnsealedEntry
from anbao.model.events.prevent import ListingDecided, ListingScreenedEvent
from anbao.model.identity import refuse_person_number
from anbao.model.listing import (
    MAX_FINDINGS,
    MAX_TITLE,
    Finding,
    Listing,
    ListingRecord,
    ListingScreened,
    Outcome,
)
from anbao.model.picture import PictureScreened
from anbao.text import Text

CASE_KIND = "listing_review"
_SEVERITY = 3

_SURFACE = 120
"""Characters of what was found that stand in the entry of a large listing."""


class ScreenedListing(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one listing: the decision, and the receipt of its entry.

    ``pictures``: the decisions on those of its pictures that had been read before; the others follow.
    """

    decision: ListingScreened
    receipt: Receipt
    pictures: tuple[PictureScreened, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """What is decided so far, pictures included."""
        raised = [one.outcome for one in self.pictures if one.raised]
        return raised[-1] if raised else self.decision.outcome


class Sealing(NamedTuple):
    """The entry of a decision, and where the listing is too large for it, the bytes of its whole record."""

    entry: Sealed
    whole: bytes = b""


def seal_screened(screened: ListingScreened, at: int, now: int, actor: str) -> Sealing:
    """The entry of one decision. Raises TooLarge, InvalidInput."""
    try:
        return Sealing(_sealed(screened, at, now, actor))
    except TooLarge:
        whole = msgspec.json.encode(screened.listing)
    short = msgspec.structs.replace(
        screened,
        findings=tuple(msgspec.structs.replace(one, surface=one.surface[:_SURFACE]) for one in screened.findings),
        listing=ListingRecord(
            category=screened.listing.category,
            facts=screened.listing.facts or (),  # a listing as it came in has a dict
            id=screened.listing.id,
            merchant=screened.listing.merchant,
            title=screened.listing.title[:MAX_TITLE],
            whole=digest_of(whole),
        ),
    )
    while True:
        try:
            return Sealing(_sealed(short, at, now, actor), whole)
        except TooLarge:
            count = len(short.findings) // 2
            if not count:
                raise
            short = msgspec.structs.replace(
                short,
                findings=tuple(gravest(short.findings, count)),
                findings_cut=short.findings_cut + len(short.findings) - count,
            )


def record_screened(work: Work, sealings: Sequence[Sealing]) -> range:
    """Record decisions with what belongs to them; their entries' indexes."""
    for one in sealings:
        if one.whole:
            keep_whole(work.conn, one.whole)
    return work.record_sealed([one.entry for one in sealings])


def gravest(findings: Sequence[Finding], most: int = MAX_FINDINGS) -> Sequence[Finding]:
    """At most so many findings, the gravest of them, in their order."""
    if len(findings) <= most:
        return findings
    chosen = sorted(sorted(range(len(findings)), key=lambda place: -findings[place].severity)[:most])
    return [findings[place] for place in chosen]


def _sealed(screened: ListingScreened, at: int, now: int, actor: str) -> Sealed:
    listing = screened.listing
    subjects = {"listing": listing.id}
    if listing.merchant:
        subjects["merchant"] = listing.merchant
    facts = _facts(
        screened.category,
        screened.findings_cut,
        screened.outcome,
        screened.pictures,
        screened.reading,
        screened.severity,
        screened.unjudged_cut,
        screened.unlawful,
    )
    # By hand, as this is done for each listing: what ``seal_event`` would work out of the struct is known here.
    kind = ListingScreenedEvent.KIND
    return seal_trusted(
        UnsealedEntry(actor=actor, at=at, body=screened, kind=kind, recorded=now, subjects=subjects), facts
    )


def refuse_person_numbers(listing: ListingRecord | Listing) -> None:
    """Raise InvalidInput where a field of its own holds a number that names a person; asked where listings come in.

    Titles and descriptions are public, whatever stands in them; they are screened for contact details.
    """
    for place, licence in enumerate(listing.licences):
        refuse_person_number(f"licences[{place}].number", licence.number, phones=True)
        refuse_person_number(f"licences[{place}].kind", licence.kind, phones=True)
    for field, pairs in (("extra", listing.extra), ("facts", listing.facts), ("texts", listing.texts)):
        for name, value in dict(pairs).items() if pairs else ():
            refuse_person_number(f"{field}.{name}", str(value))


@lru_cache(maxsize=4096)
def _facts(
    category: str,
    findings_cut: int,
    outcome: Outcome,
    pictures: int,
    reading: int,
    severity: int,
    unjudged_cut: int,
    unlawful: bool,
) -> Facts:
    """The facts of a screening; the few that there are serve all listings."""
    facts: Facts = {
        "category": category,
        "findings_cut": findings_cut,
        "outcome": outcome,
        "pictures": pictures,
        "reading": reading,
        "severity": severity,
        "unjudged_cut": unjudged_cut,
        "unlawful": unlawful,
    }
    return {name: value for name, value in facts.items() if value}


def review(
    core: Core, work: Work, listing: str, outcome: Outcome, reason: str, *, person: str, actor: str, at: int
) -> int:
    """A person decides on a listing; the entry's index, of the case's where a second person must agree first.

    Raises NotFound, InvalidInput, Conflict, Forbidden.
    """
    given_reason(reason)
    known = _known(work, listing)
    subjects = {"listing": listing, "merchant": known.merchant} if known.merchant else {"listing": listing}
    given = cases.Determination(actor=actor, outcome=outcome, person=person, reason=reason)
    opening = cases.Opening(about=known.entry, severity=_SEVERITY, subjects=subjects)
    decision = cases.decide_about(core, work, CASE_KIND, ("listing", listing), given, opening)
    if decision is not None and decision.effect != "now":
        return decision.entry
    return record_review(work, listing, outcome, reason, actor, at)


def record_review(work: Work, listing: str, outcome: Outcome, reason: str, actor: str, at: int) -> int:
    """Record a decision on a listing that takes effect; the entry's index. Raises NotFound."""
    known = _known(work, listing)
    decided = ListingDecided(
        category=known.category, listing=listing, merchant=known.merchant, outcome=outcome, reason=reason
    )
    return work.append(decided, actor=actor, at=at)


def follow_case(work: Work, decision: DecisionInEffect) -> None:
    """A decision on a held listing → ``listing.decided``."""
    outcome = msgspec.convert(decision.outcome, Outcome)
    record_review(work, decision.subjects["listing"], outcome, decision.reason, decision.actor, decision.at)


def _known(work: Work, listing: str) -> ListingKnown:
    known = listings.known(work.conn, listing)
    if known is listings.UNKNOWN:
        raise NotFound(Text(f"没有商品 {listing}", f"there is no listing {listing}"), field="listing")
    return known
