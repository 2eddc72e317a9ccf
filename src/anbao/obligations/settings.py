"""The platform's own deadlines, where the law says 及时 without a number: defaults of the pack, then its own."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection

from anbao.law.norms import Period
from anbao.model.entry import Facts
from anbao.store import tables
from anbao.store.bulk import insert_many, sql

SETTING_CHANGED = "setting.changed"
_PREFIX = "setting:"


def record_setting(conn: Connection, index: int, at: int, facts: Facts) -> None:
    """Project a ``setting.changed`` entry: facts ``setting`` (id) and ``value`` (a Period as JSON)."""
    insert_many(conn, tables.activation, [(f"{_PREFIX}{facts['setting']}", at, index, str(facts["value"]))])


def settings_in_force(conn: Connection, defaults: Mapping[str, Period], at: int, index: int) -> dict[str, Period]:
    """Each setting's value at event time ``at``, as far as entry ``index`` could know it."""
    values = dict(defaults)
    rows = sql(
        conn,
        "SELECT kind, digest FROM activation WHERE kind LIKE ? AND effective <= ? AND entry < ?"
        " ORDER BY effective, entry",
        (_PREFIX + "%", at, index),
    )
    for kind, value in rows:
        values[kind.removeprefix(_PREFIX)] = msgspec.json.decode(value, type=Period)
    return values
