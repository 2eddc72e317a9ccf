"""Orders, and the notices that must come before them: what was shown, what was acknowledged, what was owed."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from anbao.ledger import Vault
from anbao.model.base import Noun
from anbao.model.entry import Entry
from anbao.model.trade import NoticeAcknowledged, NoticeShown, Order
from anbao.store import tables
from anbao.store.bulk import sql, upsert_many
from anbao.work import Placed, Work

PLACED = "order.placed"
OWED = "notice.owed"
SHOWN = "notice.shown"
ACKNOWLEDGED = "notice.acknowledged"


class OrderAnswer(Noun, frozen=True, kw_only=True):
    """An order as recorded; ``missing_notices`` were owed before it and not acknowledged by this buyer."""

    consumer: str
    entry: int
    missing_notices: tuple[str, ...] = ()
    order: str


class ListingKnown(msgspec.Struct, frozen=True):
    """What the order's listing is known as; empty strings where the platform never submitted it."""

    category: str = ""
    merchant: str = ""
    outcome: str = ""


def listing_known(conn: Connection, listing: str) -> ListingKnown:
    """The newest decision on a listing."""
    row = sql(conn, "SELECT category, merchant, outcome FROM listing WHERE id = ?", (listing,)).first()
    return ListingKnown(*row) if row else ListingKnown()


def place(
    work: Work, vault: Vault, order: Order, known: ListingKnown, notices: Sequence[str], actor: str, at: int
) -> OrderAnswer:
    """Record an order, and each notice (by id) that its category demands as owed before it."""
    consumer = vault.consumer(work.conn, order.buyer)
    subjects = {"consumer": consumer, "listing": order.listing, "order": order.id}
    if known.merchant:
        subjects["merchant"] = known.merchant
    body = {
        **vault.seal_noun(work.conn, order, f"consumer:{consumer}"),
        "category": known.category,
        "listing_outcome": known.outcome,
        "notice_required": bool(notices),
    }
    owed = [
        Entry(
            actor="engine",
            at=at,
            body={"order": order.id},
            kind=OWED,
            recorded=work.now,
            subjects={"consumer": consumer, "listing": order.listing, "notice": notice, "order": order.id},
        )
        for notice in notices
    ]
    missing = tuple(notice for notice in notices if not _acknowledged(work.conn, consumer, order.listing, notice, at))
    entry, *_ = work.record(
        Entry(actor=actor, at=at, body=body, kind=PLACED, recorded=work.now, subjects=subjects), *owed
    )
    return OrderAnswer(consumer=consumer, entry=entry, missing_notices=missing, order=order.id)


def record_notice(
    work: Work, vault: Vault, notice: NoticeShown | NoticeAcknowledged, version: int, actor: str, at: int
) -> int:
    """Record that a notice (at this version) was shown or acknowledged; the entry's index."""
    consumer = vault.consumer(work.conn, notice.buyer)
    body = {**vault.seal_noun(work.conn, notice, f"consumer:{consumer}"), "version": version}
    kind = SHOWN if isinstance(notice, NoticeShown) else ACKNOWLEDGED
    subjects = {"consumer": consumer, "listing": notice.listing, "notice": notice.notice}
    return work.record(Entry(actor=actor, at=at, body=body, kind=kind, recorded=work.now, subjects=subjects))[0]


def project_orders(conn: Connection, placed: Sequence[Placed]) -> None:
    """``order.placed`` → ``trade``."""
    rows = []
    for index, sealed in placed:
        subjects = sealed.subjects
        rows.append((subjects["order"], subjects["listing"], subjects["consumer"], sealed.at, index))
    upsert_many(conn, tables.trade, rows)


def project_acknowledgements(conn: Connection, placed: Sequence[Placed]) -> None:
    """``notice.acknowledged`` → ``acknowledgement``."""
    rows = []
    for index, sealed in placed:
        subjects = sealed.subjects
        rows.append((subjects["consumer"], subjects["listing"], subjects["notice"], sealed.at, index))
    upsert_many(conn, tables.acknowledgement, rows)


def _acknowledged(conn: Connection, consumer: str, listing: str, notice: str, at: int) -> bool:
    row = sql(
        conn,
        "SELECT 1 FROM acknowledgement WHERE consumer = ? AND listing = ? AND notice = ? AND at <= ? LIMIT 1",
        (consumer, listing, notice, at),
    ).first()
    return row is not None
