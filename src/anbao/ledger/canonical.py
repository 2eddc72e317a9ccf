"""An entry's canonical bytes: RFC 8785 (JCS), in a profile in which a fast encoder gives the same bytes.

The profile, in which entries must fit:

* strings, booleans, null, integers with ``|int| < 2**53``, lists, and maps with ASCII keys; no floats;
* no lone surrogates in strings; no NUL in ``kind``, roles and subjects (PostgreSQL's text cannot hold it);
* at most ``MAX_ENTRY`` bytes, because C2SP tlog-tiles gives an entry's length in 16 bits.

``seal`` checks all of it. ``seal_trusted`` is for bulk: where the body is a ``Noun`` whose type alone gives the profile
(fields in alphabetical order, no maps, no floats), it encodes without looking at each value.
"""

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from typing import Any

import msgspec
import msgspec.inspect as inspect

from anbao.errors import InvalidInput, TooLarge
from anbao.model.base import JsonObject, Noun
from anbao.model.entry import Entry, Facts, Sealed, UnsealedEntry, facts_of
from anbao.model.events import LedgerEvent
from anbao.text import Text

MAX_ENTRY = 65_535
"""Bytes; C2SP tlog-tiles, "Log Entries": each is preceded by its length as a big-endian uint16."""

_INT_LIMIT = 2**53
_sorted_encoder = msgspec.json.Encoder(order="sorted")
_plain_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Entry)
_UNCHANGED = (bytes, bytearray, memoryview)

_NotHeld = Text("存证不能保存这种值", "an entry cannot hold this kind of value")


def encode(entry: UnsealedEntry) -> bytes:
    """The canonical bytes. Raises InvalidInput (its ``field`` is the path at fault) or TooLarge."""
    body = msgspec.to_builtins(entry.body, builtin_types=_UNCHANGED, order="sorted")
    check_profile(body, "body")
    _check_frame(entry)
    return _fitting(_sorted_encoder.encode(msgspec.structs.replace(entry, body=body)))


def decode(data: bytes) -> Entry:
    """The entry of canonical bytes, its body as builtins. Raises InvalidInput where they are not an entry."""
    try:
        return _decoder.decode(data)
    except msgspec.MsgspecError as error:
        raise InvalidInput(Text(f"不是存证条目：{error}", f"not an entry: {error}")) from error


def decode_strict(data: bytes) -> Entry:
    """As ``decode``; raises InvalidInput also where the bytes are not the canonical ones of what they say."""
    entry = decode(data)
    try:
        canonical = _sorted_encoder.encode(entry) == data
    except UnicodeEncodeError:
        canonical = False
    if not canonical:
        raise InvalidInput(Text("条目的字节不合规范形式", "the entry's bytes are not in canonical form"))
    return entry


def seal(entry: UnsealedEntry) -> Sealed:
    """An entry ready to be appended. Raises InvalidInput or TooLarge."""
    data = encode(entry)
    return _sealed(entry, facts_of(entry.body), data)


def seal_event(event: LedgerEvent, *, actor: str, at: int, recorded: int) -> Sealed:
    """Returns an event as an entry ready to be appended. Raises InvalidInput, TooLarge."""
    said, subjects = event.body, event.subjects
    entry = UnsealedEntry(
        actor=actor, at=at, body=said, kind=event.entry_kind, recorded=recorded, subjects=subjects, v=event.VERSION
    )
    return seal_trusted(entry) if isinstance(said, Noun) else seal(entry)


def seal_trusted(entry: UnsealedEntry, facts: Facts | None = None) -> Sealed:
    """As ``seal``, and the same bytes, several times faster where the body's type gives the profile.

    What a type cannot say is left to the caller: that plain ``int`` fields hold less than 2**53. ``facts`` are those of
    the body, where the caller has them at hand.
    Raises InvalidInput or TooLarge.
    """
    read = _facts_reader(entry.body.__class__)
    if read is None or "\x00" in entry.kind:
        return seal(entry)
    before = ""
    for role, subject in entry.subjects.items():
        if role <= before or not role.isascii() or "\x00" in role or "\x00" in subject:
            return seal(entry)
        before = role
    try:
        data = _plain_encoder.encode(entry)
    except UnicodeEncodeError:
        return seal(entry)
    if len(data) > MAX_ENTRY:
        raise _too_large(len(data))
    return _sealed(entry, read(entry.body) if facts is None else facts, data)


