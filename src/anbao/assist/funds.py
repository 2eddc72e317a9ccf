"""Freezing money to keep a loss from growing: the seller's pending payout, or what was paid by mistake or fraud."""

from anbao.assist.records import Dispute, record
from anbao.engine.outbox import Effect, send
from anbao.engine.work import Work

ORDERED = "funds.freeze_ordered"
FROZEN = "funds.frozen"
NOT_FROZEN = "funds.freeze_failed"
RELEASE_ORDERED = "funds.release_ordered"
RELEASED = "funds.released"
NOT_RELEASED = "funds.release_failed"

FREEZE, RELEASE = "funds.freeze", "funds.release"
"""Topics of the effects."""

OUTCOMES: dict[tuple[str, bool], str] = {
    (FREEZE, True): FROZEN,
    (FREEZE, False): NOT_FROZEN,
    (RELEASE, True): RELEASED,
    (RELEASE, False): NOT_RELEASED,
}
"""What a delivered (True) or failed effect means."""


def order_freeze(work: Work, dispute: Dispute, reason: str, actor: str) -> int:
    """Ask the platform to hold the money of the order back; the entry's index."""
    return _order(work, dispute, ORDERED, FREEZE, reason, actor)


def order_release(work: Work, dispute: Dispute, reason: str, actor: str) -> int:
    """Ask the platform to let the money go again; the entry's index."""
    return _order(work, dispute, RELEASE_ORDERED, RELEASE, reason, actor)


def record_outcome(work: Work, topic: str, delivered: bool, subjects: dict[str, str], problem: str) -> int:
    """What became of a freeze or release; the entry's index."""
    roles = {role: name for role, name in subjects.items() if role in ("dispute", "merchant", "order")}
    return record(work, OUTCOMES[topic, delivered], roles, {"problem": problem} if problem else {})


def _order(work: Work, dispute: Dispute, kind: str, topic: str, reason: str, actor: str) -> int:
    subjects = {role: name for role, name in dispute.subjects.items() if role != "consumer"}
    entry = record(work, kind, subjects, {"harm": dispute.harm, "reason": reason}, actor)
    body = {"harm": dispute.harm, "merchant": dispute.merchant, "order": dispute.order, "reason": reason}
    send(work, entry, Effect(topic=topic, subjects=subjects, body=body))
    return entry
