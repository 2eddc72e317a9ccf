"""The ledger's entry and what is known of it once it has its place."""

import msgspec

from anbao.errors import InvalidInput
from anbao.model.base import JsonObject, Millis, Noun
from anbao.model.events.base import AnyEvent, read
from anbao.text import Text

Facts = dict[str, str | int | bool]
"""Top-level scalars of an entry's body: all that a norm's condition may read."""


class UnsealedEntry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What happened, was decided, done, shown or missed. Its canonical bytes (RFC 8785) are the Merkle leaf.

    ``at`` is when it happened, ``recorded`` when the platform could know it; both UTC milliseconds. ``subjects`` maps a
    role (``merchant``, ``listing``, ``consumer``, ``order`` …) to an identifier. ``body`` holds strings, integers,
    booleans, lists and maps with ASCII keys; no floats. Before it is sealed it may be a noun.
    """

    actor: str
    at: Millis
    body: JsonObject | Noun
    kind: str
    recorded: Millis
    subjects: dict[str, str]
    v: int = 1


class Entry(UnsealedEntry, frozen=True, kw_only=True):
    """An entry as it was read from its bytes. Whoever knows its kind reads the event instead (``Stored.event``)."""

    body: JsonObject


ENTERED_LATE_AFTER = 3_600_000
"""Milliseconds between an event and its entry beyond which the entry is shown as recorded late: an hour. Transport and
queues take seconds; any time may be given, but it is marked."""


def entered_late(at: int, recorded: int) -> bool:
    """Whether an entry was made much later than what it records happened."""
    return recorded - at > ENTERED_LATE_AFTER


class Sealed(msgspec.Struct, frozen=True, gc=False):
    """An entry ready to be appended: its canonical bytes, its leaf hash, and what projections read without decoding."""

    kind: str
    at: int
    recorded: int
    subjects: dict[str, str]
    facts: Facts
    data: bytes
    leaf: bytes
    actor: str

    def event(self, kind: type[AnyEvent]) -> AnyEvent:
        """Returns the event that the entry records. Raises TypeError where it is of another kind."""
        return event_of(self.kind, self.data, kind)


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What the submitter keeps: the entry's index and its RFC 6962 leaf hash (hex)."""

    entry: int
    leaf: str


def facts_of(body: JsonObject | Noun) -> Facts:
    """The top-level scalars of a body."""
    said: JsonObject = msgspec.to_builtins(body) if isinstance(body, Noun) else body
    return {key: value for key, value in said.items() if isinstance(value, str | int)}


def event_of(name: str, data: bytes, kind: type[AnyEvent]) -> AnyEvent:
    """Returns the event of an entry's canonical bytes. Raises TypeError where ``name`` is not the kind's."""
    if name != kind.KIND:
        raise TypeError(f"an entry of kind {name} is no {kind.__name__}")
    return read(kind, data)


def about(named: str) -> tuple[str, str]:
    """A subject as people write it, ``role:id``. Raises InvalidInput."""
    role, separator, identity = named.partition(":")
    if not separator or not role or not identity:
        raise InvalidInput(
            Text(f"对象须为 角色:标识，不是 {named}", f"a subject is role:id, not {named}"),
            hint=Text("如 merchant:m1", "such as merchant:m1"),
            field="subject",
        )
    return role, identity
