"""One pass over all listings for many dangers: a job in steps that survives a killed process.

Invariants
- A pass looks at every ``listing.screened`` entry ahead of the one that opened it; what comes later is guarded against
  when it is screened.
- A step's matches and its progress are one transaction, which first makes sure that nobody else took the step.
- A match is recorded for a listing's newest version only, and only while it is not blocked.
- The end is one ``hazard.swept`` for each danger, which says how much was looked at and with what.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import msgspec

from anbao.detect.likeness.offers import RULES, Danger
from anbao.engine.readmodels import listings
from anbao.engine.work import Work
from anbao.errors import Conflict, NotFound
from anbao.investigate import hazards, screenings
from anbao.investigate.hazards import Hazard
from anbao.investigate.screenings import Screening
from anbao.investigate.sweep import matches
from anbao.ledger import search
from anbao.model.events.investigate import (
    HazardSwept,
    ListingMatchedHazard,
    SweepOpened,
    SweepPaused,
    SweepResumed,
    SweepTurn,
)
from anbao.model.hazard import Coverage, Match
from anbao.store import Connection, tables
from anbao.store.bulk import columns_of, insert_rows, row_of, rows_of, sql
from anbao.text import Text
from anbao.version import VERSION

if TYPE_CHECKING:
    from anbao.detect.likeness.dangers import DangerIndex

State = Literal["running", "paused", "done"]

MOST_DANGERS = 10_000
"""Dangers of one pass; more wait for the next."""

STEP = 4_000
"""Screenings looked at in one transaction."""


class Pass(msgspec.Struct, frozen=True, kw_only=True):
    """A sweep as it stands: ``looked`` of ``total`` screenings ahead of entry ``before``; ``position`` is the last."""

    id: str
    state: State
    opened: int
    before: int
    position: int
    total: int
    listings: int
    looked: int
    matched: int
    blocked: int
    outdated: int
    pictures: int
    ended: int | None


_SELECT = f"SELECT {columns_of(Pass)} FROM sweep"


class Looked(msgspec.Struct, frozen=True):
    """What a step saw, before anything is written: screenings, matches by their place, whether it was the last."""

    screenings: Sequence[Screening]
    found: dict[int, list[Match]]
    last: bool


def open_pass(work: Work, actor: str) -> Pass | None:
    """Open a pass for the dangers that none looks for yet; None where there are none."""
    dangers = hazards.sought(work.conn, "", MOST_DANGERS)
    if not dangers:
        return None
    before = search.size(work.conn)
    name = f"s{before}"
    total = screenings.count_before(work.conn, before)
    known = listings.count(work.conn)
    opened = SweepOpened(before=before, hazards=len(dangers), listings=known, sweep=name, total=total)
    work.append(opened, actor=actor)
    one = Pass(
        id=name,
        state="running",
        opened=work.now,
        before=before,
        position=-1,
        total=total,
        listings=known,
        looked=0,
        matched=0,
        blocked=0,
        outdated=0,
        pictures=0,
        ended=None,
    )
    insert_rows(work.conn, tables.sweep, [one])
    for danger in dangers:
        hazards.seek(work.conn, danger.id, name)
    return one


def look(conn: Connection, one: Pass, index: "DangerIndex") -> Looked:
    """Search the next screenings. Reads only."""
    some = screenings.between(conn, one.position, one.before, STEP)
    if index.has_pictures:
        some = screenings.pictured(conn, some, index.bounds.quality)
    return Looked(some, index.match([screening.offer for screening in some]), len(some) < STEP)


def record(work: Work, one: Pass, looked: Looked) -> bool:
    """Record what a step saw, unless the pass stands elsewhere by now; whether it did."""
    current = find(work.conn, one.id)
    if current is None or current.state != "running" or current.position != one.position:
        return False
    wanted = hazards.sought_ids(work.conn, one.id)
    events: list[ListingMatchedHazard] = []
    blocked = outdated = 0
    for place, found in looked.found.items():
        screening = looked.screenings[place]
        found = [match for match in found if match.hazard in wanted]
        if not found:
            continue
        known = listings.known(work.conn, screening.listing)
        if screenings.newest_entry(work.conn, screening.listing) != screening.entry:
            outdated += 1
        elif known.outcome == "block":
            blocked += 1
        else:
            events += [
                matches.event_of(match, screening.listing, known.merchant, screening.entry, one.id) for match in found
            ]
    work.append_all(events, actor=matches.ACTOR)
    seen = looked.screenings
    sql(
        work.conn,
        "UPDATE sweep SET position = ?, looked = looked + ?, matched = matched + ?, blocked = blocked + ?,"
        " outdated = outdated + ?, pictures = pictures + ? WHERE id = ?",
        (
            seen[-1].entry if seen else one.position,
            len(seen),
            len(events),
            blocked,
            outdated,
            sum(len(screening.offer.pictures) for screening in seen),
            one.id,
        ),
    )
    if looked.last:
        _finish(work, one.id)
    return True


def pause(work: Work, name: str, actor: str) -> int:
    """Stop a running pass after its present step; the entry's index. Raises NotFound, Conflict."""
    return _turn(work, name, "running", "paused", SweepPaused, actor)


