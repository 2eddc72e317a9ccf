"""Known dangers on the platform: what is certain is taken down without review, the rest once a person says so.

Invariants
- A listing is taken down for a danger once; where an appeal cleared it of that danger, only a person does it again.
- ``hazard.removed`` is recorded when no takedown for it is unconfirmed, and there was one or a sweep found none.
"""

from collections.abc import Sequence

import msgspec

from anbao import cases
from anbao.engine.reactions import cursor_of
from anbao.engine.readmodels import listings
from anbao.engine.work import Placed, Work
from anbao.ledger import Ledger, Stored, search
from anbao.model.decision import DecisionInEffect
from anbao.model.events.investigate import HazardConfirmed, ListingMatchedHazard
from anbao.model.events.prevent import ListingScreenedEvent, PictureScreenedEvent
from anbao.model.events.remove import HazardRemoved, ListingKeptOut
from anbao.remove import measures, records, violations
from anbao.remove.measures import MeasureOrder, RemovalContext, take
from anbao.remove.records import ENGINE
from anbao.remove.violations import ViolationReason
from anbao.rules import clearances
from anbao.store import Connection, tables
from anbao.store.bulk import columns_of, row_of, sql, upsert_many

CASE_KIND = "hazard_match"
_TAKEDOWN = ("takedown",)
REACTION = "remove.hazards"
"""One reaction to all by which dangers are found, so that they are handled in the order of the ledger.

What persons decided is handled apart (``on_decided``); an older find that is handled later leaves it as it is."""

LIFTING = "lifting"
OUT_ALREADY = "block"
"""Outcome of a listing that the guard blocked: there is nothing to take down."""


class HazardToRemove(msgspec.Struct, frozen=True, kw_only=True):
    """A confirmed danger as this package stores it."""

    id: str
    title: str
    basis: str
    category: str
    severity: int
    on_likeness: bool
    person: str
    state: str
    entry: int


class DangerousListing(msgspec.Struct, frozen=True, kw_only=True):
    """A listing that is a confirmed danger: by which entry (``about``), and who answers for taking it down."""

    about: int
    hazard: str
    listing: str
    merchant: str
    person: str
    screened: int = 0
    severity: int = 0


def on_confirmed(context: RemovalContext, work: Work, stored: Stored) -> None:
    """The listing that a danger was confirmed on is the danger itself."""
    confirmed = stored.event(HazardConfirmed)
    hazard, listing = confirmed.hazard, confirmed.listing
    if not listing:
        return
    if _settled_since(work.conn, hazard, listing, stored.index):
        conclude(context.core.ledger, work, hazard, seen=stored.index)
        return
    found = DangerousListing(
        about=stored.index,
        hazard=hazard,
        listing=listing,
        merchant=confirmed.merchant,
        person=confirmed.record.person or stored.actor,
        severity=confirmed.record.severity,
    )
    remove(context, work, found)


def on_matched(context: RemovalContext, work: Work, stored: Stored) -> None:
    """A danger was found in a listing: it goes, or a person looks at it."""
    matched = stored.event(ListingMatchedHazard)
    hazard, listing, merchant, record = matched.hazard, matched.listing, matched.merchant, matched.record
    if _settled_since(work.conn, hazard, listing, stored.index):
        conclude(context.core.ledger, work, hazard, seen=stored.index)
        return
    state = _state(work.conn, hazard, listing)
    if _goes_at_once(work.conn, hazard, record.certainty) and state != "cleared":
        danger = find(work.conn, hazard)
        found = DangerousListing(
            about=stored.index,
            hazard=hazard,
            listing=listing,
            merchant=merchant,
            person=danger.person if danger else stored.actor,
            screened=record.screened,
            severity=record.severity,
        )
        remove(context, work, found)
        return
    if state in ("taken", "blocked"):
        return
    about, severity = stored.index, record.severity
    cases.open(work, kind=CASE_KIND, subjects=matched.subjects, severity=severity, about=about, cause=hazard)
    _keep(work.conn, hazard, listing, merchant, "undecided", stored.index)
    conclude(context.core.ledger, work, hazard, seen=stored.index)


