"""Measures that the ladder only proposes: a person takes or leaves them, under a clock.

Whichever way it is decided, as a measure or as a case, the other follows.
"""

from contextlib import suppress

from anbao import cases
from anbao.cases.deciding import settle_case
from anbao.engine.work import Work
from anbao.errors import Conflict
from anbao.model.base import given_reason
from anbao.model.decision import DecisionInEffect
from anbao.model.events.remove import MeasureDeclined, MeasureProposed
from anbao.remove import measures, records
from anbao.remove.measures import MeasureOrder, RemovalContext
from anbao.remove.records import ENGINE, Measure
from anbao.store import Connection
from anbao.text import Text

CASE_KIND = "measure_proposed"
TAKE, LEAVE = "take", "leave"
_SEVERITY = 3


def propose(context: RemovalContext, work: Work, order: MeasureOrder, *, actor: str = ENGINE) -> str:
    """Put a measure before a person; its id. Raises InvalidInput, Conflict."""
    _, order = measures.checked(context, work.conn, order)
    name, severity = measures.name_of(work, order), _SEVERITY
    about = measures.about_of(order, name)
    proposed = MeasureProposed(
        evidence=order.evidence,
        facts=order.facts,
        measure=order.measure,
        person="",
        provisions=order.provisions,
        **about,
    )
    index = work.append(proposed, actor=actor)
    if order.violation:
        severity = records.violation_of(work.conn, order.violation).severity or _SEVERITY
    cases.open(work, kind=CASE_KIND, subjects=proposed.subjects, severity=severity, about=index, cause=name)
    return name


def approve(context: RemovalContext, work: Work, measure: str, *, person: str, actor: str) -> str:
    """Take a measure that was proposed. Raises NotFound, Conflict."""
    one = _proposed(work.conn, measure)
    proposed = context.core.ledger.entry(work.conn, one.entry).event(MeasureProposed)
    order = MeasureOrder(
        complaint=one.complaint,
        evidence=proposed.evidence,
        facts=proposed.facts,
        hazard=one.hazard,
        listing=one.listing,
        measure=one.kind,
        merchant=one.merchant,
        provisions=proposed.provisions,
        violation=one.violation,
    )
    return measures.take(context, work, order, person=person, actor=actor, name=measure)


def decline(work: Work, measure: str, reason: str, *, person: str, actor: str) -> int:
    """Leave a proposed measure; the entry's index. Raises NotFound, Conflict, InvalidInput."""
    one = _proposed(work.conn, measure)
    return work.append(MeasureDeclined(person=person, reason=given_reason(reason), **one.about), actor=actor)


def drop(work: Work, measure: str, reason: str, *, person: str, actor: str) -> None:
    """What it was proposed for is none any more: it is left, and its case is over unless somebody works on it."""
    decline(work, measure, reason, person=person, actor=actor)
    given = cases.Determination(actor=actor, outcome=LEAVE, person=person, reason=reason)
    with suppress(Conflict):  # their decision finds it left already
        work.attempt(lambda inner: settle_case(inner, CASE_KIND, ("measure", measure), given))


def decide_case(
    context: RemovalContext, work: Work, measure: str, outcome: str, reason: str, *, person: str, actor: str
) -> int | None:
    """Decide the case of a proposal: the case's entry where a second person must agree first, else None.

    Raises NotFound, Conflict, InvalidInput, Forbidden.
    """
    one = _proposed(work.conn, measure)
    given = cases.Determination(actor=actor, outcome=outcome, person=person, reason=reason)
    opening = cases.Opening(about=one.entry, severity=_SEVERITY, subjects=one.subjects)
    decision = cases.decide_about(context.core, work, CASE_KIND, ("measure", measure), given, opening)
    return decision.entry if decision is not None and decision.undecided else None


def on_case_decided(context: RemovalContext, work: Work, decision: DecisionInEffect) -> None:
    """A person decided as a case; what was decided here already, or withdrawn since, stays."""
    one = records.find(work.conn, decision.subjects["measure"])
    if one.state != "proposed":
        return
    reason = decision.reason
    if decision.outcome == TAKE:
        try:
            approve(context, work, one.id, person=decision.person, actor=decision.actor)
            return
        except Conflict as error:
            reason = error.what.zh
    decline(work, one.id, reason, person=decision.person, actor=decision.actor)


def _proposed(conn: Connection, name: str) -> Measure:
    one = records.find(conn, name)
    if one.state != "proposed":
        raise Conflict(Text(f"措施 {name} 不是待决定的建议", f"the measure {name} is no open proposal"))
    return one
