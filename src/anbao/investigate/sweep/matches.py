"""Where a danger was found again: ``listing.matched_hazard``, its projection, and the ranked result."""

from collections import Counter
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from anbao.engine.work import Placed
from anbao.ledger import seal_trusted
from anbao.model.entry import Entry, Sealed
from anbao.model.hazard import Certainty, Ground, Match, MatchRecord
from anbao.model.listing import Severity
from anbao.store import tables
from anbao.store.bulk import sql, upsert_many

MATCHED = "listing.matched_hazard"
CERTAINTIES: tuple[Certainty, ...] = ("certain", "likely", "possible")

ACTOR = "sweep"


class _MatchEntry(msgspec.Struct):
    body: MatchRecord
    subjects: dict[str, str]


_decode = msgspec.json.Decoder(_MatchEntry).decode


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


def seal_match(match: Match, listing: str, merchant: str, screened: int, sweep: str, now: int) -> Sealed:
    """The entry of one match."""
    subjects = {"hazard": match.hazard, "listing": listing}
    if merchant:
        subjects["merchant"] = merchant
    body = MatchRecord(
        certainty=match.certainty,
        cosine=match.cosine,
        cover=match.cover,
        reasons=match.reasons,
        screened=screened,
        severity=match.severity,
        sweep=sweep,
    )
    return seal_trusted(Entry(actor=ACTOR, at=now, body=body, kind=MATCHED, recorded=now, subjects=subjects))


def project(conn: Connection, placed: Sequence[Placed]) -> None:
    """``listing.matched_hazard`` → ``hazard_match``."""
    rows = []
    for index, sealed in placed:
        subjects, facts = sealed.subjects, sealed.facts
        rank = CERTAINTIES.index(facts["certainty"])
        cosine, merchant = facts.get("cosine", 0), subjects.get("merchant", "")
        rows.append((subjects["hazard"], subjects["listing"], rank, cosine, merchant, index, facts.get("sweep", "")))
    upsert_many(conn, tables.hazard_match, rows)


def ranked(conn: Connection, hazard: str, after: tuple[int, int] = (-1, -1), limit: int = 100) -> list[Found]:
    """Where a hazard was found, from behind ``(rank, entry)``: the surest first, then in order of discovery."""
    rows = sql(
        conn,
        "SELECT m.entry, e.data FROM hazard_match m JOIN entry e ON e.idx = m.entry"
        " WHERE m.hazard = ? AND (m.rank, m.entry) > (?, ?) ORDER BY m.rank, m.entry LIMIT ?",
        (hazard, *after, limit),
    )
    return [_found(index, data) for index, data in rows]


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
    found: dict[str, Counter[Certainty]] = {
        str(hazard): Counter() for (hazard,) in sql(conn, "SELECT id FROM hazard WHERE sweep = ? ORDER BY id", (sweep,))
    }
    rows = sql(conn, "SELECT hazard, rank, count(*) FROM hazard_match WHERE sweep = ? GROUP BY hazard, rank", (sweep,))
    for hazard, rank, count in rows:
        found.setdefault(str(hazard), Counter())[CERTAINTIES[rank]] = int(count)
    return found


def _found(index: int, data: bytes) -> Found:
    entry = _decode(data)
    body, subjects = entry.body, entry.subjects
    return Found(
        certainty=body.certainty,
        cosine=body.cosine,
        cover=body.cover,
        entry=index,
        hazard=subjects["hazard"],
        listing=subjects["listing"],
        merchant=subjects.get("merchant", ""),
        reasons=body.reasons,
        severity=body.severity,
        sweep=body.sweep,
    )
