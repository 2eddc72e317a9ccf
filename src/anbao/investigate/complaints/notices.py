"""Notices of infringement (电子商务法 42–44, 民法典 1195–1196): notice → measures and forwarding → counter-statement →
waiting → the measures end, or proceedings are known.

- A notice that lacks what the law asks of it is not forwarded; the complainant is notified what is wanting.
- A person admits a notice or finds it lacking; the ``remove`` package takes or lifts the measure because of that entry.
- Measures end on a counter-statement only when the waiting period is over and no proceedings are known. How long it is
  says the pack: the norm that guards it, or the platform's setting where the law says 合理期限.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from anbao.engine.core import Core
from anbao.engine.outbox import Effect, send
from anbao.engine.work import Placed, Work
from anbao.errors import Conflict
from anbao.investigate.complaints import reading, records
from anbao.investigate.complaints.records import KnownComplaint
from anbao.law.deadlines import due_at
from anbao.ledger import Stored
from anbao.model.base import JsonObject, Noun
from anbao.model.complaint import Track
from anbao.model.events.complaints import ComplaintStated
from anbao.model.events.remove import MeasureTakenEvent
from anbao.model.events.rights import (
    NoticeAdmitted,
    NoticeCounterDelivered,
    NoticeCountered,
    NoticeCounterForwarded,
    NoticeForwarded,
    NoticeFoundLacking,
    NoticeMeasured,
    NoticeMeasuresEnded,
    NoticeNoListing,
    NoticeNotified,
    NoticeProceedingsAsked,
    NoticeProceedingsEnded,
    NoticeProceedingsKnown,
    NoticeProceedingsPending,
    NoticeResolved,
    kinds_of,
    of_track,
)
from anbao.store import Connection, tables
from anbao.store.bulk import columns_of, insert_many, row_of, sql
from anbao.text import Text

COUNTER_TOPIC = "complainant.counter_statement"
LACKING_TOPIC = "complainant.lacking"

_END_SETTING: dict[Track, str] = {"ip": "ip.end_measures", "tort": "tort.end_measures"}
_ENGINE = "engine"

NoticeState = Literal[
    "lacking", "notified", "measured", "countered", "waiting", "proceedings", "upheld", "cleared", "ended"
]

MOVING = kinds_of(
    NoticeAdmitted,
    NoticeCounterDelivered,
    NoticeCountered,
    NoticeFoundLacking,
    NoticeMeasured,
    NoticeMeasuresEnded,
    NoticeNotified,
    NoticeProceedingsAsked,
    NoticeProceedingsEnded,
    NoticeProceedingsKnown,
    NoticeProceedingsPending,
)
"""The kinds of entries that move the table of notices."""


class RightsNotice(Noun, frozen=True, kw_only=True):
    """A notice as it stands; ``ends_at`` (UTC ms) is when its waiting period is over, or the right holder is asked how
    the proceedings stand; 0 where neither is to come.
    """

    complaint: str
    ends_at: int
    state: NoticeState
    track: Track


def open_notice(core: Core, work: Work, one: KnownComplaint, missing: Sequence[str], received: int) -> None:
    """Record the notice; forward it where it holds what the law asks, else notify the complainant what is wanting."""
    kind = of_track(NoticeNotified, one.track)
    event = kind(about=received, lacking=tuple(missing), notice=one.id, prima_facie=not missing, **one.about)
    work.append(event, actor=_ENGINE)
    if missing:
        notify(core, work, one, received, LACKING_TOPIC, {"lacking": list(missing)})


def find(conn: Connection, complaint: str) -> RightsNotice | None:
    """The notice that a complaint is; None where it is none."""
    statement = f"SELECT {columns_of(RightsNotice)} FROM rights_notice WHERE complaint = ?"
    return row_of(conn, RightsNotice, statement, (complaint,))


def newest_entry(conn: Connection, complaint: str) -> int | None:
    """The entry that moved a notice last."""
    found: int | None = sql(conn, "SELECT entry FROM rights_notice WHERE complaint = ?", (complaint,)).scalar()
    return found


def published_by(conn: Connection, complaint: str) -> int | None:
    """The entry that published a notice last; None where it never was."""
    found: int | None = sql(conn, "SELECT published FROM rights_notice WHERE complaint = ?", (complaint,)).scalar()
    return found


def last_published(conn: Connection, limit: int) -> list[int]:
    """The entries that published notices, the newest first."""
    statement = "SELECT published FROM rights_notice WHERE published IS NOT NULL ORDER BY published DESC LIMIT ?"
    return [index for (index,) in sql(conn, statement, (limit,))]


def project_published(conn: Connection, placed: Sequence[Placed]) -> None:
    """``ip.published`` → ``rights_notice``."""
    for index, sealed in placed:
        if name := sealed.subjects.get("complaint"):
            sql(conn, "UPDATE rights_notice SET published = ? WHERE complaint = ?", (index, name))


def forwarded(work: Work, one: KnownComplaint, actor: str) -> None:
    """Beside ``complaint.forwarded``."""
    if one.track:
        work.append(of_track(NoticeForwarded, one.track)(notice=one.id, **one.about), actor=actor)


def counter(core: Core, work: Work, one: KnownComplaint, statement: ComplaintStated, actor: str) -> None:
    """A counter-statement: recorded, and forwarded to the complainant with the hint that they may sue or complain."""
    countered = of_track(NoticeCountered, one.track)(
        attachments=statement.attachments,
        contact=statement.contact,
        counter=statement.counter,
        name=statement.name,
        notice=one.id,
        text=statement.text,
        **one.about,
    )
    index = work.append(countered, actor=actor)
    body = {
        "attachments": msgspec.to_builtins(statement.attachments),
        "hint": msgspec.to_builtins(core.templates.letter("notice.counter_statement", {}).body),
        "statement": statement.text,
    }
    notify(core, work, one, index, COUNTER_TOPIC, body, ("statement",))
    work.append(of_track(NoticeCounterForwarded, one.track)(notice=one.id, **one.about), actor=_ENGINE)


def notify(
    core: Core,
    work: Work,
    one: KnownComplaint,
    entry: int,
    topic: str,
    body: JsonObject,
    reveal: tuple[str, ...] = (),
) -> None:
    """Send the complainant what ``entry`` brought, with what the platform needs to reach them."""
    contact, opened = reading.contact(core, work, one)
    effect = Effect(topic=topic, subjects={"complaint": one.id}, body={**contact, **body}, reveal=(*opened, *reveal))
    send(work, entry, effect)


def delivered(core: Core, work: Work, one: KnownComplaint, actor: str, at: int) -> int:
    """The counter-statement reached the complainant: the waiting period begins. Raises Conflict."""
    check_state(work.conn, one, "countered")
    kind, ends_at = of_track(NoticeCounterDelivered, one.track), _ends_at(core, work, one.track, at)
    return work.append(kind(ends_at=ends_at, notice=one.id, **one.about), actor=actor, at=at)


def admit(work: Work, one: KnownComplaint, provisions: Sequence[str], reason: str, person: str, actor: str) -> None:
    """A person found prima facie proof. A notice that names no listing says that no takedown follows."""
    admitted = of_track(NoticeAdmitted, one.track)(
        about=one.entry, notice=one.id, person=person, provisions=tuple(provisions), reason=reason, **one.about
    )
    work.append(admitted, actor=actor)
    if not one.listing:
        work.append(of_track(NoticeNoListing, one.track)(notice=one.id, **one.about), actor=actor)


def find_lacking(work: Work, one: KnownComplaint, reason: str, person: str, actor: str) -> int:
    """A person found that it lacks what the law asks of a notice; the entry's index. Raises Conflict."""
    check_state(work.conn, one, "lacking", "notified", "measured")
    kind = of_track(NoticeFoundLacking, one.track)
    return work.append(kind(notice=one.id, person=person, reason=reason, **one.about), actor=actor)


