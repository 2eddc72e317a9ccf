"""What follows when a person, or time, has decided on a complaint.

- A complaint is answered. An admitted notice (有初步证据) is forwarded, and the ``remove`` package takes its measure:
  one decision does both. One that was found wanting is answered with what is wanting, and can be completed.
- Handled is not over for a notice: the merchant may still declare that there is no infringement (电子商务法 43).
- A second decision that differs from the first takes its place, and the measure with it.
"""

from anbao.cases import reading
from anbao.cases.deciding import reopen
from anbao.engine.core import Core
from anbao.engine.work import Work
from anbao.investigate.complaints import acting, completing, notices, proceedings, records
from anbao.investigate.complaints.notices import RightsNotice
from anbao.investigate.complaints.records import KnownComplaint
from anbao.investigate.complaints.rules import ComplaintRules
from anbao.model.decision import DecisionInEffect
from anbao.store import Connection

ACT, LACKING = "act", "lacking"
COUNTER_STOOD = "counter_stood"

_INCOMPLETE = "通知欠缺法定要件，先补正 · the notice lacks what the law asks of it: have it completed first"
_ENDED = "不侵权声明到达后等待期满，未收到投诉或者起诉的通知，措施已终止"
_ENGINE = "engine"


def follow_complaint(core: Core, work: Work, decision: DecisionInEffect) -> None:
    """A decision on a complaint: it is answered."""
    one = records.find(work.conn, decision.subjects["complaint"])
    acting.handle(core, work, one, decision.outcome, decision.reason, decision.person, decision.actor)


def follow_notice_check(core: Core, work: Work, rules: ComplaintRules, decision: DecisionInEffect) -> None:
    """A decision on a notice: it is admitted, or found to lack something."""
    one = records.find(work.conn, decision.subjects["complaint"])
    notice = notices.find(work.conn, one.id)
    if notice is None or notice.state not in ("lacking", "notified", "measured"):
        return
    outcome, reason, person, actor = decision.outcome, decision.reason, decision.person, decision.actor
    if outcome == LACKING:
        notices.find_lacking(work, one, reason, person, actor)
        acting.handle(core, work, one, outcome, reason, person, actor, again=one.outcome != outcome)
    elif completing.missing(core, work, one, rules):
        _ask_again(work, decision)
    else:
        _admit(core, work, rules, one, notice, decision)


def any_due(conn: Connection, now: int) -> bool:
    """Whether a waiting period is over, or a right holder is to be asked how the proceedings stand."""
    return notices.next_over(conn, now) is not None or notices.next_to_ask(conn, now) is not None


def do_one(core: Core, work: Work) -> bool:
    """Do one thing that time has brought; whether there was one.

    Measures end where a waiting period is over, and the complainant is notified; a right holder is asked.
    """
    if name := notices.next_over(work.conn, work.now):
        one = records.find(work.conn, name)
        notices.end_measures(work, one, COUNTER_STOOD)
        acting.handle(core, work, one, COUNTER_STOOD, _ENDED, _ENGINE, _ENGINE, again=True)
    elif name := notices.next_to_ask(work.conn, work.now):
        proceedings.ask(core, work, records.find(work.conn, name))
    return name is not None


def _admit(
    core: Core, work: Work, rules: ComplaintRules, one: KnownComplaint, notice: RightsNotice, decision: DecisionInEffect
) -> None:
    if notice.state == "measured" and one.state == "handled":
        return
    reason, person, actor = decision.reason, decision.person, decision.actor
    notices.admit(work, one, rules.notices[one.track].acting, reason, person, actor)
    if one.merchant and one.state in ("received", "accepted"):
        acting.forward(core, work, one, summary=reason if one.conceal else "", actor=actor)
    acting.handle(core, work, one, ACT, reason, person, actor, again=one.outcome != ACT)


def _ask_again(work: Work, decision: DecisionInEffect) -> None:
    """The case is open again, and says why, where its decision cannot be carried out."""
    case = reading.find(work.conn, decision.case)
    if case.state == "closed":
        reopen(work, case, person=_ENGINE, reason=_INCOMPLETE, actor=_ENGINE)
