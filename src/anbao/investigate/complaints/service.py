"""The complaints of a platform, opened over the core: what other code calls."""

from collections.abc import Iterable
from functools import cached_property, partial
from typing import Annotated

import msgspec
from msgspec import Meta

from anbao.cases import Case
from anbao.cases.statements import OpenedStatements
from anbao.engine.acts import act, query
from anbao.engine.core import CaseHandler, Core, Probe, Step
from anbao.engine.entered import checks_input
from anbao.engine.reactions import Reaction
from anbao.engine.work import Projector, Work
from anbao.investigate.complaints import (
    acting,
    completing,
    deciding,
    filing,
    joining,
    notices,
    probe,
    proceedings,
    publishing,
    reading,
    records,
    timeline,
)
from anbao.investigate.complaints.acting import MerchantStatement
from anbao.investigate.complaints.completing import Completion
from anbao.investigate.complaints.proceedings import Proceedings, ProceedingsOutcome
from anbao.investigate.complaints.records import KnownComplaint
from anbao.investigate.complaints.rules import ComplaintRules, Table, load_rules
from anbao.ledger import Stored
from anbao.model.complaint import Complaint, Filed
from anbao.model.decision import DecisionInEffect
from anbao.model.events.complaints import (
    ComplaintCompleted,
    ComplaintHandled,
    ComplaintJoined,
    ComplaintReceived,
    ComplaintTriaged,
)
from anbao.model.events.delivery import EffectDelivered
from anbao.model.events.remove import MeasureTakenEvent
from anbao.model.events.rights import IpPublished
from anbao.model.options import ActingPerson, Option
from anbao.store import Connection
from anbao.text import Text

Summary = Annotated[
    str, Meta(max_length=2_000), Option("转送商家的摘要", "what the merchant is notified of, in your words")
]
MeasureWords = Annotated[
    str, Meta(min_length=1, max_length=200), Option("采取的措施", "the measures that were taken", argument=True)
]


ComplaintStateWanted = Annotated[records.State | None, Option("只列此状态", "only complaints in this state")]


class Completed(msgspec.Struct, frozen=True, kw_only=True):
    """What the notice still lacks; empty where it is complete."""

    lacking: tuple[str, ...]


