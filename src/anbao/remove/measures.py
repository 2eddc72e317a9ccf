"""Measures: taken with reasons, notified to the merchant, confirmed by the platform, ended or lifted with all they did.

Invariants
- What is taken says what, why (facts, provisions, evidence), how long and how to appeal; the merchant is sent that.
- A measure is done when the platform confirms its effect; until then ``cn.measure.confirm`` runs.
- Ending or lifting sends the opposite effect, unless another standing measure of the kind holds the same target; what
  had not reached the platform yet does not reach it any more.
"""

import secrets
from hashlib import sha256
from typing import Annotated

import msgspec
from msgspec import Meta

from anbao.engine.core import Core
from anbao.engine.outbox import Effect, send, withdraw
from anbao.engine.readmodels import listings
from anbao.engine.work import Work
from anbao.errors import Conflict, InvalidInput
from anbao.law.templates import Letter
from anbao.ledger import search
from anbao.model.base import Id, Noun, given_reason
from anbao.model.events.remove import (
    MeasureConfirmed,
    MeasureEnded,
    MeasureFailed,
    MeasureLifted,
    MeasureRestored,
    MeasureStated,
    MeasureTakenEvent,
    SanctionImposed,
    SanctionWithdrawn,
)
from anbao.model.options import Option
from anbao.remove import records
from anbao.remove.records import ENGINE, STANDING, Measure, MeasureSubjects
from anbao.remove.rules import MeasureKind, RemovalRules
from anbao.remove.statements import Statement, outcome_letter, statement_letter
from anbao.store import Connection
from anbao.text import Text

NOTIFIED = "merchant.notified"
"""Topic of notices to the merchant."""

_TOKEN_BYTES = 18
_DAY_MILLIS = 24 * 3600 * 1000


class MeasureOrder(Noun, frozen=True, kw_only=True):
    """A measure to be taken. ``days`` None: what the pack says; ``evidence``: indexes of entries.

    Without ``provisions`` those of the measure's kind are its basis.
    """

    complaint: Annotated[str, Meta(max_length=128), Option("投诉", "the complaint")] = ""
    days: Annotated[int, Meta(ge=0, le=3_650), Option("天数，0 为至解除", "days; 0 until it is lifted")] | None = None
    evidence: Annotated[
        tuple[Annotated[int, Meta(ge=0, lt=2**53)], ...], Option("存证条目，可多次给出", "an entry; may be repeated")
    ] = ()
    facts: Annotated[str, Meta(min_length=1, max_length=2_000), Option("事实", "what was found")]
    hazard: Annotated[str, Meta(max_length=128), Option("危险", "the hazard")] = ""
    listing: Annotated[str, Meta(max_length=128), Option("商品", "the listing")] = ""
    measure: Annotated[Id, Option("措施", "the measure", argument=True)]
    merchant: Annotated[str, Meta(max_length=128), Option("商家", "the merchant")] = ""
    provisions: Annotated[
        tuple[Annotated[str, Meta(max_length=128)], ...],
        Option("依据，可多次给出", "the basis; may be repeated", flags=("--provision",)),
    ] = ()
    violation: Annotated[str, Meta(max_length=128), Option("违法情形", "the violation")] = ""


class RemovalContext(msgspec.Struct, frozen=True):
    """What the acts of this package need: the core and the pack's rules."""

    core: Core
    rules: RemovalRules


def take(context: RemovalContext, work: Work, order: MeasureOrder, *, person: str, actor: str, name: str = "") -> str:
    """Take a measure; its id. A proposal is taken under its own ``name``. Raises InvalidInput, Conflict."""
    kind, order = checked(context, work.conn, order)
    name = name or name_of(work, order)
    days = kind.days if order.days is None else order.days
    until = work.now + days * _DAY_MILLIS if days else 0
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    about = about_of(order, name)
    subjects = records.subjects_of(about)
    taken = MeasureTakenEvent(
        appeal_days=kind.appeal_days,
        evidence=order.evidence,
        facts=order.facts,
        measure=order.measure,
        person=person,
        provisions=order.provisions,
        token=sha256(token.encode()).hexdigest(),
        until=until,
        **about,
    )
    index = work.append(taken, actor=actor)
    send(work, index, Effect(topic=kind.does, subjects=subjects, body={"measure": kind.id, "until": until}))
    if order.merchant:
        statement = Statement(
            appeal_days=kind.appeal_days,
            evidence=(*order.evidence, index),
            facts=order.facts,
            listing=order.listing,
            merchant=order.merchant,
            number=name,
            provisions=order.provisions,
            until=until,
        )
        _notify(work, index, subjects, statement_letter(context.core, work.conn, kind, statement), appeal_token=token)
    if kind.sanction and order.merchant:
        because = order.violation
        imposed = SanctionImposed(
            cause=index,
            live=bool(because) and records.violation_of(work.conn, because).field == "live",
            measure=kind.sanction,
            merchant=order.merchant,
            name=name,
            sanction=name,
            violation=because,
        )
        work.append(imposed, actor=actor)
    return name


def lift(context: RemovalContext, work: Work, measure: str, reason: str, *, person: str, actor: str) -> int:
    """End a measure early, because it was wrong or is no longer needed; the entry's index.

    Raises NotFound, Conflict, InvalidInput.
    """
    one = _standing(work.conn, measure)
    lifted = MeasureLifted(measure=one.kind, person=person, reason=given_reason(reason), **one.about)
    return _undo(context, work, one, lifted, actor)


