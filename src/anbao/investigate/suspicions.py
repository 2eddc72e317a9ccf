"""A suspected hazard waits for a person as a case; deciding either decides both.

Who confirms or dismisses a hazard directly decides its case: another's lease, and a second person where one is
required, hold there too.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from anbao import cases
from anbao.cases import reading
from anbao.cases.deciding import details_of, reopen
from anbao.cases.opening import open_case
from anbao.engine.core import Core
from anbao.engine.work import Work
from anbao.investigate import hazards
from anbao.investigate.fingerprints import recognisable
from anbao.ledger import Stored
from anbao.model.decision import DecisionInEffect
from anbao.model.events.investigate import HazardSuspected
from anbao.model.hazard import Confirmation

CASE_KIND = "hazard_suspected"
CONFIRM, DISMISS = "confirm", "dismiss"

_UNRECOGNISED = "没有可供排查的指纹，请先补充 · nothing to recognise the danger by; add fingerprints first"


def open_for(work: Work, stored: Stored) -> None:
    """``hazard.suspected`` → a case, unless it was decided meanwhile."""
    event = stored.event(HazardSuspected)
    found = hazards.find(work.conn, event.hazard)
    if found is not None and found.state == "suspected":
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
        decision = cases.decide_about(core, work, CASE_KIND, ("hazard", hazard), given, _opening(found))
        if decision is not None and (
            decision.undecided or (decision.effect == "before" and found.state == "confirmed")
        ):
            return decision.entry  # who agrees to a confirmation in effect changes nothing of it
        if decision is not None and not details:
            confirmation = _confirmation(details_of(core, work, decision.case), confirmation.basis, confirmation.person)
    return hazards.confirm(work, hazard, confirmation, actor, at)


def dismiss(core: Core, work: Work, hazard: str, reason: str, actor: str) -> int:
    """As ``confirm``, where the suspicion came to nothing. Raises as ``hazards.dismiss`` and ``cases.decide``."""
    work.rehearse(lambda inner: hazards.dismiss(inner, hazard, reason, actor, work.now))
    found = hazards.known(work.conn, hazard)
    given = cases.Determination(actor=actor, outcome=DISMISS, person=actor, reason=reason)
    decision = cases.decide_about(core, work, CASE_KIND, ("hazard", hazard), given, _opening(found))
    if decision is not None and decision.undecided:
        return decision.entry
    return hazards.dismiss(work, hazard, reason, actor, work.now)


def follow_case(work: Work, decision: DecisionInEffect) -> None:
    """A decision on a suspicion → it is confirmed or dismissed; without fingerprints the case is open again."""
    hazard, person = decision.subjects["hazard"], decision.person
    found = hazards.known(work.conn, hazard)
    anew = found.state == "confirmed" and decision.outcome == CONFIRM and decision.about == found.entry
    if found.state != "suspected" and not anew:
        return
    confirmation = _confirmation(decision.details, decision.reason[:500], "")
    if decision.outcome == DISMISS:
        hazards.dismiss(work, hazard, decision.reason, person, work.now)
    elif recognisable(confirmation.fingerprints or found.record.fingerprints):
        hazards.confirm(work, hazard, confirmation, person, work.now)
    else:
        case = reading.find(work.conn, decision.case)
        if case.state == "closed":
            reopen(work, case, person=person, reason=_UNRECOGNISED, actor=decision.actor)


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


def _details(confirmation: Confirmation) -> dict[str, Any]:
    """What a confirmation settles beside the outcome: it must not be lost while a second person is waited for."""
    given: dict[str, Any] = msgspec.to_builtins(confirmation)
    return {name: value for name, value in given.items() if name not in ("basis", "person")}


def _confirmation(details: Mapping[str, Any], basis: str | None, person: str) -> Confirmation:
    return msgspec.convert({**details, "basis": basis, "person": person}, Confirmation)