@checks_input
class Complaints:
    """``look`` (set by whoever assembles the platform) returns the worst word of the screening lexicon in a text."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.look: filing.Look = lambda work, text: 0

    @cached_property
    def _read(self) -> tuple[ComplaintRules, Table]:
        return load_rules(self.core.where)

    @property
    def rules(self) -> ComplaintRules:
        """The pack's rules of reading complaints. Raises PackError."""
        return self._read[0]

    def projectors(self) -> Iterable[tuple[str, Projector]]:
        yield ComplaintReceived.KIND, records.project_received
        yield ComplaintTriaged.KIND, records.project_triaged
        yield ComplaintJoined.KIND, records.project_joined
        for kind in records.STATES:
            yield kind, records.project_state
        yield ComplaintHandled.KIND, records.project_handled
        yield ComplaintCompleted.KIND, records.project_completed
        for kind in notices.MOVING:
            yield kind, notices.project
        yield IpPublished.KIND, notices.project_published

    def reactions(self) -> Iterable[Reaction]:
        yield Reaction("investigate.counter_delivered", frozenset({EffectDelivered.KIND}), self._on_delivery)
        yield Reaction("investigate.notice_measured", frozenset({MeasureTakenEvent.KIND}), notices.follow_measure)
        yield Reaction("investigate.notice_published", publishing.PUBLISHED, self._on_notice)

    def case_handlers(self) -> Iterable[tuple[str, CaseHandler]]:
        yield joining.COMPLAINT, partial(deciding.follow_complaint, self.core)
        yield joining.NOTICE, self._on_notice_checked
        yield proceedings.CASE_KIND, partial(proceedings.follow_case, self.core)

    def steps(self) -> Iterable[Step]:
        yield self.do_what_is_due

    def probes(self) -> Iterable[tuple[str, Probe]]:
        yield "complaint_channel", lambda: probe.try_channel(self.core, *self._read, self.look)

    @act(
        title=Text("受理渠道：提交一件投诉举报", "File a complaint or report"),
        scope="trade",
        path="/v1/complaints",
    )
    def file(self, work: Work, complaint: Complaint, *, actor: str = "platform", at: int | None = None) -> Filed:
        """Attachments are uploaded before. Raises InvalidInput."""
        return self.file_from(work, complaint, "", actor=actor, at=at)

    def file_from(self, work: Work, complaint: Complaint, origin: str, *, actor: str, at: int | None = None) -> Filed:
        """As ``file``; ``origin`` is where it came from, of which a keyed hash is stored. Raises InvalidInput."""
        rules, table = self._read
        when = work.now if at is None else at
        return filing.file(self.core, work, rules, table, self.look, complaint, origin=origin, actor=actor, at=when)

    @act(
        title=Text("受理", "Accept a complaint"),
        scope="officer",
        path="/v1/complaints/{complaint}/accept",
        command="complaint accept",
    )
    def accept(self, work: Work, complaint: str, *, actor: str) -> int:
        """Raises NotFound, Conflict."""
        return acting.accept(work, records.find(work.conn, complaint), actor)

    @act(
        title=Text("转送商家；要求保密的只转摘要", "Forward it to the merchant; of the concealed only a summary"),
        scope="officer",
        path="/v1/complaints/{complaint}/forward",
        command="complaint forward",
    )
    def forward(self, work: Work, complaint: str, *, summary: Summary = "", actor: str) -> int:
        """Raises NotFound, Conflict, InvalidInput."""
        return acting.forward(self.core, work, records.find(work.conn, complaint), summary=summary, actor=actor)

    @act(
        title=Text("记录商家陈述或不侵权声明", "Record the merchant's statement, or its counter-statement"),
        scope="trade",
        path="/v1/complaints/{complaint}/statement",
    )
    def state(self, work: Work, complaint: str, statement: MerchantStatement, *, actor: str) -> int:
        """Raises NotFound, Conflict, InvalidInput."""
        return acting.state(self.core, work, records.find(work.conn, complaint), statement, actor)

    @act(
        title=Text("补正欠缺要件的侵权通知", "Add what a notice of infringement lacked"),
        scope="trade",
        path="/v1/complaints/{complaint}/complete",
    )
    def complete(self, work: Work, complaint: str, given: Completion, *, actor: str) -> Completed:
        """It is checked again and put before a person.

        Raises NotFound, Conflict where nothing is lacking, InvalidInput.
        """
        known = records.find(work.conn, complaint)
        return Completed(lacking=completing.complete(self.core, work, self.rules, known, given, actor))

    def complete_with_token(self, work: Work, digest: str, given: Completion, *, actor: str) -> Completed:
        """As ``complete``, for the holder of the token with this SHA-256 (hex)."""
        known = records.by_token(work.conn, digest)
        return Completed(lacking=completing.complete(self.core, work, self.rules, known, given, actor))

    @act(
        title=Text("公示知识产权通知、声明及处理结果", "Publish an IP notice as it stands"),
        scope="officer",
        path="/v1/complaints/{complaint}/publish",
        command="complaint publish",
    )
    def publish(self, work: Work, complaint: str, *, actor: str) -> int:
        """Each step is published by itself once a person decided; this does it now. Raises NotFound, Conflict."""
        return publishing.publish(self.core, work, records.find(work.conn, complaint), actor)

    @act(
        title=Text("侵权通知：已采取必要措施", "A notice of infringement: measures were taken"),
        scope="officer",
        path="/v1/complaints/{complaint}/measured",
        command="complaint measured",
    )
    def measured(self, work: Work, complaint: str, measure: MeasureWords, *, actor: str) -> int:
        """Measures that Anbao takes record this by themselves. Raises NotFound, Conflict."""
        return notices.measured(work, records.find(work.conn, complaint), measure, actor)

    @act(
        title=Text("不侵权声明已到达权利人，等待期开始", "The counter-statement arrived: the waiting period begins"),
        scope="trade",
        path="/v1/complaints/{complaint}/delivered",
        command="complaint delivered",
    )
    def delivered(self, work: Work, complaint: str, *, actor: str, at: int | None = None) -> int:
        """Also recorded when the platform confirms the effect. Raises NotFound, Conflict."""
        when = work.now if at is None else at
        return notices.delivered(self.core, work, records.find(work.conn, complaint), actor, when)

    @act(
        title=Text("权利人已投诉或者起诉，措施保持", "The right holder went to an authority or court: measures stay"),
        scope="trade",
        path="/v1/complaints/{complaint}/proceedings",
    )
    def proceedings(self, work: Work, complaint: str, given: Proceedings, *, actor: str, at: int | None = None) -> int:
        """Raises NotFound, Conflict where no counter-statement waits."""
        when = work.now if at is None else at
        return proceedings.known(self.core, work, records.find(work.conn, complaint), given, actor, when)

    def proceedings_with_token(self, work: Work, digest: str, stated: Proceedings, *, actor: str) -> int:
        """As ``proceedings``, for the holder of the token with this SHA-256 (hex)."""
        return proceedings.known(self.core, work, records.by_token(work.conn, digest), stated, actor, work.now)

    @act(
        title=Text(
            "投诉或者诉讼的进展、结果：认定侵权的措施保持，否则终止",
            "How proceedings stand or ended: an infringement keeps the measures, anything else ends them",
        ),
        scope="officer",
        path="/v1/complaints/{complaint}/outcome",
        second_review=True,
    )
    def heard(self, work: Work, complaint: str, outcome: ProceedingsOutcome, *, actor: str) -> int:
        """Raises NotFound, Conflict where none are pending."""
        return proceedings.heard(self.core, work, records.find(work.conn, complaint), outcome, actor, actor)

    def in_case(self, conn: Connection, case: Case) -> list[joining.ComplaintInCase]:
        """The complaints that a case answers, the gravest first."""
        return joining.in_case(self.core, conn, case, self.rules.reasons)

    @query(
        title=Text("投诉举报，按收到先后", "Complaints in the order in which they came"),
        scope="officer",
        path="/v1/complaints",
        position=lambda one: (one.entry,),
    )
    def complaints(
        self, conn: Connection, *, state: ComplaintStateWanted = None, after: int = -1, limit: int = 100
    ) -> list[KnownComplaint]:
        """What waits for a person stands in GET /v1/cases, the worst first."""
        found = records.page(conn, state=state, after=after, limit=limit)
        return [msgspec.structs.replace(one, token="") for one in found]

    @query(
        title=Text("一件投诉的全过程，每行附条目编号", "A complaint from beginning to end, each line with its entry"),
        scope="officer",
        path="/v1/complaints/{complaint}",
    )
    def file_of(self, conn: Connection, complaint: str) -> timeline.ComplaintFile:
        """Raises NotFound."""
        return timeline.file_of(self.core, conn, complaint, self.core.clock())

    @act(
        title=Text(
            "查阅投诉原文、陈述与联系方式；查阅入存证", "Read the statements in the clear; the access is recorded"
        ),
        scope="officer",
        path="/v1/complaints/{complaint}/read",
        command="complaint read",
        keyed=False,
    )
    def read(self, work: Work, complaint: str, *, person: ActingPerson = "", actor: str) -> OpenedStatements:
        """Revealed each time it is asked for, and stored nowhere. Raises NotFound."""
        return reading.read(self.core, work, records.find(work.conn, complaint), person or actor, actor)

    def follow(self, conn: Connection, digest: str) -> timeline.FollowUp:
        """What the holder of the token with this SHA-256 (hex) may see. Raises NotFound."""
        return timeline.follow(self.core, conn, digest)

    def do_what_is_due(self) -> bool:
        """Do one thing that time has brought to a notice; whether there was one."""
        with self.core.reading() as conn:
            if not deciding.any_due(conn, self.core.clock()):
                return False
        return self.core.run(lambda work: deciding.do_one(self.core, work))

    def _on_notice_checked(self, work: Work, decision: DecisionInEffect) -> None:
        deciding.follow_notice_check(self.core, work, self.rules, decision)

    def _on_notice(self, work: Work, stored: Stored) -> None:
        publishing.follow(self.core, work, stored)

    def _on_delivery(self, work: Work, stored: Stored) -> None:
        acting.follow_delivery(self.core, work, stored)
