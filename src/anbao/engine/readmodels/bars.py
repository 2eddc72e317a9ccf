"""What stands against the sale of a listing, or of all that a merchant offers: measures, sanctions, confirmed hazards.

A measure that names a listing stands against that listing, another against its merchant. A hazard stands against the
listing that it was confirmed on until it is lifted, or the listing is found to be none of it. For replay the ledger
alone tells the same (``before``).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from anbao.engine.work import Placed
from anbao.ledger import Ledger
from anbao.store import Connection, tables
from anbao.store.bulk import sql, upsert_many

TAKEN = "measure.taken"
ENDED = ("measure.lifted", "measure.ended")
IMPOSED = "sanction.imposed"
CONFIRMED, LIFTED, CLEARED = "hazard.confirmed", "hazard.lifted", "listing.cleared"

MOVING = frozenset({TAKEN, *ENDED, CONFIRMED, LIFTED, CLEARED})
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
            if stored.kind not in MOVING:
                continue
            entry = stored.entry()
            about = entry.subjects
            if stored.kind == TAKEN:
                bar = Bar("measure", str(entry.body["measure"]), about["measure"], stored.at)
                bars["measure", bar.name] = bar
            elif stored.kind in ENDED:
                bars.pop(("measure", about["measure"]), None)
            elif stored.kind == CONFIRMED:
                bars["hazard", about["hazard"]] = Bar("hazard", HAZARD, about["hazard"], stored.at)
                confirmed[about["hazard"]] = stored.index
            elif stored.kind == CLEARED:
                bars.pop(("hazard", about["hazard"]), None)
        if len(page) < 500:
            break
        start = page[-1].index + 1
    for hazard, since in confirmed.items():
        if ledger.entries(conn, since, 1, end=index, kind=LIFTED, subject=("hazard", hazard)):
            bars.pop(("hazard", hazard), None)
    return sorted(bars.values())


def project_taken(conn: Connection, placed: Sequence[Placed]) -> None:
    """``measure.taken`` → ``sale_bar``."""
    rows = []
    for index, sealed in placed:
        about = sealed.subjects
        role = "listing" if "listing" in about else "merchant"
        if role in about:
            rows.append(
                (role, about[role], "measure", about["measure"], str(sealed.facts["measure"]), sealed.at, index)
            )
    upsert_many(conn, tables.sale_bar, rows)


def project_imposed(conn: Connection, placed: Sequence[Placed]) -> None:
    """``sanction.imposed`` → ``sale_bar``; what bars a live room alone bars no sale of listed goods."""
    rows = [
        (
            "merchant",
            sealed.subjects["merchant"],
            "sanction",
            sealed.subjects.get("measure", sealed.subjects["sanction"]),
            str(sealed.facts["measure"]),
            sealed.at,
            index,
        )
        for index, sealed in placed
        if not sealed.facts.get("live")
    ]
    upsert_many(conn, tables.sale_bar, rows)


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
    upsert_many(conn, tables.sale_bar, rows)


def project_lifted(conn: Connection, placed: Sequence[Placed]) -> None:
    """``hazard.lifted`` and ``listing.cleared`` → ``sale_bar``."""
    for _, sealed in placed:
        about = sealed.subjects
        where, values = ("", ()) if sealed.kind == LIFTED else (" AND subject = ?", (about["listing"],))
        sql(
            conn,
            f"DELETE FROM sale_bar WHERE source = 'hazard' AND name = ?{where}",
            (about["hazard"], *values),
        )
