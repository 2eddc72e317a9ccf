"""Keeps confirmed hazards from coming back: new listings are held against all that are in force.

- What is guarded against is told by ``hazard.confirmed`` and ``hazard.lifted`` entries, projected to ``guarded_hazard``
  with the entries from and before which each holds; what was found not to be one of them, by ``listing.cleared``
  (``clearances``). So the ledger's size names both for good, and a decision that states it can be replayed.
- A certain match blocks, whatever the policy's table says; an uncertain one is looked at by a person, never more.
- Pictures are guarded when they have been read; see ``prevent.picture``.
"""

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection

from anbao.detect.fields import Fields
from anbao.likeness.dangers import Danger, DangerIndex, Offer
from anbao.likeness.pages import Part
from anbao.model.hazard import HazardRecord, Match
from anbao.model.listing import Finding, Listing
from anbao.prevent.clearances import Cleared, cleared_of
from anbao.prevent.policy import Verdict
from anbao.store import tables
from anbao.store.bulk import sql, upsert_many
from anbao.work import Placed

CONFIRMED = "hazard.confirmed"
LIFTED = "hazard.lifted"

DETECTOR = "hazard"
KNOWN, ALIKE = "hazard.known", "hazard.alike"
"""Reasons of a decision: the danger itself, and what is like it."""

CERTAIN_SEVERITY = 5
_MOST_UNCERTAIN = 4


class _Entry(msgspec.Struct):
    body: HazardRecord


_entry = msgspec.json.Decoder(_Entry).decode
_danger = msgspec.json.Decoder(Danger).decode


def project_confirmed(conn: Connection, placed: Sequence[Placed]) -> None:
    """``hazard.confirmed`` → ``guarded_hazard``; what was confirmed before is replaced from here on."""
    for index, sealed in placed:
        hazard, record = sealed.subjects["hazard"], _entry(sealed.data).body
        danger = Danger(
            fingerprints=tuple(one for one in record.fingerprints if one.kind != "picture"),
            hazard=hazard,
            on_likeness=record.on_likeness,
            severity=record.severity,
        )
        _end(conn, hazard, index)
        upsert_many(conn, tables.guarded_hazard, [(hazard, index, None, msgspec.json.encode(danger))])


def project_lifted(conn: Connection, placed: Sequence[Placed]) -> None:
    """``hazard.lifted`` → ``guarded_hazard``."""
    for index, sealed in placed:
        _end(conn, sealed.subjects["hazard"], index)


class Guarded(msgspec.Struct, frozen=True):
    """The hazards in force, ready for searching, and what was found to be none of them."""

    index: DangerIndex
    cleared: Cleared = msgspec.field(default_factory=dict)


def in_force(conn: Connection) -> int:
    """The size of the ledger that names the hazards and clearances in force: 0 where there never were any."""
    newest = sql(
        conn,
        "SELECT max(idx) FROM (SELECT max(since) AS idx FROM guarded_hazard"
        " UNION ALL SELECT max(until) FROM guarded_hazard"
        " UNION ALL SELECT max(since) FROM cleared_listing"
        " UNION ALL SELECT max(until) FROM cleared_listing) AS changes",
    ).scalar()
    return 0 if newest is None else int(newest) + 1


def is_settled(conn: Connection, size: int) -> bool:
    """Whether the ledger has this size, so that no rollback can give the name to other hazards."""
    return sql(conn, "SELECT 1 FROM entry WHERE idx = ?", (size - 1,)).first() is not None


def load(conn: Connection, size: int) -> DangerIndex:
    """The hazards in force when the ledger had this size."""
    rows = sql(
        conn,
        "SELECT danger FROM guarded_hazard WHERE since < ? AND (until IS NULL OR until >= ?)",
        (size, size),
    )
    return DangerIndex(_danger(data) for (data,) in rows)


def changed_at(conn: Connection, size: int) -> int:
    """The size of the ledger up to ``size`` from which the hazards were as they are at ``size``."""
    newest = sql(
        conn,
        "SELECT max(idx) FROM (SELECT max(since) AS idx FROM guarded_hazard WHERE since < ?"
        " UNION ALL SELECT max(until) FROM guarded_hazard WHERE until < ?) AS changes",
        (size, size),
    ).scalar()
    return 0 if newest is None else int(newest) + 1


def match(
    guarded: Guarded, listings: Sequence[Listing], read: Fields, folded: Sequence[Part] | None = None
) -> dict[int, list[Match]]:
    """The known dangers that listings are or may be, by their place. ``folded``: what was read of them."""
    if not len(guarded.index):
        return {}
    found = guarded.index.match([_offer(listing, read, row) for row, listing in enumerate(listings)], folded)
    if guarded.cleared:
        for place in list(found):
            harmless = cleared_of(guarded.cleared, listings[place])
            found[place] = [one for one in found[place] if one.hazard not in harmless]
            if not found[place]:
                del found[place]
    return found


def findings(matches: Iterable[Match]) -> list[Finding]:
    """What agrees, one finding for each reason; the category is ``hazard.`` and what kind of thing it is."""
    return [
        Finding(
            category=f"{DETECTOR}.{ground.kind}",
            detector=DETECTOR,
            end=ground.end,
            field=ground.field,
            severity=CERTAIN_SEVERITY if one.certainty == "certain" else min(one.severity, _MOST_UNCERTAIN),
            start=ground.start,
            surface=ground.surface or ground.value,
            term=one.hazard,
        )
        for one in matches
        for ground in one.reasons
        if ground.agrees
    ]


def raised(verdict: Verdict, matches: Sequence[Match]) -> Verdict:
    """The verdict, made stricter where the listing is or may be a known danger."""
    if not matches:
        return verdict
    if matches[0].certainty == "certain":
        return Verdict("block", (KNOWN, *verdict.reasons))
    return Verdict("block" if verdict.outcome == "block" else "review", (ALIKE, *verdict.reasons))


def _offer(listing: Listing, read: Fields, row: int) -> Offer:
    stated: tuple[str, ...] = ()
    if listing.extra or listing.licences:
        stated = (*listing.extra.values(), *(licence.number for licence in listing.licences))
    title, description, *more = read.of(row)
    return Offer(
        description=read.texts[description],
        merchant=listing.merchant,
        stated=stated,
        texts=tuple((read.names[field], read.texts[field]) for field in more),
        title=read.texts[title],
    )


def _end(conn: Connection, hazard: str, index: int) -> None:
    sql(conn, "UPDATE guarded_hazard SET until = ? WHERE hazard = ? AND until IS NULL", (index, hazard))