def measured(work: Work, one: KnownComplaint, measure: str, actor: str, *, by: int | None = None) -> int:
    """Necessary measures were taken, by this entry where the engine took them; the entry's index. Raises Conflict."""
    check_state(work.conn, one, "lacking", "notified")
    kind = of_track(NoticeMeasured, one.track)
    return work.append(kind(by=by, measure=measure, notice=one.id, **one.about), actor=actor)


def next_to_ask(conn: Connection, now: int) -> str | None:
    """The complaint whose right holder is to be asked first; None where none is."""
    found: str | None = sql(
        conn,
        "SELECT complaint FROM rights_notice WHERE state = 'proceedings' AND ends_at > 0 AND ends_at <= ?"
        " ORDER BY ends_at LIMIT 1",
        (now,),
    ).scalar()
    return found


def next_over(conn: Connection, now: int) -> str | None:
    """The complaint whose waiting period was over first; None where none is."""
    found: str | None = sql(
        conn,
        "SELECT complaint FROM rights_notice WHERE state = 'waiting' AND ends_at <= ? ORDER BY ends_at LIMIT 1",
        (now,),
    ).scalar()
    return found


def end_measures(
    work: Work, one: KnownComplaint, outcome: str, *, on_counter: bool = True, person: str = "", reason: str = ""
) -> None:
    """The measures end; what was taken is lifted. ``person`` and ``reason``: who knows of a result, and which."""
    kind = of_track(NoticeMeasuresEnded, one.track)
    ended = kind(notice=one.id, on_counter=on_counter, person=person, reason=reason, **one.about)
    work.append(ended, actor=_ENGINE)
    resolve(work, one, outcome)


