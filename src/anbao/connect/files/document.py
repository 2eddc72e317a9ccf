"""JSON documents → one listing per line: arrays, objects that wrap arrays, and objects over several lines.

- An object with a name for its title is a listing; the objects of an array are listings; any other object wraps some.
- What an object with a title has beside the listings that it wraps is a listing of its own.
- What cannot be taken apart is handed on line by line as it stands, so that its text is judged and the row is named.
- Memory is bounded by the longest listing, at most ``MAX_RECORD``.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from anbao.connect.files.headers import folded, has_title
from anbao.connect.files.names import CONTAINERS
from anbao.connect.files.records import MAX_RECORD

_BLOCK = 1024 * 1024
_WINDOW = 1024 * 1024
"""Bytes of an object that are read to decide whether it is a listing."""

_DEEPEST = 8
_MARK = re.compile(rb'[\[\]{}"]')
_STRING = re.compile(rb'"(?:[^"\\\n]++|\\[^\n])*+"')
_SPACE = re.compile(rb"[\s,\xef\xbb\xbf]*")
_SCALAR = re.compile(rb"[^\s,\[\]{}]*")
_CONTAINERS = frozenset(map(folded, CONTAINERS))


class _Broken(Exception):
    """The document cannot be taken apart from here on."""


class Document:
    """A JSON document, written as JSONL. ``outside``: keys of texts beside the listings, which are not screened."""

    def __init__(self) -> None:
        self.outside: dict[str, None] = {}

    def __call__(self, given: BinaryIO, made: BinaryIO) -> None:
        reader = _DocumentReader(given)
        self.outside = {}
        try:
            while reader.peek():
                for value in self._listings(reader, "", 0):
                    made.write(value.replace(b"\n", b" ").replace(b"\r", b" ") + b"\n")
        except _Broken:
            for line in reader.rest():
                made.write(line)

    def _listings(self, reader: "_DocumentReader", path: str, depth: int) -> Iterator[bytes]:
        first = reader.peek()
        if first == b"[":
            reader.skip(1)
            while (after := reader.peek()) and after != b"]":
                yield reader.value()
            reader.skip(1)
        elif first == b"{" and depth < _DEEPEST and _wraps(reader.window()):
            reader.skip(1)
            beside: dict[str, bytes] = {}
            while (after := reader.peek()) and after != b"}":
                yield from self._member(reader, path, depth, beside)
            reader.skip(1)
            if has_title(beside):
                yield b"{" + b",".join(msgspec.json.encode(key) + b":" + value for key, value in beside.items()) + b"}"
            else:
                worded = (key for key, value in beside.items() if _WORDED.search(value))
                self.outside |= dict.fromkeys(f"{path}.{key}" if path else key for key in worded)
        else:
            yield reader.value()

    def _member(self, reader: "_DocumentReader", path: str, depth: int, beside: dict[str, bytes]) -> Iterator[bytes]:
        """The listings under one key of an object that wraps them; what is none goes to ``beside``."""
        key = _key(reader.value())
        if key is None or reader.peek() != b":":
            raise _Broken
        reader.skip(1)
        first = reader.peek()
        if first == b"{" or (first == b"[" and _OBJECTS.match(reader.window())):
            yield from self._listings(reader, f"{path}.{key}" if path else key, depth + 1)
        else:
            beside[key] = reader.value()


_WORDED = re.compile(rb'[\x80-\xff]|\\u|"[^"]*[A-Za-z][^"]* ')
"""A value with words in it: neither a number nor a single code such as ok."""

_OBJECTS = re.compile(rb"\[\s*\{")


def is_document(head: bytes) -> bool:
    """Whether JSON that begins with ``head`` is anything else than one listing per line."""
    lines = [line for line in head.split(b"\n", 200)[:200] if line.strip()]
    if not lines or lines[0].lstrip().startswith(b"["):
        return bool(lines)
    try:
        first = msgspec.json.decode(lines[0])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return lines[0].strip() == b"{" or (len(lines) > 1 and not lines[1].lstrip().startswith(b"{"))
    return isinstance(first, dict) and len(lines) == 1 and _wraps(lines[0])


def _wraps(window: bytes) -> bool:
    """Whether an object holds listings and is none, as far as can be seen of it."""
    reader = _DocumentReader.over(window)
    reader.skip(1)
    keys: list[str] = []
    inner = contains = False
    try:
        while (after := reader.peek()) and after != b"}":
            key = _key(reader.value())
            if key is None or reader.peek() != b":":
                break
            reader.skip(1)
            first = reader.peek()
            if first not in (b"{", b"["):
                keys.append(key)
            objects = first == b"[" and _OBJECTS.match(reader.window()) is not None
            inner = inner or objects or first == b"{"
            contains = contains or (objects and folded(key) in _CONTAINERS)
            reader.value()
    except _Broken:
        pass
    return contains or (inner and not has_title(keys))


def _key(raw: bytes) -> str | None:
    try:
        return msgspec.json.decode(raw, type=str)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


class _DocumentReader:
    """Values of a document, one after the other."""

    def __init__(self, stream: BinaryIO | None) -> None:
        self._stream = stream
        self._buffer = b""
        self._at = 0

    @classmethod
    def over(cls, data: bytes) -> "_DocumentReader":
        """A reader of what is in memory."""
        reader = cls(None)
        reader._buffer = data
        return reader

    def peek(self) -> bytes:
        """The next byte that is no space and no comma; empty at the end."""
        while True:
            found = _SPACE.match(self._buffer, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at : self._at + 1]
            if not self._fill():
                return b""

    def skip(self, count: int) -> None:
        self._at = min(self._at + count, len(self._buffer))

    def window(self) -> bytes:
        """What comes next, up to ``_WINDOW``."""
        while len(self._buffer) - self._at < _WINDOW and self._fill():
            pass
        return self._buffer[self._at : self._at + _WINDOW]

    def value(self) -> bytes:
        """The next value as it stands. Raises _Broken where its end is not found within ``MAX_RECORD``."""
        first = self.peek()
        if self._at > _BLOCK:
            self._buffer, self._at = self._buffer[self._at :], 0
        if first in (b"{", b"["):
            end = self._balanced()
        elif first == b'"':
            end = self._quoted(self._at)
        else:
            self.window()
            found = _SCALAR.match(self._buffer, self._at)
            end = max(found.end() if found else 0, self._at + 1)
        start, self._at = self._at, end
        return self._buffer[start:end]

    def rest(self) -> Iterator[bytes]:
        """All lines from here on."""
        yield self._buffer[self._at :]
        while self._stream is not None and (block := self._stream.read(_BLOCK)):
            yield block

    def _balanced(self) -> int:
        depth = 0
        at = self._at
        while True:
            found = _MARK.search(self._buffer, at)
            if found is None:
                at = len(self._buffer)
                self._more()
                continue
            mark, at = found[0], found.end()
            if mark == b'"':
                at = self._quoted(found.start())
            elif mark in b"{[":
                depth += 1
            else:
                depth -= 1
                if depth == 0:
                    return at

    def _quoted(self, start: int) -> int:
        """Behind the string that begins at ``start``; a string that is not closed in its line ends with it."""
        while True:
            found = _STRING.match(self._buffer, start)
            if found:
                return found.end()
            newline = self._buffer.find(b"\n", start)
            if newline >= 0:
                return newline
            self._more()

    def _more(self) -> None:
        """Read on. Raises _Broken at the end and where a value is too long."""
        if len(self._buffer) - self._at > MAX_RECORD or not self._fill():
            raise _Broken

    def _fill(self) -> bool:
        block = self._stream.read(_BLOCK) if self._stream is not None else b""
        self._buffer += block
        return bool(block)
