"""Freezing money to keep a loss from growing: the seller's pending payout, or what was paid by mistake or fraud."""

from anbao.assist.records import ENGINE, Dispute
from anbao.engine.outbox import Effect, send
from anbao.engine.work import Work
from anbao.model.events.assist import (
    FundsFreezeFailed,
    FundsFreezeOrdered,
    FundsFrozen,
    FundsOrder,
    FundsOutcome,
    FundsReleased,
    FundsReleaseFailed,
    FundsReleaseOrdered,
)

FREEZE, RELEASE = "funds.freeze", "funds.release"
"""Topics of the effects."""

OUTCOMES: dict[tuple[str, bool], type[FundsOutcome]] = {
    (FREEZE, True): FundsFrozen,
    (FREEZE, False): FundsFreezeFailed,
    (RELEASE, True): FundsReleased,
    (RELEASE, False): FundsReleaseFailed,
}
"""What a delivered (True) or failed effect means."""


def order_freeze(work: Work, dispute: Dispute, reason: str, actor: str) -> int:
    """Ask the platform to hold the money of the order back; the entry's index."""
    return _order(work, dispute, FundsFreezeOrdered, FREEZE, reason, actor)


def order_release(work: Work, dispute: Dispute, reason: str, actor: str) -> int:
    """Ask the platform to let the money go again; the entry's index."""
    return _order(work, dispute, FundsReleaseOrdered, RELEASE, reason, actor)


def record_outcome(work: Work, topic: str, delivered: bool, about: Dispute, problem: str) -> int:
    """What became of a freeze or release; the entry's index."""
    kind = OUTCOMES[topic, delivered]
    event = kind(dispute=about.id, merchant=about.merchant, order=about.order, problem=problem)
    return work.append(event, actor=ENGINE)


def _order(work: Work, dispute: Dispute, kind: type[FundsOrder], topic: str, reason: str, actor: str) -> int:
    event = kind(dispute=dispute.id, harm=dispute.harm, merchant=dispute.merchant, order=dispute.order, reason=reason)
    entry = work.append(event, actor=actor)
    body = {"harm": dispute.harm, "merchant": dispute.merchant, "order": dispute.order, "reason": reason}
    send(work, entry, Effect(topic=topic, subjects=event.subjects, body=body))
    return entry
