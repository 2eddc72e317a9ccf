"""Who complains of harm is helped without filing again: informed of what they can ask for, with a case and a clock.

Invariants
- One offer for a complaint in which a consumer says that they were harmed; none where it was answered or they asked for
  help before, and none beside an offer to the same consumer about the same goods.
- What the person asks for later belongs to the offer and closes its case; the clock of the request runs from then on.
- What the person was informed of is in the entry, so that it can be shown later.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Literal

import msgspec

from anbao import cases
from anbao.assist import records
from anbao.cases.deciding import settle_case
from anbao.engine.core import Core
from anbao.engine.outbox import Effect, send
from anbao.engine.work import Placed, Work
from anbao.errors import Conflict
from anbao.law.help import Hint, Hints
from anbao.ledger import Stored
from anbao.model.assistance import Harm, Help
from anbao.model.base import Noun
from anbao.model.decision import DecisionInEffect
from anbao.model.events.assist import AssistanceClosed, AssistanceGiven, AssistanceOffered, AssistanceTakenUp
from anbao.model.events.complaints import ComplaintHandled, ComplaintReceived, ComplaintTriaged
from anbao.store import Connection, tables
from anbao.store.bulk import columns_of, insert_many, row_of, rows_of, sql
from anbao.text import Text

CASE_KIND = "assistance_offer"
HELPED = "helped"
TOPIC = "complainant.help"
ENGINE = "engine"

OfferState = Literal["open", "taken_up", "given", "closed"]

COLUMNS = {
    "complaint": Text("投诉", "complaint"),
    "harm": Text("损害", "harm"),
    "trade": Text("订单", "order"),
    "listing": Text("商品", "listing"),
    "merchant": Text("商家", "merchant"),
    "state": Text("状态", "state"),
    "dispute": Text("求助", "request"),
}
ASKS: dict[Help, Text] = {
    "identity": Text("商家的真实名称、地址和有效联系方式", "the seller's real name, address and contact"),
    "records": Text("原始合同和交易记录", "the original contract and the records of the trade"),
    "freeze": Text("暂停向商家付款，防止损失扩大", "that the money is held back, so that the loss does not grow"),
    "advice": Text("维权途径的指引", "advice on the ways that are open"),
}
"""What a person harmed can ask the platform for."""

_HOW = Text(
    "您说明已受到损害，无须再次投诉。您可以凭订单号或者本投诉编号向平台请求下列帮助。留有联系方式的，平台会主动与您联系。",
    "You said that you were harmed; you need not complain again. You can ask the platform for what is listed here, with"
    " the number of your order or of this complaint. If you left a contact, the platform will get in touch with you.",
)
_TAKEN_UP = "投诉人已提出求助 · the complainant asked for help"

_HELPED_PERSONS = frozenset({"consumer", "anonymous", "other"})
"""Sources of complaints behind which a consumer may stand."""

_SEVERITY: dict[str, int] = {"health": 4, "life": 5, "payment": 3, "property": 3, "": 3}


class Offer(Noun, frozen=True, kw_only=True):
    """What became of the help for a complainant; ``dispute`` is the request that they made. ``at``: UTC ms."""

    complaint: str
    consumer: str
    trade: str
    listing: str
    merchant: str
    harm: str
    state: OfferState
    dispute: str
    at: int
    entry: int


class Askable(Noun, frozen=True, kw_only=True):
    """One thing that a person harmed can ask for."""

    help: Help
    title: Text


class OfferedHelp(Noun, frozen=True, kw_only=True):
    """What a complainant who was harmed is informed of, and how it stands."""

    asks: tuple[Askable, ...]
    hints: tuple[Hint, ...]
    how: Text
    state: OfferState


_WRITTEN = ("complaint", "consumer", "trade", "listing", "merchant", "harm", "state", "dispute", "at", "entry")
_SELECT = f"SELECT {columns_of(Offer)} FROM assistance_offer"


def follow_complaint(core: Core, hints: Hints, work: Work, stored: Stored) -> None:
    """``complaint.received`` by a consumer who was harmed → they are informed, and a case is opened."""
    received = stored.event(ComplaintReceived)
    if not received.harmed or received.track or received.by_merchant or received.source not in _HELPED_PERSONS:
        return
    about = ("complaint", received.complaint)
    if core.ledger.latest(work.conn, ComplaintHandled.KIND, about) or _stands(work.conn, received):
        return
    if records.has_asked(work.conn, received.consumer, received.purchase):
        return
    triaged = core.ledger.latest(work.conn, ComplaintTriaged.KIND, about)
    harm: Harm | Literal[""] = triaged.event(ComplaintTriaged).triage.danger if triaged else ""
    if received.concern == "fraud" and harm in ("", "property"):
        harm = "payment"
    ways = hints_for(hints, harm)
    event = AssistanceOffered(
        about=stored.index,
        asks=tuple(ASKS),
        complaint=received.complaint,
        consumer=received.consumer,
        harm=harm,
        hints=tuple(one.id for one in ways),
        listing=received.goods,
        merchant=received.seller,
        order=received.purchase,
    )
    index = work.append(event, actor=ENGINE)
    subjects = {role: name for role, name in event.subjects.items() if role != "consumer"}
    cases.open(
        work,
        kind=CASE_KIND,
        subjects=subjects,
        severity=_SEVERITY[harm],
        about=index,
        cause=received.complaint,
        reasons=["harm.done"],
    )
    _inform(work, index, received, ways)


def hints_for(hints: Hints, harm: str) -> tuple[Hint, ...]:
    """The ways that are open besides; where the harm is not known, those for harm to a person or to property."""
    wanted = {harm} if harm else {"life", "health", "property"}
    return tuple(one for one in hints.all if wanted & {*one.harms})


def shown(core: Core, conn: Connection, hints: Hints, complaint: str) -> OfferedHelp | None:
    """What the author of a complaint can ask for, as offered; None where nothing was."""
    one = row_of(conn, Offer, f"{_SELECT} WHERE complaint = ?", (complaint,))
    if one is None:
        return None
    event = core.ledger.entry(conn, one.entry).event(AssistanceOffered)
    return OfferedHelp(
        asks=tuple(Askable(help=each, title=ASKS[each]) for each in event.asks),
        hints=tuple(hint for hint in hints.all if hint.id in event.hints),
        how=_HOW,
        state=one.state,
    )


def matching(conn: Connection, consumer: str, order: str, complaint: str) -> Offer | None:
    """The open offer to which a request for help belongs: that of its complaint, its buyer, or its order."""
    rows = rows_of(
        conn,
        Offer,
        f"{_SELECT} WHERE state = 'open' AND (complaint = ? OR (consumer = ? AND trade IN (?, ''))"
        " OR (consumer = '' AND trade = ?)) ORDER BY entry",
        (complaint, consumer, order, order),
    )
    fitting = [one for one in rows if one.consumer in ("", consumer)]
    return next((one for one in fitting if one.complaint == complaint), fitting[0] if fitting else None)


def take_up(work: Work, offer: Offer, dispute: str) -> None:
    """A request for help belongs to an offer: its case is over, unless somebody works on it."""
    event = AssistanceTakenUp(
        complaint=offer.complaint,
        consumer=offer.consumer,
        dispute=dispute,
        listing=offer.listing,
        merchant=offer.merchant,
        order=offer.trade,
    )
    work.append(event, actor=ENGINE)
    given = cases.Determination(actor=ENGINE, outcome=HELPED, person=ENGINE, reason=_TAKEN_UP)
    with suppress(Conflict):  # their decision finds it taken up already
        work.attempt(lambda inner: settle_case(inner, CASE_KIND, ("complaint", offer.complaint), given))


def follow_case(work: Work, decision: DecisionInEffect) -> None:
    """A person helped the complainant, or could not; what was asked for meanwhile stays."""
    one = row_of(work.conn, Offer, f"{_SELECT} WHERE complaint = ?", (decision.subjects["complaint"],))
    if one is None or one.state == "taken_up":
        return
    about = {
        "complaint": one.complaint,
        "consumer": one.consumer,
        "listing": one.listing,
        "merchant": one.merchant,
        "order": one.trade,
    }
    if decision.outcome == HELPED:
        work.append(AssistanceGiven(person=decision.person, reason=decision.reason, **about), actor=decision.actor)
        return
    event = AssistanceClosed(outcome=decision.outcome, person=decision.person, reason=decision.reason, **about)
    work.append(event, actor=decision.actor)


def listed(conn: Connection, state: str | None, limit: int) -> list[Offer]:
    """Offers (in a state), the oldest first."""
    where, values = ("WHERE state = ?", (state,)) if state else ("", ())
    return rows_of(conn, Offer, f"{_SELECT} {where} ORDER BY entry LIMIT ?", (*values, limit))


def project_offered(conn: Connection, placed: Sequence[Placed]) -> None:
    """``assistance.offered`` → ``assistance_offer``."""
    rows = []
    for index, sealed in placed:
        event = sealed.event(AssistanceOffered)
        about = (event.complaint, event.consumer, event.order, event.listing, event.merchant)
        rows.append((*about, event.harm, "open", "", sealed.at, index))
    insert_many(conn, tables.assistance_offer, _WRITTEN, rows)


def project_state(conn: Connection, placed: Sequence[Placed]) -> None:
    """What became of an offer."""
    for _index, sealed in placed:
        sql(
            conn,
            "UPDATE assistance_offer SET state = ?, dispute = ? WHERE complaint = ?",
            (STATES[sealed.kind], sealed.subjects.get("dispute", ""), sealed.subjects["complaint"]),
        )


STATES: dict[str, OfferState] = {
    AssistanceTakenUp.KIND: "taken_up",
    AssistanceGiven.KIND: "given",
    AssistanceClosed.KIND: "closed",
}


def _stands(conn: Connection, received: ComplaintReceived) -> bool:
    """Whether the same consumer was offered help about the same goods and order, and nothing came of it yet."""
    if not received.consumer:
        return False
    found = sql(
        conn,
        "SELECT 1 FROM assistance_offer WHERE state = 'open' AND consumer = ? AND trade = ? AND listing = ?",
        (received.consumer, received.purchase, received.goods),
    )
    return found.first() is not None


def _inform(work: Work, index: int, received: ComplaintReceived, ways: Sequence[Hint]) -> None:
    """Let the platform inform the complainant, as far as they said how they are reached."""
    reporter = received.reporter
    who = (
        {}
        if reporter is None
        else {name: value for name in ("buyer", "contact", "phone") if (value := getattr(reporter, name)) is not None}
    )
    body = {
        **who,
        "asks": {name: msgspec.to_builtins(title) for name, title in ASKS.items()},
        "hints": [{"text": msgspec.to_builtins(one.text), "title": msgspec.to_builtins(one.title)} for one in ways],
        "how": msgspec.to_builtins(_HOW),
        "receipt": received.complaint,
    }
    send(work, index, Effect(topic=TOPIC, subjects={"complaint": received.complaint}, body=body, reveal=tuple(who)))
