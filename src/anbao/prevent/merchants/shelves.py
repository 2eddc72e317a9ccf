"""What a merchant's standing means for its listings: without the licence they are withheld, renewed they come back."""

from collections.abc import Iterable
from typing import Any

from anbao.engine.outbox import Effect, send
from anbao.engine.work import Work
from anbao.law.catalogue import Catalogue
from anbao.ledger import Stored
from anbao.model.entry import Entry
from anbao.prevent.merchants.admission import IDENTITY
from anbao.prevent.merchants.decision import ENGINE, VERIFIED, MerchantContext
from anbao.store import Connection
from anbao.store.bulk import sql

LOST = "listing.licence_lost"
RESTORED = "listing.licence_restored"

WITHHELD = "withheld"
"""Outcome of a listing that was on offer and is not while its merchant lacks what it needs."""

MOST_MEASURES = 1_000

_ON_OFFER = "('pass', 'notice')"


def follow_standing(context: MerchantContext, work: Work, stored: Stored) -> None:
    """React to a decision on a merchant: withhold the listings that it may offer no more, or bring them back."""
    entry = stored.entry()
    merchant = entry.subjects["merchant"]
    if entry.kind == VERIFIED:
        for listing, category in _listings(work.conn, merchant, f"= '{WITHHELD}'"):
            if _under_measure(context, work, listing):
                continue
            found = context.catalogue.find(category)
            outcome = "notice" if found is not None and found.notices else "pass"
            _record(work, RESTORED, "listing.restore", listing, merchant, entry.at, category, outcome, {})
        return
    lost = _lost(context.catalogue, entry.body.get("checks", ()))
    if not lost:
        return
    for listing, category in _listings(work.conn, merchant, f"IN {_ON_OFFER}"):
        if check := lost.get(category) or lost.get(IDENTITY):
            why = {"licence": check["kind"], "problem": check["problem"], "provisions": check.get("provisions", [])}
            _record(work, LOST, "listing.withhold", listing, merchant, entry.at, category, WITHHELD, why)


def _lost(catalogue: Catalogue, checks: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The first failed check by the category that demanded it; ``identity`` where the merchant itself failed."""
    found: dict[str, dict[str, Any]] = {}
    for check in checks:
        needed = check.get("required_by", "")
        if check.get("problem") and (needed == IDENTITY or needed in catalogue.categories):
            found.setdefault(needed, check)
    return found


def _under_measure(context: MerchantContext, work: Work, listing: str) -> bool:
    """Whether a measure stands against the listing for another reason; who lifts it brings the listing back."""
    taken, *over = (
        len(context.core.ledger.entries(work.conn, 0, MOST_MEASURES, kind=kind, subject=("listing", listing)))
        for kind in ("measure.taken", "measure.lifted", "measure.ended")
    )
    return taken > sum(over)


def _listings(conn: Connection, merchant: str, outcome: str) -> list[tuple[str, str]]:
    statement = f"SELECT id, category FROM listing WHERE merchant = ? AND outcome {outcome} ORDER BY id"
    return [(listing, category) for listing, category in sql(conn, statement, (merchant,))]


def _record(
    work: Work,
    kind: str,
    topic: str,
    listing: str,
    merchant: str,
    at: int,
    category: str,
    outcome: str,
    why: dict[str, Any],
) -> None:
    subjects = {"listing": listing, "merchant": merchant}
    body = {"category": category, "outcome": outcome, **why}
    [index] = work.record(Entry(actor=ENGINE, at=at, body=body, kind=kind, recorded=work.now, subjects=subjects))
    send(work, index, Effect(topic=topic, subjects=subjects, body=why))
