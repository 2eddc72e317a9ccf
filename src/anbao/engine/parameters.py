"""The pack's parameters with the platform's own changes: ``parameter.changed`` entries over the pack's defaults."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from anbao.engine.work import Placed, Work
from anbao.errors import InvalidInput
from anbao.law.deadlines import legal_day
from anbao.law.parameters import Parameter, in_force
from anbao.model.entry import Entry
from anbao.store import tables
from anbao.store.bulk import insert_many, sql
from anbao.text import Text

PARAMETER_CHANGED = "parameter.changed"
_PREFIX = "parameter:"
_SENDER = ("platform.name", "platform.seat", "platform.contact")
_UNNAMED = Text("（平台名称未设置）", "(the platform's name is not set)")


class Parameters:
    """The parameters of a pack, and their values in a store by event time."""

    def __init__(self, known: Iterable[Parameter]) -> None:
        self._known = tuple(known)

    def on(self, at: int) -> list[Parameter]:
        """Those in force at an instant."""
        return [one for one in self._known if one.in_force.covers(legal_day(at))]

    def find(self, name: str, at: int) -> Parameter | None:
        """The version of a parameter at an instant; None where the pack has none of that name."""
        try:
            return in_force(self._known, name, legal_day(at))
        except KeyError:
            return None

    def value(self, conn: Connection, name: str, at: int) -> int | str:
        """A parameter's value at an instant. Raises KeyError for an unknown one."""
        parameter = in_force(self._known, name, legal_day(at))
        if parameter.set_by == "law":
            return parameter.value
        chosen = sql(
            conn,
            "SELECT digest FROM activation WHERE kind = ? AND effective <= ?"
            " ORDER BY effective DESC, entry DESC LIMIT 1",
            (_PREFIX + name, at),
        ).scalar()
        plain = None if chosen is None else parameter.read(str(chosen))
        return parameter.value if plain is None else plain

    def number(self, conn: Connection, name: str, at: int) -> int:
        """As ``value``, of one that is a number."""
        return int(self.value(conn, name, at))

    def word(self, conn: Connection, name: str, at: int) -> str:
        """As ``value``, of one that is a choice, a list or a line."""
        return str(self.value(conn, name, at))

    def sender(self, conn: Connection, at: int) -> Text:
        """Who signs the platform's letters: its name, seat and contact, as far as it has told them."""
        told = [self.word(conn, name, at) for name in _SENDER]
        if not told[0]:
            return _UNNAMED
        return Text("，".join(filter(None, told)), ", ".join(filter(None, told)))

    def change(self, work: Work, name: str, value: int | str, *, actor: str) -> int:
        """Set what the platform may set, from now on; the entry's index. Raises InvalidInput."""
        parameter = self._changeable(name, work.now)
        plain = parameter.read(value)
        if plain is None:
            raise InvalidInput(
                Text(f"{name} 不能是 {value}", f"{name} cannot be {value}"),
                hint=Text(f"应为{parameter.takes.zh}", f"it takes {parameter.takes.en}"),
                field="value",
            )
        entry = Entry(
            actor=actor,
            at=work.now,
            body={"parameter": name, "value": str(plain)},
            kind=PARAMETER_CHANGED,
            recorded=work.now,
            subjects={"parameter": name},
        )
        return work.record(entry)[0]

    def _changeable(self, name: str, at: int) -> Parameter:
        try:
            parameter = in_force(self._known, name, legal_day(at))
        except KeyError:
            raise InvalidInput(
                Text(f"没有参数 {name}", f"there is no parameter {name}"),
                hint=Text("用 anbao parameter list 查看", "see anbao parameter list"),
                field="parameter",
            ) from None
        if parameter.set_by == "law":
            raise InvalidInput(
                Text(f"{name} 由法律规定，平台不能修改", f"{name} is set by the law, not by the platform"),
                field="parameter",
            )
        return parameter


def project_changes(conn: Connection, placed: Sequence[Placed]) -> None:
    """``parameter.changed`` → ``activation``."""
    rows = [
        (f"{_PREFIX}{sealed.facts['parameter']}", sealed.at, index, str(sealed.facts["value"]))
        for index, sealed in placed
    ]
    insert_many(conn, tables.activation, rows)