def resume(work: Work, name: str, actor: str) -> int:
    """Let a paused pass go on; the entry's index. Raises NotFound, Conflict."""
    return _turn(work, name, "paused", "running", SweepResumed, actor)


def running(conn: Connection) -> Pass | None:
    """The oldest pass that is not paused."""
    return row_of(conn, Pass, f"{_SELECT} WHERE state = 'running' ORDER BY opened, id LIMIT 1")


def find(conn: Connection, name: str) -> Pass | None:
    return row_of(conn, Pass, f"{_SELECT} WHERE id = ?", (name,))


def known(conn: Connection, name: str) -> Pass:
    """As ``find``; raises NotFound."""
    found = find(conn, name)
    if found is None:
        raise NotFound(Text(f"没有排查 {name}", f"there is no sweep {name}"), field="sweep")
    return found


def newest(conn: Connection, limit: int = 100) -> list[Pass]:
    """Passes, the newest first."""
    return rows_of(conn, Pass, f"{_SELECT} ORDER BY opened DESC, id DESC LIMIT ?", (limit,))


def danger_of(hazard: Hazard) -> Danger:
    """A hazard as the search needs it."""
    record = hazard.record
    return Danger(
        fingerprints=record.fingerprints,
        hazard=hazard.id,
        on_likeness=record.on_likeness,
        severity=record.severity,
    )


def _finish(work: Work, name: str) -> None:
    from anbao.detect.likeness.fold import fold_digest  # loads numpy and the tables

    one = known(work.conn, name)
    found = hazards.sought(work.conn, name)
    for hazard in found:
        counts = matches.counted(work.conn, hazard.id, name)
        coverage = Coverage(
            before=one.before,
            blocked=one.blocked,
            certain=counts["certain"],
            engine=VERSION,
            fold=fold_digest(),
            likely=counts["likely"],
            listings=one.listings,
            looked=one.looked,
            outdated=one.outdated,
            pictures=one.pictures,
            possible=counts["possible"],
            rules=RULES,
            sweep=name,
        )
        work.append(HazardSwept(coverage=coverage, hazard=hazard.id), actor=matches.ACTOR)
    sql(work.conn, "UPDATE sweep SET state = 'done', ended = ? WHERE id = ?", (work.now, name))


def _turn(work: Work, name: str, before: State, after: State, kind: type[SweepTurn], actor: str) -> int:
    one = known(work.conn, name)
    if one.state != before:
        raise Conflict(
            Text(f"排查 {name} 现为 {one.state}", f"the sweep {name} is {one.state}"),
            hint=Text(f"须为 {before}", f"it must be {before}"),
            field="sweep",
        )
    sql(work.conn, "UPDATE sweep SET state = ? WHERE id = ?", (after, name))
    return work.append(kind(looked=one.looked, sweep=name, total=one.total), actor=actor)
