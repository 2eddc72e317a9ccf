"""What merchants follow of other packages' entries: cases that a person decided, closures, and their end."""

from contextlib import suppress

from anbao import cases
from anbao.cases.deciding import settle_case
from anbao.engine.readmodels import merchants
from anbao.engine.work import Work
from anbao.errors import AnbaoError, Conflict
from anbao.ledger import Stored
from anbao.model.decision import DecisionInEffect
from anbao.model.events.merchants import MerchantHeld, MerchantReopened
from anbao.model.events.remove import MeasureLifted, MeasureTakenEvent
from anbao.prevent.merchants import acts, supplements
from anbao.prevent.merchants.decision import (
    ENGINE,
    OUTCOMES,
    MerchantContext,
    MerchantDecision,
    MerchantMatter,
    Outcome,
    decision_of,
)
from anbao.prevent.merchants.file import opened, row_of
from anbao.prevent.merchants.settle import settle
from anbao.prevent.merchants.supplements import CASE, SEVERITY

CLOSURE = "closure"


def put_before_a_person(work: Work, stored: Stored) -> None:
    """``merchant.held`` → a case with all that is wanting: a person decides, if only to wait for the merchant."""
    held = stored.event(MerchantHeld)
    reasons = [*held.reasons, *(f"{check.kind}:{check.problem}" for check in held.checks if check.problem)]
    supplements.open_case(work, held.merchant, stored.index, list(dict.fromkeys(reasons)))


def close_case(work: Work, stored: Stored) -> None:
    """``merchant.verified`` or ``.refused`` by a change, a registry or an officer's act: a case that waits is over."""
    decided, outcome = decision_of(stored), OUTCOMES[stored.kind]
    reason = decided.note or decided.occasion
    given = cases.Determination(actor=stored.actor, outcome=outcome, person=stored.actor, reason=reason)
    with suppress(Conflict):  # another person has it before them
        work.attempt(lambda inner: settle_case(inner, CASE, ("merchant", decided.merchant), given))


def review(
    context: MerchantContext, work: Work, merchant: str, *, verify: bool, reason: str, actor: str, at: int
) -> MerchantDecision:
    """A person decides on a merchant, and with it the case that waits. Raises as ``acts.review``, ``cases.decide``."""

    def act(inner: Work) -> MerchantDecision:
        return acts.review(context, inner, merchant, verify=verify, reason=reason, actor=actor, at=at)

    row = row_of(work.conn, merchant)
    work.rehearse(act)  # what cannot be carried out is not decided either
    outcome = "verified" if verify else "refused"
    given = cases.Determination(actor=actor, outcome=outcome, person=actor, reason=reason)
    opening = cases.Opening(about=row.entry, severity=SEVERITY, subjects={"merchant": merchant})
    decision = cases.decide_about(context.core, work, CASE, ("merchant", merchant), given, opening)
    if decision is None or decision.effect == "now":
        return act(work)
    standing: Outcome = row.status if row.status == "verified" or row.status == "waiting" else "held"
    return MerchantDecision(
        application=row.entry, checks=(), decision=standing, entry=decision.entry, merchant=merchant
    )


def follow_case(context: MerchantContext, work: Work, decision: DecisionInEffect) -> None:
    """A decision on a held merchant → it is decided on, or asked for what is wanting.

    A new case where the decision cannot be carried out, and why.
    """
    merchant, outcome, actor = decision.subjects["merchant"], decision.outcome, decision.actor
    reason = decision.reason or outcome
    status = merchants.status_of(work.conn, merchant)
    if outcome == "held":
        if status == "held":
            supplements.ask(context, work, merchant, reason, actor=actor, cause=decision.entry)
        return
    if status == outcome:
        return
    try:
        acts.review(context, work, merchant, verify=outcome == "verified", reason=reason, actor=actor, at=work.now)
    except AnbaoError as error:
        if merchants.status_of(work.conn, merchant) == "held":
            supplements.open_case(work, merchant, decision.entry, [error.what.zh])


def follow_measure(context: MerchantContext, work: Work, stored: Stored) -> None:
    """A closure taken as a measure closes the merchant for cause; lifted, the merchant is decided on anew."""
    if stored.kind == MeasureTakenEvent.KIND:
        taken = stored.event(MeasureTakenEvent)
        if _closes(taken) and merchants.status_of(work.conn, taken.merchant) not in ("", "closed"):
            reason = taken.facts or CLOSURE
            acts.close(context, work, taken.merchant, reason=reason, for_cause=True, actor=stored.actor, at=stored.at)
        return
    lifted = stored.event(MeasureLifted)
    if _closes(lifted) and merchants.status_of(work.conn, lifted.merchant) == "closed":
        reopened = MerchantReopened(cause=stored.index, merchant=lifted.merchant)
        index = work.append(reopened, actor=ENGINE)
        file = opened(work.conn, context.vault, lifted.merchant)
        settle(context, work, file, MerchantMatter(occasion="reverify", entry=index, at=work.now))


def _closes(event: MeasureTakenEvent | MeasureLifted) -> bool:
    return event.measure == CLOSURE and not event.listing
