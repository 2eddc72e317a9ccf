"""The vocabulary of entry kinds that norms may name, and that the platform may report (``kinds/*.yaml``)."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from anbao.errors import InvalidInput
from anbao.text import Text

FactType = type[str] | type[int] | type[bool]

_TYPES: dict[str, FactType] = {"string": str, "integer": int, "boolean": bool}

PLATFORM_ROLE = "platform"
PLATFORM_ITSELF = "self"
CONSUMER_ROLE = "consumer"


class Fact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One top-level scalar of a kind's body. With ``values`` it must be given, and be one of them."""

    type: Literal["string", "integer", "boolean"]
    title: Text
    values: tuple[str, ...] = ()

    @property
    def python(self) -> FactType:
        return _TYPES[self.type]


class EntryKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One kind of entry. ``by``: recorded by the engine itself, or reported by the platform.

    ``subjects`` are the roles that each entry names; ``optional_subjects`` may be left out.
    """

    id: str
    title: Text
    by: Literal["engine", "platform"]
    subjects: tuple[str, ...] = ()
    optional_subjects: tuple[str, ...] = ()
    facts: dict[str, Fact] = msgspec.field(default_factory=dict)

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(self.subjects + self.optional_subjects)


def check_event(
    kind: EntryKind, subjects: Mapping[str, str], facts: Mapping[str, str | int | bool], *, has_consumer: bool
) -> None:
    """Check what the platform reports against its kind. ``has_consumer``: a buyer is named beside ``subjects``.

    Raises InvalidInput; its ``field`` names the subject or fact.
    """
    if kind.by == "engine":
        raise InvalidInput(Text(f"{kind.id} 只能由引擎记录", f"{kind.id} is recorded by the engine only"), field="kind")
    given = dict(subjects)
    if CONSUMER_ROLE in given:
        raise InvalidInput(
            Text("消费者请用 buyer 字段报送", "name the consumer in the field buyer"), field="subjects.consumer"
        )
    if has_consumer:
        given[CONSUMER_ROLE] = ""
    for role in kind.subjects:
        if role not in given:
            hint = Text("消费者写在 buyer 字段", "a consumer is named in buyer") if role == CONSUMER_ROLE else None
            raise InvalidInput(
                Text(f"{kind.id} 缺少对象 {role}", f"{kind.id} lacks the subject {role}"),
                hint=hint,
                field=f"subjects.{role}",
            )
    for role, value in given.items():
        if role not in kind.roles:
            raise InvalidInput(
                Text(f"{kind.id} 没有对象 {role}", f"{kind.id} has no subject {role}"), field=f"subjects.{role}"
            )
        if role == PLATFORM_ROLE and value != PLATFORM_ITSELF:
            raise InvalidInput(
                Text(f"对象 platform 只能是 {PLATFORM_ITSELF}", f"the subject platform is always {PLATFORM_ITSELF}"),
                field="subjects.platform",
            )
        if role != CONSUMER_ROLE and not value:
            raise InvalidInput(Text(f"对象 {role} 是空的", f"the subject {role} is empty"), field=f"subjects.{role}")
    _check_facts(kind, facts)


def _check_facts(kind: EntryKind, facts: Mapping[str, str | int | bool]) -> None:
    for name, value in facts.items():
        fact = kind.facts.get(name)
        if fact is None:
            raise InvalidInput(
                Text(f"{kind.id} 没有事实 {name}", f"{kind.id} has no fact {name}"),
                hint=Text(f"可用：{'、'.join(kind.facts) or '无'}", f"known facts: {', '.join(kind.facts) or 'none'}"),
                field=f"facts.{name}",
            )
        if type(value) is not fact.python:
            raise InvalidInput(
                Text(f"事实 {name} 应为 {fact.type}", f"the fact {name} must be of type {fact.type}"),
                field=f"facts.{name}",
            )
    for name, fact in kind.facts.items():
        if fact.values and facts.get(name) not in fact.values:
            raise InvalidInput(
                Text(
                    f"事实 {name} 应为其中之一：{'、'.join(fact.values)}",
                    f"the fact {name} must be one of {', '.join(fact.values)}",
                ),
                field=f"facts.{name}",
            )
