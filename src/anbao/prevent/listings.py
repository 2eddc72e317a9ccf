"""Listings as entries: ``listing.screened``, and its projection."""

from collections.abc import Sequence
from functools import lru_cache

import msgspec
from sqlalchemy import Connection

from anbao.errors import NotFound
from anbao.ledger import Stored, seal_trusted
from anbao.model.entry import Entry, Facts, Receipt, Sealed
from anbao.model.identity import refuse_person_number
from anbao.model.listing import ListingRecord, ListingScreened, Outcome
from anbao.model.picture import PictureScreened
from anbao.store import tables
from anbao.store.bulk import sql, upsert_many
from anbao.text import Text
from anbao.work import Placed, Work

SCREENED = "listing.screened"
DECIDED = "listing.decided"


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


def seal_screened(screened: ListingScreened, at: int, now: int, actor: str) -> Sealed:
    """The entry of one decision. Raises TooLarge, InvalidInput, the latter also for a resident id as a licence.

    Title and description are public, whatever stands in them; they are screened for contact details.
    """
    listing = screened.listing
    if listing.licences or listing.extra or listing.facts or listing.texts:
        _refuse_person_numbers(listing)
    subjects = {"listing": listing.id}
    if listing.merchant:
        subjects["merchant"] = listing.merchant
    facts = _facts(screened.category, screened.findings_cut, screened.outcome, screened.pictures, screened.severity)
    return seal_trusted(Entry(actor=actor, at=at, body=screened, kind=SCREENED, recorded=now, subjects=subjects), facts)


def _refuse_person_numbers(listing: ListingRecord) -> None:
    for place, licence in enumerate(listing.licences):
        refuse_person_number(f"licences[{place}].number", licence.number, phones=True)
        refuse_person_number(f"licences[{place}].kind", licence.kind, phones=True)
    for field, pairs in (("extra", listing.extra), ("facts", listing.facts), ("texts", listing.texts)):
        for name, value in pairs:
            refuse_person_number(f"{field}.{name}", str(value))


@lru_cache(maxsize=4096)
def _facts(category: str, findings_cut: int, outcome: Outcome, pictures: int, severity: int) -> Facts:
    """The facts of a screening; the few that there are serve all listings."""
    facts: Facts = {
        "category": category,
        "findings_cut": findings_cut,
        "outcome": outcome,
        "pictures": pictures,
        "severity": severity,
    }
    return {name: value for name, value in facts.items() if value}


def record_review(work: Work, listing: str, outcome: Outcome, reason: str, actor: str, at: int) -> int:
    """Record a reviewer's decision on a listing; the entry's index. Raises NotFound."""
    row = sql(work.conn, "SELECT merchant, category FROM listing WHERE id = ?", (listing,)).first()
    if row is None:
        raise NotFound(Text(f"没有商品 {listing}", f"there is no listing {listing}"), field="listing")
    merchant, category = row
    subjects = {"listing": listing, "merchant": merchant} if merchant else {"listing": listing}
    body = {"category": category, "outcome": outcome, "reason": reason}
    entry = Entry(actor=actor, at=at, body=body, kind=DECIDED, recorded=work.now, subjects=subjects)
    return work.record(entry)[0]


def follow_case(work: Work, stored: Stored) -> None:
    """``case.decided`` on a held listing → ``listing.decided``."""
    entry = stored.entry()
    if entry.body["case_kind"] == "listing_review":
        given = entry.body
        record_review(work, entry.subjects["listing"], given["outcome"], given["reason"], entry.actor, entry.at)


def project_listings(conn: Connection, placed: Sequence[Placed]) -> None:
    """``listing.screened`` and ``listing.decided`` → ``listing``: the newest decision on each."""
    rows = []
    for index, sealed in placed:
        subjects, facts = sealed.subjects, sealed.facts
        rows.append(
            (subjects["listing"], subjects.get("merchant", ""), facts.get("category", ""), facts["outcome"], index)
        )
    upsert_many(conn, tables.listing, rows)
