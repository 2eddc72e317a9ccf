"""Effects outside: written with the entry that causes them, sent only after its commit (by ``connect``).

An effect leaves at least once and carries its id as idempotency key, so that the receiver can do it once.
"""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from anbao.store import tables
from anbao.store.bulk import insert_many
from anbao.work import Work

State = Literal["waiting", "sent", "done", "dead"]
"""``waiting`` to be sent (again) · ``sent``, not yet confirmed · ``done`` · ``dead``, given up until it is replayed."""


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What the platform is asked to do. ``topic`` is its kind (``listing.takedown``), ``body`` its content as JSON.

    Personal values stand in it as commitments; those in the fields that ``reveal`` names are opened when it leaves.
    """

    topic: str
    subjects: Mapping[str, str]
    body: Mapping[str, Any]
    reveal: tuple[str, ...] = ()


def send(work: Work, entry: int, effect: Effect, *, part: str = "") -> str:
    """Put an effect of ``entry`` in the outbox; its id. ``part`` tells effects of one entry and topic apart."""
    name = f"{entry}:{effect.topic}" + (f":{part}" if part else "")
    insert_many(
        work.conn,
        tables.outbox,
        [(name, effect.topic, msgspec.json.encode(effect), entry, "waiting", 0, work.now, "")],
    )
    return name
