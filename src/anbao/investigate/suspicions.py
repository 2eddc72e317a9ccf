"""A suspected hazard waits for a person as a case; deciding either decides both.

A danger does not wait for a lease: who confirms or dismisses a hazard directly is not held up by another who has its
case before them; what that person decides later changes nothing any more.
"""

from contextlib import suppress

from anbao.cases import reading
from anbao.cases.deciding import decide_about, reopen
from anbao.cases.opening import open_case
from anbao.core import Core
from anbao.errors import Conflict
from anbao.investigate import hazards
from anbao.investigate.fingerprints import recognisable
from anbao.ledger import Stored
from anbao.model.hazard import Confirmation
from anbao.work import Work

CASE_KIND = "hazard_suspected"
CONFIRM, DISMISS = "confirm", "dismiss"

_UNRECOGNISED = "没有可供排查的指纹，请先补充 · nothing to recognise the danger by; add fingerprints first"
_ROLES = ("complaint", "hazard", "listing", "merchant")


def open_for(work: Work, stored: Stored) -> None:
    """``hazard.suspected`` → a case, unless it was decided meanwhile."""
    entry = stored.entry()
    found = hazards.find(work.conn, entry.subjects["hazard"])
    if found is not None and found.state == "suspected":
        subjects = {role: entry.subjects[role] for role in _ROLES if role in entry.subjects}
        open_case(
            work,
            kind=CASE_KIND,
            subjects=subjects,
            severity=found.record.severity,
            about=stored.index,
            proposals=[CONFIRM],
            reasons=[found.record.title],
        )


def follow_case(work: Work, stored: Stored) -> None:
    """``case.decided`` on a suspicion → it is confirmed or dismissed; without fingerprints the case is open again."""
    entry = stored.entry()
    if entry.body["case_kind"] != CASE_KIND:
        return
    hazard, person = entry.subjects["hazard"], str(entry.body["person"])
    found = hazards.known(work.conn, hazard)
    if found.state != "suspected":
        return
    if entry.body["outcome"] == DISMISS:
        hazards.dismiss(work, hazard, str(entry.body["reason"]), person, work.now)
    elif recognisable(found.record.fingerprints):
        hazards.confirm(work, hazard, Confirmation(basis=str(entry.body["reason"])[:500]), person, work.now)
    else:
        case = reading.find(work.conn, entry.subjects["case"])
        if case.state == "closed":
            reopen(work, case, person=person, reason=_UNRECOGNISED, actor=entry.actor)


def close(core: Core, work: Work, hazard: str, outcome: str, reason: str, actor: str) -> None:
    """What was decided directly decides the case, unless another person has it before them."""
    kind = core.pack.case_kind(CASE_KIND)

    def decide(inner: Work) -> None:
        decide_about(inner, kind, "hazard", hazard, person=actor, outcome=outcome, reason=reason, actor=actor)

    with suppress(Conflict):
        work.attempt(decide)
