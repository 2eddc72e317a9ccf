"""What a merchant's standing means for its listings: without the licence they are withheld, renewed they come back."""

from collections.abc import Iterable

from anbao.engine.outbox import Effect, send
from anbao.engine.readmodels import listings
from anbao.engine.work import Work
from anbao.law.catalogue import Catalogue
from anbao.ledger import Stored
from anbao.model.events.merchants import LicenceLost, LicenceRestored, LicenceStanding, MerchantVerified
from anbao.model.events.remove import MeasureEnded, MeasureLifted, MeasureTakenEvent
from anbao.model.merchant import CredentialCheck
from anbao.prevent.merchants.admission import IDENTITY
from anbao.prevent.merchants.decision import ENGINE, MerchantContext, decision_of

WITHHELD = "withheld"
"""Outcome of a listing that was on offer and is not while its merchant lacks what it needs."""

MOST_MEASURES = 1_000

_ON_OFFER = ("pass", "notice")


def follow_standing(context: MerchantContext, work: Work, stored: Stored) -> None:
    """React to a decision on a merchant: withhold the listings that it may offer no more, or bring them back."""
    decided = decision_of(stored)
    merchant = decided.merchant
    if isinstance(decided, MerchantVerified):
        for listing, category in listings.of_merchant(work.conn, merchant, (WITHHELD,)):
            if _under_measure(context, work, listing):
                continue
            found = context.catalogue.find(category)
            outcome = "notice" if found is not None and found.notices else "pass"
            restored = LicenceRestored(category=category, listing=listing, merchant=merchant, outcome=outcome)
            _apply(work, restored, stored.at, Effect(topic="listing.restore", subjects=restored.subjects, body={}))
        return
    lost = _lost(context.catalogue, decided.checks)
    if not lost:
        return
    for listing, category in listings.of_merchant(work.conn, merchant, _ON_OFFER):
        if check := lost.get(category) or lost.get(IDENTITY):
            withheld = LicenceLost(
                category=category,
                licence=check.kind,
                listing=listing,
                merchant=merchant,
                outcome=WITHHELD,
                problem=check.problem,
                provisions=check.provisions,
            )
            why = {"licence": check.kind, "problem": check.problem, "provisions": list(check.provisions)}
            _apply(work, withheld, stored.at, Effect(topic="listing.withhold", subjects=withheld.subjects, body=why))


def _lost(catalogue: Catalogue, checks: Iterable[CredentialCheck]) -> dict[str, CredentialCheck]:
    """The first failed check by the category that demanded it; ``identity`` where the merchant itself failed."""
    found: dict[str, CredentialCheck] = {}
    for check in checks:
        needed = check.required_by
        if check.problem and (needed == IDENTITY or needed in catalogue.categories):
            found.setdefault(needed, check)
    return found


def _under_measure(context: MerchantContext, work: Work, listing: str) -> bool:
    """Whether a measure stands against the listing for another reason; who lifts it brings the listing back."""
    taken, *over = (
        len(context.core.ledger.entries(work.conn, 0, MOST_MEASURES, kind=kind, subject=("listing", listing)))
        for kind in (MeasureTakenEvent.KIND, MeasureLifted.KIND, MeasureEnded.KIND)
    )
    return taken > sum(over)


def _apply(work: Work, event: LicenceStanding, at: int, effect: Effect) -> None:
    send(work, work.append(event, actor=ENGINE, at=at), effect)
