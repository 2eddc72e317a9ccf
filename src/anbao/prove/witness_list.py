"""The witnesses of this log, and how the last attempt at each ended."""

from collections.abc import Sequence

import msgspec

from anbao.engine.work import Placed
from anbao.model.events.witnesses import WitnessAdded, WitnessRemoved
from anbao.prove.authorities import FIRST_WAIT, LONGEST_WAIT
from anbao.store import Connection, tables
from anbao.store.bulk import rows_of, sql, upsert_many


class KnownWitness(msgspec.Struct, frozen=True, kw_only=True):
    """A witness. ``known``: the size that it knows, as far as was seen; ``key``: its verifier key."""

    name: str
    url: str
    key: str
    known: int = 0
    tried: int = 0
    failures: int = 0
    why: str = ""

    def next_attempt(self, every: int) -> int:
        """Returns when it is asked next (UTC ms); ``every``: milliseconds between two cosignatures."""
        if not self.failures:
            return self.tried + every
        return self.tried + min(FIRST_WAIT << min(self.failures - 1, 10), LONGEST_WAIT)


def all_witnesses(conn: Connection) -> list[KnownWitness]:
    """Returns them by name."""
    return rows_of(
        conn,
        KnownWitness,
        "SELECT w.name, w.url, w.key, coalesce(t.known, 0) AS known, coalesce(t.tried, 0) AS tried,"
        " coalesce(t.failures, 0) AS failures, coalesce(t.why, '') AS why"
        " FROM witness w LEFT JOIN witness_attempt t ON t.witness = w.name ORDER BY w.name",
    )


def note_attempt(conn: Connection, one: KnownWitness, now: int) -> None:
    """Write how an attempt ended; in a write transaction."""
    upsert_many(
        conn,
        tables.witness_attempt,
        ("witness", "known", "tried", "failures", "why"),
        [(one.name, one.known, now, one.failures, one.why[:500])],
    )


def project_added(conn: Connection, placed: Sequence[Placed]) -> None:
    """``witness.added`` → ``witness``."""
    for index, sealed in placed:
        added = sealed.event(WitnessAdded)
        upsert_many(
            conn,
            tables.witness,
            ("name", "url", "key", "entry"),
            [(added.witness, added.url, added.key, index)],
        )


def project_removed(conn: Connection, placed: Sequence[Placed]) -> None:
    """``witness.removed`` → ``witness``."""
    for _, sealed in placed:
        sql(conn, "DELETE FROM witness WHERE name = ?", (sealed.event(WitnessRemoved).witness,))
