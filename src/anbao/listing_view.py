"""A listing as it stands: what was decided, what stands against it, which cases are open, what has happened.

Here the data of several packages come together, above all of them.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

from anbao.cases.reading import Case, about
from anbao.engine.core import Core
from anbao.engine.readmodels import bars, gate, listings
from anbao.errors import NotFound
from anbao.investigate import hazards
from anbao.ledger import Stored
from anbao.model.base import Noun
from anbao.model.entry import Entry
from anbao.model.events.merchants import LicenceLost, LicenceRestored
from anbao.model.events.prevent import ListingDecided, ListingScreenedEvent, PictureScreenedEvent
from anbao.model.trade import Act, GateReason
from anbao.prevent.explaining import Explainer
from anbao.remove import records
from anbao.remove.rules import RemovalRules
from anbao.store import Connection
from anbao.store.bulk import sql
from anbao.text import Text

ListingState = Literal["passed", "notice", "held", "blocked", "barred"]
"""By its newest decision; ``barred`` where a measure or a confirmed hazard stands against it, whatever was decided."""
STATES: tuple[ListingState, ...] = get_args(ListingState)

_STATE_OF: dict[str, ListingState] = {"pass": "passed", "notice": "notice", "review": "held", "block": "blocked"}
_OUTCOME_OF = {state: outcome for outcome, state in _STATE_OF.items()}

MOST_HISTORY = 100
"""Entries about a listing that are shown, the newest."""


class Sources(NamedTuple):
    """What a view is made of: the store, the words for findings, the kinds of measures."""

    core: Core
    explainer: Explainer
    measures: RemovalRules


class ListingLine(Noun, frozen=True, kw_only=True):
    """One listing in a list. ``entry``: its newest decision."""

    category: str
    entry: int
    id: str
    merchant: str
    outcome: str
    state: ListingState


class NewestDecision(Noun, frozen=True, kw_only=True):
    """The newest decision; ``why``: its reasons and findings in words."""

    actor: str
    at: int
    entry: int
    kind: str
    outcome: str
    reasons: tuple[str, ...] = ()
    why: tuple[Text, ...] = ()


class StandingMeasure(Noun, frozen=True, kw_only=True):
    """A measure that holds. ``until``: UTC ms, 0 until it is lifted."""

    at: int
    hazard: str
    id: str
    kind: str
    state: str
    title: Text
    until: int


class ListingHazard(Noun, frozen=True, kw_only=True):
    """A hazard that was confirmed on the listing or found in it; ``confirmed_here``: it stands against this listing."""

    confirmed_here: bool
    id: str
    state: str
    title: str


class Happened(Noun, frozen=True, kw_only=True):
    """One entry about the listing."""

    actor: str
    at: int
    entry: int
    kind: str
    recorded: int
    title: Text


class ListingView(Noun, frozen=True, kw_only=True):
    """All of it. ``sale``: what would become of an order now, before notices are looked at; ``reasons`` say why.

    ``history``: the newest ``MOST_HISTORY`` entries, the newest first.
    """

    cases: tuple[Case, ...]
    category: str
    decision: NewestDecision
    hazards: tuple[ListingHazard, ...]
    history: tuple[Happened, ...]
    id: str
    measures: tuple[StandingMeasure, ...]
    merchant: str
    reasons: tuple[GateReason, ...]
    sale: Act
    state: ListingState
    title: str


def page(
    core: Core,
    conn: Connection,
    *,
    state: ListingState | None = None,
    merchant: str = "",
    category: str = "",
    after: str = "",
    limit: int = 100,
) -> list[ListingLine]:
    """Listings after an id, by id. ``category``: an id, title or alias of the catalogue, or as it was submitted."""
    kinds = tuple(sorted(core.catalogue.listing_standings))
    barred = (
        "EXISTS (SELECT 1 FROM sale_bar b WHERE b.role = 'listing' AND b.subject = l.id"
        f" AND b.what IN ({', '.join('?' * len(kinds))}))"
        if kinds
        else "1 = 0"
    )
    where, values = ["l.id > ?"], [after]
    if state == "barred":
        where.append(barred)
        values += kinds
    elif state:
        where.append(f"l.outcome = ? AND NOT {barred}")
        values += [_OUTCOME_OF[state], *kinds]
    if merchant:
        where.append("l.merchant = ?")
        values.append(merchant)
    if category:
        found = core.catalogue.find(category)
        where.append("l.category = ?")
        values.append(found.id if found else category)
    rows = sql(
        conn,
        f"SELECT l.id, l.merchant, l.category, l.outcome, l.entry, CASE WHEN {barred} THEN 1 ELSE 0 END FROM listing l"
        f" WHERE {' AND '.join(where)} ORDER BY l.id LIMIT ?",
        (*kinds, *values, limit),
    )
    return [
        ListingLine(
            category=kind,
            entry=entry,
            id=name,
            merchant=owner,
            outcome=outcome,
            state="barred" if stands else _STATE_OF[outcome],
        )
        for name, owner, kind, outcome, entry, stands in rows
    ]


def view(sources: Sources, conn: Connection, listing: str, now: int) -> ListingView:
    """One listing as it stands. Raises NotFound where it was never submitted."""
    row = sql(conn, "SELECT entry FROM listing WHERE id = ?", (listing,)).first()
    if row is None:
        raise NotFound(Text(f"没有商品 {listing}", f"there is no listing {listing}"), field="listing")
    known = listings.known(conn, listing)
    against = bars.standing(conn, "listing", [listing]).get(listing, [])
    barred = any(one.what in sources.core.catalogue.listing_standings for one in against)
    reasons = gate.reasons(sources.core, conn, listing, known, now)
    screened = sources.core.ledger.latest(conn, ListingScreenedEvent.KIND, ("listing", listing))
    history = _history(sources.core, conn, listing)
    return ListingView(
        cases=tuple(one for one in about(conn, "listing", listing) if one.state != "closed"),
        category=known.category,
        decision=_decision(sources, conn, int(row[0])),
        hazards=_hazards(conn, listing, {one.name for one in against if one.source == "hazard"}),
        history=history,
        id=listing,
        measures=tuple(
            StandingMeasure(
                at=one.at,
                hazard=one.hazard,
                id=one.id,
                kind=one.kind,
                state=one.state,
                title=sources.measures.measure(one.kind).title,
                until=one.until,
            )
            for one in records.standing(conn, listing=listing)
        ),
        merchant=known.merchant,
        reasons=reasons,
        sale=reasons[0].act if reasons else "allow",
        state="barred" if barred else _STATE_OF[known.outcome],
        title=screened.event(ListingScreenedEvent).screened.listing.title if screened else "",
    )


def _decision(sources: Sources, conn: Connection, index: int) -> NewestDecision:
    stored = sources.core.ledger.entry(conn, index)
    outcome, reasons, why = _decided(stored)
    return NewestDecision(
        actor=stored.actor,
        at=stored.at,
        entry=index,
        kind=stored.kind,
        outcome=outcome,
        reasons=reasons,
        why=why or sources.explainer.entry(stored),
    )


def _decided(stored: Stored) -> tuple[str, tuple[str, ...], tuple[Text, ...]]:
    """The outcome of an entry that decides on a listing, its reasons as codes, and a person's as words."""
    match stored.kind:
        case ListingScreenedEvent.KIND:
            screened = stored.event(ListingScreenedEvent).screened
            return screened.outcome, screened.reasons, ()
        case PictureScreenedEvent.KIND:
            looked = stored.event(PictureScreenedEvent).screened
            return looked.outcome, looked.reasons, ()
        case ListingDecided.KIND:
            decided = stored.event(ListingDecided)
            return decided.outcome, (), (Text(decided.reason, decided.reason),)
        case LicenceLost.KIND:
            return stored.event(LicenceLost).outcome, (), ()
        case _:
            return stored.event(LicenceRestored).outcome, (), ()


