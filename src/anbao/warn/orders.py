"""Orders as they are asked about and answered, and as entries: placed, updated, refused; and their projection.

A trade is known by order, listing and buyer: an order has lines, and each line is an entry of its own.
"""

from typing import TypedDict

import msgspec

from anbao.engine.readmodels.listings import ListingKnown
from anbao.engine.work import Work
from anbao.ledger import Vault
from anbao.model.base import Noun
from anbao.model.events import made_of
from anbao.model.events.warn import (
    NoticeAcknowledgedEvent,
    NoticeAnsweredEvent,
    NoticeChoiceEvent,
    NoticeOwed,
    NoticeShownEvent,
    OrderPlaced,
    OrderRefused,
    OrderUpdated,
)
from anbao.model.listing_fact import FactValue
from anbao.model.notice import Notice
from anbao.model.trade import (
    GateReason,
    Lacking,
    NoticeAcknowledged,
    NoticeAnswered,
    NoticeChoice,
    NoticeShown,
    Order,
)
from anbao.warn.steps import NoticeState

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

    def refuses(self, notice_state: NoticeState) -> bool:
        return bool(
            (self.refuse_untold and notice_state.lacking) or (self.refuse_unsuitable and notice_state.unsuitable)
        )


class LineParties(TypedDict):
    """Whom and what the entries of a line are about, as they name it."""

    consumer: str
    goods: str
    merchant: str
    order: str


class JudgedLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line as it is judged: its order with this listing alone, and all that is known of it.

    ``refused`` by the platform's policy or for want of notices; ``reasons``: what stands against the sale.
    """

    order: Order
    consumer: str
    known: ListingKnown
    notices: tuple[Notice, ...]
    notice_state: NoticeState
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

    @property
    def parties(self) -> LineParties:
        """As ``subjects``, for an event."""
        listing, merchant = self.order.listing, self.known.merchant
        return {"consumer": self.consumer, "goods": listing, "merchant": merchant, "order": self.order.id}

    def answer(self, entry: int) -> OrderLineAnswer:
        """The line as recorded by an entry."""
        return OrderLineAnswer(
            entry=entry,
            flagged=self.flagged,
            lacking=self.notice_state.lacking,
            listing=self.order.listing,
            missing_notices=missing(self.notice_state),
            reasons=self.reasons,
            refused=self.refused,
            unsuitable=self.notice_state.unsuitable,
        )

    def check(self) -> LineCheck:
        """The line as it would be taken."""
        return LineCheck(
            allowed=not self.refused,
            flagged=self.flagged,
            lacking=self.notice_state.lacking,
            listing=self.order.listing,
            missing_notices=missing(self.notice_state),
            notices=tuple(notice.id for notice in self.notices),
            reasons=self.reasons,
            unsuitable=self.notice_state.unsuitable,
        )


def missing(notice_state: NoticeState) -> tuple[str, ...]:
    """The notices that were not shown, or not acknowledged where that is asked."""
    return tuple(one.notice for one in notice_state.lacking if set(one.steps) - {"answered"})


def record_placed(work: Work, vault: Vault, line: JudgedLine, actor: str, at: int) -> int:
    """Record a line, and each notice that its category demands as owed before it; the line's entry."""
    order, known = line.order, line.known
    placed = made_of(
        OrderPlaced,
        vault.seal_noun(work.conn, order, f"consumer:{line.consumer}"),
        category=known.category,
        flagged=line.flagged,
        listing_outcome=known.outcome,
        notice_required=bool(line.notices),
        reasons=line.reasons if line.flagged else (),
        unsuitable=bool(line.notice_state.unsuitable),
        **line.parties,
    )
    entry = work.append(placed, actor=actor, at=at)
    work.append_all([_owed(line, notice) for notice in line.notices], actor="engine", at=at)
    return entry


def record_updated(
    work: Work, vault: Vault, line: JudgedLine, before: int, amount_before: str, actor: str, at: int
) -> int:
    """Record that a line is reported otherwise than by entry ``before``; the entry's index."""
    updated = made_of(
        OrderUpdated,
        vault.seal_noun(work.conn, line.order, f"consumer:{line.consumer}"),
        amount_before=amount_before,
        before=before,
        category=line.known.category,
        **line.parties,
    )
    return work.append(updated, actor=actor, at=at)


def record_refused(work: Work, line: JudgedLine, actor: str, at: int) -> int:
    """Record that a line was not taken, and why; the entry's index."""
    refused = OrderRefused(
        barred=bool(line.reasons),
        category=line.known.category,
        lacking=line.notice_state.lacking,
        reasons=line.reasons,
        unsuitable=bool(line.notice_state.unsuitable),
        untold=bool(line.notice_state.lacking),
        **line.parties,
    )
    return work.append(refused, actor=actor, at=at)


class ShownText(TypedDict):
    """What is known of a notice's text as it was shown; see ``NoticeShownEvent``."""

    catalogue: str
    listing_facts: tuple[tuple[str, FactValue], ...]
    rendering: str
    rendering_ours: bool
    rendering_stated: bool


def record_shown(
    work: Work, vault: Vault, noun: NoticeShown, version: int, text: ShownText, actor: str, at: int
) -> int:
    """Record that a version of a notice was shown; the entry's index."""
    about = _about_step(work, vault, noun)
    sealed = vault.seal_noun(work.conn, noun, f"consumer:{about['consumer']}")
    event = made_of(NoticeShownEvent, sealed, version=version, **about, **text)  # its text is what says "rendering"
    return work.append(event, actor=actor, at=at)


def record_reply(
    work: Work, vault: Vault, noun: NoticeAcknowledged | NoticeAnswered, version: int, actor: str, at: int
) -> int:
    """Record that a version of a notice was acknowledged or answered; the entry's index."""
    about = _about_step(work, vault, noun)
    sealed = vault.seal_noun(work.conn, noun, f"consumer:{about['consumer']}")
    kind = NoticeAcknowledgedEvent if isinstance(noun, NoticeAcknowledged) else NoticeAnsweredEvent
    return work.append(made_of(kind, sealed, version=version, **about), actor=actor, at=at)


def record_choice(work: Work, vault: Vault, choice: NoticeChoice, actor: str, at: int) -> int:
    """Record whether the buyer knew, could choose and chose; the entry's index."""
    consumer = vault.consumer(work.conn, choice.buyer)
    event = made_of(
        NoticeChoiceEvent,
        vault.seal_noun(work.conn, choice, f"consumer:{consumer}"),
        about=choice.notice,
        consumer=consumer,
        goods=choice.listing,
        of=choice.order,
    )
    return work.append(event, actor=actor, at=at)


class _StepParties(TypedDict):
    about: str
    consumer: str
    goods: str


def _about_step(work: Work, vault: Vault, noun: NoticeStep) -> _StepParties:
    return {"about": noun.notice, "consumer": vault.consumer(work.conn, noun.buyer), "goods": noun.listing}


def _owed(line: JudgedLine, notice: Notice) -> NoticeOwed:
    """``confirm_law`` is stated only where a statute asks to acknowledge it."""
    return NoticeOwed(
        about=line.order.id,
        ask=notice.ask_unsuitable,
        confirm_law=notice.confirm and notice.confirm_law,
        consumer=line.consumer,
        listing=line.order.listing,
        notice=notice.id,
        order=line.order.id,
        shown_only=not notice.confirm,
    )
