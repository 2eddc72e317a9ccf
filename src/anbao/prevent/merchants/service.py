"""The counter for merchants: all acts on them in one place, and what follows from entries and from time."""

from collections.abc import Iterable
from functools import partial

from anbao.engine.core import CaseHandler, Core, Step
from anbao.engine.entered import checks_input
from anbao.engine.reactions import Reaction
from anbao.engine.readmodels import families
from anbao.engine.work import Projector, Work
from anbao.errors import AnbaoError
from anbao.model.merchant import Merchant, MerchantChange
from anbao.model.registry import RegistryAnswer
from anbao.prevent.listings import records as listings
from anbao.prevent.merchants import (
    acts,
    file,
    following,
    licences,
    links,
    questions,
    report,
    shelves,
    supplements,
    turnover,
)
from anbao.prevent.merchants.decision import (
    APPLIED,
    CLOSED,
    DECIDED,
    HELD,
    REFUSED,
    SHARED_CAP,
    VERIFIED,
    WAITING,
    MerchantContext,
    MerchantDecision,
    MerchantMatter,
)
from anbao.prevent.merchants.port import Registry, RegistryDown
from anbao.prevent.merchants.settle import settle
from anbao.store import Connection


@checks_input
class MerchantService:
    """Acts inside an open ``Work``. ``at`` is the time of the act, by default now; ``actor`` who does it."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.context = MerchantContext(core)

    def connect(self, registry: Registry | None) -> None:
        """Ask this registry from now on before anyone is verified."""
        self.context.registry = registry

    # ── acts ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def apply(
        self, work: Work, merchant: Merchant, *, at: int | None = None, actor: str = "platform"
    ) -> MerchantDecision:
        """Check an application to sell; record application and decision. Raises InvalidInput."""
        return acts.apply(self.context, work, merchant, actor, _when(work, at))

    def reverify(
        self, work: Work, merchant: str, *, at: int | None = None, actor: str = "platform"
    ) -> MerchantDecision:
        """Verify again what is on file. Raises NotFound, Conflict."""
        return acts.reverify(self.context, work, merchant, actor, _when(work, at))

    def change(
        self, work: Work, merchant: str, given: MerchantChange, *, at: int | None = None, actor: str = "platform"
    ) -> MerchantDecision:
        """Take in what a merchant reports as changed. Raises NotFound, Conflict, InvalidInput."""
        return acts.change(self.context, work, merchant, given, actor, _when(work, at))

    def review(
        self, work: Work, merchant: str, *, verify: bool, reason: str, actor: str, at: int | None = None
    ) -> MerchantDecision:
        """A person verifies or refuses; ``held`` with the case's entry where a second person must agree first.

        Raises NotFound, Conflict, InvalidInput, Forbidden.
        """
        return following.review(
            self.context, work, merchant, verify=verify, reason=reason, actor=actor, at=_when(work, at)
        )

    def close(
        self, work: Work, merchant: str, *, reason: str, for_cause: bool, actor: str, at: int | None = None
    ) -> int:
        """The merchant leaves, or is closed for cause; the entry's index. Raises NotFound, Conflict, InvalidInput."""
        return acts.close(
            self.context, work, merchant, reason=reason, for_cause=for_cause, actor=actor, at=_when(work, at)
        )

    def write_report(self, work: Work, kind: report.Kind, *, actor: str) -> report.WrittenReport:
        """The report of identities to the authority, ready to hand in; it holds personal values in the clear."""
        return report.write(self.context, work, kind, actor)

    def submit_report(self, work: Work, digest: str, *, actor: str, at: int | None = None) -> int:
        """The report with this file was handed in; the entry's index. Raises Conflict."""
        return report.note_submission(work, digest, actor, _when(work, at))

    def ask_again(self, work: Work) -> int:
        """The registry is up again: ask at once what waits for it; how many questions."""
        return questions.hasten(work)

    # ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────

    def links(self, conn: Connection, merchant: str) -> links.LinkView:
        """Who stands behind a merchant. Raises NotFound."""
        file.row_of(conn, merchant)
        return links.view(conn, merchant, self.cap(conn))

    def status(self, merchant: str) -> str:
        """Where a merchant stands; empty for one that never applied."""
        with self._core.reading() as conn:
            return file.status_of(conn, merchant)

    def families(self, conn: Connection) -> list[list[str]]:
        """All families of linked merchants, the largest first."""
        return families.all_families(conn, self.cap(conn))

    def cap(self, conn: Connection) -> int:
        """How many merchants may share an identifier before it links nobody."""
        return self._core.parameters.number(conn, SHARED_CAP, self._core.clock())

    # ── what follows ──────────────────────────────────────────────────────────────────────────────────────────────

    def projectors(self) -> Iterable[tuple[str, Projector]]:
        yield APPLIED, file.project_applications
        yield APPLIED, partial(licences.project_statements, self.context)
        yield acts.INFO_ACCEPTED, file.project_changes
        yield acts.INFO_ACCEPTED, partial(licences.project_statements, self.context)
        for kind in DECIDED:
            yield kind, file.project_decisions
        yield WAITING, file.project_waiting
        yield CLOSED, file.project_decisions
        yield CLOSED, file.project_closures
        yield following.REOPENED, file.project_reopenings
        for kind in (licences.EXPIRING, licences.EXPIRED, licences.RENEWED, licences.WITHDRAWN):
            yield kind, licences.project_stages
        for kind in (shelves.LOST, shelves.RESTORED):
            yield kind, listings.project_listings
        yield supplements.ASKED, supplements.project_asked
        yield supplements.REMINDED, supplements.project_reminded
        for kind in (*DECIDED, CLOSED, WAITING, supplements.OVERDUE):
            yield kind, supplements.project_end
        yield "order.placed", turnover.project_orders
        yield "order.updated", turnover.project_orders
        yield turnover.CROSSED, turnover.project_crossings

    def reactions(self) -> Iterable[Reaction]:
        yield Reaction("prevent.standing", frozenset(DECIDED), partial(shelves.follow_standing, self.context))
        yield Reaction("prevent.held", frozenset({HELD}), following.put_before_a_person)
        yield Reaction("prevent.held_over", frozenset({VERIFIED, REFUSED}), following.close_case)
        measures = frozenset({"measure.taken", "measure.lifted"})
        yield Reaction("prevent.closure", measures, partial(following.follow_measure, self.context))

    def case_handler(self) -> tuple[str, CaseHandler]:
        """The kind of case that is opened here, and what does what follows from a decision."""
        return supplements.CASE, partial(following.follow_case, self.context)

    def steps(self) -> Iterable[Step]:
        yield self._follow_licences
        yield self._follow_supplements
        yield self._watch_turnover
        yield self._ask_registry

    def _follow_licences(self) -> bool:
        with self._core.reading() as conn:
            if not licences.due(self.context, conn, self._core.clock()):
                return False
        self._core.run(self._settle_licences)
        return True

    def _follow_supplements(self) -> bool:
        with self._core.reading() as conn:
            if not supplements.due(conn, self._core.clock()):
                return False
        self._core.run(partial(supplements.follow_up, self.context))
        return True

    def _settle_licences(self, work: Work) -> None:
        for name in dict.fromkeys(one.merchant for one in licences.follow_up(self.context, work)):
            merchant = file.opened(work.conn, self.context.vault, name)
            entry = file.row_of(work.conn, name).entry
            settle(self.context, work, merchant, MerchantMatter(occasion="expiry", entry=entry, at=work.now))

    def _watch_turnover(self) -> bool:
        with self._core.reading() as conn:
            if not turnover.unchecked(conn):
                return False
        self._core.run(partial(turnover.watch, self.context))
        return True

    def _ask_registry(self) -> bool:
        registry = self.context.registry
        if registry is None:
            return False
        with self._core.reading() as conn:
            if not questions.due(conn, self._core.clock()):
                return False
        claimed = self._core.run(questions.claim)
        for place, one in enumerate(claimed):
            try:
                with self._core.reading() as conn:
                    worded = questions.worded(self.context, conn, one)
                answer = registry.ask(worded)
            except RegistryDown as down:
                self._core.run(partial(questions.put_off, questions=claimed[place:], problem=str(down)))
                break
            except AnbaoError as error:  # the person's values were erased meanwhile
                self._core.run(partial(questions.put_off, questions=[one], problem=str(error)))
                continue
            self._core.run(partial(self._answered, one=one, answer=answer))
        return bool(claimed)

    def _answered(self, work: Work, one: questions.Pending, answer: RegistryAnswer) -> None:
        """Record an answer; with the last one, decide."""
        if not questions.note_answer(work, one, answer):
            return
        asked = questions.pending(work.conn, one.merchant)
        if any(other.state == questions.WAITING for other in asked):
            return
        merchant = file.opened(work.conn, self.context.vault, one.merchant)
        if file.row_of(work.conn, one.merchant).status != "closed":
            matter = MerchantMatter(occasion=one.occasion, entry=one.entry, at=work.now)
            settle(self.context, work, merchant, matter, questions.answers_to(asked))


def _when(work: Work, at: int | None) -> int:
    return work.now if at is None else at
