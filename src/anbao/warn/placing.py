"""The gate before a sale: an order is checked before payment, and recorded, flagged or refused when it is placed.

Invariants
- An order is taken whole or not at all: where one line is refused, no line of it is recorded as placed.
- A line that is reported again with the same content makes no new entry; with another content it makes an update.
- A flagged line opens a case, and is owed a person's look (``cn.order.flagged``).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from anbao import cases
from anbao.engine.core import Core
from anbao.engine.outbox import Effect, send
from anbao.engine.readmodels import gate, listings
from anbao.engine.readmodels import orders as order_lines
from anbao.engine.work import Work
from anbao.errors import InvalidInput
from anbao.model.decision import DecisionInEffect
from anbao.model.events.warn import OrderPlaced, OrderReviewed, OrderUpdated, ReportedLine
from anbao.model.trade import Order, OrderIntent, OrderLine
from anbao.store import Connection
from anbao.text import Text
from anbao.warn import orders, steps
from anbao.warn.orders import NOTHING, JudgedLine, OrderAnswer, OrderCheck, OrderLineAnswer

WITHOUT_NOTICE, UNSUITABLE, LEAST_SECONDS = "order.without_notice", "order.unsuitable", "notice.least_seconds"
"""Options of the pack."""

CASE_KIND = "order_flagged"
CANCEL_TOPIC = "order.cancel"
"""Topic by which the platform is asked to cancel a trade."""

_PERSONAL = ("recipient", "recipient_address", "recipient_phone")

_SEVERITY = 3


def place(core: Core, work: Work, order: Order, actor: str, at: int) -> OrderAnswer:
    """Record an order line by line, or refuse it. Raises InvalidInput."""
    consumer = core.vault.consumer(work.conn, order.buyer)
    named = _lines(order)
    before = {
        one.listing: entry
        for one in named
        if (entry := order_lines.line_entry(work.conn, order.id, one.listing, consumer)) is not None
    }
    lines = [judge(core, work.conn, one, consumer, at) for one in _single(order, named)]
    refused = [line for line in lines if line.refused and line.order.listing not in before]
    if refused:
        entries = {line.order.listing: orders.record_refused(work, line, actor, at) for line in refused}
        answers = [line.answer(entries.get(line.order.listing, NOTHING)) for line in lines]
    else:
        answers = [_record(core, work, line, before.get(line.order.listing), actor, at) for line in lines]
    return _answer(order, consumer, answers, refused=bool(refused))


def check(core: Core, work: Work, intent: OrderIntent, at: int) -> OrderCheck:
    """Whether an order would be taken, and what stands against it. Raises InvalidInput."""
    consumer = core.vault.consumer(work.conn, intent.buyer)
    named = _lines(intent)
    given = [Order(buyer=intent.buyer, id="-", listing=one.listing) for one in named]
    lines = tuple(judge(core, work.conn, one, consumer, at).check() for one in given)
    if not intent.lines:
        return OrderCheck(**msgspec.structs.asdict(lines[0]))
    return OrderCheck(
        allowed=all(one.allowed for one in lines),
        flagged=any(one.flagged for one in lines),
        lacking=tuple(lacking for one in lines for lacking in one.lacking),
        lines=lines,
        missing_notices=_each(one.missing_notices for one in lines),
        notices=_each(one.notices for one in lines),
        reasons=tuple(reason for one in lines for reason in one.reasons),
        unsuitable=_each(one.unsuitable for one in lines),
    )


def judge(core: Core, conn: Connection, order: Order, consumer: str, at: int) -> JudgedLine:
    """One line against the gate and the notices. What took place already is never refused."""
    known = listings.known_at(conn, order.listing, at)
    notices = core.catalogue.notices_for(known.category)
    least = core.parameters.number(conn, LEAST_SECONDS, at)
    notice_state = steps.notice_state(conn, consumer, order.listing, notices, at, least)
    reasons = gate.reasons(core, conn, order.listing, known, at)
    rules = orders.OrderChoices(
        refuse_untold=core.parameters.word(conn, WITHOUT_NOTICE, at) == "refuse",
        refuse_unsuitable=core.parameters.word(conn, UNSUITABLE, at) == "refuse",
    )
    refused = rules.refuses(notice_state) or any(one.act == "refuse" for one in reasons)
    return JudgedLine(
        consumer=consumer,
        known=known,
        notices=notices,
        order=order,
        reasons=reasons,
        refused=refused and not order.concluded,
        notice_state=notice_state,
    )


def follow_case(core: Core, work: Work, decision: DecisionInEffect) -> None:
    """A decision on a flagged order → ``order.reviewed``; the platform is asked to cancel what may not stand.

    What the newest review of that line says already is not said again: an earlier release let a first decision take
    effect at once, also where a second person had to agree.
    """
    if _reviewed(core, work, decision.subjects) == decision.outcome:
        return
    about = decision.subjects
    reviewed = OrderReviewed(
        consumer=about["consumer"],
        goods=about["listing"],
        merchant=about.get("merchant", ""),
        order=about["order"],
        outcome=decision.outcome,
        person=decision.person,
        reason=decision.reason,
    )
    index = work.append(reviewed, actor=decision.actor, at=decision.at)
    if reviewed.outcome == "cancel":
        send(work, index, Effect(topic=CANCEL_TOPIC, subjects=reviewed.subjects, body={"reason": reviewed.reason}))


def _reviewed(core: Core, work: Work, line: Mapping[str, str]) -> str:
    """The outcome of the newest review of a line; empty where there is none."""
    found = core.ledger.entries(work.conn, kind=OrderReviewed.KIND, subject=("order", line["order"]))
    return next((one.event(OrderReviewed).outcome for one in reversed(found) if one.subjects == line), "")


def _lines(given: Order | OrderIntent) -> Sequence[OrderLine]:
    """The lines of an order, also of one that names a single listing."""
    if bool(given.listing) == bool(given.lines):
        raise InvalidInput(
            Text("listing 与 lines 须且只能给出一个", "give either listing or lines, one of both"),
            field="lines" if given.lines else "listing",
        )
    if not given.lines:
        return [OrderLine(listing=given.listing)]
    if isinstance(given, Order) and (given.amount or given.quantity != 1):
        raise InvalidInput(
            Text("给出 lines 时金额与数量写在各行", "with lines the amount and the quantity stand in each line"),
            field="amount" if given.amount else "quantity",
        )
    names = [line.listing for line in given.lines]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise InvalidInput(
                Text(f"商品 {name} 在两行中出现", f"the listing {name} stands in two lines"),
                hint=Text("合并为一行，数量与金额相加", "make it one line with the sum of both"),
                field=f"lines[{place}].listing",
            )
    return given.lines


def _single(order: Order, named: Sequence[OrderLine]) -> list[Order]:
    """The order once for each of its lines, with that listing alone."""
    if not order.lines:
        return [order]
    return [
        msgspec.structs.replace(order, amount=one.amount, lines=(), listing=one.listing, quantity=one.quantity)
        for one in named
    ]


def _record(core: Core, work: Work, line: JudgedLine, before: int | None, actor: str, at: int) -> OrderLineAnswer:
    if before is None:
        entry = orders.record_placed(work, core.vault, line, actor, at)
        if line.flagged:
            cases.open(
                work,
                kind=CASE_KIND,
                subjects=line.subjects,
                severity=_SEVERITY,
                about=entry,
                reasons=[one.code for one in line.reasons],
            )
        return line.answer(entry)
    newest, event = _newest(core, work, line, before)
    if _content(core, work, line, event) == _given(line.order):
        return msgspec.structs.replace(_unjudged(line, before), repeated=True)
    entry = orders.record_updated(work, core.vault, line, newest, event.amount, actor, at)
    return msgspec.structs.replace(_unjudged(line, entry), updated=True)


def _unjudged(line: JudgedLine, entry: int) -> OrderLineAnswer:
    """A line that was taken before: it is not judged by what stands today."""
    return OrderLineAnswer(
        entry=entry,
        lacking=line.notice_state.lacking,
        listing=line.order.listing,
        missing_notices=orders.missing(line.notice_state),
        unsuitable=line.notice_state.unsuitable,
    )


class LineContent(msgspec.Struct, frozen=True):
    """What a line says besides its key."""

    amount: str
    quantity: int
    personal: tuple[str | None, ...]
    """The recipient's name, address and phone."""


