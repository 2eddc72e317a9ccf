"""Investigation (危险排查), opened over the core: complaints, hazards, and the search for them."""

import threading
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Annotated

import msgspec

from anbao.detect.likeness.offers import PictureBounds
from anbao.engine.acts import act, query
from anbao.engine.core import CaseHandler, Core, Eraser, Probe, Service, Step
from anbao.engine.reactions import Reaction
from anbao.engine.readmodels.families import family
from anbao.engine.work import Projector, Work
from anbao.investigate import hazards, suspicions
from anbao.investigate.complaints import joining, traces
from anbao.investigate.complaints.service import Complaints
from anbao.investigate.fingerprints import of_listing
from anbao.investigate.hazards import Hazard
from anbao.investigate.sweep import matches, passes
from anbao.investigate.sweep.passes import Pass
from anbao.model.base import Reason
from anbao.model.events.investigate import HazardSuspected, ListingMatchedHazard
from anbao.model.hazard import Confirmation, HazardState, Suspicion
from anbao.model.options import Option
from anbao.store import Connection
from anbao.text import Text

if TYPE_CHECKING:
    from anbao.detect.likeness.dangers import DangerIndex

SHARED_CAP = "merchant.shared_identifier_cap"
"""The parameter that says how many merchants may share an identifier before it links nobody."""

PICTURE_BOUNDS = ("picture.same", "picture.alike", "picture.quality")

Dangers = tuple[tuple[str, int], ...]
"""Hazards with the entry at which they stand."""


StateWanted = Annotated[HazardState | None, Option("只列此状态", "only hazards of this state")]


