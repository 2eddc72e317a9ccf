"""What stands against the sale of a listing, or of all that a merchant offers: measures, sanctions, confirmed hazards.

A measure that names a listing stands against that listing, another against its merchant. A hazard stands against the
listing that it was confirmed on until it is lifted, or the listing is found to be none of it. For replay the ledger
alone gives the same (``before``).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from anbao.engine.work import Placed
from anbao.ledger import Ledger
from anbao.model.events.investigate import HazardConfirmed, HazardLifted
from anbao.model.events.remove import (
    MeasureEnded,
    MeasureEvent,
    MeasureLifted,
    MeasureTakenEvent,
    SanctionImposed,
)
from anbao.model.events.rules import ListingCleared
from anbao.store import Connection, tables
from anbao.store.bulk import sql, upsert_many

_COLUMNS = ("role", "subject", "source", "name", "what", "at", "entry")

ENDINGS: dict[str, type[MeasureEvent]] = {kind.KIND: kind for kind in (MeasureLifted, MeasureEnded)}
"""The ends of a measure, by kind of entry."""

MOVING = frozenset({MeasureTakenEvent.KIND, *ENDINGS, HazardConfirmed.KIND, HazardLifted.KIND, ListingCleared.KIND})
"""Kinds of entries after which something else may stand against a listing."""

HAZARD = "hazard"

_PER_QUERY = 5_000

Source = Literal["hazard", "measure", "sanction"]
Role = Literal["listing", "merchant"]


class Bar(msgspec.Struct, frozen=True, order=True):
    """One thing that stands. ``what``: the kind of measure or sanction, or ``hazard``; ``name``: its id.

    ``at``: since when, in UTC milliseconds.
    """

    source: Source
    what: str
    name: str
    at: int


Bars = Mapping[str, Sequence[Bar]]
"""What stands, by listing or merchant; those against whom nothing stands are left out."""


def exists(kinds: Sequence[str], listing: str) -> str:
    """Returns a condition: whether one of these standings is against the sale of the listing in column ``listing``.

    Its parameters are the kinds.
    """
    if not kinds:
        return "1 = 0"
    return (
        f"EXISTS (SELECT 1 FROM sale_bar b WHERE b.role = 'listing' AND b.subject = {listing}"
        f" AND b.what IN ({', '.join('?' * len(kinds))}))"
    )


def standing(conn: Connection, role: Role, names: Iterable[str]) -> dict[str, list[Bar]]:
    """What stands against these listings or merchants, in a fixed order."""
    found: dict[str, list[Bar]] = {}
    wanted = list(dict.fromkeys(name for name in names if name))
    for start in range(0, len(wanted), _PER_QUERY):
        some = tuple(wanted[start : start + _PER_QUERY])
        marks = ", ".join("?" * len(some))
        rows = sql(
            conn,
            f"SELECT subject, source, what, name, at FROM sale_bar WHERE role = ? AND subject IN ({marks})",
            (role, *some),
        )
        for subject, source, what, name, at in rows:
            found.setdefault(subject, []).append(Bar(source, what, name, at))
    for bars in found.values():
        bars.sort()
    return found


def before(conn: Connection, ledger: Ledger, listing: str, index: int) -> list[Bar]:
    """What stood against a listing before entry ``index``, out of the entries."""
    bars: dict[tuple[str, str], Bar] = {}
    confirmed: dict[str, int] = {}
    start = 0
    while True:
        page = ledger.entries(conn, start, 500, end=index, subject=("listing", listing))
        for stored in page:
            if stored.kind == MeasureTakenEvent.KIND:
                taken = stored.event(MeasureTakenEvent)
                bars["measure", taken.name] = Bar("measure", taken.measure, taken.name, stored.at)
            elif stored.kind in ENDINGS:
                bars.pop(("measure", stored.subjects["measure"]), None)
            elif stored.kind == HazardConfirmed.KIND:
                hazard = stored.subjects["hazard"]
                bars["hazard", hazard] = Bar("hazard", HAZARD, hazard, stored.at)
                confirmed[hazard] = stored.index
            elif stored.kind == ListingCleared.KIND:
                bars.pop(("hazard", stored.subjects["hazard"]), None)
        if len(page) < 500:
            break
        start = page[-1].index + 1
    for hazard, since in confirmed.items():
        if ledger.entries(conn, since, 1, end=index, kind=HazardLifted.KIND, subject=("hazard", hazard)):
            bars.pop(("hazard", hazard), None)
    return sorted(bars.values())


def project_taken(conn: Connection, placed: Sequence[Placed]) -> None:
    """``measure.taken`` → ``sale_bar``."""
    rows = []
    for index, sealed in placed:
        taken = sealed.event(MeasureTakenEvent)
        role, subject = ("listing", taken.listing) if taken.listing else ("merchant", taken.merchant)
        if subject:
            rows.append((role, subject, "measure", taken.name, taken.measure, sealed.at, index))
    upsert_many(conn, tables.sale_bar, _COLUMNS, rows)


def project_imposed(conn: Connection, placed: Sequence[Placed]) -> None:
    """``sanction.imposed`` → ``sale_bar``; what bars a live room alone bars no sale of listed goods."""
    rows = []
    for index, sealed in placed:
        imposed = sealed.event(SanctionImposed)
        if not imposed.live:
            name = imposed.name or imposed.sanction
            rows.append(("merchant", imposed.merchant, "sanction", name, imposed.measure, sealed.at, index))
    upsert_many(conn, tables.sale_bar, _COLUMNS, rows)


def project_ended(conn: Connection, placed: Sequence[Placed]) -> None:
    """``measure.lifted`` and ``measure.ended`` → ``sale_bar``."""
    for _, sealed in placed:
        for role in ("listing", "merchant"):
            if subject := sealed.subjects.get(role):
                sql(
                    conn,
                    "DELETE FROM sale_bar WHERE role = ? AND subject = ? AND source <> 'hazard' AND name = ?",
                    (role, subject, sealed.subjects["measure"]),
                )


def project_confirmed(conn: Connection, placed: Sequence[Placed]) -> None:
    """``hazard.confirmed`` on a listing → ``sale_bar``."""
    rows = [
        ("listing", sealed.subjects["listing"], "hazard", sealed.subjects["hazard"], HAZARD, sealed.at, index)
        for index, sealed in placed
        if "listing" in sealed.subjects
    ]
    upsert_many(conn, tables.sale_bar, _COLUMNS, rows)


def project_lifted(conn: Connection, placed: Sequence[Placed]) -> None:
    """``hazard.lifted`` and ``listing.cleared`` → ``sale_bar``."""
    for _, sealed in placed:
        about = sealed.subjects
        where, values = ("", ()) if sealed.kind == HazardLifted.KIND else (" AND subject = ?", (about["listing"],))
        sql(
            conn,
            f"DELETE FROM sale_bar WHERE source = 'hazard' AND name = ?{where}",
            (about["hazard"], *values),
        )
