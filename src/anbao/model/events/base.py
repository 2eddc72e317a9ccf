"""An event: what one kind of entry says, as a struct.

- A field of type ``Subject`` names whom or what the entry is about; its name is the role. An empty one is left out.
  Where a body has a field of the same name, the subject's role stands in its type: ``Meta(extra={"subject": role})``.
- All other fields are the body. A field without a default is always in the entry's bytes; one at its default is not.
- The kind's name stands in the class and nowhere else.
"""

from functools import cache
from typing import Annotated, Any, ClassVar, NamedTuple, TypeVar

import msgspec
from msgspec import Meta

Subject = Annotated[str, Meta(extra={"subject": True})]
"""The identifier of whom or what an entry is about."""

OtherSubjects = Annotated[dict[str, str], Meta(extra={"subject": "*"})]
"""Further subjects by role, where they are those of another entry; the fields of type ``Subject`` come before them."""

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
    def body(self) -> dict[str, Any]:
        """Returns what the entry says besides its subjects, as builtins, without fields at their defaults."""
        return {
            name: msgspec.to_builtins(value)
            for field, name, default in shape(type(self)).fields
            if (value := getattr(self, field)) is not default
        }


AnyEvent = TypeVar("AnyEvent", bound=LedgerEvent)


class Shape(NamedTuple):
    """How a kind's fields are divided. ``roles``: field and role; ``fields``: field, name in the body, default."""

    roles: tuple[tuple[str, str], ...]
    fields: tuple[tuple[str, str, Any], ...]
    body: type[msgspec.Struct]
    """A struct of the body's fields alone, into which bodies are read."""


@cache
def shape(kind: type[LedgerEvent]) -> Shape:
    """Returns the division of a kind's fields, worked out at its first use."""
    hints = msgspec.inspect.type_info(kind)
    assert isinstance(hints, msgspec.inspect.StructType)
    roles: list[tuple[str, str]] = []
    fields: list[tuple[str, str, Any]] = []
    wanted: list[tuple[str, Any, Any]] = []
    annotations = _annotations(kind)
    for field in hints.fields:
        role = (field.type.extra or {}).get("subject") if isinstance(field.type, msgspec.inspect.Metadata) else None
        if role:
            roles.append((field.name, field.name if role is True else str(role)))
            continue
        default = _NONE if field.required else field.default
        fields.append((field.name, field.encode_name, default))
        how = msgspec.field(name=field.encode_name, default=msgspec.NODEFAULT if field.required else field.default)
        wanted.append((field.name, annotations[field.name], how))
    body = msgspec.defstruct(f"{kind.__name__}Body", wanted, kw_only=True, frozen=True)
    return Shape(tuple(sorted(roles, key=lambda one: one[1])), tuple(fields), body)


_NONE: Any = object()
"""The default of a field that has none: no value is this."""


def read(kind: type[AnyEvent], subjects: dict[str, str], body: object) -> AnyEvent:
    """Returns the event that an entry of this kind records.

    Fields that the kind does not name are passed over: a later release may have written them.
    Raises msgspec.ValidationError where the body is not of the kind.
    """
    made = shape(kind)
    said = msgspec.convert(body, made.body)
    named: dict[str, Any] = {field: subjects[role] for field, role in made.roles if role in subjects}
    for field, role in made.roles:
        if role == ANY_ROLE:
            own = {other for _, other in made.roles}
            named[field] = {other: identity for other, identity in subjects.items() if other not in own}
    return kind(**named, **{field: getattr(said, field) for field, _, _ in made.fields})


def _annotations(kind: type[LedgerEvent]) -> dict[str, Any]:
    from typing import get_type_hints

    return get_type_hints(kind, include_extras=True)