def on_swept(context: RemovalContext, work: Work, stored: Stored) -> None:
    """A sweep looked everywhere: where nothing is left, the danger is removed, also if there never was any."""
    conclude(context.core.ledger, work, stored.subjects["hazard"], swept=True, seen=stored.index)


def on_decided(context: RemovalContext, work: Work, decision: DecisionInEffect) -> None:
    """A person decided whether a listing is the danger; whoever decides again may take the first answer back.

    A listing that stays on offer is cleared of the danger, so that the guard lets the same offer pass.
    """
    hazard, listing, merchant = (decision.subjects.get(role, "") for role in ("hazard", "listing", "merchant"))
    if decision.outcome != "remove":
        judged = ("case", decision.case)
        clearances.clear(context.core.ledger, work, judged, decision.subjects, cause=decision.entry, at=decision.at)
    if _settled_since(work.conn, hazard, listing, decision.entry):
        return
    if decision.outcome == "remove":
        found = DangerousListing(
            about=decision.entry, hazard=hazard, listing=listing, merchant=merchant, person=decision.person
        )
        remove(context, work, found)
        return
    for one in records.standing(work.conn, kind="takedown", listing=listing, hazard=hazard):
        measures.lift(context, work, one.id, decision.reason, person=decision.person, actor=decision.actor)
    _keep(work.conn, hazard, listing, merchant, "kept", decision.entry)
    conclude(context.core.ledger, work, hazard)


def _goes_at_once(conn: Connection, hazard: str, certainty: str) -> bool:
    if certainty == "likely":
        danger = find(conn, hazard)
        return danger is not None and danger.on_likeness
    return certainty == "certain"


def remove(context: RemovalContext, work: Work, found: DangerousListing) -> None:
    """Take one listing down because of a danger, with the violation that this is."""
    hazard, listing, about = found.hazard, found.listing, found.about
    danger, known = find(work.conn, hazard), listings.known(work.conn, listing)
    merchant = found.merchant or known.merchant
    kept_out = known.outcome == OUT_ALREADY
    if records.standing(work.conn, kind="takedown", listing=listing, hazard=hazard) or (
        kept_out and _state(work.conn, hazard, listing) == "blocked"
    ):
        return
    facts = _facts(danger, hazard)
    reason = ViolationReason(
        about=about,
        category=known.category or (danger.category if danger else ""),
        facts=facts,
        hazard=hazard,
        listing=listing,
        merchant=merchant,
        screened=found.screened or known.entry,
        severity=danger.severity if danger else found.severity or 3,
    )
    violation = violations.note(context, work, reason)
    if kept_out:
        _keep(work.conn, hazard, listing, merchant, "blocked", about)
        violations.settle(work, violation)
        return
    order = MeasureOrder(
        evidence=(about, danger.entry) if danger else (about,),
        facts=facts,
        hazard=hazard,
        listing=listing,
        measure="takedown",
        merchant=merchant,
        violation=violation,
    )
    take(context, work, order, person=found.person, actor=ENGINE)
    _keep(work.conn, hazard, listing, merchant, "taken", about)


def conclude(ledger: Ledger, work: Work, hazard: str, *, swept: bool = False, seen: int = -1) -> None:
    """Record that a danger was removed, where it now is: once, and again when more of it went or nothing is undecided.

    ``seen``: the entry that is being handled, where it is one of those by which dangers are found.
    """
    if records.stands(work.conn, ("taken", "failed"), _TAKEDOWN, hazard=hazard):
        return
    if not (swept or records.stands(work.conn, ("confirmed",), _TAKEDOWN, hazard=hazard)):
        return
    if _more_to_come(work, hazard, seen):
        return
    removed = HazardRemoved(
        hazard=hazard,
        listings=_count(work.conn, "measure", "state = 'confirmed' AND kind = 'takedown'", hazard),
        undecided=_count(work.conn, "removal_match", "state = 'undecided'", hazard),
    )
    last = _last_removal(ledger, work, hazard)
    if last is None or last.listings != removed.listings or bool(last.undecided) != bool(removed.undecided):
        work.append(removed, actor=ENGINE)


