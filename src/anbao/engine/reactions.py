"""What one package does because another recorded an entry.

Invariants
- Each reaction reads the entries of its kinds in ledger order, each once: what it does, the entries that it records and
  the advance of its cursor are one transaction, also across a killed process.
- A reaction that raises takes back what it did and stays before that entry; the others go on. Why is stored in the
  table ``reaction`` and it is tried again with the next run.
- Of a reaction with lanes only the lane of that entry stays behind: its cursor is a row of its own, ``name/lane``, and
  is deleted once the lane has caught up with the reaction.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping

import msgspec

from anbao.engine.work import Work
from anbao.ledger import Ledger, Stored
from anbao.store import Connection, tables
from anbao.store.bulk import sql, upsert_many

log = logging.getLogger("anbao.engine.reactions")

MOST_AT_ONCE = 100
"""Entries that one reaction handles in one transaction, at the most."""

SECONDS_AT_ONCE = 0.05
"""After so long a reaction leaves the rest to the next transaction: others want to write, too."""


class Reaction(msgspec.Struct, frozen=True):
    """``name`` (package.what) names its cursor and must never change; ``act`` handles one entry.

    ``lane``: entries of one lane are handled in order, and one that fails holds up those of its own lane alone.
    """

    name: str
    kinds: frozenset[str]
    act: Callable[[Work, Stored], None]
    lane: Callable[[Stored], str] | None = None


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
        """Handle what is new, a bounded number of entries a reaction; how many cursors moved past."""
        before: dict[str, int] = dict(sql(work.conn, "SELECT name, idx FROM reaction").all())
        return sum(self._run_one(work, reaction, before) for reaction in self._all)

    def lags(self, conn: Connection) -> list[Lag]:
        """The reactions that could not handle an entry."""
        rows = sql(conn, "SELECT name, idx, failed FROM reaction WHERE failed <> '' ORDER BY name")
        return [Lag(name=name, handled=idx, failed=failed) for name, idx, failed in rows]

    def ahead(self, conn: Connection) -> list[str]:
        """The cursors that stand behind the end of the ledger, so that new entries would not be handled."""
        rows = sql(conn, "SELECT name FROM reaction WHERE idx >= ? ORDER BY name", (self._ledger.size(conn),))
        return [name for (name,) in rows]

    def _run_one(self, work: Work, reaction: Reaction, before: Mapping[str, int]) -> int:
        cursor, passed, failed = before.get(reaction.name, -1), 0, ""
        behind = set()
        for name in [name for name in before if name.startswith(f"{reaction.name}/")]:
            moved, done = self._catch_up(work, reaction, name, before[name], cursor)
            passed += moved
            if not done:
                behind.add(name)
        begun, end = cursor, time.monotonic() + SECONDS_AT_ONCE
        for stored in self._ledger.entries_of(work.conn, reaction.kinds, cursor + 1, MOST_AT_ONCE):
            lane = _lane_of(reaction, stored)
            failed = "" if lane in behind else self._try(work, reaction, stored)
            if failed and lane == reaction.name:
                break
            if failed:
                behind.add(lane)
                upsert_many(work.conn, tables.reaction, ("name", "idx", "failed"), [(lane, stored.index - 1, failed)])
                failed = ""
            cursor, passed = stored.index, passed + 1
            if time.monotonic() > end:
                break
        if cursor > begun or failed:
            set_cursor(work.conn, reaction.name, cursor, failed)
        return passed

    def _catch_up(self, work: Work, reaction: Reaction, name: str, cursor: int, last: int) -> tuple[int, bool]:
        """Handle what a lane has left before entry ``last``: how many entries it moved past, and whether it is done."""
        passed, failed, end = 0, "", time.monotonic() + SECONDS_AT_ONCE
        found = self._ledger.entries_of(work.conn, reaction.kinds, cursor + 1, MOST_AT_ONCE)
        left = [stored for stored in found if stored.index <= last]
        for stored in left:
            failed = self._try(work, reaction, stored) if _lane_of(reaction, stored) == name else ""
            if failed:
                break
            cursor, passed = stored.index, passed + 1
            if time.monotonic() > end:
                break
        done = passed == len(left) and len(left) < MOST_AT_ONCE
        if done:
            sql(work.conn, "DELETE FROM reaction WHERE name = ?", (name,))
        elif passed or failed:
            upsert_many(work.conn, tables.reaction, ("name", "idx", "failed"), [(name, cursor, failed)])
        return passed, done

    def _try(self, work: Work, reaction: Reaction, stored: Stored) -> str:
        """Let a reaction handle one entry; why it could not, in which case what it did is taken back."""
        try:
            work.attempt(lambda inner: reaction.act(inner, stored))
        except Exception as error:
            log.exception("reaction %s failed at entry %s", reaction.name, stored.index)
            return f"{stored.index}: {type(error).__name__}: {error}"
        return ""


def _lane_of(reaction: Reaction, stored: Stored) -> str:
    """The name of the cursor that an entry is held up by."""
    return f"{reaction.name}/{reaction.lane(stored)}" if reaction.lane else reaction.name


def cursor_of(conn: Connection, name: str) -> int | None:
    """The last entry that a reader of the ledger has handled; None where it has not begun."""
    found: int | None = sql(conn, "SELECT idx FROM reaction WHERE name = ?", (name,)).scalar()
    return found


def set_cursor(conn: Connection, name: str, index: int, failed: str = "") -> None:
    """Write how far a reader of the ledger has come, and why it could not handle the next entry."""
    upsert_many(conn, tables.reaction, ("name", "idx", "failed"), [(name, index, failed)])
