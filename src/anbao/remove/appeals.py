"""Appeals: filed by the merchant, decided by somebody else than who took the measure; a granted one repairs everything.

What is repaired: each measure because of the same violation is lifted (the listing is back, stock and payout are free,
the publication is withdrawn), the violation counts no more on the ladder, open proposals are dropped, and the danger is
no longer seen in this listing. The ``warn`` package notifies buyers who were warned; it reacts to the lifting.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from anbao import cases
from anbao.cases import conflicts
from anbao.cases.persons import folded
from anbao.engine.acts import Cells, Columns
from anbao.engine.work import Placed, Work
from anbao.errors import Conflict, Forbidden, NotFound
from anbao.model.base import Id, Noun, given_reason, legal_time
from anbao.model.decision import DecisionInEffect
from anbao.model.events import made_of
from anbao.model.events.investigate import HazardConfirmed, HazardLifted
from anbao.model.events.remove import (
    AppealDecided,
    AppealReceived,
    MeasureProposed,
    MeasureTakenEvent,
    ViolationWithdrawn,
)
from anbao.model.options import Option
from anbao.remove import hazards, measures, proposals, records
from anbao.remove.measures import RemovalContext
from anbao.remove.records import STANDING, Measure
from anbao.store import Connection, tables
from anbao.store.bulk import columns_of, row_of, rows_of, sql, upsert_many
from anbao.text import Text

CASE_KIND = "appeal"
_SEVERITY = 3

Outcome = Literal["granted", "denied"]
OUTCOMES: dict[Outcome, Text] = {
    "granted": Text("成立，措施及其影响已恢复", "granted; all that the measure did is repaired"),
    "denied": Text("不成立，维持原措施", "denied; the measure stands"),
}

Words = Annotated[str, Meta(min_length=1, max_length=5_000, extra={"personal": "appeal"})]
"""What a merchant writes may name persons: the entry holds a commitment."""


class AppealFiled(Noun, frozen=True, kw_only=True):
    """An appeal as the merchant files it. ``evidence``: names or SHA-256 of what was handed in."""

    evidence: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=300)], ...],
        Meta(max_length=50),
        Option("证据，可多次给出", "evidence; may be repeated"),
    ] = ()
    measure: Annotated[Id, Option("措施", "the measure", argument=True)]
    text: Annotated[Words, Option("商家的陈述", "what the merchant says")]


class Appeal(Noun, frozen=True, kw_only=True):
    """An appeal as it stands; ``person`` decided it."""

    id: str
    measure: str
    state: Literal["filed", "granted", "denied"]
    person: str
    at: int
    entry: int


STATES = {
    "filed": Text("待处理", "to be decided"),
    "granted": Text("成立", "granted"),
    "denied": Text("不成立", "denied"),
}
COLUMNS: Columns = {
    "id": Text("编号", "id"),
    "measure": Text("措施", "measure"),
    "state": Cells(Text("状态", "state"), lambda one: STATES[one.state]),
    "at": Cells(Text("提出", "filed"), lambda one: legal_time(one.at).isoformat(timespec="seconds")),
    "person": Text("决定人", "decided by"),
}


def file(context: RemovalContext, work: Work, filed: AppealFiled, *, actor: str) -> str:
    """Record an appeal against a measure that holds; its id. Raises NotFound, Conflict."""
    one = records.find(work.conn, filed.measure)
    if one.state not in STANDING:
        raise Conflict(Text(f"措施 {one.id} 已不生效，无须申诉", f"the measure {one.id} does not hold any more"))
    known = listed(work.conn, measure=one.id)
    if any(each.state == "filed" for each in known):
        raise Conflict(
            Text(f"措施 {one.id} 已有待处理的申诉", f"an appeal against {one.id} is being decided"),
            hint=Text("等待结果后再补充", "wait for its outcome"),
        )
    name = "appeal-" + sha256(f"{one.id}:{len(known)}".encode()).hexdigest()[:16]
    sealed = {"evidence": [], **context.core.vault.seal_noun(work.conn, filed, f"merchant:{one.merchant}")}
    received = made_of(AppealReceived, sealed, appeal=name, barred=one.person, **one.about)
    index = work.append(received, actor=actor)
    cases.open(
        work,
        kind=CASE_KIND,
        subjects=received.subjects,
        severity=_SEVERITY,
        about=index,
        cause=name,
        barred="\n".join(_decided_before(context, work.conn, one)),
    )
    return name


def file_with_token(context: RemovalContext, work: Work, token: str, text: str, evidence: tuple[str, ...]) -> str:
    """As ``file``, for whoever holds the token that the merchant was sent. Raises Forbidden, Conflict."""
    digest = sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
    one = records.by_token(work.conn, digest)
    if one is None:
        raise Forbidden(Text("申诉凭证无效", "no valid token for an appeal"))
    return file(
        context, work, AppealFiled(evidence=evidence, measure=one.id, text=text), actor=f"merchant:{one.merchant}"
    )


def decide(
    context: RemovalContext, work: Work, appeal: str, outcome: Outcome, reason: str, *, person: str, actor: str
) -> int:
    """Decide an appeal; the entry's index. Raises NotFound, Conflict, Forbidden for who took the measure."""
    measure = _undecided(work, appeal, person)
    given_reason(reason)
    decided = AppealDecided(
        appeal=appeal, first_person=measure.person, outcome=outcome, person=person, reason=reason, **measure.about
    )
    index = work.append(decided, actor=actor)
    measures.announce_outcome(context, work, measure, index, OUTCOMES[outcome], reason)
    if outcome == "granted":
        restore(context, work, measure, reason, person=person, actor=actor)
    return index