def check_profile(value: Any, path: str = "") -> None:
    """Raise InvalidInput, naming the path, at the first value outside the profile. ``value`` holds builtins."""
    if isinstance(value, str):
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                raise _outside(path, Text("字符串含有孤立代理项", "the string holds a lone surrogate")) from None
    elif isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise _outside(f"{path}.{key}", Text("键须为 ASCII 字符串", "keys must be ASCII strings"))
            check_profile(inner, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for place, inner in enumerate(value):
            check_profile(inner, f"{path}[{place}]")
    elif isinstance(value, int):
        if not -_INT_LIMIT < value < _INT_LIMIT:
            raise _outside(path, Text("整数绝对值须小于 2^53", "integers must be below 2^53 in magnitude"))
    elif isinstance(value, float):
        raise _outside(path, Text("不得使用浮点数，请用十进制字符串", "no floats; use a decimal string"))
    elif value is not None:
        raise _outside(path, _NotHeld)


def _check_frame(entry: UnsealedEntry) -> None:
    for name in ("actor", "kind"):
        value = getattr(entry, name)
        if not isinstance(value, str) or (name == "kind" and "\x00" in value):
            raise _outside(name, _NotHeld)
        check_profile(value, name)
    for name in ("at", "recorded", "v"):
        value = getattr(entry, name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise _outside(name, _NotHeld)
        check_profile(value, name)
    check_profile(entry.subjects, "subjects")
    for role, subject in entry.subjects.items():
        if not isinstance(subject, str) or "\x00" in subject or "\x00" in role:
            raise _outside(f"subjects.{role}", _NotHeld)


def _outside(path: str, why: Text) -> InvalidInput:
    return InvalidInput(Text(f"{path}：{why.zh}", f"{path}: {why.en}"), field=path)


def _fitting(data: bytes) -> bytes:
    if len(data) > MAX_ENTRY:
        raise _too_large(len(data))
    return data


def _too_large(length: int) -> TooLarge:
    return TooLarge(
        Text(f"存证条目有 {length} 字节，上限 {MAX_ENTRY}", f"the entry has {length} bytes, {MAX_ENTRY} are the most"),
        hint=Text("把大内容存为附件，条目只记其摘要", "keep large content as an artefact and record its digest"),
    )


def _sealed(entry: UnsealedEntry, facts: Facts, data: bytes) -> Sealed:
    leaf = sha256(b"\x00" + data).digest()
    return Sealed(entry.kind, entry.at, entry.recorded, entry.subjects, facts, data, leaf, entry.actor)


@cache
def _facts_reader(kind: type) -> Callable[[JsonObject | Noun], Facts] | None:
    """How to read the facts of a body of this type; None where the type does not guarantee the profile.

    A scalar at its default is no fact, because it is not in the bytes; msgspec compares defaults by identity.
    """
    if not issubclass(kind, Noun):
        return None
    shape = inspect.type_info(kind)
    if not _guaranteed(shape):
        return None
    assert isinstance(shape, inspect.StructType)
    scalars = tuple((field.name, field.default) for field in shape.fields if _may_be_scalar(field.type))

    def read(body: JsonObject | Noun) -> Facts:
        facts: Facts = {}
        for name, default in scalars:
            value = getattr(body, name)
            if value is not default and isinstance(value, (str, int)):
                facts[name] = value
        return facts

    return read


def _guaranteed(shape: inspect.Type) -> bool:
    match shape:
        case inspect.Metadata(type=inner):
            return _guaranteed(inner)
        case inspect.StrType() | inspect.IntType() | inspect.BoolType() | inspect.NoneType() | inspect.LiteralType():
            return True
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            return _guaranteed(item)
        case inspect.TupleType(item_types=items) | inspect.UnionType(types=items):
            return all(_guaranteed(item) for item in items)
        case inspect.StructType(fields=fields, tag=None, array_like=False):
            names = [field.encode_name for field in fields]
            in_order = names == sorted(names) and all(name.isascii() for name in names)
            return in_order and all(_guaranteed(field.type) for field in fields)
        case _:
            return False


def _may_be_scalar(shape: inspect.Type) -> bool:
    match shape:
        case inspect.Metadata(type=inner):
            return _may_be_scalar(inner)
        case inspect.UnionType(types=types):
            return any(_may_be_scalar(inner) for inner in types)
        case _:
            return isinstance(shape, inspect.StrType | inspect.IntType | inspect.BoolType | inspect.LiteralType)