class Investigate(Service):
    """What is reported, what is dangerous, and where the same is found again."""

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self.complaints = Complaints(core)
        self._index: tuple[Dangers, DangerIndex] | None = None
        self._stepping = threading.Lock()

    def projectors(self) -> Iterable[tuple[str, Projector]]:
        for kind in hazards.STATES:
            yield kind, hazards.project
        yield ListingMatchedHazard.KIND, matches.project
        yield from self.complaints.projectors()

    def reactions(self) -> Iterable[Reaction]:
        yield from self.complaints.reactions()
        yield Reaction("investigate.suspected", frozenset({HazardSuspected.KIND}), suspicions.open_for)

    def case_handlers(self) -> Iterable[tuple[str, CaseHandler]]:
        yield from self.complaints.case_handlers()
        yield suspicions.CASE_KIND, suspicions.follow_case
        yield joining.DANGER, partial(suspicions.follow_complaints, self.core)

    def erasers(self) -> Iterable[Eraser]:
        yield traces.erase

    def steps(self) -> Iterable[Step]:
        yield self.sweep
        yield from self.complaints.steps()

    def probes(self) -> Iterable[tuple[str, Probe]]:
        yield from self.complaints.probes()

    @act(
        title=Text("登记一条危险线索", "Record a suspected danger"),
        scope="officer",
        path="/v1/hazards",
        command="hazard suspect",
    )
    def suspect(self, work: Work, suspicion: Suspicion, *, at: int | None = None, actor: str = "officer") -> int:
        """Where ``listing`` is given and no fingerprints, the listing's own are taken.

        Raises Conflict, InvalidInput.
        """
        if suspicion.listing and not suspicion.fingerprints:
            prints = of_listing(work.conn, suspicion.listing)
            suspicion = msgspec.structs.replace(suspicion, fingerprints=prints)
        return hazards.suspect(work, suspicion, actor, work.now if at is None else at)

    @act(
        title=Text(
            "确认危险：随即全平台排查，并防止重新上架", "Confirm a danger: it is swept for and blocked from now on"
        ),
        scope="officer",
        path="/v1/hazards/{hazard}/confirm",
        command="hazard confirm",
        second_review=True,
    )
    def confirm(
        self, work: Work, hazard: str, confirmation: Confirmation, *, at: int | None = None, actor: str = "officer"
    ) -> int:
        """Fingerprints that are given replace those of the suspicion.

        The entry's index, or where a second person must agree first, that of the case's. Raises NotFound, Conflict,
        InvalidInput, Forbidden.
        """
        return suspicions.confirm(self.core, work, hazard, confirmation, actor, work.now if at is None else at)

    @act(
        title=Text("排除危险线索", "Dismiss a suspicion"),
        scope="officer",
        path="/v1/hazards/{hazard}/dismiss",
        command="hazard dismiss",
        second_review=True,
    )
    def dismiss(self, work: Work, hazard: str, reason: Reason, *, actor: str = "officer") -> int:
        """Only what is suspected can be dismissed. Raises NotFound, Conflict."""
        return suspicions.dismiss(self.core, work, hazard, reason, actor)

    @act(
        title=Text("解除已确认的危险", "Lift a confirmed danger"),
        scope="officer",
        path="/v1/hazards/{hazard}/lift",
        command="hazard lift",
    )
    def lift(self, work: Work, hazard: str, reason: Reason, *, actor: str = "officer") -> int:
        """Only what is confirmed can be lifted. Raises NotFound, Conflict, InvalidInput."""
        return hazards.lift(work, hazard, reason, actor, work.now)

    @act(
        title=Text("暂停排查", "Pause a sweep"), scope="officer", path="/v1/sweeps/{sweep}/pause", command="sweep pause"
    )
    def pause_sweep(self, work: Work, sweep: str, *, actor: str = "officer") -> int:
        """The step that is under way is finished first. Raises NotFound, Conflict."""
        return passes.pause(work, sweep, actor)

    @act(
        title=Text("继续排查", "Let a paused sweep go on"),
        scope="officer",
        path="/v1/sweeps/{sweep}/resume",
        command="sweep resume",
    )
    def resume_sweep(self, work: Work, sweep: str, *, actor: str = "officer") -> int:
        """It goes on with ``anbao sweep run`` or a running server. Raises NotFound, Conflict."""
        return passes.resume(work, sweep, actor)

    @query(
        title=Text("危险，按编号", "Hazards, by id"),
        scope="read",
        path="/v1/hazards",
        position=lambda one: (one.id,),
    )
    def hazards(
        self, conn: Connection, *, state: StateWanted = None, after: str = "", limit: int = 100
    ) -> list[Hazard]:
        """A page of them."""
        return hazards.page(conn, state, after, limit)

    @query(
        title=Text("一个危险", "One hazard"),
        scope="read",
        path="/v1/hazards/{hazard}",
    )
    def hazard(self, conn: Connection, hazard: str) -> Hazard:
        """Raises NotFound."""
        return hazards.known(conn, hazard)

    @query(
        title=Text("各次排查及其进度", "Sweeps and how far they are"),
        scope="read",
        path="/v1/sweeps",
    )
    def sweeps(self, conn: Connection, *, limit: int = 100) -> list[Pass]:
        """The newest first."""
        return passes.newest(conn, limit)

    def sweep(self) -> bool:
        """Take the next step of the oldest running sweep, or open one for dangers that none looks for yet.

        Whether there was anything to do. Several processes may step at once; each step counts once.
        """
        with self._stepping:
            with self.core.reading() as conn:
                one = passes.running(conn)
                waiting = one is None and bool(hazards.sought(conn, "", 1))
                looked = None if one is None else passes.look(conn, one, self._index_of(conn, one))
            if one is None or looked is None:
                return waiting and self.core.run(lambda work: passes.open_pass(work, matches.ACTOR)) is not None
            self.core.run(lambda work: passes.record(work, one, looked))
            return True

    def _index_of(self, conn: Connection, one: Pass) -> "DangerIndex":
        found = hazards.sought(conn, one.id)
        wanted = tuple((hazard.id, hazard.entry) for hazard in found)
        if self._index is None or self._index[0] != wanted:
            from anbao.detect.likeness.dangers import DangerIndex  # loads numpy and the tables

            bounds = PictureBounds(*(self._parameter(conn, name) for name in PICTURE_BOUNDS))
            families = self._families(conn, found)
            self._index = wanted, DangerIndex(map(passes.danger_of, found), families, bounds)
        return self._index[1]

    def _families(self, conn: Connection, found: Iterable[Hazard]) -> dict[str, frozenset[str]]:
        """The merchants linked to those that hazards name."""
        cap = self._parameter(conn, SHARED_CAP)
        named = {one.value for hazard in found for one in hazard.record.fingerprints if one.kind == "merchant"}
        return {name: frozenset(family(conn, [name], cap) - {name}) for name in sorted(named)}

    def _parameter(self, conn: Connection, name: str) -> int:
        return self.core.parameters.number(conn, name, self.core.clock())
