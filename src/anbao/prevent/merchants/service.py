"""The service for merchants: all acts on them in one place, and what follows from entries and from time."""

from collections.abc import Iterable
from functools import partial
from typing import Annotated

from anbao.engine.acts import act, query
from anbao.engine.core import CaseHandler, Core, Step
from anbao.engine.entered import checks_input
from anbao.engine.obligations import read
from anbao.engine.reactions import Reaction
from anbao.engine.readmodels import families, merchants
from anbao.engine.work import Projector, Work
from anbao.errors import AnbaoError
from anbao.model.base import Reason
from anbao.model.events.merchants import (
    InfoAccepted,
    MerchantApplied,
    MerchantClosed,
    MerchantHeld,
    MerchantRefused,
    MerchantReopened,
    MerchantVerified,
    MerchantWaiting,
    ReportKind,
    SupplementAsked,
    SupplementOverdue,
    SupplementReminded,
    ThresholdCrossed,
)
from anbao.model.events.remove import MeasureLifted, MeasureTakenEvent
from anbao.model.events.warn import OrderPlaced, OrderUpdated
from anbao.model.merchant import Merchant, MerchantChange, Status
from anbao.model.options import Option
from anbao.model.registry import RegistryAnswer
from anbao.prevent.merchants import (
    acts,
    file,
    following,
    licences,
    links,
    questions,
    report,
    supplements,
    turnover,
    withholding,
)
from anbao.prevent.merchants.decision import (
    FINAL,
    OUTCOMES,
    SHARED_CAP,
    MerchantContext,
    MerchantDecision,
    MerchantMatter,
)
from anbao.prevent.merchants.links import LinkView
from anbao.prevent.merchants.port import Registry, RegistryDown
from anbao.prevent.merchants.settle import settle
from anbao.store import Connection
from anbao.text import Text

StatusWanted = Annotated[Status | None, Option("缺省为全部", "all by default")]
ForCause = Annotated[
    bool, Option("因违规清退，换名重来将被暂缓", "by the platform, so that a come-back is held", flags=("--for-cause",))
]


