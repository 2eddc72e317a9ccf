"""The keeper of controls, opened over the core: registers them, tries what is due, and says how each stands."""

import logging
import time
from collections.abc import Iterable
from functools import partial
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from anbao.controls import own, records
from anbao.controls.records import ControlStanding
from anbao.engine.acts import act
from anbao.engine.core import Core, Probe, Probed, Service, Step
from anbao.engine.work import Projector, Work
from anbao.errors import Conflict, InvalidInput, NotFound, StoreError
from anbao.law.controls import Control
from anbao.law.deadlines import due_at
from anbao.ledger.vault import COMMITMENT_PREFIX
from anbao.model.base import Reason, given_reason
from anbao.model.events.controls import ControlAssigned, ControlRegistered, ControlRetired
from anbao.model.options import Option
from anbao.store import Connection
from anbao.store.engine import is_database_error
from anbao.text import Text

log = logging.getLogger("anbao.controls")

GRACE = 300_000
"""Milliseconds after which a probe that was due and did not come is shown as late."""

State = Literal["unprobed", "works", "failed", "late", "retired"]


InCharge = Annotated[
    str, Meta(min_length=1, max_length=128), Option("负责人账号", "the account of the person in charge", argument=True)
]
Works = Annotated[bool, Option("是否有效", "whether it works", flags=("--works", "--failed"))]
Seen = Annotated[Reason, Option("所见", "what was seen", flags=("--reason", "--why"))]


class ControlView(msgspec.Struct, frozen=True, kw_only=True):
    """How a control stands; instants in UTC milliseconds. ``red``: it does not work, is late, or nobody is in charge.

    ``automatic``: a program tries it; otherwise a person attests it.
    """

    id: str
    title: Text
    probe: Text
    provisions: tuple[str, ...]
    person: str
    state: State
    red: bool
    automatic: bool
    since: int | None
    probed_at: int | None
    due_at: int | None
    why: Text


