"""Cases, opened over the core: who decides what, next and together."""

from collections.abc import Iterable, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from anbao.cases import bulk, deciding, dispatch, leases, reading, statements
from anbao.cases.deciding import Determination
from anbao.cases.persons import Person, check_name
from anbao.cases.projecting import CaseProjection
from anbao.cases.reading import Case
from anbao.engine.acts import act, query
from anbao.engine.core import Core, Service, Step
from anbao.engine.reactions import Reaction
from anbao.engine.values import LATEST, CaseRule
from anbao.engine.work import Projector, Work
from anbao.law.case_kinds import CaseKind
from anbao.model.base import MAX_REASON, Reason
from anbao.model.decision import Decision
from anbao.model.options import ActingPerson, Option
from anbao.store import Connection
from anbao.text import Text

Minutes = Annotated[int, Meta(ge=1, le=leases.LONGEST_LEASE_MINUTES)]
CaseOutcome = Annotated[str, Meta(min_length=1, max_length=64)]
CaseIds = Annotated[
    tuple[Annotated[str, Meta(min_length=1, max_length=128)], ...], Meta(min_length=1, max_length=bulk.MOST_CASES)
]
Token = Annotated[str, Meta(max_length=64)]
ToPerson = Annotated[str, Meta(max_length=128), Option("给谁", "to whom", argument=True)]
Note = Annotated[str, Meta(max_length=MAX_REASON), Option("说明", "a note")]
SecondLook = Annotated[int, Meta(ge=0, le=100)]
UndoMinutes = Annotated[int, Meta(ge=0, le=10_080)]


class LeasedCase(msgspec.Struct, frozen=True, kw_only=True):
    """The case that was leased; null where nothing waits."""

    case: Case | None


