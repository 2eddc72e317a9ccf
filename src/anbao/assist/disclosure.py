"""Who the seller is: real name, address and valid contact (消费者权益保护法 44.1), no more than that.

Invariants
- Only the fields of ``FIELDS`` leave, and each leaving is an entry: to whom, which fields, on what basis. The entry
  holds the commitments, so that it can be shown later what was given.
- A contact that an authority reported dead (``merchant.unreachable_notified``) is none until the merchant is checked
  again.
- A seller that cannot be named in full is a ``disclosure.failed``: from then on the platform may have to pay first.
- What a disclosure rests on is what the pack's norms ask for in such a case: food and live sales have their own.
"""

import re
from collections.abc import Iterable

import msgspec

from anbao.assist.records import ENGINE, Dispute, trade_of
from anbao.engine.outbox import Effect, send
from anbao.engine.readmodels import listings, merchants
from anbao.engine.work import Work
from anbao.errors import NotFound
from anbao.law.norms import Norm
from anbao.ledger import Vault, search
from anbao.model.entry import Facts
from anbao.model.events.assist import DisclosureFailed, DisclosureGiven, DisclosureRequested
from anbao.model.events.merchants import InfoAccepted, MerchantVerified

TOPIC = "merchant.told_of_disclosure"

FIELDS: dict[str, tuple[str, ...]] = {
    "name": ("legal_name",),
    "address": ("address",),
    "contact": ("phone",),
}
"""What the law grants, and the fields of a merchant's file that can give it, the best first.

A contact is what answers (有效联系方式): a number or a mail address. The name of a person alone is none.
"""

_CONTACT = re.compile(r"(?:\D*\d){5}|[^@\s]+@[^@\s]+\.[^@\s]+")
"""At least five digits, as the shortest service numbers have, or a mail address."""


_UNREACHABLE = "merchant.unreachable_notified"
_CHECKED = (MerchantVerified.KIND, InfoAccepted.KIND)


class Seller(msgspec.Struct, frozen=True, kw_only=True):
    """Who sold, as the buyer may know it; ``missing`` names what the platform cannot give."""

    merchant: str
    shop_name: str
    name: str = ""
    address: str = ""
    contact: str = ""
    credit_code: str = ""
    missing: tuple[str, ...] = ()


def facts_of(work: Work, dispute: Dispute) -> dict[str, str | int | bool]:
    """Returns what norms may ask of a disclosure: the category of the goods, and whether the seller sells live."""
    trade = trade_of(work.conn, dispute.order, dispute.consumer)
    category = listings.known(work.conn, trade.listing).category if trade else ""
    facts: dict[str, str | int | bool] = {"live": bool(merchants.file_of(work.conn, dispute.merchant).get("live"))}
    return {**facts, "category": category} if category else facts


def basis_of(norms: Iterable[Norm], facts: Facts) -> tuple[str, ...]:
    """Returns the provisions of all norms that a request with these facts opens."""
    opened = (
        norm
        for norm in norms
        if norm.opens
        and DisclosureRequested.KIND in norm.opens.kinds
        and (norm.opens.when is None or norm.opens.when.holds(facts))
    )
    return tuple(dict.fromkeys(ref for norm in opened for ref in norm.provisions))


def disclose(work: Work, vault: Vault, dispute: Dispute, facts: Facts, basis: tuple[str, ...], actor: str) -> Seller:
    """Name the seller to the buyer, record it, and notify the seller; or record what is missing."""
    file = merchants.file_of(work.conn, dispute.merchant)
    requested = DisclosureRequested(
        category=str(facts.get("category", "")), disclosure=dispute.id, live=bool(facts["live"]), **dispute.parties
    )
    work.append(requested, actor=actor)
    answers = not _is_unreachable(work, dispute.merchant)
    values, commitments = {}, {}
    for name, sources in FIELDS.items():
        for source in sources:
            opened = _open(work, vault, file.get(source))
            if opened and (name != "contact" or (answers and _CONTACT.search(opened))):
                values[name], commitments[name] = opened, file[source]
                break
    missing = tuple(name for name in FIELDS if name not in values)
    seller = Seller(
        merchant=dispute.merchant,
        shop_name=str(file.get("shop_name", "")),
        credit_code=str(file.get("credit_code", "")),
        missing=missing,
        **values,
    )
    if missing:
        failed = DisclosureFailed(basis=basis, disclosure=dispute.id, missing=missing, **dispute.parties)
        work.append(failed, actor=ENGINE)
        return seller
    fields = tuple(sorted(commitments))
    given = DisclosureGiven(
        basis=basis, commitments=commitments, disclosure=dispute.id, fields=fields, **dispute.parties
    )
    entry = work.append(given, actor=actor)
    body = {"basis": list(basis), "fields": list(fields), "merchant": dispute.merchant, "order": dispute.order}
    send(work, entry, Effect(topic=TOPIC, subjects=given.subjects, body=body))
    return seller


def _is_unreachable(work: Work, merchant: str) -> bool:
    """Whether an authority reported that the merchant cannot be reached, and it was not checked since."""
    newest = search.last_happened(work.conn, (_UNREACHABLE, *_CHECKED), ("merchant", merchant))
    return newest is not None and newest.kind == _UNREACHABLE


def _open(work: Work, vault: Vault, commitment: str | None) -> str:
    if not commitment:
        return ""
    try:
        return vault.reveal(work.conn, commitment)[1]
    except NotFound:
        return ""  # erased since: it cannot be given any more
