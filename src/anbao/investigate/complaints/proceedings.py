"""The right holder went to law after a counter-statement (电子商务法 43.2): the measures stay until it is over.

- What is pending is not forgotten: in good time before the platform wants to know, the right holder is asked how it
  stands, and a person is given the case.
- An infringement that was found keeps the measures; whatever else ends the proceedings ends them at once.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from anbao import cases
from anbao.cases.deciding import details_of
from anbao.engine.core import Core
from anbao.engine.work import Work
from anbao.errors import Conflict
from anbao.investigate.complaints import acting, notices, records
from anbao.investigate.complaints.records import KnownComplaint
from anbao.law.deadlines import due_at
from anbao.model.base import JsonObject, Noun, Statement
from anbao.model.complaint import MAX_ATTACHMENTS, Attachment
from anbao.model.decision import DecisionInEffect
from anbao.model.events import made_of
from anbao.model.events.rights import (
    NoticeProceedingsAsked,
    NoticeProceedingsEnded,
    NoticeProceedingsKnown,
    NoticeProceedingsPending,
    of_track,
)
from anbao.text import Text

CASE_KIND = "proceedings"
ASKED_TOPIC = "complainant.proceedings"

Result = Literal["pending", "infringed", "not_infringed", "no_decision"]
"""未结 · 认定侵权 · 认定不侵权 · 未经认定而终结（撤回、不予受理、和解）."""

_SETTING = "proceedings.follow"
_AHEAD = 15 * 24 * 3_600_000
_SEVERITY = 2
_ENGINE = "engine"


class Proceedings(Noun, frozen=True, kw_only=True):
    """What the right holder reports of a complaint to an authority or a suit; ``docket`` is its number."""

    attachments: Annotated[tuple[Attachment, ...], Meta(max_length=MAX_ATTACHMENTS)] = ()
    docket: Annotated[str, Meta(max_length=200)] = ""
    what: Statement


class ProceedingsOutcome(Noun, frozen=True, kw_only=True):
    """How proceedings stand or ended; ``docket`` is the number of the judgment or decision."""

    attachments: Annotated[tuple[Attachment, ...], Meta(max_length=MAX_ATTACHMENTS)] = ()
    docket: Annotated[str, Meta(max_length=200)] = ""
    reason: Annotated[str, Meta(min_length=1, max_length=2_000)]
    result: Result


def known(core: Core, work: Work, one: KnownComplaint, stated: Proceedings, actor: str, at: int) -> int:
    """The right holder reported proceedings: measures stay. Raises Conflict where no counter-statement waits."""
    notices.check_state(work.conn, one, "countered", "waiting")
    sealed = core.vault.seal_noun(work.conn, stated, f"complaint:{one.id}")
    kind = of_track(NoticeProceedingsKnown, one.track)
    event = made_of(kind, sealed, ends_at=_ask_at(core, work, at), notice=one.id, **one.about)
    return work.append(event, actor=actor, at=at)


def heard(core: Core, work: Work, one: KnownComplaint, outcome: ProceedingsOutcome, person: str, actor: str) -> int:
    """How the proceedings stand; the entry's index. What ends them keeps or ends the measures.

    Where a second person must agree first, the index of the case's entry. Raises Conflict, Forbidden.
    """
    notice = _pending(work, one)
    details = {name: value for name, value in msgspec.to_builtins(outcome).items() if name in ("attachments", "docket")}
    given = cases.Determination(
        actor=actor, details=details, outcome=outcome.result, person=person, reason=outcome.reason
    )
    about = notices.newest_entry(work.conn, notice.complaint)
    assert about is not None
    opening = cases.Opening(about=about, severity=_SEVERITY, subjects=one.subjects)
    decision = cases.decide_about(core, work, CASE_KIND, ("complaint", one.id), given, opening)
    if decision is not None and decision.undecided:
        return decision.entry
    if decision is not None and not details:
        outcome = _outcome(outcome.reason, outcome.result, details_of(core, work, decision.case))
    return _record(core, work, one, outcome, person, actor)


def follow_case(core: Core, work: Work, decision: DecisionInEffect) -> None:
    """A decision that takes effect: what was heard otherwise since the case was opened stays."""
    one = records.find(work.conn, decision.subjects["complaint"])
    notice, moved = notices.find(work.conn, one.id), notices.newest_entry(work.conn, one.id)
    if notice is None or moved is None or notice.state != "proceedings" or moved > decision.about:
        return
    outcome = _outcome(decision.reason, decision.outcome, decision.details)
    _record(core, work, one, outcome, decision.person, decision.actor)


def ask(core: Core, work: Work, one: KnownComplaint) -> None:
    """Ask the right holder how the proceedings stand, and put the question before a person."""
    notice = notices.find(work.conn, one.id)
    due = (notice.ends_at if notice else work.now) + _AHEAD
    index = work.append(of_track(NoticeProceedingsAsked, one.track)(notice=one.id, **one.about), actor=_ENGINE)
    question = msgspec.to_builtins(core.templates.letter("notice.proceedings_asked", {}).body)
    notices.notify(core, work, one, index, ASKED_TOPIC, {"letter": question})
    cases.open(work, kind=CASE_KIND, subjects=one.subjects, severity=_SEVERITY, about=index, due_at=due)


def _record(core: Core, work: Work, one: KnownComplaint, outcome: ProceedingsOutcome, person: str, actor: str) -> int:
    _pending(work, one)
    sealed = core.vault.seal_noun(work.conn, outcome, f"complaint:{one.id}")
    if outcome.result == "pending":
        kind, ends_at = of_track(NoticeProceedingsPending, one.track), _ask_at(core, work, work.now)
        pending = made_of(kind, sealed, ends_at=ends_at, notice=one.id, person=person, **one.about)
        return work.append(pending, actor=actor)
    ended = made_of(of_track(NoticeProceedingsEnded, one.track), sealed, notice=one.id, person=person, **one.about)
    index = work.append(ended, actor=actor)
    if outcome.result == "infringed":
        notices.resolve(work, one, outcome.result)
    else:
        notices.end_measures(work, one, outcome.result, on_counter=False, person=person, reason=_why(outcome))
    acting.handle(core, work, one, outcome.result, _why(outcome), person, actor, again=True)
    return index


def _pending(work: Work, one: KnownComplaint) -> notices.RightsNotice:
    """The notice whose proceedings are pending. Raises Conflict."""
    notice = notices.find(work.conn, one.id)
    if notice is None or notice.state != "proceedings":
        raise Conflict(
            Text(f"投诉 {one.id} 没有未结的投诉或者诉讼", f"no proceedings about the complaint {one.id} are pending")
        )
    return notice


def _outcome(reason: str, result: str, details: JsonObject) -> ProceedingsOutcome:
    return msgspec.convert({**details, "reason": reason, "result": result}, ProceedingsOutcome)


def _ask_at(core: Core, work: Work, at: int) -> int:
    """Returns when the right holder is asked how proceedings stand (UTC ms)."""
    period = core.settings.in_force(work.conn, _SETTING, at)
    return max(at, due_at(at, period, core.pack.calendar) - _AHEAD)


def _why(outcome: ProceedingsOutcome) -> str:
    return f"{outcome.docket} {outcome.reason}".strip()
