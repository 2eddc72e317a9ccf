"""Decisions: by one person, at random by a second one, and again where the two disagree.

- A first decision takes effect at once (``case.decided``, to which the rooms react): the danger does not wait.
- Which decisions a second person makes too is a function of the case and its decision, so that nobody can choose.
- Two who disagree reopen the case; the decision that follows is always made by two.
"""

from collections.abc import Mapping
from hashlib import sha256

from anbao.cases import reading
from anbao.cases.leases import check_may_decide, check_person
from anbao.cases.reading import Case
from anbao.cases.rules import Rule, rule_of
from anbao.errors import Conflict, InvalidInput
from anbao.law.case_kinds import CaseKind
from anbao.model.base import Noun, given_reason
from anbao.model.entry import Entry
from anbao.text import Text
from anbao.work import Work

DECIDED = "case.decided"
CONFIRMED = "case.confirmed"
REOPENED = "case.reopened"


class Decision(Noun, frozen=True, kw_only=True):
    """What came of a decision: the entry that records it, and how the case stands now."""

    case: str
    entry: int
    state: reading.State


def decide(
    work: Work, kind: CaseKind, rule: Rule, case: Case, *, person: str, outcome: str, reason: str, actor: str
) -> Decision:
    """Decide a case that waits. Raises InvalidInput, Conflict."""
    check_outcome(kind, outcome)
    given_reason(reason)
    check_person(person)
    check_may_decide(case, person, work.now)
    if case.state == "open":
        return first_decision(work, rule, case, person=person, outcome=outcome, reason=reason, actor=actor)
    agrees = outcome == case.outcome
    body = {"case_kind": case.kind, "outcome": outcome, "person": person, "reason": reason}
    if not agrees:
        body |= {"cause": "disagreement", "first": case.outcome, "first_person": case.decider}
    entry = _record(work, CONFIRMED if agrees else REOPENED, case, body, actor)
    return Decision(case=case.id, entry=entry, state="closed" if agrees else "open")


def first_decision(
    work: Work, rule: Rule, case: Case, *, person: str, outcome: str, reason: str, actor: str, bulk: str = ""
) -> Decision:
    """Record the decision that takes effect; the caller has checked it."""
    again = case.disputed or is_sampled(case.id, case.changed_by, rule.second_look)
    body = {
        "about": case.about,
        "case_kind": case.kind,
        "outcome": outcome,
        "person": person,
        "reason": reason,
        "second_look": again,
    }
    entry = _record(work, DECIDED, case, body, actor, **({"bulk": bulk} if bulk else {}))
    return Decision(case=case.id, entry=entry, state="second" if again else "closed")


def decide_about(
    work: Work, kind: CaseKind, role: str, name: str, *, person: str, outcome: str, reason: str, actor: str
) -> None:
    """What was decided elsewhere decides the open cases of a kind about a subject. Raises as ``decide``."""
    work.flush()
    for case in reading.about(work.conn, role, name):
        if case.kind == kind.id and case.state == "open":
            rule = rule_of(work.conn, kind)
            decide(work, kind, rule, case, person=person, outcome=outcome, reason=reason, actor=actor)


def reopen(work: Work, case: Case, *, person: str, reason: str, actor: str) -> int:
    """Open a closed case again; the entry's index. Raises Conflict, InvalidInput."""
    given_reason(reason)
    if case.state != "closed":
        raise Conflict(Text(f"事项 {case.id} 尚未结案", f"the case {case.id} is not closed"))
    body = {"case_kind": case.kind, "cause": "asked", "person": person, "reason": reason}
    return _record(work, REOPENED, case, body, actor)


def is_sampled(name: str, changed_by: int, share: int) -> bool:
    """Whether a decision goes to a second person: ``share`` percent, by a hash over the case and its last entry."""
    draw = int.from_bytes(sha256(f"{name}:{changed_by}".encode()).digest()[:8], "big")
    return draw % 100 < share


def check_outcome(kind: CaseKind, outcome: str) -> None:
    """Raises InvalidInput."""
    if outcome not in kind.outcomes:
        known = ", ".join(kind.outcomes)
        raise InvalidInput(
            Text(f"{kind.title.zh} 没有决定 {outcome}", f"{kind.id} has no outcome {outcome}"),
            hint=Text(f"可用：{known}", f"one of {known}"),
            field="outcome",
        )


def _record(work: Work, kind: str, case: Case, body: Mapping[str, object], actor: str, **more: str) -> int:
    subjects = {**case.subjects, "case": case.id, **more}
    return work.record(
        Entry(actor=actor, at=work.now, body=dict(body), kind=kind, recorded=work.now, subjects=subjects)
    )[0]