def decide_case(
    context: RemovalContext, work: Work, appeal: str, outcome: Outcome, reason: str, *, person: str, actor: str
) -> int | None:
    """Decide the case of an appeal: the case's entry where a second person must agree first, else None.

    Raises NotFound, InvalidInput, Conflict, Forbidden.
    """
    measure = _undecided(work, appeal, person)
    given = cases.Determination(actor=actor, outcome=outcome, person=person, reason=reason)
    about = find(work.conn, appeal).entry
    opening = cases.Opening(about=about, severity=_SEVERITY, subjects={**measure.subjects, "appeal": appeal})
    decision = cases.decide_about(context.core, work, CASE_KIND, ("appeal", appeal), given, opening)
    return decision.entry if decision is not None and decision.undecided else None


def _undecided(work: Work, appeal: str, person: str) -> Measure:
    """The measure that an appeal is against. Raises NotFound, Conflict, Forbidden for who took it."""
    one = find(work.conn, appeal)
    measure = records.find(work.conn, one.measure)
    if one.state != "filed":
        raise Conflict(Text(f"申诉 {appeal} 已有结果", f"the appeal {appeal} has been decided"))
    if folded(person) == folded(measure.person):
        raise Forbidden(
            Text(f"{person} 作出了原决定，不得处理申诉", f"{person} took the measure and may not decide the appeal"),
            hint=Text("由另一人处理", "somebody else has to"),
        )
    return measure


def conflicts_of(context: RemovalContext, conn: Connection, subjects: Mapping[str, str]) -> list[str]:
    """Who may not decide the appeal with these subjects, also where they acted after it was filed."""
    return _decided_before(context, conn, records.find(conn, subjects["measure"]))


def _decided_before(context: RemovalContext, conn: Connection, one: Measure) -> list[str]:
    """Who may not decide an appeal against a measure: whoever took it, confirmed the danger, or decided to take it."""
    made = [(kind, ("measure", one.id)) for kind in (MeasureTakenEvent.KIND, MeasureProposed.KIND)]
    decided = [("measure_proposed", ("measure", one.id))]
    if one.hazard:
        made.append((HazardConfirmed.KIND, ("hazard", one.hazard)))
        decided += [(kind, ("hazard", one.hazard)) for kind in ("danger_complaint", "hazard_suspected")]
    if one.hazard and one.listing:
        decided.append((hazards.CASE_KIND, ("listing", one.listing)))
    if one.complaint:
        decided += [(kind, ("complaint", one.complaint)) for kind in ("complaint", "danger_complaint", "notice_check")]
    return list(dict.fromkeys([one.person, *conflicts.deciders(context.core, conn, made, decided)]))


