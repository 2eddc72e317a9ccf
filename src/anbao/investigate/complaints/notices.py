"""Notices of infringement (电子商务法 42–44, 民法典 1195–1196): notice → measures and forwarding → counter-statement →
waiting → the measures end, or proceedings are known.

- A notice that lacks what the law asks of it is not forwarded; the complainant is told what is wanting.
- A person admits a notice or finds it lacking; the room of removal takes or lifts the measure because of that entry.
- Measures end on a counter-statement only when the waiting period is over and no proceedings are known. How long it is
  says the pack: the norm that guards it, or the platform's setting where the law says 合理期限.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec
from sqlalchemy import Connection

from anbao.engine.core import Core
from anbao.engine.outbox import Effect, send
from anbao.engine.work import Placed, Work
from anbao.errors import Conflict
from anbao.investigate.complaints import reading, records
from anbao.investigate.complaints.records import KnownComplaint
from anbao.law.deadlines import due_at
from anbao.ledger import Stored
from anbao.model.base import Noun
from anbao.model.complaint import Track
from anbao.model.entry import Facts
from anbao.store import tables
from anbao.store.bulk import insert_many, sql
from anbao.text import Text

COUNTER_TOPIC = "complainant.counter_statement"
LACKING_TOPIC = "complainant.lacking"

_END_SETTING: dict[Track, str] = {"ip": "ip.end_measures", "tort": "tort.end_measures"}
_WAIT_NORM = "cn.ip.counter_wait"
_ENGINE = "engine"

NoticeState = Literal[
    "lacking", "notified", "measured", "countered", "waiting", "proceedings", "upheld", "cleared", "ended"
]

_STATES: dict[str, NoticeState] = {
    "measured": "measured",
    "countered": "countered",
    "found_lacking": "lacking",
    "proceedings_known": "proceedings",
    "proceedings_asked": "proceedings",
    "proceedings_pending": "proceedings",
}


class RightsNotice(Noun, frozen=True, kw_only=True):
    """A notice as it stands; ``ends_at`` (UTC ms) is when its waiting period is over, or the right holder is asked how
    the proceedings stand; 0 where neither is to come.
    """

    complaint: str
    ends_at: int
    state: NoticeState
    track: Track


def kinds() -> tuple[str, ...]:
    """All entry kinds of notices that move their table."""
    acts = (*_STATES, "admitted", "counter_delivered", "measures_ended", "notified", "proceedings_ended")
    return tuple(f"{track}.{act}" for track in records.ROLES for act in acts)


def open_notice(core: Core, work: Work, one: KnownComplaint, missing: Sequence[str], received: int) -> None:
    """Record the notice; forward it where it holds what the law asks, else tell the complainant what is wanting."""
    note(work, one, "notified", {"about": received, "lacking": list(missing), "prima_facie": not missing})
    if missing:
        tell(core, work, one, received, LACKING_TOPIC, {"lacking": list(missing)})


def find(conn: Connection, complaint: str) -> RightsNotice | None:
    """The notice that a complaint is; None where it is none."""
    row = sql(conn, "SELECT track, state, ends_at FROM rights_notice WHERE complaint = ?", (complaint,)).first()
    return None if row is None else RightsNotice(complaint=complaint, track=row[0], state=row[1], ends_at=row[2])


def forwarded(work: Work, one: KnownComplaint, actor: str) -> None:
    """Beside ``complaint.forwarded``."""
    if one.track:
        note(work, one, "forwarded", {}, actor)


def counter(core: Core, work: Work, one: KnownComplaint, statement: dict[str, object], actor: str) -> None:
    """A counter-statement: recorded, and forwarded to the complainant with the hint that they may sue or complain."""
    index = note(work, one, "countered", statement, actor)
    body = {
        "attachments": statement.get("attachments", []),
        "hint": msgspec.to_builtins(core.templates.letter("notice.counter_statement", {}).body),
        "statement": statement.get("text"),
    }
    tell(core, work, one, index, COUNTER_TOPIC, body, ("statement",))
    note(work, one, "counter_forwarded", {}, _ENGINE)


def tell(
    core: Core,
    work: Work,
    one: KnownComplaint,
    entry: int,
    topic: str,
    body: dict[str, object],
    reveal: tuple[str, ...] = (),
) -> None:
    """Send the complainant what ``entry`` brought, with what the platform needs to reach them."""
    contact, opened = reading.contact(core, work, one)
    effect = Effect(topic=topic, subjects={"complaint": one.id}, body={**contact, **body}, reveal=(*opened, *reveal))
    send(work, entry, effect)


def delivered(core: Core, work: Work, one: KnownComplaint, actor: str, at: int) -> int:
    """The counter-statement reached the complainant: the waiting period begins. Raises Conflict."""
    check_state(work.conn, one, "countered")
    return note(work, one, "counter_delivered", {"ends_at": _ends_at(core, work, one.track, at)}, actor, at)


def admit(work: Work, one: KnownComplaint, provisions: Sequence[str], reason: str, person: str, actor: str) -> None:
    """A person found prima facie proof. A notice that names no listing says that no takedown follows."""
    body = {"about": one.entry, "person": person, "provisions": list(provisions), "reason": reason}
    note(work, one, "admitted", body, actor)
    if not one.listing:
        note(work, one, "no_listing", {}, actor)


def find_lacking(work: Work, one: KnownComplaint, reason: str, person: str, actor: str) -> int:
    """A person found that it lacks what the law asks of a notice; the entry's index. Raises Conflict."""
    check_state(work.conn, one, "lacking", "notified", "measured")
    return note(work, one, "found_lacking", {"person": person, "reason": reason}, actor)


