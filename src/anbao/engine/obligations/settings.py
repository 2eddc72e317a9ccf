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


class Settings:
    """Settings with their history: ``setting.changed`` entries over the pack's defaults. Read when first asked."""

    def __init__(self, conn: Connection, defaults: Mapping[str, Period]) -> None:
        self._conn = conn
        self._defaults = defaults
        self._changes: list[tuple[int, int, str, Period]] | None = None

    def record(self, idx: int, at: int, facts: Facts) -> None:
        """Project a ``setting.changed`` entry: facts ``setting`` (id) and ``value`` (a Period as JSON)."""
        insert_many(self._conn, tables.activation, [(f"{_PREFIX}{facts['setting']}", at, idx, str(facts["value"]))])
        self._changes = None

    def in_force(self, setting: str, at: int, idx: int) -> Period:
        """A setting's value at event time ``at``, as far as entry ``idx`` could know it."""
        value = self._defaults[setting]
        for effective, entry, name, changed in self._history():
            if name == setting and effective <= at and entry < idx:
                value = changed
        return value

    def _history(self) -> list[tuple[int, int, str, Period]]:
        if self._changes is None:
            rows = sql(
                self._conn,
                "SELECT effective, entry, kind, digest FROM activation WHERE kind LIKE ? ORDER BY effective, entry",
                (_PREFIX + "%",),
            )
            self._changes = [
                (effective, entry, kind.removeprefix(_PREFIX), msgspec.json.decode(value, type=Period))
                for effective, entry, kind, value in rows
            ]
        return self._changes
