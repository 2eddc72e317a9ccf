"""The decision on a merchant: checks, links, what the registries say; one entry that states the outcome and why."""

from anbao.engine.outbox import Effect, send
from anbao.engine.work import Work
from anbao.law.deadlines import legal_day
from anbao.model.merchant import Link, Merchant
from anbao.prevent.merchants import licences, questions
from anbao.prevent.merchants import links as linked
from anbao.prevent.merchants.admission import NO_ANSWERS, Answers, assess_merchant
from anbao.prevent.merchants.decision import (
    DECISIONS,
    MerchantContext,
    MerchantDecision,
    MerchantMatter,
    Outcome,
    Reason,
    sells,
)


def settle(
    context: MerchantContext, work: Work, merchant: Merchant, matter: MerchantMatter, answers: Answers = NO_ANSWERS
) -> MerchantDecision:
    """Decide on the merchant as it stands on file, and record it.

    A number that a connected registry can be asked for is asked before anyone is verified: until it answers the
    merchant waits. ``answers`` are those given already.
    """
    outcome: Outcome
    outcome, checks = assess_merchant(merchant, context.catalogue, legal_day(matter.at), answers)
    reasons: tuple[Reason, ...] = ()
    found: tuple[Link, ...] = ()
    if not answers and matter.occasion in ("apply", "change"):
        found = linked.find_links(context, work, merchant.id, matter)
    if matter.occasion == "apply" and outcome == "verified" and linked.comes_back(work, merchant.id, found):
        outcome, reasons = "held", ("comeback",)
    if outcome == "verified" and questions.pose(context, work, merchant, checks, matter, answers):
        outcome = "waiting"
    decided = DECISIONS[outcome](
        catalogue=context.catalogue.digest,
        checks=checks,
        facts=sells(merchant, context.catalogue),
        kind=merchant.kind,
        merchant=merchant.id,
        note=matter.note,
        occasion=matter.occasion,
        reasons=reasons,
    )
    entry = work.append(decided, actor=matter.actor, at=matter.at)
    if outcome == "verified":
        licences.note_renewals(work, merchant, matter.at)
        if matter.occasion == "change":
            ask_to_publish(work, entry, merchant.id)
    return MerchantDecision(
        application=matter.entry,
        checks=checks,
        decision=outcome,
        entry=entry,
        links=found[: linked.MOST_LINKS],
        merchant=merchant.id,
        reasons=reasons,
    )


def ask_to_publish(work: Work, entry: int, merchant: str) -> None:
    """Ask the platform to publish what is on file now; it reports ``merchant.info_published`` when it has."""
    send(work, entry, Effect(topic="merchant.publish", subjects={"merchant": merchant}, body={}))