@checks_input
class MerchantService:
    """Acts inside an open ``Work``. ``at`` is the time of the act, by default now; ``actor`` who does it."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.context = MerchantContext(core)

    def connect(self, registry: Registry | None) -> None:
        """Ask this registry from now on before anyone is verified."""
        self.context.registry = registry

    # ── acts ──────────────────────────────────────────────────────────────────────────────────────────────────────

    @act(
        title=Text("商家申请入驻：核验并决定", "A merchant applies: check and decide"),
        scope="merchants",
        path="/v1/merchants",
    )
    def apply(
        self, work: Work, merchant: Merchant, *, at: int | None = None, actor: str = "platform"
    ) -> MerchantDecision:
        """One application: its entry and the decision's. ``waiting`` until a connected registry has answered.

        Raises InvalidInput.
        """
        return acts.apply(self.context, work, merchant, actor, _when(work, at))

    @act(
        title=Text("重新核验商家（至少每六个月一次）", "Verify a merchant again, at least every six months"),
        scope="merchants",
        path="/v1/merchants/{merchant}/reverify",
    )
    def reverify(
        self, work: Work, merchant: str, *, at: int | None = None, actor: str = "platform"
    ) -> MerchantDecision:
        """Verify again what is on file. Raises NotFound, Conflict."""
        return acts.reverify(self.context, work, merchant, actor, _when(work, at))

    @act(
        title=Text("商家报送信息变更：核验并入档", "A merchant reports a change: checked and filed"),
        scope="merchants",
        path="/v1/merchants/{merchant}/change",
    )
    def change(
        self, work: Work, merchant: str, given: MerchantChange, *, at: int | None = None, actor: str = "platform"
    ) -> MerchantDecision:
        """Take in what a merchant reports as changed. Raises NotFound, Conflict, InvalidInput."""
        return acts.change(self.context, work, merchant, given, actor, _when(work, at))

    @act(
        title=Text("人工决定通过或拒绝一个商家", "A person verifies or refuses a merchant"),
        scope="officer",
        path="/v1/merchants/{merchant}/review",
        second_review=True,
    )
    def review(self, work: Work, merchant: str, *, verify: bool, reason: Reason, actor: str) -> MerchantDecision:
        """``held`` with the case's entry where a second person must agree first.

        Raises NotFound; Conflict where the numbers on file do not hold; InvalidInput, Forbidden.
        """
        return following.review(self.context, work, merchant, verify=verify, reason=reason, actor=actor, at=work.now)

    @act(
        title=Text("商家退出或被清退", "A merchant leaves, or is closed for cause"),
        scope="officer",
        path="/v1/merchants/{merchant}/close",
        command="merchant close",
    )
    def close(self, work: Work, merchant: str, *, reason: Reason, for_cause: ForCause = False, actor: str) -> int:
        """An entry; from it on the identity is stored for three years. Raises NotFound, Conflict, InvalidInput."""
        return acts.close(self.context, work, merchant, reason=reason, for_cause=for_cause, actor=actor, at=work.now)

    def write_report(self, work: Work, kind: ReportKind, *, actor: str) -> report.WrittenReport:
        """The report of identities to the authority, ready to hand in; it holds personal values in the clear."""
        return report.write(self.context, work, kind, actor)

    @act(
        title=Text("记录已报送（以文件摘要为凭）", "Record that a report was handed in, by its file's digest"),
        scope="officer",
        path="/v1/reports/{digest}/submitted",
    )
    def submit_report(self, work: Work, digest: str, *, actor: str, at: int | None = None) -> int:
        """Raises Conflict for a digest that no report has."""
        return report.note_submission(work, digest, actor, _when(work, at))

    def ask_again(self, work: Work) -> int:
        """The registry is up again: ask at once what waits for it; how many questions."""
        return questions.hasten(work)

    # ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────

    @query(
        title=Text("商家名录，分页", "Merchants, page by page"),
        scope="read",
        path="/v1/merchants",
        position=lambda one: (one.id,),
    )
    def merchants(
        self, conn: Connection, *, status: StatusWanted = None, after: str = "", limit: int = 100
    ) -> list[file.MerchantRow]:
        """By id."""
        return file.page(conn, after=after, limit=limit, status=status)

    @query(
        title=Text("与哪些商家共用证照、身份、电话、地址、账户", "Which merchants share a merchant's identifiers"),
        scope="read",
        path="/v1/merchants/{merchant}/links",
    )
    def links(self, conn: Connection, merchant: str) -> LinkView:
        """Raises NotFound."""
        file.row_of(conn, merchant)
        return links.view(conn, merchant, self.cap(conn))

    def status(self, merchant: str) -> str:
        """Where a merchant stands; empty for one that never applied."""
        with self.core.reading() as conn:
            return merchants.status_of(conn, merchant)

    def families(self, conn: Connection) -> list[list[str]]:
        """All families of linked merchants, the largest first."""
        return families.all_families(conn, self.cap(conn))

    def cap(self, conn: Connection) -> int:
        """How many merchants may share an identifier before it links nobody."""
        return self.core.parameters.number(conn, SHARED_CAP, self.core.clock())

    # ── what follows ──────────────────────────────────────────────────────────────────────────────────────────────

    def projectors(self) -> Iterable[tuple[str, Projector]]:
        yield MerchantApplied.KIND, file.project_applications
        yield MerchantApplied.KIND, partial(licences.project_statements, self.context)
        yield InfoAccepted.KIND, file.project_changes
        yield InfoAccepted.KIND, partial(licences.project_statements, self.context)
        for kind in FINAL:
            yield kind, file.project_decisions
        yield MerchantWaiting.KIND, file.project_waiting
        yield MerchantClosed.KIND, file.project_closures
        yield MerchantReopened.KIND, file.project_reopenings
        for kind in licences.STAGE_KINDS:
            yield kind, licences.project_stages
        yield SupplementAsked.KIND, supplements.project_asked
        yield SupplementReminded.KIND, supplements.project_reminded
        for kind in (*OUTCOMES, MerchantClosed.KIND, SupplementOverdue.KIND):
            yield kind, supplements.project_end
        yield OrderPlaced.KIND, turnover.project_orders
        yield OrderUpdated.KIND, turnover.project_orders
        yield ThresholdCrossed.KIND, turnover.project_crossings

    def reactions(self) -> Iterable[Reaction]:
        yield Reaction("prevent.standing", frozenset(FINAL), partial(withholding.follow_standing, self.context))
        yield Reaction("prevent.held", frozenset({MerchantHeld.KIND}), following.put_before_a_person)
        ended = frozenset({MerchantVerified.KIND, MerchantRefused.KIND})
        yield Reaction("prevent.held_over", ended, following.close_case)
        measures = frozenset({MeasureTakenEvent.KIND, MeasureLifted.KIND})
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
        with self.core.reading() as conn:
            if not licences.due(self.context, conn, self.core.clock()):
                return False
        self.core.run(self._settle_licences)
        return True

    def _follow_supplements(self) -> bool:
        with self.core.reading() as conn:
            if not supplements.due(conn, self.core.clock()):
                return False
        self.core.run(partial(supplements.follow_up, self.context))
        return True

    def _settle_licences(self, work: Work) -> None:
        for name in dict.fromkeys(one.merchant for one in licences.follow_up(self.context, work)):
            merchant = file.opened(work.conn, self.context.vault, name)
            entry = file.row_of(work.conn, name).entry
            settle(self.context, work, merchant, MerchantMatter(occasion="expiry", entry=entry, at=work.now))

    def _watch_turnover(self) -> bool:
        with self.core.reading() as conn:
            if not turnover.unchecked(conn):
                return False
        self.core.run(partial(turnover.watch, self.context))
        return True

    def due_to_verify(self, until: int) -> list[str]:
        """Merchants whose next verification falls due by an instant (UTC ms), the first first.

        The norms are those that each verification of any merchant discharges and opens anew.
        """
        verified = MerchantVerified.KIND
        opened = self.core.pack.norms_opened(verified, {})
        norms = {norm.id for norm in opened if norm.discharged and verified in norm.discharged.kinds}
        with self.core.reading() as conn:
            return [about["merchant"] for about in read.due_about(conn, sorted(norms), until)]

    def _ask_registry(self) -> bool:
        registry = self.context.registry
        if registry is None:
            return False
        with self.core.reading() as conn:
            if not questions.due(conn, self.core.clock()):
                return False
        claimed = self.core.run(questions.claim)
        for place, one in enumerate(claimed):
            try:
                with self.core.reading() as conn:
                    worded = questions.worded(self.context, conn, one)
                answer = registry.ask(worded)
            except RegistryDown as down:
                self.core.run(partial(questions.put_off, questions=claimed[place:], problem=str(down)))
                break
            except AnbaoError as error:  # the person's values were erased meanwhile
                self.core.run(partial(questions.put_off, questions=[one], problem=str(error)))
                continue
            self.core.run(partial(self._answered, one=one, answer=answer))
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
