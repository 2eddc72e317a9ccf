"""Reading cases: one, all about a subject, and the worst first."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from anbao.cases.persons import Person, folded
from anbao.errors import NotFound
from anbao.ledger import search
from anbao.model.base import Noun
from anbao.model.decision import CaseState
from anbao.store import Connection
from anbao.store.bulk import sql
from anbao.text import Text

NO_TIME = 2**62
"""Due time of a case that has none."""

SUPERSEDED = "superseded"
"""Outcome of a case that events overtook before anybody decided it."""

Position = tuple[int, int, int, str]
"""Where a case stands in the queue: rank, due time, waiting since, id."""

_NAMES = (
    "id",
    "kind",
    "state",
    "rank",
    "due_at",
    "waiting_since",
    "assignee",
    "leased_by",
    "leased_until",
    "barred",
    "decider",
    "outcome",
    "disputed",
    "subjects",
    "about",
    "opened_by",
    "opened_at",
    "changed_by",
    "decider_key",
    "lease_key",
    "waits",
    "count",
)
_COLUMNS = ", ".join(_NAMES)

_NAMED_BY = f"({search.ABOUT})"
_ABOUT = f"opened_by IN {_NAMED_BY} OR id IN (SELECT case_id FROM case_part WHERE entry IN {_NAMED_BY})"
"""A case is about what the entry names that opened it, and about what those name that added to it."""


class Case(Noun, frozen=True, kw_only=True):
    """A case as it stands; instants in UTC milliseconds, entries by index, ``""`` and null where there is nothing.

    ``decider`` made the decision ``outcome``, which a second person may still have to make too; with ``waits`` nothing
    takes effect before. ``count``: how many reports it answers. ``barred``: who may not decide it, a name or key a
    line. ``decider_key`` and ``lease_key`` are the keys under which the decision was made and the lease taken, empty
    where nobody signed in.
    """

    about: int
    assignee: str
    barred: str
    changed_by: int
    count: int
    decider: str
    decider_key: str = ""
    disputed: bool
    due_at: int | None
    id: str
    kind: str
    lease_key: str = ""
    leased_by: str
    leased_until: int
    opened_at: int
    opened_by: int
    outcome: str
    severity: int
    state: CaseState
    subjects: dict[str, str]
    waiting_since: int | None
    waits: bool = False

    @property
    def position(self) -> Position:
        due = NO_TIME if self.due_at is None else self.due_at
        return 5 - self.severity, due, self.waiting_since or 0, self.id

    def leased_to_another(self, person: Person, now: int) -> bool:
        """Whether somebody else has it before them: another name, or the same name typed under another key."""
        if not self.leased_by or self.leased_until <= now:
            return False
        other_key = bool(self.lease_key and person.key and self.lease_key != person.key)
        return other_key or folded(self.leased_by) != folded(person.name)


def _case(row: Sequence[Any]) -> Case:
    held = dict(zip(_NAMES, row, strict=True))
    severity, due = 5 - held.pop("rank"), held.pop("due_at")
    subjects = msgspec.json.decode(held.pop("subjects"), type=dict[str, str])
    held["disputed"], held["waits"] = bool(held["disputed"]), bool(held["waits"])
    return Case(due_at=None if due == NO_TIME else due, severity=severity, subjects=subjects, **held)


def find(conn: Connection, name: str) -> Case:
    """Raises NotFound."""
    row = sql(conn, f"SELECT {_COLUMNS} FROM case_file WHERE id = ?", (name,)).first()
    if row is None:
        raise NotFound(Text(f"没有事项 {name}", f"there is no case {name}"), field="case")
    return _case(row)


def find_many(conn: Connection, names: Sequence[str]) -> dict[str, Case]:
    """Those that there are, by id."""
    if not names:
        return {}
    marks = ", ".join("?" for _ in names)
    rows = sql(conn, f"SELECT {_COLUMNS} FROM case_file WHERE id IN ({marks})", tuple(names))
    return {one.id: one for one in map(_case, rows)}


def about(conn: Connection, role: str, subject: str, limit: int = 100) -> list[Case]:
    """All cases about a subject, the newest first, whatever became of them."""
    rows = sql(
        conn,
        f"SELECT {_COLUMNS} FROM case_file WHERE {_ABOUT} ORDER BY opened_by DESC, id LIMIT ?",
        (role, subject, role, subject, limit),
    )
    return [_case(row) for row in rows]


def of_kind(conn: Connection, kind: str, role: str, subject: str, *, unclosed: bool = False) -> list[Case]:
    """The cases of a kind about a subject, the newest first; with ``unclosed`` those that are not closed."""
    open_only = "AND state <> 'closed'" if unclosed else ""
    rows = sql(
        conn,
        f"SELECT {_COLUMNS} FROM case_file WHERE ({_ABOUT}) AND kind = ? {open_only} ORDER BY opened_by DESC, id",
        (role, subject, role, subject, kind),
    )
    return [_case(row) for row in rows]


def opened_for(conn: Connection, entry: int) -> Case | None:
    """The first case about what an entry says; it was opened by that entry or by a later one."""
    row = sql(
        conn,
        # A case has no index by what it is about; that it was opened later lets the one by its opener serve.
        f"SELECT {_COLUMNS} FROM case_file WHERE opened_by >= ? AND about = ? ORDER BY opened_by LIMIT 1",
        (entry, entry),
    ).first()
    return None if row is None else _case(row)


def held_by(conn: Connection, person: str, now: int) -> list[Case]:
    """What a person holds a lease on, the worst first."""
    rows = sql(
        conn,
        f"SELECT {_COLUMNS} FROM case_file WHERE leased_by <> '' AND leased_by = ? AND leased_until > ?",
        (person, now),
    )
    return sorted(map(_case, rows), key=lambda one: one.position)


def worst(conn: Connection, kinds: Iterable[str], *, after: Position | None = None, limit: int = 50) -> list[Case]:
    """The cases of these kinds that wait for a person, the worst first: severity, then due time, then age.

    Each kind is read in the order of its index and the heads are merged, so that the cost is that of the page.
    """
    where, values = ("AND (rank, due_at, waiting_since, id) > (?, ?, ?, ?)", after) if after else ("", ())
    # ORDER BY and LIMIT in a part of UNION ALL need a subquery (SQLite), and a subquery a name (PostgreSQL).
    branch = (
        f"SELECT * FROM (SELECT {_COLUMNS} FROM case_file WHERE waiting_since IS NOT NULL AND kind = ? {where}"
        " ORDER BY rank, due_at, waiting_since, id LIMIT ?) AS one"
    )
    wanted = sorted(set(kinds))
    if not wanted:
        return []
    statement = " UNION ALL ".join([branch] * len(wanted)) + " ORDER BY rank, due_at, waiting_since, id LIMIT ?"
    given = [value for kind in wanted for value in (kind, *values, limit)]
    return [_case(row) for row in sql(conn, statement, (*given, limit))]


def counts(conn: Connection) -> dict[str, int]:
    """How many cases of each kind wait for a person."""
    rows = sql(conn, "SELECT kind, count(*) FROM case_file WHERE waiting_since IS NOT NULL GROUP BY kind ORDER BY kind")
    return dict(rows.all())
