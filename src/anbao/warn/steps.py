"""What happened with each notice before an order: shown, acknowledged, answered; and what is still lacking.

Invariants
- A step counts for the version of the notice at which it was taken. A new version must be shown and acknowledged anew.
- A step counts for an order only where it happened before it.
"""

from collections.abc import Sequence

import msgspec

from anbao.engine.work import Placed
from anbao.model.events.warn import (
    NoticeAcknowledgedEvent,
    NoticeAnsweredEvent,
    NoticeShownEvent,
    NoticeStepEvent,
)
from anbao.model.notice import Notice
from anbao.model.trade import Lacking, Step
from anbao.store import Connection, tables
from anbao.store.bulk import insert_many, sql


class StepTaken(msgspec.Struct, frozen=True):
    """A step that was taken. ``seconds``: of the screen; ``belongs``: the answer."""

    step: str
    version: int
    seconds: int
    belongs: bool


class NoticeState(msgspec.Struct, frozen=True, kw_only=True):
    """How a buyer stands to the notices of a listing. ``unsuitable``: notices to whose groups the buyer belongs."""

    lacking: tuple[Lacking, ...] = ()
    unsuitable: tuple[str, ...] = ()


def notice_state(
    conn: Connection, consumer: str, listing: str, notices: Sequence[Notice], at: int, least_seconds: int
) -> NoticeState:
    """The notices this buyer received about this listing by ``at`` (UTC ms)."""
    if not notices:
        return NoticeState()
    rows = sql(
        conn,
        "SELECT notice, step, version, seconds, belongs FROM notice_step"
        " WHERE consumer = ? AND listing = ? AND at <= ? ORDER BY at, entry",
        (consumer, listing, at),
    )
    taken: dict[str, list[StepTaken]] = {}
    for name, step, version, seconds, belongs in rows:
        taken.setdefault(name, []).append(StepTaken(step, version, seconds, bool(belongs)))
    lacking, unsuitable = [], []
    for notice in notices:
        steps = taken.get(notice.id, [])
        if missing := tuple(_missing(notice, steps, least_seconds)):
            lacking.append(Lacking(notice=notice.id, steps=missing))
        answers = [one.belongs for one in steps if one.step == "answered"]
        if answers and answers[-1]:
            unsuitable.append(notice.id)
    return NoticeState(lacking=tuple(lacking), unsuitable=tuple(unsuitable))


def _missing(notice: Notice, steps: Sequence[StepTaken], least_seconds: int) -> list[Step]:
    done = {
        one.step
        for one in steps
        if one.version >= notice.version and (one.step != "shown" or one.seconds >= least_seconds)
    }
    wanted: list[Step] = ["shown"]
    if notice.confirm:
        wanted.append("acknowledged")
    if notice.ask_unsuitable:
        wanted.append("answered")
    return [step for step in wanted if step not in done]


_STEPS: dict[str, tuple[type[NoticeStepEvent], Step]] = {
    NoticeShownEvent.KIND: (NoticeShownEvent, "shown"),
    NoticeAcknowledgedEvent.KIND: (NoticeAcknowledgedEvent, "acknowledged"),
    NoticeAnsweredEvent.KIND: (NoticeAnsweredEvent, "answered"),
}
STEP_KINDS = frozenset(_STEPS)
"""The kinds of entries that ``project_steps`` reads."""


def project_steps(conn: Connection, placed: Sequence[Placed]) -> None:
    """``notice.shown``, ``notice.acknowledged`` and ``notice.answered`` → ``notice_step``."""
    rows = []
    for index, sealed in placed:
        kind, step = _STEPS[sealed.kind]
        event = sealed.event(kind)
        seconds = event.seconds if isinstance(event, NoticeShownEvent) else 0
        belongs = isinstance(event, NoticeAnsweredEvent) and event.belongs
        about = event.consumer, event.goods, event.about
        rows.append((*about, step, event.version, seconds, int(belongs), sealed.at, index))
    insert_many(
        conn,
        tables.notice_step,
        ("consumer", "listing", "notice", "step", "version", "seconds", "belongs", "at", "entry"),
        rows,
    )
