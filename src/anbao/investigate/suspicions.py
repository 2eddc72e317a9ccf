"""A suspected hazard waits for a person as a case; deciding either decides both.

- Where complaints report the danger, its case is theirs (``complaints.joining``): one decision settles the danger and
  answers them all.
- Who confirms or dismisses a hazard directly decides its case: another's lease, and a second person where one is
  required, hold there too.
"""

import msgspec

from anbao import cases
from anbao.cases import reading
from anbao.cases.deciding import details_of, reopen
from anbao.cases.opening import open_case
from anbao.engine.core import Core
from anbao.engine.work import Work
from anbao.investigate import hazards
from anbao.investigate.complaints import acting, joining, records
from anbao.investigate.fingerprints import recognisable
from anbao.ledger import Stored
from anbao.model.base import JsonObject, JsonValue
from anbao.model.decision import Decision, DecisionInEffect
from anbao.model.events.investigate import HazardSuspected
from anbao.model.hazard import Confirmation
from anbao.model.listing import Severity
from anbao.store import Connection

CASE_KIND = joining.SUSPECTED
CONFIRM, PARTLY, DISMISS = "confirm", "partly", "dismiss"

_OUTCOMES = {CONFIRM: "upheld", PARTLY: "partly", DISMISS: "rejected"}
"""What a decision on a danger answers the complaints that report it."""

_UNRECOGNISED = "没有可供排查的指纹，请先补充 · nothing to recognise the danger by; add fingerprints first"


def open_for(work: Work, stored: Stored) -> None:
    """``hazard.suspected`` → a case, unless one is about it, or it was decided meanwhile.

    The case of a complaint that it was raised by is about the danger, too, from now on.
    """
    event = stored.event(HazardSuspected)
    found = hazards.find(work.conn, event.hazard)
    if found is None or found.state != "suspected" or _was_put_before_a_person(work.conn, event.hazard, stored.index):
        return
    case = joining.open_case_of(work.conn, event.complaint) if event.complaint else None
    if case is not None and case.kind == joining.COMPLAINT:
        severity = found.record.severity
        cases.widen(work, case, joining.DANGER, event.subjects, about=stored.index, severity=severity)
        return
    open_case(
        work,
        kind=CASE_KIND,
        subjects=event.subjects,
        severity=found.record.severity,
        about=stored.index,
        proposals=[CONFIRM],
        reasons=[found.record.title],
    )


def confirm(core: Core, work: Work, hazard: str, confirmation: Confirmation, actor: str, at: int) -> int:
    """A person confirms a danger, and with it the case that waits; the entry's index, of the case where that must wait.

    What is known of a confirmed danger may be confirmed anew, with a case only where each confirmation takes two
    persons. Raises as ``hazards.confirm`` and ``cases.decide``.
    """
    found = hazards.known(work.conn, hazard)
    if found.state == "suspected" or cases.second_review_required(core, work.conn, CASE_KIND):
        work.rehearse(lambda inner: hazards.confirm(inner, hazard, confirmation, actor, at))
        person = confirmation.person or actor
        reason = confirmation.basis or found.record.basis or found.record.title
        details = _details(confirmation)
        given = cases.Determination(
            actor=actor, details=details, outcome=CONFIRM, person=person, reason=reason or hazard
        )
        kind = _kind_of(work.conn, hazard)
        decision = cases.decide_about(core, work, kind, ("hazard", hazard), given, _opening(found))
        if decision is not None and (
            decision.undecided or (decision.effect == "before" and found.state == "confirmed")
        ):
            return decision.entry  # who agrees to a confirmation in effect changes nothing of it
        if decision is not None and not details:
            confirmation = _confirmation(details_of(core, work, decision.case), confirmation.basis, confirmation.person)
        index = hazards.confirm(work, hazard, _as_grave(work, hazard, confirmation), actor, at)
        _answer_with(core, work, decision, given)
        return index
    return hazards.confirm(work, hazard, confirmation, actor, at)


def dismiss(core: Core, work: Work, hazard: str, reason: str, actor: str) -> int:
    """As ``confirm``, where the suspicion came to nothing. Raises as ``hazards.dismiss`` and ``cases.decide``."""
    work.rehearse(lambda inner: hazards.dismiss(inner, hazard, reason, actor, work.now))
    found = hazards.known(work.conn, hazard)
    given = cases.Determination(actor=actor, outcome=DISMISS, person=actor, reason=reason)
    kind = _kind_of(work.conn, hazard)
    decision = cases.decide_about(core, work, kind, ("hazard", hazard), given, _opening(found))
    if decision is not None and decision.undecided:
        return decision.entry
    index = hazards.dismiss(work, hazard, reason, actor, work.now)
    _answer_with(core, work, decision, given)
    return index