def resolve(work: Work, one: KnownComplaint, outcome: str) -> None:
    """The notice is over."""
    work.append(of_track(NoticeResolved, one.track)(notice=one.id, outcome=outcome, **one.about), actor=_ENGINE)


def follow_measure(work: Work, stored: Stored) -> None:
    """``measure.taken`` because of a complaint → the notice's measures were taken."""
    taken = stored.event(MeasureTakenEvent)
    if name := taken.complaint:
        notice = find(work.conn, name)
        if notice is not None and notice.state in ("lacking", "notified"):
            measured(work, records.find(work.conn, name), taken.measure, stored.actor, by=stored.index)


def project(conn: Connection, placed: Sequence[Placed]) -> None:
    """Entries about notices → ``rights_notice``."""
    for index, sealed in placed:
        event = sealed.event(MOVING[sealed.kind])
        name, ends_at = event.complaint, 0
        state: NoticeState
        match event:
            case NoticeNotified():
                state = "notified" if event.prima_facie else "lacking"
                if find(conn, name) is None:
                    insert_many(
                        conn,
                        tables.rights_notice,
                        ("complaint", "track", "state", "ends_at", "entry", "published"),
                        [(name, event.TRACK, state, 0, index, None)],
                    )
                    continue
            case NoticeAdmitted():
                sql(
                    conn,
                    "UPDATE rights_notice SET state = 'notified' WHERE complaint = ? AND state = 'lacking'",
                    (name,),
                )
                continue
            case NoticeProceedingsEnded(result="infringed"):
                state = "upheld"
            case NoticeProceedingsEnded():
                continue  # the end of the measures follows
            case NoticeMeasuresEnded():
                state = "ended" if event.on_counter else "cleared"
            case NoticeCounterDelivered():
                state, ends_at = "waiting", event.ends_at
            case NoticeProceedingsKnown() | NoticeProceedingsPending():
                state, ends_at = "proceedings", event.ends_at
            case NoticeProceedingsAsked():
                state = "proceedings"
            case NoticeMeasured():
                state = "measured"
            case NoticeCountered():
                state = "countered"
            case _:
                state = "lacking"
        sql(
            conn,
            "UPDATE rights_notice SET state = ?, ends_at = ?, entry = ? WHERE complaint = ?",
            (state, ends_at, index, name),
        )


def _ends_at(core: Core, work: Work, track: Track, at: int) -> int:
    """When the waiting period is over: the guard's own time where the law names one, else the platform's setting."""
    counter, end = of_track(NoticeCounterDelivered, track).KIND, of_track(NoticeMeasuresEnded, track).KIND
    guards = [norm.needs for norm in core.pack.norms_opened(end, {"on_counter": True}) if norm.needs]
    needed = [needs.at_least for needs in guards if needs.at_least and counter in needs.trigger.kinds]
    period = needed[-1] if needed else core.settings.in_force(work.conn, _END_SETTING[track], at)
    return due_at(at, period, core.pack.calendar)


def check_state(conn: Connection, one: KnownComplaint, *states: NoticeState) -> None:
    notice = find(conn, one.id)
    if notice is None or notice.state not in states:
        where = notice.state if notice else "-"
        raise Conflict(
            Text(f"投诉 {one.id} 不处于这一步（{where}）", f"the complaint {one.id} is not at this step ({where})")
        )
