"""Versioned values: the pack's defaults, and what the platform set in their place, each from a stated time on.

Deadlines (``Settings``), numbers and choices (``Parameters``) and the handling of case kinds (``CaseRules``) are three
types of one mechanism. A change is an entry; entries are projected to the table ``value_change``; a value is what the
newest change before an instant says, the pack's default where there is none or where the pack no longer takes it.

Invariants of ``ValueHistory``'s cache
- A read sees what its own transaction sees: the changes are cached under the newest change that the transaction saw.
- What a transaction changed is never cached beyond it: it may be rolled back, and its indexes given to other entries.
"""

import threading
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Generic, Literal, NamedTuple, Protocol, TypeVar
from weakref import WeakKeyDictionary

import msgspec

from anbao.errors import InvalidInput
from anbao.law.case_kinds import CaseKind
from anbao.law.deadlines import legal_day
from anbao.law.norms import Period
from anbao.law.parameters import Parameter, in_force
from anbao.model.base import Noun
from anbao.model.entry import Facts
from anbao.model.events import LedgerEvent, read
from anbao.model.events.values import CaseKindChanged, ParameterChanged, SettingChanged
from anbao.store import Connection, tables
from anbao.store.bulk import insert_many, sql
from anbao.store.connection import ConnectionPool
from anbao.text import Text

T = TypeVar("T")
E = TypeVar("E", bound=LedgerEvent)

LATEST = 2**62
"""Later than every instant and every entry."""

_SENDER = ("platform.name", "platform.seat", "platform.contact")
_UNNAMED = Text("（平台名称未设置）", "(the platform's name is not set)")

ValueType = Literal["setting", "parameter", "case_kind"]


class ValueChange(NamedTuple):
    """A row of ``value_change``. ``effective``: UTC ms, ``entry``: the index of the entry, ``value``: as text."""

    type: ValueType
    name: str
    effective: int
    entry: int
    value: str


class UnitOfWork(Protocol):
    """What a change needs of the open transaction (``work.Work``, which stands above the obligations and this)."""

    now: int

    def append(self, event: LedgerEvent, *, actor: str, at: int | None = None) -> int: ...


class ChangeEntry(Protocol):
    """What a change is read from: a sealed entry, or one as norms see it."""

    @property
    def at(self) -> int: ...
    @property
    def subjects(self) -> dict[str, str]: ...
    @property
    def facts(self) -> Facts: ...


_Changes = Mapping[tuple[str, str], Sequence[ValueChange]]
"""By type and name, in the order in which they take effect."""


class ValueHistory:
    """The changes of a store's values, read once for each newest change."""

    def __init__(self) -> None:
        self._cached: WeakKeyDictionary[ConnectionPool, tuple[int | None, _Changes]] = WeakKeyDictionary()
        self._keeping = threading.Lock()
        self._last: tuple[Connection, int | None, _Changes] | None = None
        self._changing: Connection | None = None

    def __reduce__(self) -> tuple[type["ValueHistory"], tuple[()]]:
        """In another process, to which it goes by pickling, the changes are read anew."""
        return ValueHistory, ()

    def record(self, conn: Connection, changes: Sequence[ValueChange]) -> None:
        """Write changes, in the write transaction that appends their entries."""
        insert_many(conn, tables.value_change, ("type", "name", "effective", "entry", "value"), changes)
        self._last, self._changing = None, conn

    def newest(self, conn: Connection, value: tuple[ValueType, str], at: int, before: int) -> str | None:
        """The newest change of a value in effect at an instant, of those that entries before an index made."""
        found = None
        for change in self._changes(conn).get(value, ()):
            if change.effective > at:
                break
            if change.entry < before:
                found = change.value
        return found

    def _changes(self, conn: Connection) -> _Changes:
        last, changing = self._last, conn is self._changing
        if last is not None and last[0] is conn and not changing:
            return last[2]
        newest: int | None = sql(conn, "SELECT max(entry) FROM value_change").scalar()
        if last is not None and last[0] is conn and last[1] == newest:
            return last[2]
        with self._keeping:
            known = None if changing else self._cached.get(conn.pool)
        if known is None or known[0] != newest:
            known = newest, _load(conn)
        self._last = conn, *known
        if not changing:
            with self._keeping:
                self._cached[conn.pool] = known
        return known[1]


