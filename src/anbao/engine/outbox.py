"""Effects outside: written with the entry that causes them, sent only after its commit (by ``connect``).

An effect leaves at least once and carries its id as idempotency key, so that the receiver can do it once.
"""

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Literal

import msgspec

from anbao.engine.work import Work
from anbao.model.base import JsonObject
from anbao.store import Connection, tables
from anbao.store.bulk import Row, insert_many, sql

_COLUMNS = "id, topic, body, entry, state, attempts, due_at, problem"
_PLAIN = re.compile(r"[\w.-]{1,64}", re.ASCII)

State = Literal["waiting", "sent", "done", "dead", "withdrawn"]
"""``waiting`` to be sent (again) · ``sent``, not yet confirmed · ``done`` · ``dead``, given up until it is replayed ·
``withdrawn``, no longer wanted."""


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What the platform is asked to do. ``topic`` is its kind (``listing.takedown``), ``body`` its content as JSON.

    Personal values stand in it as commitments; those in the fields that ``reveal`` names are opened when it leaves.
    """

    topic: str
    subjects: Mapping[str, str]
    body: JsonObject
    reveal: tuple[str, ...] = ()


class QueuedEffect(msgspec.Struct, frozen=True, kw_only=True):
    """An effect as it stands in the outbox; ``due_at`` is the next attempt or the end of a lease (UTC ms)."""

    id: str
    topic: str
    effect: Effect
    entry: int
    state: State
    attempts: int
    due_at: int
    problem: str


def send(work: Work, entry: int, effect: Effect, *, part: str = "") -> str:
    """Put an effect of ``entry`` in the outbox; its id. ``part`` distinguishes effects of one entry and topic.

    The id is ASCII without ``/``, so that it can stand in a header and in an address.
    """
    name = f"{entry}:{effect.topic}" + (f":{_part_checked(part)}" if part else "")
    insert_many(
        work.conn,
        tables.outbox,
        ("id", "topic", "body", "entry", "state", "attempts", "due_at", "problem"),
        [(name, effect.topic, msgspec.json.encode(effect), entry, "waiting", 0, work.now, "")],
    )
    return name


def withdraw(work: Work, entry: int) -> None:
    """What the effects of ``entry`` ask for is no longer wanted: those that still wait, or were given up, stay here."""
    sql(
        work.conn,
        "UPDATE outbox SET state = 'withdrawn' WHERE entry = ? AND state IN ('waiting', 'dead')",
        (entry,),
    )


def _part_checked(part: str) -> str:
    return part if _PLAIN.fullmatch(part) else sha256(part.encode()).hexdigest()[:32]


# ── the rows, for what delivers (``delivery.queue``) and what watches it ──────────────────────────────────────────────


def queued(conn: Connection, identity: str) -> QueuedEffect | None:
    """One effect."""
    row = sql(conn, f"SELECT {_COLUMNS} FROM outbox WHERE id = ?", (identity,)).first()
    return None if row is None else _queued(row)


def listed(
    conn: Connection, *, state: State | None = None, topic: str | None = None, limit: int = 100
) -> list[QueuedEffect]:
    """Effects in a state and of a topic, the longest due first."""
    where, given = ["1 = 1"], []
    for column, value in (("state", state), ("topic", topic)):
        if value is not None:
            where.append(f"{column} = ?")
            given.append(value)
    statement = f"SELECT {_COLUMNS} FROM outbox WHERE {' AND '.join(where)} ORDER BY due_at, id LIMIT ?"
    return [_queued(row) for row in sql(conn, statement, (*given, limit))]


def due(conn: Connection, now: int, route: str, endpoints: Sequence[str], most: int) -> list[tuple[QueuedEffect, str]]:
    """Effects that are due, the longest first, each with its endpoint, which the expression ``route`` gives."""
    rows = sql(
        conn,
        f"SELECT {_COLUMNS}, {route} FROM outbox WHERE state = 'waiting' AND due_at <= ?"
        f" AND {route} IN ({', '.join('?' * len(endpoints))}) ORDER BY due_at, id LIMIT ?",
        (now, *endpoints, most),
    )
    return [(_queued(row[:-1]), row[-1]) for row in rows]


def lease(conn: Connection, identity: str, attempts: int, until: int) -> None:
    """Write the number of attempts and until when (UTC ms) nobody else tries."""
    sql(conn, "UPDATE outbox SET attempts = ?, due_at = ? WHERE id = ?", (attempts, until, identity))


def is_leased(conn: Connection, effect: QueuedEffect) -> bool:
    """Whether the lease under which an effect was claimed still stands in its row."""
    row = sql(
        conn,
        "SELECT 1 FROM outbox WHERE id = ? AND state = 'waiting' AND attempts = ? AND due_at = ?",
        (effect.id, effect.attempts, effect.due_at),
    ).first()
    return row is not None


def move(conn: Connection, identity: str, state: State, problem: str, due_at: int) -> None:
    """Write what became of an attempt."""
    statement = "UPDATE outbox SET state = ?, problem = ?, due_at = ? WHERE id = ?"
    sql(conn, statement, (state, problem, due_at, identity))


def given_up_and_late(conn: Connection, since: int) -> tuple[int, int]:
    """How many effects were given up, and how many wait that were due before an instant."""
    dead = sql(conn, "SELECT count(*) FROM outbox WHERE state = 'dead'").scalar_one()
    late = sql(conn, "SELECT count(*) FROM outbox WHERE state = 'waiting' AND due_at < ?", (since,)).scalar_one()
    return int(dead), int(late)


def _queued(row: Row) -> QueuedEffect:
    identity, topic, body, entry, state, attempts, due_at, problem = row
    return QueuedEffect(
        id=identity,
        topic=topic,
        effect=msgspec.json.decode(bytes(body), type=Effect),
        entry=entry,
        state=state,
        attempts=attempts,
        due_at=due_at,
        problem=problem,
    )
