"""Effects outside: written with the entry that causes them, sent only after its commit (by ``connect``).

An effect leaves at least once and carries its id as idempotency key, so that the receiver can do it once.
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Literal

import msgspec

from anbao.engine.work import Work
from anbao.store import tables
from anbao.store.bulk import insert_many, sql

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
    body: Mapping[str, Any]
    reveal: tuple[str, ...] = ()


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
