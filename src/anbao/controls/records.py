"""Controls as entries, and as they stand: who is in charge, when each was last tried, and what came of it."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from anbao.engine.core import Probed
from anbao.engine.work import Placed, Work
from anbao.model.events.controls import (
    ControlAssigned,
    ControlEvent,
    ControlFailed,
    ControlProbed,
    ControlRecovered,
    ControlRegistered,
    ControlRetired,
)
from anbao.store import Connection, tables
from anbao.store.bulk import columns_of, rows_of, upsert_rows
from anbao.text import Text

KINDS: dict[str, type[ControlEvent]] = {
    one.KIND: one
    for one in (
        ControlRegistered,
        ControlAssigned,
        ControlProbed,
        ControlFailed,
        ControlRecovered,
        ControlRetired,
    )
}

ENGINE = "engine"
NOT_YET = Text("尚未检查", "not tried yet")

ProbedState = Literal["unprobed", "works", "failed", "retired"]


class ControlStanding(msgspec.Struct):
    """One row of ``control``; instants in UTC milliseconds."""

    id: str
    person: str
    state: ProbedState
    since: int
    probed_at: int | None
    why: bytes
    entry: int

    @property
    def words(self) -> Text:
        """What the last probe said."""
        return msgspec.json.decode(self.why, type=Text)


def standings(conn: Connection) -> dict[str, ControlStanding]:
    """All registered controls by id."""
    statement = f"SELECT {columns_of(ControlStanding)} FROM control ORDER BY id"
    return {one.id: one for one in rows_of(conn, ControlStanding, statement)}


def record_probe(
    work: Work, standing: ControlStanding, probed: Probed, duration: int, actor: str, *, by_hand: bool
) -> int:
    """Record a probe, and the failure or recovery that it shows; the index of the probe's entry."""
    name = standing.id
    event = ControlProbed(
        by_hand=by_hand, control=name, duration=duration, name=name, ok=probed.ok, seen=probed.seen, why=probed.why
    )
    entry = work.append(event, actor=actor)
    if not probed.ok and standing.state != "failed":
        work.append(ControlFailed(control=name, name=name, probe=entry), actor=ENGINE)
    if probed.ok and standing.state == "failed":
        work.append(ControlRecovered(control=name, name=name, probe=entry), actor=ENGINE)
    return entry


def project(conn: Connection, placed: Sequence[Placed]) -> None:
    """``control.*`` → ``control``."""
    known = standings(conn)
    changed = {}
    for index, sealed in placed:
        event = sealed.event(KINDS[sealed.kind])
        name = event.name
        one = known.setdefault(name, ControlStanding(name, "", "unprobed", sealed.at, None, _NOTHING, index))
        _apply(one, event, sealed.at)
        one.entry = index
        changed[name] = one
    upsert_rows(conn, tables.control, list(changed.values()))


def _apply(one: ControlStanding, event: ControlEvent, at: int) -> None:
    state = one.state
    match event:
        case ControlRegistered():
            state = "unprobed"
        case ControlAssigned():
            one.person = event.person
        case ControlRetired():
            state = "retired"
        case ControlProbed():
            one.probed_at, one.why = at, msgspec.json.encode(event.why)
            if state != "retired":
                state = "works" if event.ok else "failed"
    if state != one.state:
        one.state, one.since = state, at


_NOTHING = msgspec.json.encode(NOT_YET)
