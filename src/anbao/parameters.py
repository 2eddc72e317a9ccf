"""Numbers of the pack with the platform's own changes: ``parameter.changed`` entries over the pack's defaults."""

from collections.abc import Sequence

from sqlalchemy import Connection

from anbao.errors import InvalidInput
from anbao.law.deadlines import legal_day
from anbao.law.pack import Pack
from anbao.law.parameters import Parameter, in_force
from anbao.model.entry import Entry
from anbao.store import tables
from anbao.store.bulk import insert_many, sql
from anbao.text import Text
from anbao.work import Placed, Work

CHANGED = "parameter.changed"
MOST = 10**12
_PREFIX = "parameter:"


def value_of(conn: Connection, pack: Pack, name: str, at: int) -> int:
    """A parameter's value at an instant. Raises KeyError for an unknown one."""
    parameter = in_force(pack.parameters, name, legal_day(at))
    if parameter.set_by == "law":
        return parameter.value
    row = sql(
        conn,
        "SELECT digest FROM activation WHERE kind = ? AND effective <= ? ORDER BY effective DESC, entry DESC LIMIT 1",
        (_PREFIX + name, at),
    ).first()
    return parameter.value if row is None else int(row[0])


def change(work: Work, pack: Pack, name: str, value: int, actor: str) -> int:
    """Set a number that the platform may set; the entry's index. Raises InvalidInput."""
    parameter = _changeable(pack, name, work.now)
    if not 1 <= value <= MOST:
        raise InvalidInput(
            Text(f"{name} 应为 1 至 {MOST} 的整数", f"{name} is a whole number from 1 to {MOST}"), field="value"
        )
    entry = Entry(
        actor=actor,
        at=work.now,
        body={"parameter": parameter.id, "value": value},
        kind=CHANGED,
        recorded=work.now,
        subjects={"parameter": parameter.id},
    )
    return work.record(entry)[0]


def project_changes(conn: Connection, placed: Sequence[Placed]) -> None:
    """``parameter.changed`` → ``activation``."""
    rows = [
        (f"{_PREFIX}{sealed.facts['parameter']}", sealed.at, index, str(sealed.facts["value"]))
        for index, sealed in placed
    ]
    insert_many(conn, tables.activation, rows)


def _changeable(pack: Pack, name: str, at: int) -> Parameter:
    try:
        parameter = in_force(pack.parameters, name, legal_day(at))
    except KeyError:
        raise InvalidInput(
            Text(f"没有参数 {name}", f"there is no parameter {name}"),
            hint=Text("见规则包的 parameters.yaml", "the pack's parameters.yaml lists them"),
            field="parameter",
        ) from None
    if parameter.set_by == "law":
        raise InvalidInput(
            Text(f"{name} 由法律规定，平台不能修改", f"{name} is set by the law, not by the platform"),
            field="parameter",
        )
    return parameter