def follow_case(work: Work, decision: DecisionInEffect) -> None:
    """A decision on a suspicion → it is confirmed or dismissed; without fingerprints the case is open again."""
    _settle(work, decision)


def follow_complaints(core: Core, work: Work, decision: DecisionInEffect) -> None:
    """As ``follow_case``, for a danger that complaints report: they are answered with the same decision."""
    if _settle(work, decision):
        given = cases.Determination(
            actor=decision.actor, outcome=decision.outcome, person=decision.person, reason=decision.reason
        )
        _answer(core, work, decision.subjects["complaint"], given)


def _settle(work: Work, decision: DecisionInEffect) -> bool:
    """Confirm or dismiss the danger as it was decided; False where the case is open again instead."""
    hazard, person = decision.subjects["hazard"], decision.person
    found = hazards.known(work.conn, hazard)
    anew = found.state == "confirmed" and decision.outcome == CONFIRM and decision.about == found.entry
    if found.state != "suspected" and not anew:
        return True
    confirmation = _confirmation(decision.details, decision.reason[:500], "")
    if decision.outcome != CONFIRM:
        hazards.dismiss(work, hazard, decision.reason, person, work.now)
    elif recognisable(confirmation.fingerprints or found.record.fingerprints):
        hazards.confirm(work, hazard, _as_grave(work, hazard, confirmation), person, work.now)
    else:
        case = reading.find(work.conn, decision.case)
        if case.state == "closed":
            reopen(work, case, person=person, reason=_UNRECOGNISED, actor=decision.actor)
        return False
    return True


def _answer_with(core: Core, work: Work, decision: Decision | None, given: cases.Determination) -> None:
    """Answer the complaints whose case an act decided, if it is theirs."""
    case = None if decision is None else reading.find(work.conn, decision.case)
    if case is not None and case.kind == joining.DANGER:
        _answer(core, work, case.subjects["complaint"], given)


def _answer(core: Core, work: Work, complaint: str, given: cases.Determination) -> None:
    one, outcome = records.find(work.conn, complaint), _OUTCOMES[given.outcome]
    acting.handle(core, work, one, outcome, given.reason, given.person, given.actor)


def _kind_of(conn: Connection, hazard: str) -> str:
    """The kind of the case about a danger: that of the complaints, where they report it."""
    complained = reading.of_kind(conn, joining.DANGER, "hazard", hazard, unclosed=True)
    return joining.DANGER if complained else CASE_KIND


def _was_put_before_a_person(conn: Connection, hazard: str, index: int) -> bool:
    """Whether a case about a danger was opened, or moved, since entry ``index``, or waits."""
    if joining.has_case(conn, hazard):
        return True
    return any(case.changed_by > index for case in reading.of_kind(conn, joining.DANGER, "hazard", hazard))


def _as_grave(work: Work, hazard: str, confirmation: Confirmation) -> Confirmation:
    """No less grave than the case about it, which complaints may have raised; unless a person says how grave it is."""
    if confirmation.severity is not None:
        return confirmation
    known = hazards.known(work.conn, hazard).record.severity
    raised = [case.severity for case in reading.of_kind(work.conn, joining.DANGER, "hazard", hazard)[:1]]
    return msgspec.structs.replace(confirmation, severity=msgspec.convert(max(known, *raised, 1), Severity))


def _opening(found: hazards.Hazard) -> cases.Opening:
    """As ``open_for`` opens it."""
    subjects = {role: name for role, name in _subjects_of(found).items() if name}
    return cases.Opening(
        about=found.entry,
        cause=str(found.entry),
        proposals=[CONFIRM],
        reasons=[found.record.title],
        severity=found.record.severity,
        subjects=subjects,
    )


def _subjects_of(found: hazards.Hazard) -> dict[str, str]:
    return {"hazard": found.id, "listing": found.listing, "merchant": found.merchant}


def _details(confirmation: Confirmation) -> JsonObject:
    """What a confirmation settles beside the outcome: it must not be lost while a second person is waited for."""
    given: dict[str, JsonValue] = msgspec.to_builtins(confirmation)
    return {name: value for name, value in given.items() if name not in ("basis", "person")}


def _confirmation(details: JsonObject, basis: str | None, person: str) -> Confirmation:
    return msgspec.convert({**details, "basis": basis, "person": person}, Confirmation)
