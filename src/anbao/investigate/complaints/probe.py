"""The probe of the complaint channel: a test complaint is taken in, acknowledged, decided, answered, and taken back.

Since nothing of it lasts, no statistics, report or due date ever counts it.
"""

from hashlib import sha256

from anbao.cases import deciding as cases_deciding
from anbao.cases import reading
from anbao.cases.dispatch import put_into_effect
from anbao.engine.core import Core, Probed
from anbao.engine.values import CaseRule
from anbao.engine.work import Work
from anbao.investigate.complaints import filing, timeline
from anbao.investigate.complaints.rules import ComplaintRules, Table
from anbao.model.base import JsonObject
from anbao.model.complaint import Complaint
from anbao.model.events.cases import CaseOpened
from anbao.model.events.complaints import (
    ComplaintAccepted,
    ComplaintAcknowledged,
    ComplaintHandled,
    ComplaintReceived,
    ComplaintTriaged,
)
from anbao.text import Text

ACTOR = "probe"
ANSWER = "渠道测试，无需处理"
TEST = Complaint(
    concern="service",
    link="anbao:probe",
    merchant="anbao-probe",
    source="anonymous",
    text="探针：测试投诉渠道，请忽略。",
)
STEPS = (
    ComplaintReceived.KIND,
    ComplaintAcknowledged.KIND,
    ComplaintTriaged.KIND,
    ComplaintAccepted.KIND,
    CaseOpened.KIND,
    ComplaintHandled.KIND,
)
"""What must be on the record of a complaint that was decided."""


def try_channel(core: Core, rules: ComplaintRules, table: Table, look: filing.Look) -> Probed:
    """A test complaint goes its whole way, and its complainant can follow it to the answer."""

    def job(work: Work) -> Probed:
        filed = filing.file(core, work, rules, table, look, TEST, origin="", actor=ACTOR, at=work.now)
        _decide(core, work, filed.entry)
        history = core.ledger.entries(work.conn, subject=("complaint", filed.receipt), limit=100)
        progress = timeline.follow(core, work.conn, sha256(filed.token.encode()).hexdigest())
        missing = sorted({*STEPS} - {stored.kind for stored in history})
        seen: JsonObject = {"due": filed.due_at is not None, "missing": missing, "state": progress.state}
        if not missing and filed.due_at is not None and (progress.state, progress.answer) == ("handled", ANSWER):
            why = Text(
                "测试投诉已接收、确认、办结并可查询",
                "a test complaint was received, acknowledged, closed and can be followed",
            )
            return Probed(ok=True, why=why, seen=seen)
        what = ", ".join(missing) or ("due_at" if filed.due_at is None else progress.state)
        return Probed(ok=False, why=Text(f"测试投诉未走完：{what}", f"a test complaint got stuck: {what}"), seen=seen)

    return core.rehearse(job)


def _decide(core: Core, work: Work, about: int) -> None:
    """As a person and the reaction to the decision do."""
    case, alone = reading.opened_for(work.conn, about), CaseRule(second_look=0, undo_minutes=0)
    assert case is not None
    given = cases_deciding.Determination(actor=ACTOR, outcome="rejected", person=ACTOR, reason=ANSWER)
    decided = cases_deciding.first_decision(work, alone, case, given, cases_deciding.HowMade())
    put_into_effect(core, work, core.ledger.entry(work.conn, decided.entry))