def _hazards(conn: Connection, listing: str, confirmed: set[str]) -> tuple[ListingHazard, ...]:
    """Those confirmed on the listing, and those that a sweep found in it."""
    rows = sql(
        conn,
        "SELECT DISTINCT h.subject FROM entry_subject s JOIN entry_subject h ON h.idx = s.idx AND h.role = 'hazard'"
        " WHERE s.role = 'listing' AND s.subject = ? ORDER BY h.subject LIMIT ?",
        (listing, MOST_HISTORY),
    )
    found = [hazards.find(conn, name) for (name,) in rows]
    return tuple(
        ListingHazard(confirmed_here=one.id in confirmed, id=one.id, state=one.state, title=one.record.title)
        for one in found
        if one is not None
    )


def _history(core: Core, conn: Connection, listing: str) -> tuple[Happened, ...]:
    indexes: Sequence[int] = [
        index
        for (index,) in sql(
            conn,
            "SELECT idx FROM entry_subject WHERE role = 'listing' AND subject = ? ORDER BY idx DESC LIMIT ?",
            (listing, MOST_HISTORY),
        )
    ]
    stored = [core.ledger.entry(conn, index) for index in indexes]
    return tuple(_happened(core, one.index, one.entry()) for one in stored)


def _happened(core: Core, index: int, entry: Entry) -> Happened:
    return Happened(
        actor=entry.actor,
        at=entry.at,
        entry=index,
        kind=entry.kind,
        recorded=entry.recorded,
        title=core.pack.kind(entry.kind).title,
    )
