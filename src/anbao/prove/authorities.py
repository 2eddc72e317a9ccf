"""The authorities that stamp checkpoints, and how the last attempt at each ended."""

from collections.abc import Sequence

import msgspec

from anbao.engine.work import Placed
from anbao.model.events.timestamps import AuthorityAdded, AuthorityRemoved
from anbao.store import Connection, tables
from anbao.store.bulk import rows_of, sql, upsert_many

FIRST_WAIT = 60_000
"""Milliseconds from a first failure to the next attempt; each further failure doubles the wait."""

LONGEST_WAIT = 3_600_000


class Authority(msgspec.Struct, frozen=True, kw_only=True):
    """An authority by the platform's name for it; ``roots``: PEM."""

    name: str
    url: str
    roots: str
    tried: int = 0
    failures: int = 0
    why: str = ""

    def next_attempt(self, every: int) -> int:
        """Returns when it is asked next (UTC ms); ``every``: milliseconds between two timestamps."""
        if not self.failures:
            return self.tried + every
        return self.tried + min(FIRST_WAIT << min(self.failures - 1, 10), LONGEST_WAIT)


def all_authorities(conn: Connection) -> list[Authority]:
    """Returns them by name."""
    return rows_of(
        conn,
        Authority,
        "SELECT a.name, a.url, a.roots, coalesce(t.tried, 0) AS tried, coalesce(t.failures, 0) AS failures,"
        " coalesce(t.why, '') AS why FROM stamp_authority a LEFT JOIN stamp_attempt t ON t.authority = a.name"
        " ORDER BY a.name",
    )


def note_attempt(conn: Connection, name: str, now: int, failures: int, why: str) -> None:
    """Write how an attempt ended; in a write transaction."""
    upsert_many(
        conn, tables.stamp_attempt, ("authority", "tried", "failures", "why"), [(name, now, failures, why[:500])]
    )


def project_added(conn: Connection, placed: Sequence[Placed]) -> None:
    """``timestamp.authority_added`` → ``stamp_authority``."""
    for index, sealed in placed:
        added = sealed.event(AuthorityAdded)
        upsert_many(
            conn,
            tables.stamp_authority,
            ("name", "url", "roots", "entry"),
            [(added.authority, added.url, added.roots, index)],
        )


def project_removed(conn: Connection, placed: Sequence[Placed]) -> None:
    """``timestamp.authority_removed`` → ``stamp_authority``."""
    for _, sealed in placed:
        sql(conn, "DELETE FROM stamp_authority WHERE name = ?", (sealed.event(AuthorityRemoved).authority,))
