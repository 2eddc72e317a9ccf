"""Orders as they are asked about and answered, and as entries: placed, updated, refused; and their projection.

A trade is known by order, listing and buyer: an order has lines, and each line is an entry of its own.
"""

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection

from anbao.engine.readmodels.gate import GateReason
from anbao.engine.readmodels.listings import ListingKnown
from anbao.engine.work import Placed, Work
from anbao.ledger import Vault
from anbao.model.base import Noun
from anbao.model.entry import Entry
from anbao.model.notice import Notice
from anbao.model.trade import NoticeAcknowledged, NoticeAnswered, NoticeChoice, NoticeShown, Order
from anbao.store import tables
from anbao.store.bulk import sql, upsert_many
from anbao.warn.steps import ACKNOWLEDGED, ANSWERED, CHOICE, SHOWN, Lacking, NoticeState

PLACED = "order.placed"
UPDATED = "order.updated"
REFUSED = "order.refused"
REVIEWED = "order.reviewed"
OWED = "notice.owed"

NOTHING = -1
"""Entry of a line of which nothing was recorded, because another line of its order was refused."""

NoticeStep = NoticeShown | NoticeAcknowledged | NoticeAnswered


class OrderLineAnswer(Noun, frozen=True, kw_only=True):
    """One line of an order; the fields mean what they mean in ``OrderAnswer``."""

    entry: int
    flagged: bool = False
    lacking: tuple[Lacking, ...] = ()
    listing: str
    missing_notices: tuple[str, ...] = ()
    reasons: tuple[GateReason, ...] = ()
    refused: bool = False
    repeated: bool = False
    unsuitable: tuple[str, ...] = ()
    updated: bool = False


class OrderAnswer(Noun, frozen=True, kw_only=True):
    """An order as recorded, or refused; ``entry`` is that of its first line. ``lines``: of an order given by lines.

    ``missing_notices`` were owed before it and not shown and acknowledged by this buyer. ``lacking``: for each notice
    the steps that are missing, the question of unsuitable groups included. ``unsuitable``: notices to whose groups the
    buyer said to belong. ``reasons``: what stands against it; ``flagged``: it was recorded, and a person must look.
    ``repeated``: it had been reported before, nothing is new; ``updated``: what was reported before has changed.
    """

    consumer: str
    entry: int
    flagged: bool = False
    lacking: tuple[Lacking, ...] = ()
    lines: tuple[OrderLineAnswer, ...] = ()
    missing_notices: tuple[str, ...] = ()
    order: str
    reasons: tuple[GateReason, ...] = ()
    refused: bool = False
    repeated: bool = False
    unsuitable: tuple[str, ...] = ()
    updated: bool = False


class LineCheck(Noun, frozen=True, kw_only=True):
    """One line of an order that was asked about; the fields mean what they mean in ``OrderCheck``."""

    allowed: bool
    flagged: bool = False
    lacking: tuple[Lacking, ...] = ()
    listing: str
    missing_notices: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    reasons: tuple[GateReason, ...] = ()
    unsuitable: tuple[str, ...] = ()


class OrderCheck(Noun, frozen=True, kw_only=True):
    """Whether an order would be taken now, and what stands against it. ``notices``: ids of all that are owed.

    ``flagged``: it would be taken, and a person would look at it; ``reasons`` say why, or why it would be refused.
    """

    allowed: bool
    flagged: bool = False
    lacking: tuple[Lacking, ...] = ()
    lines: tuple[LineCheck, ...] = ()
    listing: str = ""
    missing_notices: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    reasons: tuple[GateReason, ...] = ()
    unsuitable: tuple[str, ...] = ()


class OrderChoices(msgspec.Struct, frozen=True):
    """The platform's choices: whether it refuses an order without its notices, or of someone of an unsuitable group."""

    refuse_untold: bool
    refuse_unsuitable: bool

    def refuses(self, told: NoticeState) -> bool:
        return bool((self.refuse_untold and told.lacking) or (self.refuse_unsuitable and told.unsuitable))


class JudgedLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line as it is judged: its order with this listing alone, and all that is known of it.

    ``refused`` by the platform's policy or for want of notices; ``reasons``: what stands against the sale.
    """

    order: Order
    consumer: str
    known: ListingKnown
    notices: tuple[Notice, ...]
    told: NoticeState
    reasons: tuple[GateReason, ...]
    refused: bool

    @property
    def flagged(self) -> bool:
        """Whether it is recorded and a person must look at it."""
        return bool(self.reasons) and not self.refused

    @property
    def subjects(self) -> dict[str, str]:
        """What its entries are about."""
        subjects = {"consumer": self.consumer, "listing": self.order.listing, "order": self.order.id}
        return {**subjects, "merchant": self.known.merchant} if self.known.merchant else subjects

    def answer(self, entry: int) -> OrderLineAnswer:
        """The line as recorded by an entry."""
        return OrderLineAnswer(
            entry=entry,
            flagged=self.flagged,
            lacking=self.told.lacking,
            listing=self.order.listing,
            missing_notices=missing(self.told),
            reasons=self.reasons,
            refused=self.refused,
            unsuitable=self.told.unsuitable,
        )

    def check(self) -> LineCheck:
        """The line as it would be taken."""
        return LineCheck(
            allowed=not self.refused,
            flagged=self.flagged,
            lacking=self.told.lacking,
            listing=self.order.listing,
            missing_notices=missing(self.told),
            notices=tuple(notice.id for notice in self.notices),
            reasons=self.reasons,
            unsuitable=self.told.unsuitable,
        )


def missing(told: NoticeState) -> tuple[str, ...]:
    """The notices that were not shown, or not acknowledged where that is asked."""
    return tuple(one.notice for one in told.lacking if set(one.steps) - {"answered"})


def trade_entry(conn: Connection, order: str, listing: str, consumer: str) -> int | None:
    """The entry by which a line of an order was placed; None where it never was."""
    found = sql(
        conn,
        "SELECT entry FROM trade WHERE id = ? AND listing = ? AND consumer = ?",
        (order, listing, consumer),
    ).scalar()
    return None if found is None else int(found)


def record_placed(work: Work, vault: Vault, line: JudgedLine, actor: str, at: int) -> int:
    """Record a line, and each notice that its category demands as owed before it; the line's entry."""
    order, known = line.order, line.known
    body = {
        **vault.seal_noun(work.conn, order, f"consumer:{line.consumer}"),
        "category": known.category,
        "listing_outcome": known.outcome,
        "notice_required": bool(line.notices),
        "unsuitable": bool(line.told.unsuitable),
    }
    if line.flagged:
        body |= {"flagged": True, "reasons": msgspec.to_builtins(line.reasons)}
    owed = [
        Entry(
            actor="engine",
            at=at,
            body=_owed(order, notice),
            kind=OWED,
            recorded=work.now,
            subjects={"consumer": line.consumer, "listing": order.listing, "notice": notice.id, "order": order.id},
        )
        for notice in line.notices
    ]
    entry, *_ = work.record(
        Entry(actor=actor, at=at, body=body, kind=PLACED, recorded=work.now, subjects=line.subjects), *owed
    )
    return entry


def record_updated(
    work: Work, vault: Vault, line: JudgedLine, before: int, amount_before: str, actor: str, at: int
) -> int:
    """Record that a line is reported otherwise than by entry ``before``; the entry's index."""
    body = {
        **vault.seal_noun(work.conn, line.order, f"consumer:{line.consumer}"),
        "amount_before": amount_before,
        "before": before,
        "category": line.known.category,
    }
    return work.record(Entry(actor=actor, at=at, body=body, kind=UPDATED, recorded=work.now, subjects=line.subjects))[0]


def record_refused(work: Work, line: JudgedLine, actor: str, at: int) -> int:
    """Record that a line was not taken, and why; the entry's index."""
    body = {
        "category": line.known.category,
        "lacking": [msgspec.to_builtins(one) for one in line.told.lacking],
        "unsuitable": bool(line.told.unsuitable),
        "untold": bool(line.told.lacking),
    }
    if line.reasons:
        body |= {"barred": True, "reasons": msgspec.to_builtins(line.reasons)}
    return work.record(Entry(actor=actor, at=at, body=body, kind=REFUSED, recorded=work.now, subjects=line.subjects))[0]


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