def measured(work: Work, one: KnownComplaint, body: dict[str, object], actor: str) -> int:
    """Necessary measures were taken. Raises Conflict where that was recorded before."""
    check_state(work.conn, one, "lacking", "notified")
    return note(work, one, "measured", body, actor)


def next_over(conn: Connection, now: int) -> str | None:
    """The complaint whose waiting period was over first; None where none is."""
    found: str | None = sql(
        conn,
        "SELECT complaint FROM rights_notice WHERE state = 'waiting' AND ends_at <= ? ORDER BY ends_at LIMIT 1",
        (now,),
    ).scalar()
    return found


def end_measures(work: Work, one: KnownComplaint, outcome: str, *, on_counter: bool = True, **why: str) -> None:
    """The measures end; the room of removal lifts what was taken. ``why``: reason and person, where a person knows."""
    note(work, one, "measures_ended", {"on_counter": on_counter, **why}, _ENGINE)
    resolve(work, one, outcome)


def resolve(work: Work, one: KnownComplaint, outcome: str) -> None:
    """The notice is over."""
    note(work, one, "resolved", {"outcome": outcome}, _ENGINE)


def follow_measure(work: Work, stored: Stored) -> None:
    """``measure.taken`` because of a complaint → the notice's measures were taken."""
    entry = stored.entry()
    if name := entry.subjects.get("complaint"):
        notice = find(work.conn, name)
        if notice is not None and notice.state in ("lacking", "notified"):
            body: dict[str, object] = {"by": stored.index, "measure": str(entry.body.get("measure", ""))}
            measured(work, records.find(work.conn, name), body, entry.actor)


def project(conn: Connection, placed: Sequence[Placed]) -> None:
    """Entries about notices → ``rights_notice``."""
    for index, sealed in placed:
        name = sealed.subjects.get("complaint")
        if name is None:
            continue
        track, _, act = sealed.kind.partition(".")
        if act == "notified":
            state = "notified" if sealed.facts.get("prima_facie") else "lacking"
            if find(conn, name) is None:
                insert_many(conn, tables.rights_notice, [(name, track, state, 0, index, None)])
                continue
        elif act == "admitted":
            sql(conn, "UPDATE rights_notice SET state = 'notified' WHERE complaint = ? AND state = 'lacking'", (name,))
            continue
        elif act == "proceedings_ended" and sealed.facts["result"] != "infringed":
            continue  # the end of the measures follows
        else:
            state = _state_after(act, sealed.facts)
        ends_at = int(sealed.facts.get("ends_at", 0))
        sql(
            conn,
            "UPDATE rights_notice SET state = ?, ends_at = ?, entry = ? WHERE complaint = ?",
            (state, ends_at, index, name),
        )


def _state_after(act: str, facts: Facts) -> NoticeState:
    if act == "proceedings_ended":
        return "upheld"
    if act == "measures_ended":
        return "ended" if facts.get("on_counter") else "cleared"
    return _STATES.get(act, "waiting")


def _ends_at(core: Core, work: Work, track: Track, at: int) -> int:
    """When the waiting period is over: the guard's own time where the law names one, else the platform's setting."""
    norm = core.pack.norm(_WAIT_NORM) if track == "ip" else None
    needed = norm.needs.at_least if norm and norm.needs else None
    period = needed or core.settings.in_force(work.conn, _END_SETTING[track], at)
    return due_at(at, period, core.pack.calendar)


def check_state(conn: Connection, one: KnownComplaint, *states: NoticeState) -> None:
    notice = find(conn, one.id)
    if notice is None or notice.state not in states:
        where = notice.state if notice else "-"
        raise Conflict(
            Text(f"投诉 {one.id} 不处于这一步（{where}）", f"the complaint {one.id} is not at this step ({where})")
        )


def note(
    work: Work, one: KnownComplaint, act: str, body: dict[str, object], actor: str = _ENGINE, at: int | None = None
) -> int:
    more = {records.ROLES[one.track]: one.id}
    return records.note(work, f"{one.track}.{act}", one, body, actor, at=at, **more)