class Cases(Service):
    """What persons must decide."""

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self._projection = CaseProjection(core)

    @property
    def kinds(self) -> dict[str, CaseKind]:
        """All kinds of cases, by id."""
        return self.core.pack.case_kinds

    def projectors(self) -> Iterable[tuple[str, Projector]]:
        return self._projection.projectors()

    def reactions(self) -> Iterable[Reaction]:
        yield dispatch.reaction(self.core)

    def steps(self) -> Iterable[Step]:
        yield self.release

    def release(self) -> bool:
        """Let decisions leave whose undo window has passed, a bounded number."""
        with self.core.reading() as conn:
            if bulk.due(conn, self.core.clock()) is None:
                return False
        return self.core.run(lambda work: bulk.release(self.core, work))

    @act(
        title=Text("领取最紧要的一件，他人不会同时得到", "Take the worst case; nobody else gets it meanwhile"),
        scope="officer",
        path="/v1/cases/next",
    )
    def next(
        self,
        work: Work,
        *,
        person: ActingPerson = "",
        kinds: tuple[str, ...] = (),
        minutes: Minutes = leases.LEASE_MINUTES,
        actor: str,
    ) -> LeasedCase:
        """Of these kinds, all by default. The lease lapses by itself. Raises InvalidInput for an unknown kind."""
        return LeasedCase(case=leases.next_case(work, person or actor, self._wanted(kinds), minutes))

    @act(
        title=Text("占用一件，或延长占用", "Lease a case, or hold it longer"),
        scope="officer",
        path="/v1/cases/{case}/lease",
    )
    def lease(
        self,
        work: Work,
        case: str,
        *,
        person: ActingPerson = "",
        minutes: Minutes = leases.LEASE_MINUTES,
        actor: str,
    ) -> LeasedCase:
        """Raises NotFound, Conflict."""
        return LeasedCase(case=leases.lease(work, case, person or actor, minutes))

    @act(
        title=Text("放回队列", "Give a case back to the queue"),
        scope="officer",
        path="/v1/cases/{case}/give-back",
    )
    def give_back(
        self,
        work: Work,
        case: str,
        *,
        person: ActingPerson = "",
        minutes: Minutes = leases.LEASE_MINUTES,
        actor: str,
    ) -> LeasedCase:
        """Ends this person's lease and nobody else's; ``minutes`` is taken and not used. Raises NotFound."""
        return LeasedCase(case=leases.give_back(work, case, person or actor))

    @act(
        title=Text("指派给某人", "Give a case to a person"),
        scope="officer",
        path="/v1/cases/{case}/assign",
        command="case assign",
    )
    def assign(
        self, work: Work, case: str, *, to: ToPerson, person: ActingPerson = "", note: Note = "", actor: str
    ) -> int:
        """To "" it is given to nobody, so that anyone may take it. Raises NotFound, Conflict."""
        return leases.assign(work, case, to, by=person or actor, note=note, actor=actor)

    @act(
        title=Text("把手中的事项移交他人", "Hand over a case that one holds"),
        scope="officer",
        path="/v1/cases/{case}/hand-over",
        command="case hand-over",
    )
    def hand_over(
        self, work: Work, case: str, *, to: ToPerson, person: ActingPerson = "", note: Note = "", actor: str
    ) -> int:
        """Raises NotFound, Conflict where ``person`` does not hold it."""
        return leases.hand_over(work, case, person=person or actor, to=to, note=note, actor=actor)

    @act(
        title=Text(
            "决定一件，写明理由；抽中的再由另一人决定",
            "Decide a case, saying why; some are decided by a second person too",
        ),
        scope="officer",
        path="/v1/cases/{case}/decide",
        second_review=True,
    )
    def decide(
        self,
        work: Work,
        case: str,
        *,
        person: ActingPerson = "",
        outcome: CaseOutcome,
        reason: Reason,
        actor: str = "officer",
    ) -> Decision:
        """Raises NotFound, Conflict where it waits for another person, InvalidInput for an unknown outcome."""
        given = Determination(actor=actor, outcome=outcome, person=person or actor, reason=reason)
        return deciding.decide(self.core, work, reading.find(work.conn, case), given)

    @act(
        title=Text(
            "查阅当事人所述原文；查阅入存证", "Read the parties' statements in the clear; the access is recorded"
        ),
        scope="officer",
        path="/v1/cases/{case}/read",
        command="case read",
        keyed=False,
    )
    def read(
        self, work: Work, case: str, *, person: ActingPerson = "", actor: str = "officer"
    ) -> statements.OpenedStatements:
        """Revealed each time it is asked for, and stored nowhere. Raises NotFound."""
        return statements.read(self.core, work, reading.find(work.conn, case), person=person or actor, actor=actor)

    @act(
        title=Text("重新打开已结案的事项", "Open a closed case again"),
        scope="officer",
        path="/v1/cases/{case}/reopen",
        command="case reopen",
    )
    def reopen(
        self, work: Work, case: str, *, person: ActingPerson = "", reason: Reason, actor: str = "officer"
    ) -> int:
        """Raises NotFound, Conflict, InvalidInput."""
        one = reading.find(work.conn, case)
        return deciding.reopen(work, one, person=person or actor, reason=reason, actor=actor)

    @query(
        title=Text("最近的批量决定", "The newest bulk decisions"),
        scope="officer",
        path="/v1/bulk",
        bare=True,
    )
    def bulk_orders(self, conn: Connection, *, limit: int = 50) -> list[bulk.BulkOrder]:
        """Without their items."""
        return bulk.recent(conn, limit)

    @query(
        title=Text("一个批量决定，逐件的结果", "A bulk decision, case by case"),
        scope="officer",
        path="/v1/bulk/{order}",
    )
    def bulk_order(self, conn: Connection, order: str) -> bulk.BulkOrder:
        """Raises NotFound."""
        return bulk.find(conn, order)

    def worst(
        self,
        conn: Connection,
        *,
        kinds: Sequence[str] = (),
        after: reading.Position | None = None,
        limit: int = 50,
    ) -> list[Case]:
        """What waits for a person, the worst first. Raises InvalidInput for an unknown kind."""
        return reading.worst(conn, self._wanted(kinds), after=after, limit=limit)

    def preview(
        self, conn: Connection, names: Sequence[str], *, outcome: str, person: str, signed_in: str = ""
    ) -> bulk.Preview:
        """What a decision on many cases would do to each; writes nothing. Raises InvalidInput."""
        check_name(person, signed_in)
        return bulk.preview(self.core, conn, names, outcome, Person(person, signed_in), self.core.clock())

    @act(
        title=Text("批量决定；撤销期届满后生效", "Decide many cases; it takes effect after the undo window"),
        scope="officer",
        path="/v1/cases/bulk",
    )
    def decide_many(
        self,
        work: Work,
        *,
        cases: CaseIds,
        outcome: CaseOutcome,
        reason: Reason,
        person: ActingPerson = "",
        token: Token = "",
        actor: str = "officer",
    ) -> bulk.BulkOrder:
        """With the ``token`` of a preview it is refused if what that showed has changed.

        Raises InvalidInput, Conflict.
        """
        return bulk.order(
            self.core, work, cases, outcome=outcome, reason=reason, person=person or actor, actor=actor, token=token
        )

    @act(
        title=Text("在撤销期内撤销批量决定", "Undo a bulk decision while its window is open"),
        scope="officer",
        path="/v1/bulk/{order}/undo",
    )
    def undo(self, work: Work, order: str, *, reason: Reason, person: ActingPerson = "", actor: str) -> bulk.BulkOrder:
        """Raises NotFound, Conflict once the window has passed."""
        return bulk.undo(work, order, person=person or actor, reason=reason, actor=actor)

    @act(
        title=Text("修改抽查比例与撤销时间", "Change the share of second looks, or the undo window"),
        scope="officer",
        path="/v1/case-kinds/{kind}",
    )
    def change(
        self,
        work: Work,
        kind: str,
        *,
        second_look: SecondLook | None = None,
        undo_minutes: UndoMinutes | None = None,
        actor: str = "officer",
    ) -> int:
        """Set the share of second looks, or the undo window, of a kind; the entry's index. Raises InvalidInput."""
        now = self.core.case_rules.in_force(work.conn, self.core.pack.case_kind(kind).id, LATEST)
        given = CaseRule(
            second_look=now.second_look if second_look is None else second_look,
            undo_minutes=now.undo_minutes if undo_minutes is None else undo_minutes,
        )
        return self.core.case_rules.change(work, kind, given, actor=actor)

    def _wanted(self, kinds: Sequence[str]) -> list[str]:
        return [self.core.pack.case_kind(kind).id for kind in kinds] or list(self.kinds)
