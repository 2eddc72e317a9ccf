"""Cases, opened over the core: who decides what, next and together."""

from collections.abc import Iterable, Sequence

from anbao.cases import bulk, deciding, dispatch, leases, reading, told
from anbao.cases.deciding import Determination
from anbao.cases.persons import Person, check_name
from anbao.cases.projecting import CaseProjection
from anbao.cases.reading import Case
from anbao.engine.core import Core, Service, Step
from anbao.engine.reactions import Reaction
from anbao.engine.values import CaseRule
from anbao.engine.work import Projector, Work
from anbao.law.case_kinds import CaseKind
from anbao.model.decision import Decision
from anbao.store import Connection


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

    def next(
        self, work: Work, person: str, *, kinds: Sequence[str] = (), minutes: int = leases.LEASE_MINUTES
    ) -> Case | None:
        """Lease the worst case (of these kinds) that this person may decide; None where there is none."""
        return leases.next_case(work, person, self._wanted(kinds), minutes)

    def decide(
        self, work: Work, name: str, *, person: str, outcome: str, reason: str, actor: str = "officer"
    ) -> Decision:
        """Decide a case, as the first or the second person. Raises NotFound, InvalidInput, Conflict, Forbidden."""
        given = Determination(actor=actor, outcome=outcome, person=person, reason=reason)
        return deciding.decide(self.core, work, reading.find(work.conn, name), given)

    def read(self, work: Work, name: str, *, person: str, actor: str = "officer") -> told.OpenedStatements:
        """What was told in its matter, opened for ``person``; that they read it is an entry. Raises NotFound."""
        return told.read(self.core, work, reading.find(work.conn, name), person=person, actor=actor)

    def reopen(self, work: Work, name: str, *, person: str, reason: str, actor: str = "officer") -> int:
        """Open a closed case again; the entry's index. Raises NotFound, Conflict, InvalidInput."""
        return deciding.reopen(work, reading.find(work.conn, name), person=person, reason=reason, actor=actor)

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
        return bulk.preview(conn, self.kinds, names, outcome, Person(person, signed_in), self.core.clock())

    def order(
        self,
        work: Work,
        names: Sequence[str],
        *,
        outcome: str,
        reason: str,
        person: str,
        actor: str = "officer",
        token: str = "",
    ) -> bulk.BulkOrder:
        """Decide many cases; it takes effect when the undo window has passed. Raises InvalidInput, Conflict."""
        return bulk.order(
            self.core, work, names, outcome=outcome, reason=reason, person=person, actor=actor, token=token
        )

    def change(
        self,
        work: Work,
        kind: str,
        *,
        second_look: int | None = None,
        undo_minutes: int | None = None,
        actor: str = "officer",
    ) -> int:
        """Set the share of second looks, or the undo window, of a kind; the entry's index. Raises InvalidInput."""
        now = self.core.case_rules.of_kind(work.conn, self.core.pack.case_kind(kind).id)
        given = CaseRule(
            second_look=now.second_look if second_look is None else second_look,
            undo_minutes=now.undo_minutes if undo_minutes is None else undo_minutes,
        )
        return self.core.case_rules.change(work, kind, given, actor=actor)

    def _wanted(self, kinds: Sequence[str]) -> list[str]:
        return [self.core.pack.case_kind(kind).id for kind in kinds] or list(self.kinds)