def _count(conn: Connection, table: str, where: str, hazard: str) -> int:
    return int(sql(conn, f"SELECT count(*) FROM {table} WHERE hazard = ? AND {where}", (hazard,)).scalar_one())


def _more_to_come(work: Work, hazard: str, seen: int) -> bool:
    """Whether finds of this danger stand in the ledger that this package has not handled yet."""
    handled = cursor_of(work.conn, REACTION)
    after = max(seen, -1 if handled is None else handled)
    kinds = ListingMatchedHazard.KIND, HazardConfirmed.KIND
    return search.newest_of_few(work.conn, kinds, ("hazard", hazard), after=after) is not None


def clear(work: Work, hazard: str, listing: str, index: int) -> None:
    """A listing was found not to be this danger."""
    if hazard and listing:
        sql(
            work.conn,
            "UPDATE removal_match SET state = 'cleared', entry = ? WHERE hazard = ? AND listing = ?",
            (index, hazard, listing),
        )


def find(conn: Connection, hazard: str) -> HazardToRemove | None:
    """A danger that was confirmed."""
    statement = f"SELECT {columns_of(HazardToRemove)} FROM removal_hazard WHERE id = ?"
    return row_of(conn, HazardToRemove, statement, (hazard,))


def project_confirmed(conn: Connection, placed: Sequence[Placed]) -> None:
    """``hazard.confirmed`` → ``removal_hazard``."""
    rows = []
    for index, sealed in placed:
        event = sealed.event(HazardConfirmed)
        record = event.record
        texts = record.title, record.basis, record.category
        likeness, person = int(record.on_likeness), record.person or sealed.actor
        rows.append((event.hazard, *texts, record.severity, likeness, person, "confirmed", index))
    upsert_many(
        conn,
        tables.removal_hazard,
        ("id", "title", "basis", "category", "severity", "on_likeness", "person", "state", "entry"),
        rows,
    )


def project_lifted(conn: Connection, placed: Sequence[Placed]) -> None:
    """``hazard.lifted`` → ``removal_hazard``: what was done because of it is taken back bit by bit (``restore``)."""
    for index, sealed in placed:
        sql(
            conn,
            "UPDATE removal_hazard SET state = ?, entry = ? WHERE id = ?",
            (LIFTING, index, sealed.subjects["hazard"]),
        )


def being_lifted(conn: Connection) -> HazardToRemove | None:
    """A danger that is none any more, of whose measures some may still stand."""
    name = sql(conn, "SELECT id FROM removal_hazard WHERE state = ? LIMIT 1", (LIFTING,)).scalar()
    return find(conn, name) if name else None


def all_lifted(conn: Connection, hazard: str) -> None:
    """Nothing that was done because of it stands any more."""
    sql(conn, "UPDATE removal_hazard SET state = 'lifted' WHERE id = ?", (hazard,))


def project_screened(conn: Connection, placed: Sequence[Placed]) -> None:
    """Of ``listing.screened`` what the guard blocked as a known danger → ``kept_out``; the rest is only passed over."""
    rows = []
    for index, sealed in placed:
        if sealed.facts["outcome"] != OUT_ALREADY:
            continue
        event = sealed.event(ListingScreenedEvent)
        if _KNOWN in event.screened.reasons:
            dangers = {one.term for one in event.screened.findings if one.detector == _GUARD}
            rows += [(hazard, index, event.listing, event.merchant) for hazard in sorted(dangers)]
    upsert_many(conn, tables.kept_out, ("hazard", "entry", "listing", "merchant"), rows)