def end(context: RemovalContext, work: Work, one: Measure) -> int:
    """End a measure whose time has passed; the entry's index."""
    return _undo(context, work, one, MeasureEnded(measure=one.kind, reason="期限届满", **one.about), ENGINE)


def delivered(context: RemovalContext, work: Work, one: Measure, topic: str, effect: str) -> bool:
    """The platform did what an effect of a measure asked for; whether this confirmed the measure."""
    kind = context.rules.measure(one.kind)
    if topic == NOTIFIED and one.state in STANDING:
        if search.newest_about(work.conn, [MeasureStated.KIND], ("measure", one.id)) is None:
            work.append(MeasureStated(effect=effect, measure=one.kind, **one.about), actor=ENGINE)
    elif topic == kind.undoes:
        work.append(MeasureRestored(effect=effect, measure=one.kind, **one.about), actor=ENGINE)
    elif topic == kind.does and one.state in ("taken", "failed"):
        work.append(MeasureConfirmed(effect=effect, measure=one.kind, **one.about), actor=ENGINE)
        return True
    return False


def failed(context: RemovalContext, work: Work, one: Measure, topic: str, problem: str) -> None:
    """The effect of a measure was given up or refused: it stands, unfulfilled, until somebody acts."""
    if topic == context.rules.measure(one.kind).does and one.state == "taken":
        work.append(MeasureFailed(measure=one.kind, problem=problem, **one.about), actor=ENGINE)


def announce_outcome(context: RemovalContext, work: Work, one: Measure, index: int, outcome: Text, reason: str) -> None:
    """Notify the merchant how an appeal ended."""
    if one.merchant:
        kind = context.rules.measure(one.kind)
        letter = outcome_letter(context.core, work.conn, kind, one, "appeal.outcome", reason, outcome)
        _notify(work, index, one.subjects, letter)


def _undo(context: RemovalContext, work: Work, one: Measure, event: MeasureLifted | MeasureEnded, actor: str) -> int:
    kind = context.rules.measure(one.kind)
    index = work.append(event, actor=actor)
    target = {"listing": one.listing} if kind.on == "listing" else {"merchant": one.merchant}
    if (taken := search.newest_about(work.conn, [MeasureTakenEvent.KIND], ("measure", one.id))) is not None:
        withdraw(work, taken)
    if not records.standing(work.conn, kind=kind.id, **target):
        effect = Effect(topic=kind.undoes, subjects=one.subjects, body={"measure": kind.id, "reason": event.reason})
        send(work, index, effect)
    if one.merchant:
        letter = outcome_letter(context.core, work.conn, kind, one, "measure.over", event.reason)
        _notify(work, index, one.subjects, letter)
    lifted = isinstance(event, MeasureLifted)
    if kind.sanction and (lifted or one.until):
        withdrawn = SanctionWithdrawn(cause=index, lifted=lifted, merchant=one.merchant, sanction=one.id)
        work.append(withdrawn, actor=actor)
    return index


def _notify(work: Work, index: int, subjects: dict[str, str], letter: Letter, **more: str) -> None:
    body = {"letter": msgspec.to_builtins(letter), **more}
    send(work, index, Effect(topic=NOTIFIED, subjects=subjects, body=body))


def checked(context: RemovalContext, conn: Connection, order: MeasureOrder) -> tuple[MeasureKind, MeasureOrder]:
    """The measure's kind, and the order with its merchant and its basis filled in."""
    kind = context.rules.measure(order.measure)
    if order.listing and not order.merchant:
        order = msgspec.structs.replace(order, merchant=listings.known(conn, order.listing).merchant)
    if kind.on == "listing" and not order.listing:
        raise InvalidInput(Text(f"{kind.title.zh}须指明商品", f"{kind.id} is about a listing"), field="listing")
    if kind.on == "merchant" and not order.merchant:
        raise InvalidInput(Text(f"{kind.title.zh}须指明商家", f"{kind.id} is about a merchant"), field="merchant")
    for reference in order.provisions:
        context.core.pack.provision(reference)
    if not order.provisions:
        order = msgspec.structs.replace(order, provisions=kind.provisions)
    for index in order.evidence:
        context.core.ledger.entry(conn, index)
    same = {"listing": order.listing} if kind.on == "listing" else {"merchant": order.merchant}
    because = {"complaint": order.complaint, "hazard": order.hazard, "violation": order.violation}
    if held := records.standing(conn, kind=kind.id, **because, **same):
        raise Conflict(
            Text(f"已有同一措施 {held[0].id}", f"the measure {held[0].id} holds already"),
            hint=Text("先解除再重新采取", "lift it first"),
        )
    return kind, order


def name_of(work: Work, order: MeasureOrder) -> str:
    because = (order.complaint, order.hazard, order.violation)
    identity = [order.measure, order.listing, order.merchant, *because, work.now]
    again = records.count_about(work.conn, order.listing, order.merchant)
    return f"{order.measure}-{sha256(msgspec.json.encode([*identity, again])).hexdigest()[:16]}"


def about_of(order: MeasureOrder, name: str) -> MeasureSubjects:
    """Returns what the entries of a measure name that is taken or proposed so."""
    return {
        "complaint": order.complaint,
        "hazard": order.hazard,
        "listing": order.listing,
        "merchant": order.merchant,
        "name": name,
        "violation": order.violation,
    }


def _standing(conn: Connection, name: str) -> Measure:
    one = records.find(conn, name)
    if one.state not in STANDING:
        raise Conflict(Text(f"措施 {name} 已不生效", f"the measure {name} does not hold (any more)"))
    return one
