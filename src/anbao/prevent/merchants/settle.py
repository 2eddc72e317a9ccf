"""The decision on a merchant: checks, links, what the registries say; one entry that tells the outcome and why."""

import msgspec

from anbao.engine.outbox import Effect, send
from anbao.engine.work import Work
from anbao.law.deadlines import legal_day
from anbao.model.merchant import Link, Merchant
from anbao.prevent.merchants import licences, questions
from anbao.prevent.merchants import links as linked
from anbao.prevent.merchants.admission import NO_ANSWERS, Answers, assess_merchant
from anbao.prevent.merchants.decision import (
    WAITING,
    MerchantContext,
    MerchantDecision,
    MerchantMatter,
    Outcome,
    Reason,
    record,
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
    body = {
        "catalogue": context.catalogue.digest,
        "checks": msgspec.to_builtins(checks),
        "kind": merchant.kind,
        "occasion": matter.occasion,
        **({"note": matter.note} if matter.note else {}),
        **({"reasons": list(reasons)} if reasons else {}),
        **sells(merchant, context.catalogue),
    }
    kind = WAITING if outcome == "waiting" else f"merchant.{outcome}"
    entry = record(work, kind, merchant.id, matter.at, body, matter.actor)
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
