"""Where a danger was found again: ``listing.matched_hazard``, its projection, and the ranked result."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from anbao.engine.work import Placed
from anbao.investigate import hazards
from anbao.ledger import Stored, search
from anbao.model.events.investigate import ListingMatchedHazard
from anbao.model.hazard import Certainty, Ground, Match, MatchRecord
from anbao.model.listing import Severity
from anbao.store import Connection, tables
from anbao.store.bulk import sql, upsert_many

CERTAINTIES: tuple[Certainty, ...] = ("certain", "likely", "possible")

ACTOR = "sweep"


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A listing in which a danger was found again, as it stands in its entry."""

    certainty: Certainty
    cosine: int
    cover: int
    entry: int
    hazard: str
    listing: str
    merchant: str
    reasons: tuple[Ground, ...]
    severity: Severity
    sweep: str


def event_of(match: Match, listing: str, merchant: str, screened: int, sweep: str) -> ListingMatchedHazard:
    """Returns the event of one match."""
    record = MatchRecord(
        certainty=match.certainty,
        cosine=match.cosine,
        cover=match.cover,
        reasons=match.reasons,
        screened=screened,
        severity=match.severity,
        sweep=sweep,
    )
    return ListingMatchedHazard(hazard=match.hazard, listing=listing, merchant=merchant, record=record)


def project(conn: Connection, placed: Sequence[Placed]) -> None:
    """``listing.matched_hazard`` → ``hazard_match``."""
    rows = []
    for index, sealed in placed:
        event = sealed.event(ListingMatchedHazard)
        record, rank = event.record, CERTAINTIES.index(event.record.certainty)
        rows.append((event.hazard, event.listing, rank, record.cosine, event.merchant, index, record.sweep))
    upsert_many(conn, tables.hazard_match, ("hazard", "listing", "rank", "cosine", "merchant", "entry", "sweep"), rows)


def ranked(conn: Connection, hazard: str, after: tuple[int, int] = (-1, -1), limit: int = 100) -> list[Found]:
    """Where a hazard was found, from behind ``(rank, entry)``: the surest first, then in order of discovery."""
    rows = sql(
        conn,
        "SELECT entry FROM hazard_match WHERE hazard = ? AND (rank, entry) > (?, ?) ORDER BY rank, entry LIMIT ?",
        (hazard, *after, limit),
    )
    order = [index for (index,) in rows]
    entries = {stored.index: stored for stored in search.stored(conn, order)}
    return [_found(entries[index]) for index in order]


def counted(conn: Connection, hazard: str, sweep: str) -> Counter[Certainty]:
    """How many listings a sweep found for a hazard, by certainty."""
    rows = sql(
        conn,
        "SELECT rank, count(*) FROM hazard_match WHERE hazard = ? AND sweep = ? GROUP BY rank",
        (hazard, sweep),
    )
    return Counter({CERTAINTIES[rank]: int(count) for rank, count in rows})


def counted_by_hazard(conn: Connection, sweep: str) -> dict[str, Counter[Certainty]]:
    """How many listings a sweep found, by hazard and certainty; all hazards that it looks for."""
    found: dict[str, Counter[Certainty]] = {hazard: Counter() for hazard in sorted(hazards.sought_ids(conn, sweep))}
    rows = sql(conn, "SELECT hazard, rank, count(*) FROM hazard_match WHERE sweep = ? GROUP BY hazard, rank", (sweep,))
    for hazard, rank, count in rows:
        found.setdefault(str(hazard), Counter())[CERTAINTIES[rank]] = int(count)
    return found


def _found(stored: Stored) -> Found:
    event = stored.event(ListingMatchedHazard)
    record = event.record
    return Found(
        certainty=record.certainty,
        cosine=record.cosine,
        cover=record.cover,
        entry=stored.index,
        hazard=event.hazard,
        listing=event.listing,
        merchant=event.merchant,
        reasons=record.reasons,
        severity=record.severity,
        sweep=record.sweep,
    )
