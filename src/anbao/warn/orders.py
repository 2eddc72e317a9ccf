"""Orders and the notices that come before them: what is owed, what is lacking, whether the order is refused for it."""

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection

from anbao.ledger import Vault
from anbao.model.base import Noun
from anbao.model.entry import Entry
from anbao.model.notice import Notice
from anbao.model.trade import NoticeAcknowledged, NoticeAnswered, NoticeChoice, NoticeShown, Order
from anbao.store import tables
from anbao.store.bulk import sql, upsert_many
from anbao.warn.steps import ACKNOWLEDGED, ANSWERED, CHOICE, SHOWN, Lacking, Told
from anbao.work import Placed, Work

PLACED = "order.placed"
REFUSED = "order.refused"
OWED = "notice.owed"

NoticeStep = NoticeShown | NoticeAcknowledged | NoticeAnswered


class OrderAnswer(Noun, frozen=True, kw_only=True):
    """An order as recorded, or refused.

    ``missing_notices`` were owed before it and not shown and acknowledged by this buyer. ``lacking``: for each notice
    the steps that are missing, the question of unsuitable groups included. ``unsuitable``: notices to whose groups the
    buyer said to belong.
    """

    consumer: str
    entry: int
    lacking: tuple[Lacking, ...] = ()
    missing_notices: tuple[str, ...] = ()
    order: str
    refused: bool = False
    unsuitable: tuple[str, ...] = ()


class OrderCheck(Noun, frozen=True, kw_only=True):
    """Whether an order would be taken now, and what stands against it. ``notices``: ids of all that are owed."""

    allowed: bool
    lacking: tuple[Lacking, ...] = ()
    listing: str
    missing_notices: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    unsuitable: tuple[str, ...] = ()


class Rules(msgspec.Struct, frozen=True):
    """The platform's choices: whether it refuses an order without its notices, or of someone of an unsuitable group."""

    refuse_untold: bool
    refuse_unsuitable: bool

    def refuses(self, told: Told) -> bool:
        return bool((self.refuse_untold and told.lacking) or (self.refuse_unsuitable and told.unsuitable))


class ListingKnown(msgspec.Struct, frozen=True):
    """What the order's listing is known as; empty strings where the platform never submitted it."""

    category: str = ""
    merchant: str = ""
    outcome: str = ""


def listing_known(conn: Connection, listing: str) -> ListingKnown:
    """The newest decision on a listing."""
    row = sql(conn, "SELECT category, merchant, outcome FROM listing WHERE id = ?", (listing,)).first()
    return ListingKnown(*row) if row else ListingKnown()


def missing(told: Told) -> tuple[str, ...]:
    """The notices that were not shown, or not acknowledged where that is asked."""
    return tuple(one.notice for one in told.lacking if set(one.steps) - {"answered"})


def place(
    work: Work,
    vault: Vault,
    order: Order,
    consumer: str,
    known: ListingKnown,
    notices: Sequence[Notice],
    told: Told,
    actor: str,
    at: int,
) -> OrderAnswer:
    """Record an order, and each notice that its category demands as owed before it."""
    subjects = _subjects(order, consumer, known)
    body = {
        **vault.seal_noun(work.conn, order, f"consumer:{consumer}"),
        "category": known.category,
        "listing_outcome": known.outcome,
        "notice_required": bool(notices),
        "unsuitable": bool(told.unsuitable),
    }
    owed = [
        Entry(
            actor="engine",
            at=at,
            body=_owed(order, notice),
            kind=OWED,
            recorded=work.now,
            subjects={"consumer": consumer, "listing": order.listing, "notice": notice.id, "order": order.id},
        )
        for notice in notices
    ]
    entry, *_ = work.record(
        Entry(actor=actor, at=at, body=body, kind=PLACED, recorded=work.now, subjects=subjects), *owed
    )
    return _answer(order, consumer, entry, told)


def refuse(
    work: Work, order: Order, consumer: str, known: ListingKnown, told: Told, actor: str, at: int
) -> OrderAnswer:
    """Record that an order was not taken, and why."""
    body = {
        "category": known.category,
        "lacking": [msgspec.to_builtins(one) for one in told.lacking],
        "unsuitable": bool(told.unsuitable),
        "untold": bool(told.lacking),
    }
    [entry] = work.record(
        Entry(
            actor=actor,
            at=at,
            body=body,
            kind=REFUSED,
            recorded=work.now,
            subjects=_subjects(order, consumer, known),
        )
    )
    return msgspec.structs.replace(_answer(order, consumer, entry, told), refused=True)


def record_step(work: Work, vault: Vault, noun: NoticeStep, more: Mapping[str, object], actor: str, at: int) -> int:
    """Record a step with a notice; the entry's index. ``more``: what the room knows of it, such as the version."""
    kinds = {NoticeShown: SHOWN, NoticeAcknowledged: ACKNOWLEDGED, NoticeAnswered: ANSWERED}
    consumer = vault.consumer(work.conn, noun.buyer)
    body = {**vault.seal_noun(work.conn, noun, f"consumer:{consumer}"), **more}
    subjects = {"consumer": consumer, "listing": noun.listing, "notice": noun.notice}
    entry = Entry(actor=actor, at=at, body=body, kind=kinds[type(noun)], recorded=work.now, subjects=subjects)
    return work.record(entry)[0]


def record_choice(work: Work, vault: Vault, choice: NoticeChoice, actor: str, at: int) -> int:
    """Record whether the buyer knew, could choose and chose; the entry's index."""
    consumer = vault.consumer(work.conn, choice.buyer)
    body = vault.seal_noun(work.conn, choice, f"consumer:{consumer}")
    named = {"consumer": consumer, "listing": choice.listing, "notice": choice.notice, "order": choice.order}
    subjects = {role: name for role, name in named.items() if name}
    return work.record(Entry(actor=actor, at=at, body=body, kind=CHOICE, recorded=work.now, subjects=subjects))[0]


def _owed(order: Order, notice: Notice) -> dict[str, object]:
    """Returns the body of ``notice.owed``; ``confirm_law`` stands in it only where a statute asks to acknowledge."""
    body: dict[str, object] = {"ask": notice.ask_unsuitable, "order": order.id, "shown_only": not notice.confirm}
    return {**body, "confirm_law": True} if notice.confirm and notice.confirm_law else body


def project_orders(conn: Connection, placed: Sequence[Placed]) -> None:
    """``order.placed`` → ``trade``."""
    rows = []
    for index, sealed in placed:
        subjects = sealed.subjects
        rows.append((subjects["order"], subjects["listing"], subjects["consumer"], sealed.at, index))
    upsert_many(conn, tables.trade, rows)


def _subjects(order: Order, consumer: str, known: ListingKnown) -> dict[str, str]:
    subjects = {"consumer": consumer, "listing": order.listing, "order": order.id}
    return {**subjects, "merchant": known.merchant} if known.merchant else subjects


def _answer(order: Order, consumer: str, entry: int, told: Told) -> OrderAnswer:
    return OrderAnswer(
        consumer=consumer,
        entry=entry,
        lacking=told.lacking,
        missing_notices=missing(told),
        order=order.id,
        unsuitable=told.unsuitable,
    )