def _given(order: Order) -> LineContent:
    return LineContent(order.amount, order.quantity, tuple(getattr(order, name) for name in _PERSONAL))


def _newest(core: Core, work: Work, line: JudgedLine, placed: int) -> tuple[int, ReportedLine]:
    """The newest entry that says what a line is, and what it says."""
    index: int = placed
    newest: ReportedLine = core.ledger.entry(work.conn, placed).event(OrderPlaced)
    start = placed + 1
    of_order = "order", line.order.id
    while page := core.ledger.entries(work.conn, start, 500, kind=OrderUpdated.KIND, subject=of_order):
        start = page[-1].index + 1
        for stored in page:
            event = stored.event(OrderUpdated)
            if (event.goods, event.consumer) == (line.order.listing, line.consumer):
                index, newest = stored.index, event
    return index, newest


def _content(core: Core, work: Work, line: JudgedLine, event: ReportedLine) -> LineContent:
    """What an entry says of a line; erased values stay commitments."""
    sealed = [getattr(event, name) for name in _PERSONAL]
    opened = core.vault.opened_values(work.conn, sealed, {f"consumer:{line.consumer}"})
    return LineContent(event.amount, event.quantity, tuple(opened))


def _answer(order: Order, consumer: str, lines: Sequence[OrderLineAnswer], *, refused: bool) -> OrderAnswer:
    recorded = [one.entry for one in lines if one.entry != NOTHING]
    return OrderAnswer(
        consumer=consumer,
        entry=recorded[0],
        flagged=any(one.flagged for one in lines) and not refused,
        lacking=tuple(lacking for one in lines for lacking in one.lacking),
        lines=tuple(lines) if order.lines else (),
        missing_notices=_each(one.missing_notices for one in lines),
        order=order.id,
        reasons=tuple(reason for one in lines for reason in one.reasons),
        refused=refused,
        repeated=all(one.repeated for one in lines),
        unsuitable=_each(one.unsuitable for one in lines),
        updated=any(one.updated for one in lines),
    )


def _each(groups: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for group in groups for name in group))
