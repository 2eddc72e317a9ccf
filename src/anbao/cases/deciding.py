"""Decisions: the one way to decide a case, by one person or by two, and again where the two disagree.

- Every act that decides goes through ``decide``: a reviewer's, an officer's act in a package (``decide_about``), and
  many at once (``bulk``). It holds to leases, assignments, conflicts of interest and the second review.
- Which decisions a second person makes too is a function of the case and its decision, so that nobody can choose.
- A sampled decision takes effect at once and is checked afterwards: the danger does not wait. Where a second review is
  required (a share of 100 percent, or two who disagreed before) nothing takes effect before a second person agrees.
- Two who disagree reopen the case; the decision that follows is always made by two.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256

import msgspec

from anbao.cases import reading
from anbao.cases.leases import check_may_decide, check_not_barred
from anbao.cases.opening import open_case
from anbao.cases.persons import identity_of, keys_required, person_of, require_key
from anbao.cases.reading import Case
from anbao.engine.core import Core
from anbao.engine.values import CaseRule
from anbao.engine.work import Work
from anbao.errors import Conflict, InvalidInput
from anbao.law.case_kinds import CaseKind
from anbao.ledger import Stored
from anbao.model.base import JsonObject, given_reason
from anbao.model.decision import CaseState, Decision, DecisionInEffect
from anbao.model.events.cases import CaseConfirmed, CaseDecided, CaseReopened
from anbao.store import Connection
from anbao.text import Text

DECISIONS = frozenset({CaseDecided.KIND, CaseConfirmed.KIND})
"""The kinds of entries with which a decision may take effect; ``in_effect`` says which do."""

ALWAYS = 100
"""The share, in percent, at which a second review is required."""


class Determination(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody decides and why. ``details``: what the act needs beside the outcome, where it may have to wait."""

    actor: str
    outcome: str
    person: str
    reason: str
    details: JsonObject = {}


class HowMade(msgspec.Struct, frozen=True, kw_only=True):
    """How a decision was made. ``carried_out``: the act did what follows; ``key``: the key that ordered it in bulk.

    ``identity``: as ``persons.identity_of``.
    """

    carried_out: bool = False
    identity: str = ""
    key: str = ""


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """The case that an act opens where none waits and a second review is required."""

    about: int
    severity: int
    subjects: Mapping[str, str]
    cause: str = ""
    proposals: Sequence[str] = ()
    reasons: Sequence[str] = ()


def decide(core: Core, work: Work, case: Case, given: Determination, *, carried_out: bool = False) -> Decision:
    """Decide a case that waits. ``carried_out``: the caller does what follows, in this work, if it takes effect.

    Raises InvalidInput; Conflict where it waits for another person; Forbidden where that takes a key.
    """
    check_outcome(core.pack.case_kind(case.kind), given.outcome)
    given_reason(given.reason)
    check_may_decide(with_conflicts(core, work.conn, case), person_of(work, given.person), work.now)
    rule = core.case_rules.of_kind(work.conn, case.kind)
    if case.state == "open" or _does_not_count(core, work, case):
        if _second_look(case, rule):
            require_key(core.parameters, work)
        made = HowMade(carried_out=carried_out, identity=identity_of(work))
        decision = first_decision(work, rule, case, given, made)
    else:
        require_key(core.parameters, work)
        decision = _second_decision(core, work, case, given, carried_out)
    if decision.effect != "now":
        work.decision = decision
    return decision


