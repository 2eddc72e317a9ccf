"""Controls as entries, and as they stand: who is in charge, when each was last tried, and what came of it."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from anbao.engine.core import Probed
from anbao.engine.work import Placed, Work
from anbao.model.entry import Entry
from anbao.store import Connection, tables
from anbao.store.bulk import columns_of, rows_of, upsert_rows
from anbao.text import Text

REGISTERED = "control.registered"
ASSIGNED = "control.assigned"
PROBED = "control.probed"
FAILED = "control.failed"
RECOVERED = "control.recovered"
RETIRED = "control.retired"
KINDS = (REGISTERED, ASSIGNED, PROBED, FAILED, RECOVERED, RETIRED)

ENGINE = "engine"
NOT_YET = Text("尚未检查", "not tried yet")

Kept = Literal["unprobed", "works", "failed", "retired"]


class ControlStanding(msgspec.Struct):
    """One row of ``control``; instants in UTC milliseconds."""

    id: str
    person: str
    state: Kept
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


def record(work: Work, kind: str, control: str, actor: str, **body: Any) -> int:
    """Record what happened to a control; the entry's index."""
    return work.record(
        Entry(
            actor=actor,
            at=work.now,
            body={"control": control, **body},
            kind=kind,
            recorded=work.now,
            subjects={"control": control, "platform": "self"},
        )
    )[0]


def record_probe(
    work: Work, standing: ControlStanding, probed: Probed, duration: int, actor: str, *, by_hand: bool
) -> int:
    """Record a probe, and the failure or recovery that it shows; the index of the probe's entry."""
    body: dict[str, Any] = {"duration": duration, "ok": probed.ok, "why": msgspec.to_builtins(probed.why)}
    if probed.seen is not None:
        body["seen"] = probed.seen
    if by_hand:
        body["by_hand"] = True
    entry = record(work, PROBED, standing.id, actor, **body)
    if not probed.ok and standing.state != "failed":
        record(work, FAILED, standing.id, ENGINE, probe=entry)
    if probed.ok and standing.state == "failed":
        record(work, RECOVERED, standing.id, ENGINE, probe=entry)
    return entry


def project(conn: Connection, placed: Sequence[Placed]) -> None:
    """``control.*`` → ``control``."""
    known = standings(conn)
    changed = {}
    for index, sealed in placed:
        name = sealed.subjects["control"]
        one = known.setdefault(name, ControlStanding(name, "", "unprobed", sealed.at, None, _NOTHING, index))
        _apply(one, sealed.kind, sealed.at, msgspec.json.decode(sealed.data)["body"])
        one.entry = index
        changed[name] = one
    upsert_rows(conn, tables.control, list(changed.values()))


def _apply(one: ControlStanding, kind: str, at: int, body: dict[str, Any]) -> None:
    state = one.state
    if kind == REGISTERED:
        state = "unprobed"
    elif kind == ASSIGNED:
        one.person = body["person"]
    elif kind == RETIRED:
        state = "retired"
    elif kind == PROBED:
        one.probed_at, one.why = at, msgspec.json.encode(body["why"])
        if state != "retired":
            state = "works" if body["ok"] else "failed"
    if state != one.state:
        one.state, one.since = state, at


_NOTHING = msgspec.json.encode(NOT_YET)