def project_pictured(conn: Connection, placed: Sequence[Placed]) -> None:
    """Of ``listing.picture_screened`` what a danger's picture alone got blocked → ``kept_out``."""
    rows = []
    for index, sealed in placed:
        event = sealed.event(PictureScreenedEvent)
        screened = event.screened
        if screened.raised and screened.outcome == OUT_ALREADY and _PICTURED in screened.reasons:
            dangers = {one.term for one in screened.findings if one.category == _SAME_PICTURE}
            rows += [(hazard, index, event.listing, event.merchant) for hazard in sorted(dangers)]
    upsert_many(conn, tables.kept_out, ("hazard", "entry", "listing", "merchant"), rows)


def look_at_returns(context: RemovalContext, work: Work, most: int) -> int:
    """Report what was blocked when submitted; it is a violation where the danger had been removed there before.

    How many were looked at.
    """
    rows = sql(work.conn, "SELECT hazard, entry, listing, merchant FROM kept_out ORDER BY entry LIMIT ?", (most,)).all()
    for hazard, index, listing, merchant in rows:
        sql(work.conn, "DELETE FROM kept_out WHERE hazard = ? AND entry = ?", (hazard, index))
        danger = find(work.conn, hazard)
        found = ViolationReason(
            about=index,
            category=listings.known(work.conn, listing).category,
            facts=_facts(danger, hazard),
            hazard=hazard,
            listing=listing,
            merchant=merchant,
            screened=index,
            severity=violations.HIGHEST,
        )
        violation = violations.note_relapse(context, work, found)
        kept_out = ListingKeptOut(
            about=index, hazard=hazard, listing=listing, merchant=merchant, relapse=bool(violation)
        )
        work.append(kept_out, actor=ENGINE)
        if violation:
            violations.settle(work, violation)
    return len(rows)


_GUARD, _KNOWN = "hazard", "hazard.known"
"""The detector of known dangers, and the reason where it blocks a listing."""

_SAME_PICTURE, _PICTURED = "picture.hazard", "picture.same"
"""As for listings, of pictures: the category of a finding, and the reason."""


def _facts(danger: HazardToRemove | None, hazard: str) -> str:
    title, basis = (danger.title, danger.basis) if danger else (hazard, "")
    return f"与已确认的危险“{title}”为同一危险" + (f"（{basis}）" if basis else "")


def _state(conn: Connection, hazard: str, listing: str) -> str:
    found = sql(conn, "SELECT state FROM removal_match WHERE hazard = ? AND listing = ?", (hazard, listing)).scalar()
    return found or ""


def _settled_since(conn: Connection, hazard: str, listing: str, index: int) -> bool:
    """Whether entry ``index`` or a newer one settled how the listing stands to the danger: that stays."""
    newer = "SELECT 1 FROM removal_match WHERE hazard = ? AND listing = ? AND entry >= ? AND state <> 'undecided'"
    return sql(conn, newer, (hazard, listing, index)).first() is not None


def _keep(conn: Connection, hazard: str, listing: str, merchant: str, state: str, index: int) -> None:
    upsert_many(
        conn,
        tables.removal_match,
        ("hazard", "listing", "merchant", "state", "entry"),
        [(hazard, listing, merchant, state, index)],
    )


def _last_removal(ledger: Ledger, work: Work, hazard: str) -> HazardRemoved | None:
    index = search.newest_of_few(work.conn, [HazardRemoved.KIND], ("hazard", hazard))
    return None if index is None else ledger.entry(work.conn, index).event(HazardRemoved)


def are_returns(conn: Connection) -> bool:
    """Whether a listing that the guard blocked has not been looked at yet."""
    return sql(conn, "SELECT 1 FROM kept_out LIMIT 1").first() is not None