def _load(conn: Connection) -> _Changes:
    found: dict[tuple[str, str], list[ValueChange]] = defaultdict(list)
    rows = sql(conn, "SELECT type, name, effective, entry, value FROM value_change ORDER BY effective, entry")
    for change in map(ValueChange._make, rows):
        found[change.type, change.name].append(change)
    return dict(found)


class VersionedValues(ABC, Generic[T, E]):
    """The values of one type, which changes of kind ``event`` move."""

    of: ClassVar[ValueType]
    event: type[E]

    def __init__(self, history: ValueHistory) -> None:
        self._history = history

    @abstractmethod
    def default(self, name: str, at: int) -> T:
        """The pack's value at an instant. Raises KeyError for an unknown one."""

    @abstractmethod
    def changed(self, work: UnitOfWork, name: str, given: T) -> E:
        """The event of a change. Raises InvalidInput for what the platform may not set, or not to this value."""

    @abstractmethod
    def _said(self, event: E) -> tuple[str, str]:
        """The name and the value, as text, that a change states."""

    @abstractmethod
    def _taken(self, name: str, value: str, at: int) -> T | None:
        """A value out of its text; None where the pack does not take it at that instant."""

    def in_force(self, conn: Connection, name: str, at: int, *, before: int = LATEST) -> T:
        """A value at event time ``at``, as far as entry ``before`` could know it. Raises KeyError."""
        text = self._history.newest(conn, (self.of, name), at, before)
        value = None if text is None else self._taken(name, text, at)
        return self.default(name, at) if value is None else value

    def change(self, work: UnitOfWork, name: str, given: T, *, actor: str) -> int:
        """Set what the platform may set, from now on; the entry's index. Raises InvalidInput."""
        return work.append(self.changed(work, name, given), actor=actor)

    def project(self, conn: Connection, placed: Sequence[tuple[int, ChangeEntry]]) -> None:
        """Entries of the kind ``event`` → ``value_change``."""
        changes = []
        for index, entry in placed:
            name, value = self._said(self._event(entry))
            changes.append(ValueChange(self.of, name, entry.at, index, value))
        self._history.record(conn, changes)

    def _event(self, entry: ChangeEntry) -> E:
        """The event of an entry, whose body is scalars only and so stands whole in its facts."""
        return read(self.event, msgspec.json.encode({"subjects": entry.subjects, "body": entry.facts}))


class Settings(VersionedValues[Period, SettingChanged]):
    """The platform's own deadlines, where the law says 及时 without a number."""

    of = "setting"
    event = SettingChanged

    def __init__(self, history: ValueHistory, defaults: Mapping[str, Period]) -> None:
        super().__init__(history)
        self._defaults = defaults

    def default(self, name: str, at: int) -> Period:
        return self._defaults[name]

    def changed(self, work: UnitOfWork, name: str, given: Period) -> SettingChanged:
        if name not in self._defaults:
            raise InvalidInput(
                Text(f"没有设置 {name}", f"there is no setting {name}"),
                hint=Text("见规则包的 settings.yaml", "the pack's settings.yaml lists them"),
                field="setting",
            )
        return SettingChanged(about=name, setting=name, value=msgspec.json.encode(given).decode())

    def _said(self, event: SettingChanged) -> tuple[str, str]:
        return event.setting, event.value

    def _taken(self, name: str, value: str, at: int) -> Period:
        return msgspec.json.decode(value, type=Period)