def decide_about(
    core: Core,
    work: Work,
    kind: str,
    about: tuple[str, str],
    given: Determination,
    opening: Opening | None = None,
) -> Decision | None:
    """An act of a package decides the case of a kind about (role, identifier): what came of it, None without a case.

    The caller does nothing where the decision is ``undecided``; else it carries the act out, unless an earlier decision
    has done that already (``before``). Conflicts of interest hold without a case, too. Raises as ``decide``.
    """
    waiting = reading.of_kind(work.conn, kind, *about, unclosed=True)
    if not waiting and opening is not None and second_review_required(core, work.conn, kind):
        new = open_case(
            work,
            kind=kind,
            subjects=opening.subjects,
            severity=opening.severity,
            about=opening.about,
            cause=opening.cause or f"{opening.about}:{work.now}",
            proposals=opening.proposals,
            reasons=opening.reasons,
        )
        waiting = [reading.find(work.conn, new)]
    first = [case for case in waiting if case.state != "second"] or waiting[:1]
    if not first:
        if opening is not None:
            check_not_barred(person_of(work, given.person), _conflicts(core, work.conn, kind, opening.subjects))
        return None
    for case in first:
        check_may_decide(with_conflicts(core, work.conn, case), person_of(work, given.person), work.now)
    decision = decide(core, work, first[0], given, carried_out=True)
    if decision.effect == "now":
        for case in first[1:]:
            first_decision(work, _ALONE, case, given, HowMade(carried_out=True, identity=identity_of(work)))
    return decision


def settle_case(work: Work, kind: str, about: tuple[str, str], given: Determination) -> None:
    """What happened by itself (a check that holds now, a new application) decides the cases that it leaves pointless.

    Raises Conflict where somebody has one before them.
    """
    for case in reading.of_kind(work.conn, kind, *about, unclosed=True):
        if case.state == "open" or case.waits:
            if case.leased_by and case.leased_until > work.now:
                raise Conflict(Text(f"事项 {case.id} 正在处理", f"somebody works on the case {case.id}"))
            first_decision(work, _ALONE, case, given, HowMade(carried_out=True))


def first_decision(
    work: Work, rule: CaseRule, case: Case, given: Determination, made: HowMade, bulk: str = ""
) -> Decision:
    """Record a first decision that the caller has checked; ``bulk``: the order by way of which it was made."""
    again = _second_look(case, rule)
    waits = again and _required(case, rule)
    event = CaseDecided(
        about=case.about,
        bulk=bulk,
        carried_out=made.carried_out and not waits,
        case=case.id,
        case_kind=case.kind,
        details=dict(given.details),
        identity=made.identity,
        key=made.key,
        others=dict(case.subjects),
        outcome=given.outcome,
        person=given.person,
        reason=given.reason,
        second_look=again,
        waits=waits,
    )
    entry = work.append(event, actor=given.actor)
    state: CaseState = "second" if again else "closed"
    return Decision(case=case.id, effect="waits" if waits else "now", entry=entry, state=state)


def reopen(work: Work, case: Case, *, person: str, reason: str, actor: str) -> int:
    """Open a closed case again; the entry's index. Raises Conflict, InvalidInput."""
    given_reason(reason)
    if case.state != "closed":
        raise Conflict(Text(f"事项 {case.id} 尚未结案", f"the case {case.id} is not closed"))
    event = CaseReopened(
        case=case.id, case_kind=case.kind, cause="asked", others=dict(case.subjects), person=person, reason=reason
    )
    return work.append(event, actor=actor)


def in_effect(stored: Stored) -> DecisionInEffect | None:
    """The decision that an entry of ``DECISIONS`` puts into effect; None where it puts none, or the act has done it."""
    event = decision_of(stored)
    waits = event.waits if isinstance(event, CaseDecided) else not event.takes_effect
    if waits or event.carried_out or event.about is None:
        return None
    return DecisionInEffect(
        about=event.about,
        actor=stored.actor,
        at=stored.at,
        case=event.case,
        details=event.details,
        entry=stored.index,
        kind=event.case_kind,
        outcome=event.outcome,
        person=event.person,
        reason=event.reason,
        subjects={role: name for role, name in event.others.items() if role != "bulk"},
    )


def decision_of(stored: Stored) -> CaseDecided | CaseConfirmed:
    """Returns the event of an entry of ``DECISIONS``."""
    return stored.event(CaseDecided) if stored.kind == CaseDecided.KIND else stored.event(CaseConfirmed)


