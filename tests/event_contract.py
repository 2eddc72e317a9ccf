"""The contract of events: an entry of a kind that has a struct reads back as that struct, which has the same bytes."""

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec

from anbao.ledger.canonical import decode, seal_event
from anbao.model import events
from anbao.model.entry import event_of
from anbao.model.events import LedgerEvent
from anbao.model.events.base import shape


@cache
def kinds() -> dict[str, type[LedgerEvent]]:
    """The structs of all kinds, by kind. Raises ValueError where two have one kind."""
    for module in pkgutil.iter_modules(events.__path__, f"{events.__name__}."):
        importlib.import_module(module.name)
    found: dict[str, type[LedgerEvent]] = {}
    for struct in _below(LedgerEvent):
        if struct.KIND and struct.__module__.startswith(events.__name__):
            first = found.setdefault(struct.KIND, struct)
            if first is not struct:
                raise ValueError(f"{struct.KIND} is the kind of {first.__name__} and {struct.__name__}")
    return found


def broken(kind: type[LedgerEvent], data: bytes) -> str:
    """Why an entry's bytes are not those of its struct; empty where they are."""
    entry = decode(data)
    try:
        event = event_of(entry.kind, data, kind)
        again = seal_event(event, actor=entry.actor, at=entry.at, recorded=entry.recorded)
    except Exception as error:
        return f"{type(error).__name__}: {error}\n  {data.decode()}"
    return "" if again.data == data else f"other bytes:\n  {data.decode()}\n  {again.data.decode()}"


def complete(kind: str, body: Any) -> Any:
    """A body of a kind that has a struct, with plain values for the required fields that a test leaves out."""
    struct = kinds().get(kind)
    if struct is None or not isinstance(body, dict):
        return body
    made = shape(struct)
    said = msgspec.inspect.type_info(struct)
    assert isinstance(said, msgspec.inspect.StructType)
    if made.whole:
        [whole] = [field.type for field in said.fields if field.name == made.whole]
        return _plain(whole) | body
    named = {field for field, _, _ in made.fields}
    required = [field for field in said.fields if field.name in named and field.required]
    return {field.encode_name: _plain(field.type) for field in required} | body


def _plain(kind: msgspec.inspect.Type) -> Any:
    """A value of a type, as plain as can be."""
    match kind:
        case msgspec.inspect.Metadata(type=inner):
            return _plain(inner)
        case msgspec.inspect.StrType(min_length=least):
            return "x" * (least or 0)
        case msgspec.inspect.IntType(ge=least):
            return least or 0
        case msgspec.inspect.BoolType():
            return False
        case msgspec.inspect.LiteralType(values=values):
            return values[0]
        case msgspec.inspect.VarTupleType() | msgspec.inspect.ListType():
            return []
        case msgspec.inspect.DictType():
            return {}
        case msgspec.inspect.StructType(fields=fields):
            return {field.encode_name: _plain(field.type) for field in fields if field.required}
        case msgspec.inspect.UnionType(types=types):
            return _plain(types[0])
    raise TypeError(f"no plain value of {kind}")


def _below(struct: type[LedgerEvent]) -> Iterator[type[LedgerEvent]]:
    for one in struct.__subclasses__():
        yield one
        yield from _below(one)