class Parameters(VersionedValues[int | str, ParameterChanged]):
    """The numbers and choices that rules use: the law's, and the platform's own."""

    of = "parameter"
    event = ParameterChanged

    def __init__(self, history: ValueHistory, known: Iterable[Parameter]) -> None:
        super().__init__(history)
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

    def default(self, name: str, at: int) -> int | str:
        return in_force(self._known, name, legal_day(at)).value

    def number(self, conn: Connection, name: str, at: int) -> int:
        """As ``in_force``, of one that is a number."""
        return int(self.in_force(conn, name, at))

    def word(self, conn: Connection, name: str, at: int) -> str:
        """As ``in_force``, of one that is a choice, a list or a line."""
        return str(self.in_force(conn, name, at))

    def sender(self, conn: Connection, at: int) -> Text:
        """Who signs the platform's letters: its name, seat and contact, as far as they are set."""
        stated = [self.word(conn, name, at) for name in _SENDER]
        if not stated[0]:
            return _UNNAMED
        return Text("，".join(filter(None, stated)), ", ".join(filter(None, stated)))

    def changed(self, work: UnitOfWork, name: str, given: int | str) -> ParameterChanged:
        parameter = self.find(name, work.now)
        if parameter is None:
            raise InvalidInput(
                Text(f"没有参数 {name}", f"there is no parameter {name}"),
                hint=Text("用 anbao parameter list 查看", "see anbao parameter list"),
                field="parameter",
            )
        if parameter.set_by == "law":
            raise InvalidInput(
                Text(f"{name} 由法律规定，平台不能修改", f"{name} is set by the law, not by the platform"),
                field="parameter",
            )
        plain = parameter.read(given)
        if plain is None:
            raise InvalidInput(
                Text(f"{name} 不能是 {given}", f"{name} cannot be {given}"),
                hint=Text(f"应为{parameter.takes.zh}", f"it takes {parameter.takes.en}"),
                field="value",
            )
        return ParameterChanged(about=name, parameter=name, value=str(plain))

    def _said(self, event: ParameterChanged) -> tuple[str, str]:
        return event.parameter, event.value

    def _taken(self, name: str, value: str, at: int) -> int | str | None:
        parameter = in_force(self._known, name, legal_day(at))
        return None if parameter.set_by == "law" else parameter.read(value)


class CaseRule(Noun, frozen=True, kw_only=True):
    """``second_look``: percent of decisions that a second person makes too; ``undo_minutes``: of a bulk decision."""

    second_look: int
    undo_minutes: int


class CaseRules(VersionedValues[CaseRule, CaseKindChanged]):
    """How kinds of cases are handled."""

    of = "case_kind"
    event = CaseKindChanged

    def __init__(self, history: ValueHistory, kinds: Mapping[str, CaseKind]) -> None:
        super().__init__(history)
        self._kinds = kinds

    def of_kind(self, conn: Connection, kind: str) -> CaseRule:
        """The rule of a kind as it stands: at least as strict as that of the kinds that it takes the place of."""
        each = [self.in_force(conn, name, LATEST) for name in (kind, *self._kinds[kind].strict_as)]
        return CaseRule(
            second_look=max(one.second_look for one in each), undo_minutes=max(one.undo_minutes for one in each)
        )

    def default(self, name: str, at: int) -> CaseRule:
        kind = self._kinds[name]
        return CaseRule(second_look=kind.second_look, undo_minutes=kind.undo_minutes)

    def changed(self, work: UnitOfWork, name: str, given: CaseRule) -> CaseKindChanged:
        if not (0 <= given.second_look <= 100 and 0 <= given.undo_minutes <= 10_080):
            raise InvalidInput(
                Text(
                    "比例为 0 至 100，撤销时间为 0 至 10080 分钟",
                    "a share is 0 to 100, an undo window 0 to 10080 minutes",
                )
            )
        return CaseKindChanged(case_kind=name, second_look=given.second_look, undo_minutes=given.undo_minutes)

    def _said(self, event: CaseKindChanged) -> tuple[str, str]:
        rule = CaseRule(second_look=event.second_look, undo_minutes=event.undo_minutes)
        return event.case_kind, msgspec.json.encode(rule).decode()

    def _taken(self, name: str, value: str, at: int) -> CaseRule:
        return msgspec.json.decode(value, type=CaseRule)
