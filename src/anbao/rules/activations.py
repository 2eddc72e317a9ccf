"""What is in force when, as one transaction sees it: lexicon, policy and model by their activations, and the hazards.

Asking costs one query for each transaction, whatever happens in it. Invariants of the cache
- A read sees what its own transaction sees: activations are cached under the newest one that the transaction saw. A
  later effective time is part of what is cached, so that a version takes effect at its time, without an entry.
- What a transaction changed is not cached beyond it (``is_settled``): it may be rolled back, and the indexes of its
  entries given to others.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from anbao.store import Connection
from anbao.store.bulk import sql

RULES = "rules"
"""What ``Connection.changed`` calls all that a ruleset is made of, other than values (``engine.values``)."""

_NEWEST = (
    "SELECT (SELECT max(entry) FROM activation), (SELECT max(idx) FROM (SELECT max(since) AS idx FROM guarded_hazard"
    " UNION ALL SELECT max(until) FROM guarded_hazard"
    " UNION ALL SELECT max(since) FROM cleared_listing"
    " UNION ALL SELECT max(until) FROM cleared_listing) AS changes)"
)


class RulesInForce(NamedTuple):
    """``newest``: the entry of the newest activation; ``hazards``: the size of the ledger that names the hazards and
    clearances in force, 0 where there never were any; ``activations``: effective time (UTC ms) and digest by role, in
    the order in which they take effect.
    """

    newest: int | None
    hazards: int
    activations: Mapping[str, Sequence[tuple[int, str]]]

    def digest(self, role: str, now: int) -> str | None:
        """The digest in force at ``now``; None where there never was one, "" where it was deactivated."""
        found = None
        for effective, digest in self.activations.get(role, ()):
            if effective > now:
                break
            found = digest
        return found


class Activations:
    """The activations of one store. May be used from several threads: what one overwrites, another reads anew."""

    def __init__(self) -> None:
        self._last: tuple[Connection, RulesInForce] | None = None
        self._known: RulesInForce | None = None

    def seen(self, conn: Connection) -> RulesInForce:
        """What this transaction sees."""
        settled, last = is_settled(conn), self._last
        if settled and last is not None and last[0] is conn:
            return last[1]
        [newest, changed] = sql(conn, _NEWEST).one()
        hazards, known = 0 if changed is None else int(changed) + 1, self._known
        if not settled or known is None or known.newest != newest:
            known = RulesInForce(newest, hazards, _read(conn))
        elif known.hazards != hazards:
            known = known._replace(hazards=hazards)
        if settled:
            self._last, self._known = (conn, known), known
        return known


def is_settled(conn: Connection) -> bool:
    """Whether this transaction sees what was committed, so that no rollback can give its names to other contents."""
    return RULES not in conn.changed


def note_change(conn: Connection) -> None:
    """Said by what writes to the tables that are read here."""
    conn.changed.add(RULES)


def _read(conn: Connection) -> dict[str, list[tuple[int, str]]]:
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for role, effective, digest in sql(
        conn, "SELECT kind, effective, digest FROM activation ORDER BY effective, entry"
    ):
        found[role].append((int(effective), str(digest)))
    return dict(found)
