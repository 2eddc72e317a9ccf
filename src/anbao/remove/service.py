"""Removal (危险排除), opened over the core: measures, penalties, appeals, reports to the authority."""

from collections.abc import Iterable
from functools import partial
from typing import Annotated, Literal

from anbao.engine.acts import act, query
from anbao.engine.core import CaseConflicts, CaseHandler, Core, Eraser, Service, Step
from anbao.engine.reactions import Reaction
from anbao.engine.work import Projector, Work
from anbao.ledger import Stored
from anbao.model.base import Reason
from anbao.model.events.delivery import EffectDelivered, EffectFailed
from anbao.model.events.investigate import HazardConfirmed, HazardLifted, HazardSwept, ListingMatchedHazard
from anbao.model.events.prevent import ListingScreenedEvent, PictureScreenedEvent
from anbao.model.events.remove import (
    AppealDecided,
    AppealReceived,
    MeasureProposed,
    MeasureTakenEvent,
    SanctionImposed,
    SanctionPublished,
    SanctionWithdrawn,
    ViolationFound,
    ViolationReported,
    ViolationStopped,
    ViolationWithdrawn,
)
from anbao.model.options import ActingPerson, Option
from anbao.remove import appeals, hazards, measures, notices, proposals, records, reports, sanctions, violations
from anbao.remove.appeals import Appeal, AppealFiled, Outcome
from anbao.remove.measures import MeasureOrder, RemovalContext
from anbao.remove.records import Measure, State, Violation
from anbao.remove.reports import AuthorityReport, Sent
from anbao.remove.rules import RemovalRules, load_rules
from anbao.store import Connection
from anbao.text import Text

_AT_ONCE = 100
_APPROVED = "采纳建议的措施"


Granted = Annotated[Outcome, Option("决定", "the decision", argument=True)]


_ALL = Option("缺省为全部", "all by default")
MeasureStateWanted = Annotated[State | None, _ALL]
AppealStateWanted = Annotated[Literal["filed", "granted", "denied"] | None, _ALL]