class Controls(Service):
    """The registry of the pack, with what the ledger says of each control."""

    on_schedule = True
    """Whether ``advance`` tries the controls that are due; ``try_one`` works either way. False only for tests."""

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self._known = {control.id: control for control in core.pack.controls}

    def projectors(self) -> Iterable[tuple[str, Projector]]:
        for kind in records.KINDS:
            yield kind, records.project

    def steps(self) -> Iterable[Step]:
        yield self.keep_up

    def probes(self) -> Iterable[tuple[str, Probe]]:
        yield "ledger", partial(own.probe_ledger, self.core)
        yield "checkpoint", partial(own.probe_checkpoint, self.core)
        yield "reactions", partial(own.probe_reactions, self.core)
        yield "delivery", partial(own.probe_delivery, self.core)

    def keep_up(self) -> bool:
        """Register what the pack has newly named, or try one control that is due; whether there was anything to do."""
        with self.core.reading() as conn:
            standing = records.standings(conn)
            due = [view.id for view in self._views(conn, standing) if self._is_due(view)]
        if self._known.keys() - standing.keys():
            self.core.run(self._register)
            return True
        if not due or not self.on_schedule:
            return False
        self.try_one(due[0])
        return True

    def views(self) -> list[ControlView]:
        """All controls as they stand, in the order of the pack."""
        with self.core.reading() as conn:
            return self._views(conn, records.standings(conn))

    def view(self, control: str) -> ControlView:
        """One control. Raises NotFound."""
        self._control(control)
        return next(view for view in self.views() if view.id == control)

    @act(
        title=Text("确定一项措施的负责人", "Put a person in charge of a control"),
        scope="officer",
        path="/v1/controls/{control}/assign",
        command="control assign",
    )
    def assign(self, work: Work, control: str, person: InCharge, *, actor: str = "officer") -> int:
        """Put a person (an account, a name, a number) in charge; the entry's index. Raises NotFound, InvalidInput.

        The entry holds a commitment; the person stands in the vault.
        """
        standing = self._standing(work, control)
        if not person.strip() or len(person) > 128:
            raise InvalidInput(Text("须写明负责人账号", "name the account of the person"), field="person")
        [sealed] = self.core.vault.seal_values(work.conn, [(f"control:{standing.id}", "account", person)])
        return work.append(ControlAssigned(control=standing.id, name=standing.id, person=sealed), actor=actor)

    @act(
        title=Text("停用一项措施，写明理由", "Retire a control, saying why"),
        scope="officer",
        path="/v1/controls/{control}/retire",
        command="control retire",
    )
    def retire(self, work: Work, control: str, reason: Reason, *, actor: str = "officer") -> int:
        """Try a control no longer, and owe nothing for it; the entry's index.

        Raises NotFound, Conflict, InvalidInput.
        """
        standing = self._standing(work, control)
        given_reason(reason)
        return work.append(ControlRetired(control=standing.id, name=standing.id, reason=reason), actor=actor)

    @act(
        title=Text("记录人工检查一项措施的结果", "Record what a person saw of a control"),
        scope="officer",
        path="/v1/controls/{control}/attest",
        command="control attest",
    )
    def attest(self, work: Work, control: str, ok: Works, why: Seen, *, actor: str = "officer") -> int:
        """Record what a person saw of a control that no program can try; the entry's index.

        Raises NotFound, Conflict, InvalidInput.
        """
        standing = self._standing(work, control)
        if control in self.core.probes:
            raise Conflict(
                Text(f"{control} 由程序检查", f"{control} is tried by the program"),
                hint=Text("用 anbao control probe", "use anbao control probe"),
            )
        if not why.strip():
            raise InvalidInput(Text("须写明所见", "say what was seen"), field="why")
        probed = Probed(ok=ok, why=Text(why, why))
        return records.record_probe(work, standing, probed, 0, actor, by_hand=True)

    def try_one(self, control: str, *, actor: str = "probe") -> Probed:
        """Try a control now and record what was seen. Raises NotFound, Conflict."""
        self._control(control)
        probe = self.core.probes.get(control)
        if probe is None:
            raise Conflict(
                Text(f"{control} 须由人检查", f"{control} is looked at by a person"),
                hint=Text("用 anbao control attest 记录", "record it with anbao control attest"),
            )
        started = time.perf_counter()
        try:
            probed = probe()
        except Exception as error:
            log.exception("the probe of %s failed", control)
            said = type(error).__name__
            if not isinstance(error, StoreError | OSError) and not is_database_error(
                error
            ):  # these name hosts, users and paths
                said = f"{said}: {error}"[:500]
            probed = Probed(ok=False, why=Text(f"检查中出错：{said}", f"the probe failed: {said}"))
        duration = round(1_000 * (time.perf_counter() - started))
        self.core.run(
            lambda work: records.record_probe(
                work, self._standing(work, control), probed, duration, actor, by_hand=False
            )
        )
        return probed

    def _register(self, work: Work) -> None:
        for control in sorted(self._known.keys() - records.standings(work.conn).keys()):
            work.append(ControlRegistered(control=control, name=control), actor=records.ENGINE)

    def _standing(self, work: Work, control: str) -> ControlStanding:
        """A control that is not retired, registered where it was not yet. Raises NotFound, Conflict."""
        self._control(control)
        if control not in records.standings(work.conn):
            work.append(ControlRegistered(control=control, name=control), actor=records.ENGINE)
        standing = records.standings(work.conn)[control]
        if standing.state == "retired":
            raise Conflict(Text(f"{control} 已停用", f"{control} is retired"))
        return standing

    def _control(self, control: str) -> Control:
        found = self._known.get(control)
        if found is None:
            raise NotFound(
                Text(f"没有控制措施 {control}", f"there is no control {control}"),
                hint=Text("见 anbao control list", "see anbao control list"),
                field="control",
            )
        return found

    def _is_due(self, view: ControlView) -> bool:
        if not view.automatic or view.state == "retired":
            return False
        return view.due_at is None or view.due_at <= self.core.clock()

    def _views(self, conn: Connection, standing: dict[str, ControlStanding]) -> list[ControlView]:
        now = self.core.clock()
        persons = {name: self._person(conn, one.person) for name, one in standing.items()}
        return [
            self._view(conn, control, standing.get(control.id), persons.get(control.id, ""), now)
            for control in self._known.values()
        ]

    def _person(self, conn: Connection, stored: str) -> str:
        """Who is in charge; the commitment itself where the person was erased. Older entries name them."""
        if not stored.startswith(COMMITMENT_PREFIX):
            return stored
        try:
            return self.core.vault.reveal(conn, stored)[1]
        except NotFound:
            return stored

    def _view(
        self, conn: Connection, control: Control, standing: ControlStanding | None, person: str, now: int
    ) -> ControlView:
        probed_at = standing.probed_at if standing else None
        due = None
        if probed_at is not None:
            every = self.core.settings.in_force(conn, control.every, now)
            due = due_at(probed_at, every, self.core.pack.calendar)
        state: State = standing.state if standing else "unprobed"
        if state == "works" and due is not None and due + GRACE < now:
            state = "late"
        return ControlView(
            id=control.id,
            title=control.title,
            probe=control.probe,
            provisions=control.provisions,
            person=person,
            state=state,
            red=state in ("failed", "late") or (not person and state != "retired"),
            automatic=control.id in self.core.probes,
            since=standing.since if standing else None,
            probed_at=probed_at,
            due_at=due,
            why=standing.words if standing else records.NOT_YET,
        )
