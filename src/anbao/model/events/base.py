"""An event: what one kind of entry says, as a struct.

- A field of type ``Subject`` names whom or what the entry is about; its name is the role. An empty one is left out.
  Where a body has a field of the same name, the subject's role stands in its type: ``Meta(extra={"subject": role})``.
- All other fields are the body. A field without a default is always in the entry's bytes; one at its default is not.
  Facts that the law pack names stand beside them: the one field of type ``PackFacts``.
  Where the body is a noun that is used without its entry, too, it is the one field of type ``Whole``.
- The kind's name stands in the class and nowhere else.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any, ClassVar, NamedTuple, TypeVar, get_type_hints

import msgspec
from msgspec import Meta

from anbao.model.base import JsonObject, JsonValue, Noun

W = TypeVar("W", bound=Noun)

Subject = Annotated[str, Meta(extra={"subject": True})]
"""The identifier of whom or what an entry is about."""

OtherSubjects = Annotated[dict[str, str], Meta(extra={"subject": "*"})]
"""Further subjects by role, where they are those of another entry; the fields of type ``Subject`` come before them."""

Whole = Annotated[W, Meta(extra={"body": True})]
"""What an entry says, as one noun: its fields are the body."""

PackFacts = Annotated[dict[str, str | int | bool], Meta(extra={"body": "*"})]
"""Further scalars of the body, by names that stand in the law pack; a kind that has them names all of its own."""

KindName = Annotated[str, Meta(extra={"kind": True})]
"""The entry's kind, where the law pack names it; it stands in neither subjects nor body."""

Commitment = str
"""What stands in an entry for a personal value (``ledger.vault``): ``commit:`` and a salted hash."""


ANY_ROLE = "*"


class LedgerEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of all kinds. ``KIND`` is the entry's kind, ``VERSION`` the version of its form."""

    KIND: ClassVar[str] = ""
    VERSION: ClassVar[int] = 1

    @property
    def subjects(self) -> dict[str, str]:
        """Returns the identifiers by role; empty ones are left out."""
        found: dict[str, str] = {}
        for field, role in shape(type(self)).roles:  # "*" sorts before all names
            value = getattr(self, field)
            if role == ANY_ROLE:
                found.update(value)
            elif value:
                found[role] = value
        return found

    @property
    def body(self) -> JsonObject | Noun:
        """Returns what the entry says besides its subjects: builtins without fields at their defaults, or the noun."""
        made = shape(type(self))
        if made.whole:
            whole: Noun = getattr(self, made.whole)
            return whole
        said: dict[str, JsonValue] = {
            name: msgspec.to_builtins(value)
            for field, name, default in made.fields
            if (value := getattr(self, field)) is not default and (default is not _EMPTY or value)
        }
        return {**getattr(self, made.facts), **said} if made.facts else said

    @property
    def entry_kind(self) -> str:
        """Returns the entry's kind."""
        return self.KIND


AnyEvent = TypeVar("AnyEvent", bound=LedgerEvent)


class _EntryRead(msgspec.Struct, frozen=True):
    """An entry as ``shape`` reads it; ``body`` is a struct of the kind's fields, or its noun."""

    subjects: dict[str, str]
    body: Any


class Shape(NamedTuple):
    """How a kind's fields are divided. ``roles``: field and role; ``fields``: field, name in the body, default.

    ``whole``: the field that is the body itself, ``facts``: that of facts which the pack names; "" where there is none.
    ``decode`` reads an entry's canonical bytes.
    """

    roles: tuple[tuple[str, str], ...]
    fields: tuple[tuple[str, str, Any], ...]
    whole: str
    facts: str
    decode: Callable[[bytes | memoryview], _EntryRead]


@cache
def shape(kind: type[LedgerEvent]) -> Shape:
    """Returns the division of a kind's fields, worked out at its first use."""
    hints = msgspec.inspect.type_info(kind)
    assert isinstance(hints, msgspec.inspect.StructType)
    roles: list[tuple[str, str]] = []
    fields: list[tuple[str, str, Any]] = []
    wanted: list[tuple[str, Any, Any]] = []
    whole, facts = "", ""
    annotations = get_type_hints(kind, include_extras=True)
    for field in hints.fields:
        marks = (field.type.extra or {}) if isinstance(field.type, msgspec.inspect.Metadata) else {}
        if marks.get("kind"):
            continue
        if role := marks.get("subject"):
            roles.append((field.name, field.name if role is True else str(role)))
        elif marks.get("body") == ANY_ROLE:
            facts = field.name
        elif marks.get("body"):
            whole = field.name
        elif field.default_factory is not msgspec.NODEFAULT:
            fields.append((field.name, field.encode_name, _EMPTY))
            how = msgspec.field(name=field.encode_name, default_factory=field.default_factory)
            wanted.append((field.name, annotations[field.name], how))
        else:
            fields.append((field.name, field.encode_name, _NONE if field.required else field.default))
            how = msgspec.field(name=field.encode_name, default=field.default)
            wanted.append((field.name, annotations[field.name], how))
    if whole and fields:
        raise TypeError(f"{kind.__name__} has a whole body and fields beside it")
    body = annotations[whole] if whole else msgspec.defstruct(f"{kind.__name__}Body", wanted, kw_only=True, frozen=True)
    read_as = msgspec.defstruct(f"{kind.__name__}Entry", [("subjects", dict[str, str]), ("body", body)], frozen=True)
    decode: Callable[[bytes | memoryview], Any] = msgspec.json.Decoder(read_as).decode
    return Shape(tuple(sorted(roles, key=lambda one: one[1])), tuple(fields), whole, facts, decode)


_NONE: Any = object()
"""The default of a field that has none: no value is this."""

_EMPTY: Any = object()
"""The default of a field whose default is an empty list or map."""


def read(kind: type[AnyEvent], data: bytes) -> AnyEvent:
    """Returns the event that an entry of this kind records, out of its canonical bytes.

    Fields that the kind does not name are passed over: a later release may have written them.
    Raises msgspec.ValidationError where the body is not of the kind.
    """
    made = shape(kind)
    entry = made.decode(data)
    named = _named(made, entry.subjects)
    if made.whole:
        return kind(**named, **{made.whole: entry.body})
    if made.facts:
        own = {name for _, name, _ in made.fields}
        said = _any_body(data).body.items()
        named[made.facts] = {name: value for name, value in said if name not in own and isinstance(value, str | int)}
    return kind(**named, **{field: getattr(entry.body, field) for field, _, _ in made.fields})


class _AnyBody(msgspec.Struct):
    body: JsonObject


_any_body = msgspec.json.Decoder(_AnyBody).decode


def _named(made: Shape, subjects: Mapping[str, str]) -> dict[str, Any]:
    named: dict[str, Any] = {field: subjects[role] for field, role in made.roles if role in subjects}
    for field, role in made.roles:
        if role == ANY_ROLE:
            own = {other for _, other in made.roles}
            named[field] = {other: identity for other, identity in subjects.items() if other not in own}
    return named


def made_of(kind: type[AnyEvent], said: Mapping[str, object], **more: object) -> AnyEvent:
    """Returns an event of which a noun that the vault sealed (``Vault.seal_noun``) is a part.

    Raises TypeError for a field that the kind lacks, so that nothing of the noun is lost; msgspec.ValidationError.
    """
    fields = {**said, **more}
    if unknown := sorted(fields.keys() - set(kind.__struct_encode_fields__)):
        raise TypeError(f"{kind.__name__} has no {', '.join(unknown)}")
    return msgspec.convert(fields, kind)