def on_case_decided(context: RemovalContext, work: Work, decision: DecisionInEffect) -> None:
    """A person decided the appeal as a case; what was decided here already stays."""
    appeal = find(work.conn, decision.subjects["appeal"])
    if appeal.state == "filed":
        outcome = msgspec.convert(decision.outcome, Outcome)
        decide(context, work, appeal.id, outcome, decision.reason, person=decision.person, actor=decision.actor)


def restore(context: RemovalContext, work: Work, one: Measure, reason: str, *, person: str, actor: str) -> None:
    """Take back a measure that was wrong, and all else that was done because of the same violation."""
    related, index = _related(work.conn, one), one.entry
    if one.violation:
        withdrawn = ViolationWithdrawn(person=person, reason=reason, violation=one.violation)
        index = work.append(withdrawn, actor=actor)
    for each in related:
        if each.state in STANDING:
            measures.lift(context, work, each.id, reason, person=person, actor=actor)
            if context.rules.measure(each.kind).on == "listing":
                hazards.clear(work, each.hazard, each.listing, index)
        elif each.state == "proposed":
            proposals.drop(work, each.id, reason, person=person, actor=actor)


def restore_after_lifting(context: RemovalContext, work: Work, most: int) -> bool:
    """Take back some of what was done because of a danger that is none any more; whether there was anything to do."""
    danger = hazards.being_lifted(work.conn)
    if danger is None:
        return False
    lifting = context.core.ledger.entry(work.conn, danger.entry)
    reason = lifting.event(HazardLifted).reason or "危险已解除"
    done: set[str] = set()
    for one in records.standing_because(work.conn, danger.id, most):
        if one.id not in done:
            done |= {each.id for each in _related(work.conn, one)}
            restore(context, work, one, reason, person=lifting.actor, actor=lifting.actor)
    if not done:
        hazards.all_lifted(work.conn, danger.id)
    return True


def _related(conn: Connection, one: Measure) -> list[Measure]:
    return records.of_violation(conn, one.violation) if one.violation else [one]


def find(conn: Connection, name: str) -> Appeal:
    """Raises NotFound."""
    found = row_of(conn, Appeal, f"SELECT {columns_of(Appeal)} FROM appeal WHERE id = ?", (name,))
    if found is None:
        raise NotFound(Text(f"没有申诉 {name}", f"there is no appeal {name}"))
    return found


def listed(conn: Connection, *, measure: str = "", state: str = "", limit: int = 100) -> list[Appeal]:
    """Appeals, the oldest first."""
    given = {column: value for column, value in (("measure", measure), ("state", state)) if value}
    where = " AND ".join(["1 = 1", *(f"{column} = ?" for column in given)])
    statement = f"SELECT {columns_of(Appeal)} FROM appeal WHERE {where} ORDER BY at, id LIMIT ?"
    return rows_of(conn, Appeal, statement, (*given.values(), limit))


def project(conn: Connection, placed: Sequence[Placed]) -> None:
    """``appeal.filed`` and ``appeal.decided`` → ``appeal``."""
    for index, sealed in placed:
        if sealed.kind == AppealReceived.KIND:
            received = sealed.event(AppealReceived)
            upsert_many(
                conn,
                tables.appeal,
                ("id", "measure", "state", "person", "at", "entry"),
                [(received.appeal, received.name, "filed", "", sealed.at, index)],
            )
        else:
            decided = sealed.event(AppealDecided)
            sql(
                conn,
                "UPDATE appeal SET state = ?, person = ?, entry = ? WHERE id = ?",
                (decided.outcome, decided.person, index, decided.appeal),
            )
