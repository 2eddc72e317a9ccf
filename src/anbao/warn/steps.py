"""What happened with each notice before an order: shown, acknowledged, answered; and what is still lacking.

Invariants
- A step counts for the version of the notice at which it was taken. A new version must be shown and acknowledged anew.
- A step counts for an order only where it happened before it.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec
from sqlalchemy import Connection

from anbao.engine.work import Placed
from anbao.model.notice import Notice
from anbao.store import tables
from anbao.store.bulk import insert_many, sql

SHOWN = "notice.shown"
ACKNOWLEDGED = "notice.acknowledged"
ANSWERED = "notice.answered"
CHOICE = "notice.choice"

Step = Literal["shown", "acknowledged", "answered"]


class StepTaken(msgspec.Struct, frozen=True):
    """A step that was taken. ``seconds``: of the screen; ``belongs``: the answer."""

    step: str
    version: int
    seconds: int
    belongs: bool


class Lacking(msgspec.Struct, frozen=True, kw_only=True):
    """What a notice lacks before an order, in the order in which it is to be done."""

    notice: str
    steps: tuple[Step, ...]


class NoticeState(msgspec.Struct, frozen=True, kw_only=True):
    """How a buyer stands to the notices of a listing. ``unsuitable``: notices to whose groups the buyer belongs."""

    lacking: tuple[Lacking, ...] = ()
    unsuitable: tuple[str, ...] = ()


def notice_state(
    conn: Connection, consumer: str, listing: str, notices: Sequence[Notice], at: int, least_seconds: int
) -> NoticeState:
    """What this buyer was told about this listing by ``at`` (UTC ms)."""
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


def project_steps(conn: Connection, placed: Sequence[Placed]) -> None:
    """``notice.shown``, ``notice.acknowledged`` and ``notice.answered`` → ``notice_step``."""
    rows = []
    for index, sealed in placed:
        subjects, facts = sealed.subjects, sealed.facts
        rows.append(
            (
                subjects["consumer"],
                subjects["listing"],
                subjects["notice"],
                sealed.kind.removeprefix("notice."),
                int(facts.get("version", 0)),
                int(facts.get("seconds", 0)),
                int(facts.get("belongs", False)),
                sealed.at,
                index,
            )
        )
    insert_many(conn, tables.notice_step, rows)