class Remove(Service):
    """Measures and what hangs on them. ``person`` is who decides; ``actor`` through which interface."""

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self.rules: RemovalRules = load_rules(core.where, core.pack)
        self._context = RemovalContext(core, self.rules)

    def projectors(self) -> Iterable[tuple[str, Projector]]:
        yield MeasureProposed.KIND, records.project_measure
        yield MeasureTakenEvent.KIND, records.project_measure
        for kind in records.MOVES:
            yield kind, records.project_move
        yield ViolationFound.KIND, records.project_violation
        yield ViolationStopped.KIND, records.project_violation_move
        yield ViolationWithdrawn.KIND, records.project_violation_move
        yield ViolationReported.KIND, reports.project_sent
        yield SanctionPublished.KIND, sanctions.project_published
        yield SanctionWithdrawn.KIND, sanctions.project_withdrawn
        yield AppealReceived.KIND, appeals.project
        yield AppealDecided.KIND, appeals.project
        yield HazardConfirmed.KIND, hazards.project_confirmed
        yield HazardLifted.KIND, hazards.project_lifted
        yield ListingScreenedEvent.KIND, hazards.project_screened
        yield PictureScreenedEvent.KIND, hazards.project_pictured

    def reactions(self) -> Iterable[Reaction]:
        found = frozenset({HazardConfirmed.KIND, ListingMatchedHazard.KIND, HazardSwept.KIND})
        yield Reaction(hazards.REACTION, found, self._on_hazard)
        yield Reaction("remove.ladder", frozenset({ViolationFound.KIND}), self._on_violation)
        yield Reaction("remove.publish", frozenset({SanctionImposed.KIND}), self._on_imposed)
        yield Reaction("remove.delivery", frozenset({EffectDelivered.KIND, EffectFailed.KIND}), self._on_delivery)
        yield Reaction("remove.notice", frozenset(notices.ADMITTED | notices.OVER), self._on_notice)

    def case_handlers(self) -> Iterable[tuple[str, CaseHandler]]:
        yield hazards.CASE_KIND, partial(hazards.on_decided, self._context)
        yield proposals.CASE_KIND, partial(proposals.on_case_decided, self._context)
        yield appeals.CASE_KIND, partial(appeals.on_case_decided, self._context)

    def case_conflicts(self) -> Iterable[tuple[str, CaseConflicts]]:
        yield appeals.CASE_KIND, partial(appeals.conflicts_of, self._context)

    def erasers(self) -> Iterable[Eraser]:
        yield reports.erase

    def steps(self) -> Iterable[Step]:
        yield self._end_some
        yield self._look_at_returns
        yield self._restore_some

    # ── acts ──────────────────────────────────────────────────────────────────────────────────────────────────────

    @act(
        title=Text("采取措施，写明事实与依据", "Take a measure, with facts and basis"),
        scope="officer",
        path="/v1/measures",
        command="measure take",
    )
    def take(self, work: Work, order: MeasureOrder, *, person: ActingPerson = "", actor: str) -> str:
        """Answers its id. Raises InvalidInput, NotFound, Conflict."""
        return measures.take(self._context, work, order, person=person, actor=actor)

    @act(
        title=Text("采纳一项建议的措施", "Take a measure that was proposed"),
        scope="officer",
        command="measure approve",
        second_review=True,
    )
    def approve(self, work: Work, measure: str, *, person: ActingPerson = "", actor: str) -> str:
        """Take a measure that was proposed, or let it wait for a second person; its id. Raises NotFound, Conflict."""
        work.rehearse(lambda inner: proposals.approve(self._context, inner, measure, person=person, actor=actor))
        waiting = proposals.decide_case(
            self._context, work, measure, proposals.TAKE, _APPROVED, person=person, actor=actor
        )
        if waiting is None:
            proposals.approve(self._context, work, measure, person=person, actor=actor)
        return measure

    @act(
        title=Text("不采纳一项建议的措施", "Leave a measure that was proposed"),
        scope="officer",
        command="measure decline",
        second_review=True,
    )
    def decline(self, work: Work, measure: str, reason: str, *, person: ActingPerson = "", actor: str) -> int:
        """Leave a proposal; the entry's index, of the case's where a second person must agree; as ``approve``."""
        waiting = proposals.decide_case(
            self._context, work, measure, proposals.LEAVE, reason, person=person, actor=actor
        )
        return proposals.decline(work, measure, reason, person=person, actor=actor) if waiting is None else waiting

    @act(title=Text("解除一项措施", "Lift a measure"), scope="officer", command="measure lift")
    def lift(self, work: Work, measure: str, reason: str, *, person: ActingPerson = "", actor: str) -> int:
        """End one measure early. Raises NotFound, Conflict, InvalidInput."""
        return measures.lift(self._context, work, measure, reason, person=person, actor=actor)

    @act(
        title=Text("代商家提出申诉", "File an appeal that the platform received"),
        scope="events",
        path="/v1/appeals",
        command="appeal file",
    )
    def appeal(self, work: Work, filed: AppealFiled, *, actor: str = "platform") -> str:
        """Answers its id. Raises NotFound, Conflict where the measure holds no more or is being appealed against."""
        return appeals.file(self._context, work, filed, actor=actor)

    def appeal_with_token(self, work: Work, token: str, text: str, evidence: tuple[str, ...] = ()) -> str:
        """File an appeal with the token that the merchant was sent. Raises Forbidden, Conflict."""
        return appeals.file_with_token(self._context, work, token, text, evidence)

    @act(
        title=Text(
            "决定申诉；须由作出原决定者以外的人",
            "Decide an appeal; by another person than the one who took the measure",
        ),
        scope="officer",
        path="/v1/appeals/{appeal}/decide",
        command="appeal decide",
        second_review=True,
    )
    def decide_appeal(
        self, work: Work, appeal: str, outcome: Granted, reason: Reason, *, person: ActingPerson = "", actor: str
    ) -> int:
        """A granted one repairs all that was done.

        Raises NotFound, Conflict, Forbidden, InvalidInput.
        """
        waiting = appeals.decide_case(self._context, work, appeal, outcome, reason, person=person, actor=actor)
        if waiting is not None:
            return waiting
        return appeals.decide(self._context, work, appeal, outcome, reason, person=person, actor=actor)

    @act(
        title=Text("起草一份报告", "Draft a report of a violation to the authority for its goods"),
        scope="officer",
        path="/v1/violations/{violation}/report",
        command="report draft",
    )
    def draft_report(self, work: Work, violation: str, *, actor: str) -> str:
        """Answers its id. Raises NotFound, Conflict for what was withdrawn."""
        return reports.draft(self._context, work, violation, actor=actor)

    @act(
        title=Text("记录报告已发送及回执编号", "Record that a report was sent, and its receipt"),
        scope="officer",
        path="/v1/reports/{report}/sent",
        command="report sent",
    )
    def record_report_sent(self, work: Work, report: str, sent: Sent, *, actor: str, at: int | None = None) -> int:
        """The duty to report is met by it, not by the draft. Raises NotFound, Conflict where it was sent before."""
        return reports.note_sent(work, report, sent, actor=actor, at=at)

    @query(
        title=Text("措施，新的在前", "Measures, the newest first"),
        scope="officer",
        path="/v1/measures",
        bare=True,
    )
    def measures(
        self,
        conn: Connection,
        *,
        state: MeasureStateWanted = None,
        merchant: str | None = None,
        listing: str | None = None,
        limit: int = 100,
    ) -> list[Measure]:
        """Of one merchant or listing, where one is named."""
        return records.listed(conn, state=state, merchant=merchant or "", listing=listing or "", limit=limit)

    @query(
        title=Text("违法情形", "Violations"),
        scope="officer",
        path="/v1/violations",
        bare=True,
    )
    def violations(self, conn: Connection, *, merchant: str | None = None, limit: int = 100) -> list[Violation]:
        """The newest first."""
        return records.recent_violations(conn, merchant or "", limit)

    @query(
        title=Text("申诉，先到的在前", "Appeals, the oldest first"),
        scope="officer",
        path="/v1/appeals",
        command="appeal list",
        columns=appeals.COLUMNS,
        bare=True,
    )
    def appeals(self, conn: Connection, *, state: AppealStateWanted = None, limit: int = 100) -> list[Appeal]:
        """All, or those in one state."""
        return appeals.listed(conn, state=state or "", limit=limit)

    @query(
        title=Text("向主管部门的报告", "Reports to the authority"),
        scope="officer",
        path="/v1/reports",
        bare=True,
    )
    def reports(self, conn: Connection, *, violation: str | None = None, limit: int = 100) -> list[AuthorityReport]:
        """The newest first."""
        return reports.listed(conn, violation=violation or "", limit=limit)

    # ── reactions ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _on_hazard(self, work: Work, stored: Stored) -> None:
        if stored.kind == HazardConfirmed.KIND:
            hazards.on_confirmed(self._context, work, stored)
        elif stored.kind == ListingMatchedHazard.KIND:
            hazards.on_matched(self._context, work, stored)
        else:
            hazards.on_swept(self._context, work, stored)

    def _on_violation(self, work: Work, stored: Stored) -> None:
        found = stored.event(ViolationFound)
        danger = hazards.find(work.conn, found.hazard)
        violations.climb(
            self._context,
            work,
            found.violation,
            facts=found.facts or found.note,
            relapse=bool(found.relapse),
            about=stored.index,
            person=danger.person if danger else stored.actor,
        )

    def _on_notice(self, work: Work, stored: Stored) -> None:
        notices.follow(self._context, work, stored)

    def _on_imposed(self, work: Work, stored: Stored) -> None:
        sanctions.on_imposed(self._context, work, stored)

    def _on_delivery(self, work: Work, stored: Stored) -> None:
        name = stored.subjects.get("measure")
        if name is None:
            return
        one = records.find(work.conn, name)
        if stored.kind == EffectFailed.KIND:
            failed = stored.event(EffectFailed)
            measures.failed(self._context, work, one, failed.topic, failed.problem)
            return
        done = stored.event(EffectDelivered)
        if measures.delivered(self._context, work, one, done.topic, done.effect):
            if one.violation:
                violations.settle(work, one.violation)
            if one.hazard and one.kind == "takedown":
                hazards.conclude(self.core.ledger, work, one.hazard)

    def _end_some(self) -> bool:
        with self.core.reading() as conn:
            if not records.over(conn, self.core.clock(), 1):
                return False
        return bool(self.core.run(self._end))

    def _look_at_returns(self) -> bool:
        with self.core.reading() as conn:
            if not hazards.are_returns(conn):
                return False
        return bool(self.core.run(lambda work: hazards.look_at_returns(self._context, work, _AT_ONCE)))

    def _restore_some(self) -> bool:
        with self.core.reading() as conn:
            if hazards.being_lifted(conn) is None:
                return False
        return self.core.run(lambda work: appeals.restore_after_lifting(self._context, work, _AT_ONCE))

    def _end(self, work: Work) -> int:
        found = records.over(work.conn, work.now, _AT_ONCE)
        for one in found:
            measures.end(self._context, work, one)
        return len(found)