def details_of(core: Core, work: Work, case: str) -> JsonObject:
    """The details of the newest first decision on a case."""
    found = core.ledger.latest(work.conn, CaseDecided.KIND, ("case", case))
    return {} if found is None else found.event(CaseDecided).details


def is_sampled(name: str, changed_by: int, share: int) -> bool:
    """Whether a decision goes to a second person: ``share`` percent, by a hash over the case and its last entry."""
    draw = int.from_bytes(sha256(f"{name}:{changed_by}".encode()).digest()[:8], "big")
    return draw % 100 < share


def second_review_required(core: Core, conn: Connection, kind: str) -> bool:
    """Whether no decision on a case of this kind takes effect before a second person agrees."""
    return core.case_rules.of_kind(conn, kind).second_look >= ALWAYS


def with_conflicts(core: Core, conn: Connection, case: Case) -> Case:
    """A case with all who may not decide it: those named when it was opened, and those whom its kind names now."""
    barred = [*case.barred.split("\n"), *_conflicts(core, conn, case.kind, case.subjects)]
    return msgspec.structs.replace(case, barred="\n".join(dict.fromkeys(name for name in barred if name)))


def _conflicts(core: Core, conn: Connection, kind: str, subjects: Mapping[str, str]) -> Sequence[str]:
    find = core.case_conflicts.get(kind)
    return [] if find is None else list(find(conn, subjects))


def check_outcome(kind: CaseKind, outcome: str) -> None:
    """Raises InvalidInput."""
    if outcome not in kind.outcomes:
        known = ", ".join(kind.outcomes)
        raise InvalidInput(
            Text(f"{kind.title.zh} 没有决定 {outcome}", f"{kind.id} has no outcome {outcome}"),
            hint=Text(f"可用：{known}", f"one of {known}"),
            field="outcome",
        )


_ALONE = CaseRule(second_look=0, undo_minutes=0)


def _second_look(case: Case, rule: CaseRule) -> bool:
    return rule is not _ALONE and (case.disputed or is_sampled(case.id, case.changed_by, rule.second_look))


def _does_not_count(core: Core, work: Work, case: Case) -> bool:
    """Whether the first person was only stated where the platform now takes keys: who signs in decides first, then."""
    return bool(case.waits and not case.decider_key and work.signed_in) and keys_required(core.parameters, work)


def _required(case: Case, rule: CaseRule) -> bool:
    return case.disputed or rule.second_look >= ALWAYS


def _second_decision(core: Core, work: Work, case: Case, given: Determination, carried_out: bool) -> Decision:
    agrees = given.outcome == case.outcome
    if not agrees:
        reopened = CaseReopened(
            case=case.id,
            case_kind=case.kind,
            cause="disagreement",
            first=case.outcome,
            first_person=case.decider,
            identity=identity_of(work),
            others=dict(case.subjects),
            outcome=given.outcome,
            person=given.person,
            reason=given.reason,
        )
        entry = work.append(reopened, actor=given.actor)
        return Decision(case=case.id, effect="none", entry=entry, state="open")
    confirmed = CaseConfirmed(
        case=case.id,
        case_kind=case.kind,
        identity=identity_of(work),
        others=dict(case.subjects),
        outcome=given.outcome,
        person=given.person,
        reason=given.reason,
    )
    if not case.waits:
        entry = work.append(confirmed, actor=given.actor)
        return Decision(case=case.id, effect="before", entry=entry, state="closed")
    details = details_of(core, work, case.id)
    if given.details and dict(given.details) != details:
        raise Conflict(
            Text(
                "第二人所附内容与第一人的不同，不能视为一致",
                "the second person states other particulars than the first did; that is no agreement",
            ),
            hint=Text("照第一人所附内容确认，或以不同决定重新打开", "confirm without them, or decide otherwise"),
        )
    confirmed = msgspec.structs.replace(
        confirmed,
        about=case.about,
        carried_out=carried_out,
        details=dict(details),
        first_person=case.decider,
        takes_effect=True,
    )
    entry = work.append(confirmed, actor=given.actor)
    return Decision(case=case.id, effect="now", entry=entry, state="closed")
