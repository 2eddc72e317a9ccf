"""What one room does because another recorded an entry.

Invariants
- Each reaction reads the entries of its kinds in ledger order, each once: what it does, the entries that it records and
  the advance of its cursor are one transaction, also across a killed process.
- A reaction that raises takes back what it did and stays before that entry; the others go on. Why is kept in the table
  ``reaction`` and it is tried again with the next run.
"""

import logging
import time
from collections.abc import Callable, Iterable

import msgspec
from sqlalchemy import Connection

from anbao.engine.work import Work
from anbao.ledger import Ledger, Stored
from anbao.store import tables
from anbao.store.bulk import sql, upsert_many

log = logging.getLogger("anbao.engine.reactions")

MOST_AT_ONCE = 100
"""Entries that one reaction handles in one transaction, at the most."""

SECONDS_AT_ONCE = 0.05
"""After so long a reaction leaves the rest to the next transaction: others want to write, too."""


class Reaction(msgspec.Struct, frozen=True):
    """``name`` (room.what) names its cursor and must never change; ``act`` handles one entry."""

    name: str
    kinds: frozenset[str]
    act: Callable[[Work, Stored], None]


class Lag(msgspec.Struct, frozen=True, kw_only=True):
    """A reaction that stands before an entry: why it failed."""

    name: str
    handled: int
    failed: str


class Reactions:
    """All reactions of a platform."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._all: list[Reaction] = []
        self._kinds: set[str] = set()

    def add(self, reaction: Reaction) -> None:
        if any(known.name == reaction.name for known in self._all):
            raise ValueError(f"the reaction {reaction.name} stands twice")
        self._all.append(reaction)
        self._kinds |= reaction.kinds

    def wait_for(self, kinds: Iterable[str]) -> bool:
        """Whether any reaction is about one of these kinds."""
        return not self._kinds.isdisjoint(kinds)

    def run(self, work: Work) -> int:
        """Handle what is new, a bounded number of entries a reaction; how many were handled."""
        before: dict[str, int] = dict(sql(work.conn, "SELECT name, idx FROM reaction").all())
        return sum(self._run_one(work, reaction, before.get(reaction.name, -1)) for reaction in self._all)

    def lags(self, conn: Connection) -> list[Lag]:
        """The reactions that could not handle an entry."""
        rows = sql(conn, "SELECT name, idx, failed FROM reaction WHERE failed <> '' ORDER BY name")
        return [Lag(name=name, handled=idx, failed=failed) for name, idx, failed in rows]

    def _run_one(self, work: Work, reaction: Reaction, cursor: int) -> int:
        failed, handled, end = "", 0, time.monotonic() + SECONDS_AT_ONCE
        for stored in self._ledger.entries_of(work.conn, reaction.kinds, cursor + 1, MOST_AT_ONCE):
            try:
                work.attempt(lambda inner, one=stored: reaction.act(inner, one))  # type: ignore[misc]
            except Exception as error:
                log.exception("reaction %s failed at entry %s", reaction.name, stored.index)
                failed = f"{stored.index}: {type(error).__name__}: {error}"
                break
            cursor, handled = stored.index, handled + 1
            if time.monotonic() > end:
                break
        if handled or failed:
            upsert_many(work.conn, tables.reaction, [(reaction.name, cursor, failed)])
        return handled
