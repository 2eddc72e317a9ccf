"""The outbox as a queue: effects are claimed under a lease, tried, and settled with an entry.

Invariants
- A claim moves ``due_at`` to the end of its lease, in the writer's transaction: no two processes try one effect at a
  time, and what a killed process held comes up again.
- A claim is settled only while its lease stands in the row: what came too late, or was confirmed meanwhile, changes
  nothing. The effect's id is the receiver's idempotency key, so a second try of a killed first one does nothing twice.
- Every failed attempt, every end and every replay is an entry, in the transaction that changes the row.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import TypedDict

import msgspec

from anbao.delivery import endpoints
from anbao.delivery.endpoints import Endpoint
from anbao.delivery.post import PostOutcome
from anbao.engine import outbox
from anbao.engine.outbox import QueuedEffect, State
from anbao.engine.work import Work
from anbao.errors import Conflict, NotFound
from anbao.model.events.delivery import EffectAccepted, EffectDelivered, EffectFailed, EffectReplayed, EffectRetried
from anbao.store import Connection
from anbao.text import Text


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How long the platform is waited for. Seconds; ``attempts`` tries, then a dead letter."""

    attempts: int = 12
    first_wait: int = 5
    longest_wait: int = 3600
    lease: int = 60
    timeout: float = 15.0

    def wait(self, effect: str, attempt: int) -> int:
        """Milliseconds before the next attempt: doubled each time, spread by up to a tenth by the effect's own id."""
        seconds = min(self.first_wait * 2 ** (attempt - 1), self.longest_wait)
        spread = int.from_bytes(sha256(f"{effect}:{attempt}".encode()).digest()[:2], "big") / 2**16
        return int(seconds * 1000 * (1 + spread / 10))


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """An effect that this process may try until its lease ends, and where it goes."""

    queued: QueuedEffect
    endpoint: Endpoint


def due(conn: Connection, now: int, most: int) -> list[tuple[QueuedEffect, Endpoint]]:
    """Up to ``most`` effects that are due and have an active endpoint, the longest due first."""
    known = {one.id: one for one in endpoints.all_endpoints(conn)}
    active = [one.id for one in known.values() if one.state == "active"]
    if not active:
        return []
    where = endpoints.route(list(known.values()))
    return [(queued, known[endpoint]) for queued, endpoint in outbox.due(conn, now, where, active, most)]


def claim(work: Work, most: int, patience: Patience) -> list[Claim]:
    """Take up to ``most`` due effects for the length of a lease."""
    leased = work.now + patience.lease * 1000
    claims = []
    for found, endpoint in due(work.conn, work.now, most):
        queued = msgspec.structs.replace(found, attempts=found.attempts + 1, due_at=leased)
        outbox.lease(work.conn, queued.id, queued.attempts, leased)
        claims.append(Claim(queued=queued, endpoint=endpoint))
    return claims


def settle(work: Work, one: Claim, outcome: PostOutcome, patience: Patience) -> bool:
    """Record how an attempt ended; False where the claim no longer stands."""
    queued = one.queued
    if not outbox.is_leased(work.conn, queued):
        return False
    if outcome.verdict == "failed" and queued.attempts < patience.attempts:
        wait = max(patience.wait(queued.id, queued.attempts), outcome.wait * 1000)
        _move(work, queued, "waiting", outcome.problem, due_at=work.now + wait)
        work.append(EffectRetried(problem=outcome.problem, wait_ms=wait, **_about(queued)), actor="engine")
        return True
    if outcome.verdict == "accepted":
        _move(work, queued, "sent", "")
        work.append(EffectAccepted(result=outcome.result, **_about(queued)), actor="engine")
        return True
    finish(work, queued, outcome, "engine")
    return True


def finish(work: Work, queued: QueuedEffect, outcome: PostOutcome, actor: str) -> int:
    """End an effect, confirmed or not; the entry's index."""
    if outcome.verdict == "confirmed":
        _move(work, queued, "done", "")
        return work.append(EffectDelivered(problem="", result=outcome.result, **_about(queued)), actor=actor)
    _move(work, queued, "dead", outcome.problem)
    refused = outcome.verdict == "refused"
    failed = EffectFailed(problem=outcome.problem, refused=refused, result=outcome.result, **_about(queued))
    return work.append(failed, actor=actor)


def replay(work: Work, effects: Sequence[str], actor: str) -> list[int]:
    """Send dead effects again under their old ids; the entries' indexes. Raises NotFound, Conflict."""
    entries = []
    for identity in effects:
        queued = find(work.conn, identity)
        if queued.state != "dead":
            raise Conflict(
                Text(f"{identity} 不在死信中", f"{identity} is no dead letter"),
                hint=Text("只有投递失败的指令可以重发", "only what was given up can be sent again"),
            )
        outbox.lease(work.conn, identity, 0, work.now)
        _move(work, queued, "waiting", "")
        entries.append(work.append(EffectReplayed(problem=queued.problem, **_about(queued)), actor=actor))
    return entries


def find(conn: Connection, identity: str) -> QueuedEffect:
    """Raises NotFound."""
    queued = outbox.queued(conn, identity)
    if queued is None:
        raise NotFound(Text(f"没有指令 {identity}", f"there is no effect {identity}"))
    return queued


def _move(work: Work, queued: QueuedEffect, state: State, problem: str, *, due_at: int | None = None) -> None:
    outbox.move(work.conn, queued.id, state, problem, work.now if due_at is None else due_at)


class _About(TypedDict):
    attempts: int
    cause: int
    effect: str
    others: dict[str, str]
    topic: str


def _about(queued: QueuedEffect) -> _About:
    """Returns what every entry about an effect says."""
    return {
        "attempts": queued.attempts,
        "cause": queued.entry,
        "effect": queued.id,
        "others": dict(queued.effect.subjects),
        "topic": queued.topic,
    }
