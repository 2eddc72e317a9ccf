"""A listing as it stands: what was decided, what stands against it, which cases are open, what has happened.

Here the data of several packages come together, above all of them.
"""

from typing import Literal, NamedTuple, get_args

from anbao.cases.reading import Case, about
from anbao.engine.core import Core
from anbao.engine.readmodels import bars, gate, listings
from anbao.errors import NotFound
from anbao.investigate import hazards
from anbao.ledger import Stored, search
from anbao.model.base import Noun
from anbao.model.entry import Entry
from anbao.model.events.merchants import LicenceLost, LicenceRestored
from anbao.model.events.prevent import ListingDecided, ListingScreenedEvent, PictureScreenedEvent
from anbao.model.trade import Act, GateReason
from anbao.prevent.explaining import Explainer
from anbao.remove import records
from anbao.remove.rules import RemovalRules
from anbao.store import Connection
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
    found = core.catalogue.find(category) if category else None
    rows = listings.page(
        conn,
        tuple(sorted(core.catalogue.listing_standings)),
        barred=None if state is None else state == "barred",
        outcome="" if state in (None, "barred") else _OUTCOME_OF[state],
        merchant=merchant,
        category=found.id if found else category,
        after=after,
        limit=limit,
    )
    return [
        ListingLine(
            category=one.category,
            entry=one.entry,
            id=one.id,
            merchant=one.merchant,
            outcome=one.outcome,
            state="barred" if one.barred else _STATE_OF[one.outcome],
        )
        for one in rows
    ]


def view(sources: Sources, conn: Connection, listing: str, now: int) -> ListingView:
    """One listing as it stands. Raises NotFound where it was never submitted."""
    known = listings.known(conn, listing)
    if known is listings.UNKNOWN:
        raise NotFound(Text(f"没有商品 {listing}", f"there is no listing {listing}"), field="listing")
    against = bars.standing(conn, "listing", [listing]).get(listing, [])
    barred = any(one.what in sources.core.catalogue.listing_standings for one in against)
    reasons = gate.reasons(sources.core, conn, listing, known, now)
    screened = sources.core.ledger.latest(conn, ListingScreenedEvent.KIND, ("listing", listing))
    history = _history(sources.core, conn, listing)
    return ListingView(
        cases=tuple(one for one in about(conn, "listing", listing) if one.state != "closed"),
        category=known.category,
        decision=_decision(sources, conn, known.entry),
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
    names = search.named_with(conn, ("listing", listing), "hazard", MOST_HISTORY)
    found = [hazards.find(conn, name) for name in names]
    return tuple(
        ListingHazard(confirmed_here=one.id in confirmed, id=one.id, state=one.state, title=one.record.title)
        for one in found
        if one is not None
    )


def _history(core: Core, conn: Connection, listing: str) -> tuple[Happened, ...]:
    stored = search.stored(conn, search.about(conn, ("listing", listing), MOST_HISTORY))
    return tuple(_happened(core, one.index, one.entry()) for one in reversed(stored))


def _happened(core: Core, index: int, entry: Entry) -> Happened:
    return Happened(
        actor=entry.actor,
        at=entry.at,
        entry=index,
        kind=entry.kind,
        recorded=entry.recorded,
        title=core.pack.kind(entry.kind).title,
    )
