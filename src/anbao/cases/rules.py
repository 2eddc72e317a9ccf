"""How a kind of case is handled: the pack's defaults, then the platform's own, with their history in the ledger."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from anbao.engine.work import Placed, Work
from anbao.errors import InvalidInput
from anbao.law.case_kinds import CaseKind
from anbao.model.base import Noun
from anbao.model.entry import Entry
from anbao.store import tables
from anbao.store.bulk import insert_many, sql
from anbao.text import Text

KIND_CHANGED = "case.kind_changed"

_PREFIX = "case:"


class Rule(Noun, frozen=True, kw_only=True):
    """``second_look``: percent of decisions that a second person makes too; ``undo_minutes``: of a bulk decision."""

    second_look: int
    undo_minutes: int


def rule_of(conn: Connection, kind: CaseKind) -> Rule:
    """The rule in force."""
    row = sql(
        conn,
        "SELECT digest FROM activation WHERE kind = ? ORDER BY effective DESC, entry DESC LIMIT 1",
        (_PREFIX + kind.id,),
    ).first()
    if row is None:
        return Rule(second_look=kind.second_look, undo_minutes=kind.undo_minutes)
    return msgspec.json.decode(row[0], type=Rule)


def change_rule(work: Work, kind: CaseKind, *, second_look: int | None, undo_minutes: int | None, actor: str) -> int:
    """Set the share of second looks or the undo window of a kind; the entry's index. Raises InvalidInput."""
    now = rule_of(work.conn, kind)
    share = now.second_look if second_look is None else second_look
    undo = now.undo_minutes if undo_minutes is None else undo_minutes
    if not (0 <= share <= 100 and 0 <= undo <= 10_080):
        raise InvalidInput(
            Text(
                "比例为 0 至 100，撤销时间为 0 至 10080 分钟", "a share is 0 to 100, an undo window 0 to 10080 minutes"
            )
        )
    body = {"second_look": share, "undo_minutes": undo}
    return work.record(
        Entry(
            actor=actor,
            at=work.now,
            body=body,
            kind=KIND_CHANGED,
            recorded=work.now,
            subjects={"case_kind": kind.id},
        )
    )[0]


def project_rules(conn: Connection, placed: Sequence[Placed]) -> None:
    """``case.kind_changed`` → ``activation``."""
    rows = []
    for index, sealed in placed:
        share, undo = int(sealed.facts["second_look"]), int(sealed.facts["undo_minutes"])
        rule = msgspec.json.encode(Rule(second_look=share, undo_minutes=undo)).decode()
        rows.append((_PREFIX + sealed.subjects["case_kind"], sealed.at, index, rule))
    insert_many(conn, tables.activation, rows)
