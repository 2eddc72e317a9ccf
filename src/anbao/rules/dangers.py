"""The confirmed hazards in force, and what was found to be none of them, as of a size of the ledger.

``hazard.confirmed`` and ``hazard.lifted`` entries are projected to ``guarded_hazard`` with the entries from and before
which each holds; ``listing.cleared`` (``clearances``) to ``cleared_listing``. So the ledger's size names both for good,
and a decision that states it can be replayed.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from anbao.detect.likeness.offers import Danger
from anbao.engine.work import Placed
from anbao.model.events.investigate import HazardConfirmed
from anbao.rules.activations import note_change
from anbao.rules.clearances import Cleared
from anbao.store import Connection, tables
from anbao.store.bulk import sql, upsert_many

if TYPE_CHECKING:
    from anbao.detect.likeness.dangers import DangerIndex

_danger = msgspec.json.Decoder(Danger).decode


def project_confirmed(conn: Connection, placed: Sequence[Placed]) -> None:
    """``hazard.confirmed`` → ``guarded_hazard``; what was confirmed before is replaced from here on."""
    note_change(conn)
    for index, sealed in placed:
        event = sealed.event(HazardConfirmed)
        hazard, record = event.hazard, event.record
        danger = Danger(
            fingerprints=tuple(one for one in record.fingerprints if one.kind != "picture"),
            hazard=hazard,
            on_likeness=record.on_likeness,
            severity=record.severity,
        )
        _end(conn, hazard, index)
        upsert_many(
            conn,
            tables.guarded_hazard,
            ("hazard", "since", "until", "danger"),
            [(hazard, index, None, msgspec.json.encode(danger))],
        )


def project_lifted(conn: Connection, placed: Sequence[Placed]) -> None:
    """``hazard.lifted`` → ``guarded_hazard``."""
    note_change(conn)
    for index, sealed in placed:
        _end(conn, sealed.subjects["hazard"], index)


class Guarded(msgspec.Struct, frozen=True):
    """The hazards in force, ready for searching, and what was found to be none of them."""

    index: "DangerIndex"
    cleared: Cleared = msgspec.field(default_factory=dict)


def load(conn: Connection, size: int) -> "DangerIndex":
    """The hazards in force when the ledger had this size."""
    rows = sql(
        conn,
        "SELECT danger FROM guarded_hazard WHERE since < ? AND (until IS NULL OR until >= ?)",
        (size, size),
    )
    from anbao.detect.likeness.dangers import DangerIndex  # loads numpy and the tables

    return DangerIndex(_danger(data) for (data,) in rows)


def changed_at(conn: Connection, size: int) -> int:
    """The size of the ledger up to ``size`` from which the hazards were as they are at ``size``."""
    # Two maxima, each one look into its index; PostgreSQL wants a name for the subquery.
    newest = sql(
        conn,
        "SELECT max(idx) FROM (SELECT max(since) AS idx FROM guarded_hazard WHERE since < ?"
        " UNION ALL SELECT max(until) FROM guarded_hazard WHERE until < ?) AS changes",
        (size, size),
    ).scalar()
    return 0 if newest is None else int(newest) + 1


def _end(conn: Connection, hazard: str, index: int) -> None:
    sql(conn, "UPDATE guarded_hazard SET until = ? WHERE hazard = ? AND until IS NULL", (index, hazard))
