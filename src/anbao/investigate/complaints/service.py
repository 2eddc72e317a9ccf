"""The complaints of a platform, opened over the core: what other code calls."""

from collections.abc import Iterable
from functools import cached_property, partial

from anbao.cases.told import OpenedStatements
from anbao.engine.core import CaseHandler, Core, Probe, Step
from anbao.engine.entered import checks_input
from anbao.engine.reactions import Reaction
from anbao.engine.work import Projector, Work
from anbao.investigate.complaints import (
    acting,
    completing,
    deciding,
    filing,
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
from anbao.store import Connection


@checks_input
class Complaints:
    """``look`` (set by whoever assembles the platform) tells the worst word of the screening lexicon in a text."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.look: filing.Look = lambda work, text: 0

    @cached_property
    def _read(self) -> tuple[ComplaintRules, Table]:
        return load_rules(self._core.where)

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
        yield IpPublished.KIND, publishing.project

    def reactions(self) -> Iterable[Reaction]:
        yield Reaction("investigate.counter_delivered", frozenset({EffectDelivered.KIND}), self._on_delivery)
        yield Reaction("investigate.notice_measured", frozenset({MeasureTakenEvent.KIND}), notices.follow_measure)
        yield Reaction("investigate.notice_published", publishing.TELLING, self._on_telling)

    def case_handlers(self) -> Iterable[tuple[str, CaseHandler]]:
        yield deciding.COMPLAINT, partial(deciding.follow_complaint, self._core)
        yield deciding.NOTICE, self._on_notice_checked
        yield proceedings.CASE_KIND, partial(proceedings.follow_case, self._core)

    def steps(self) -> Iterable[Step]:
        yield self.do_what_is_due

    def probes(self) -> Iterable[tuple[str, Probe]]:
        yield "complaint_channel", lambda: probe.try_channel(self._core, *self._read, self.look)

    def file(
        self, work: Work, complaint: Complaint, *, origin: str = "", actor: str = "platform", at: int | None = None
    ) -> Filed:
        """Take a complaint in, and acknowledge it; ``origin`` is where it came from. Raises InvalidInput."""
        rules, table = self._read
        when = work.now if at is None else at
        return filing.file(self._core, work, rules, table, self.look, complaint, origin=origin, actor=actor, at=when)

    def accept(self, work: Work, name: str, *, actor: str) -> int:
        """Accept it (受理); the entry's index. Raises NotFound, Conflict."""
        return acting.accept(work, records.find(work.conn, name), actor)

    def forward(self, work: Work, name: str, *, summary: str = "", actor: str) -> int:
        """Send it to the merchant; the entry's index. Raises NotFound, Conflict, InvalidInput."""
        return acting.forward(self._core, work, records.find(work.conn, name), summary=summary, actor=actor)

    def state(self, work: Work, name: str, statement: MerchantStatement, *, actor: str) -> int:
        """Record what the merchant says; the entry's index. Raises NotFound, Conflict, InvalidInput."""
        return acting.state(self._core, work, records.find(work.conn, name), statement, actor)

    def complete(self, work: Work, name: str, given: Completion, *, actor: str) -> tuple[str, ...]:
        """Add what a notice lacked; what it still lacks. Raises NotFound, Conflict, InvalidInput."""
        return completing.complete(self._core, work, self.rules, records.find(work.conn, name), given, actor)

    def complete_with_token(self, work: Work, digest: str, given: Completion, *, actor: str) -> tuple[str, ...]:
        """As ``complete``, for the holder of the token with this SHA-256 (hex)."""
        return completing.complete(self._core, work, self.rules, records.by_token(work.conn, digest), given, actor)

    def publish(self, work: Work, name: str, *, actor: str) -> int:
        """Publish an IP notice as it stands; the entry's index. Raises NotFound, Conflict."""
        return publishing.publish(self._core, work, records.find(work.conn, name), actor)

    def measured(self, work: Work, name: str, what: str, *, actor: str) -> int:
        """Measures were taken on a notice; the entry's index. Raises NotFound, Conflict."""
        return notices.measured(work, records.find(work.conn, name), what, actor)

    def delivered(self, work: Work, name: str, *, actor: str, at: int | None = None) -> int:
        """The counter-statement reached the complainant; the entry's index. Raises NotFound, Conflict."""
        when = work.now if at is None else at
        return notices.delivered(self._core, work, records.find(work.conn, name), actor, when)

    def proceedings(self, work: Work, name: str, told: Proceedings, *, actor: str, at: int | None = None) -> int:
        """The complainant went to an authority or court; the entry's index. Raises NotFound, Conflict."""
        when = work.now if at is None else at
        return proceedings.known(self._core, work, records.find(work.conn, name), told, actor, when)

    def proceedings_with_token(self, work: Work, digest: str, told: Proceedings, *, actor: str) -> int:
        """As ``proceedings``, for the holder of the token with this SHA-256 (hex)."""
        return proceedings.known(self._core, work, records.by_token(work.conn, digest), told, actor, work.now)

    def heard(self, work: Work, name: str, outcome: ProceedingsOutcome, person: str, *, actor: str) -> int:
        """How the proceedings stand or ended; the entry's index. Raises NotFound, Conflict."""
        return proceedings.heard(self._core, work, records.find(work.conn, name), outcome, person, actor)

    def file_of(self, conn: Connection, name: str) -> timeline.ComplaintFile:
        """All that is known of a complaint. Raises NotFound."""
        return timeline.file_of(self._core, conn, name, self._core.clock())

    def read(self, work: Work, name: str, person: str, *, actor: str) -> OpenedStatements:
        """What was told, opened for ``person``; that they read it is an entry. Raises NotFound."""
        return reading.read(self._core, work, records.find(work.conn, name), person, actor)

    def follow(self, conn: Connection, digest: str) -> timeline.FollowUp:
        """What the holder of the token with this SHA-256 (hex) may see. Raises NotFound."""
        return timeline.follow(self._core, conn, digest)

    def do_what_is_due(self) -> bool:
        """Do one thing that time has brought to a notice; whether there was one."""
        with self._core.reading() as conn:
            if not deciding.any_due(conn, self._core.clock()):
                return False
        return self._core.run(lambda work: deciding.do_one(self._core, work))

    def _on_notice_checked(self, work: Work, decision: DecisionInEffect) -> None:
        deciding.follow_notice_check(self._core, work, self.rules, decision)

    def _on_telling(self, work: Work, stored: Stored) -> None:
        publishing.follow(self._core, work, stored)

    def _on_delivery(self, work: Work, stored: Stored) -> None:
        acting.follow_delivery(self._core, work, stored)
