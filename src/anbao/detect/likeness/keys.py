"""Numbers that name a thing: barcodes, licences, models, links. Found in text however they are spaced or dressed up.

Keys are compared folded, so that spaces, dashes, full width and circled digits do not hide them. A key stands by
itself: a longer number around it is another number. Cost depends on the Latin letters and digits of the text, hardly on
how many keys there are.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from anbao.detect.likeness.fold import BREAK, Codes, Page, fold

MIN_TAIL = 4
"""A key ends in at least so many Latin letters or digits."""

_WIDE_TAIL = 6
# Below it, folding leaves nothing but small letters, digits and BREAK.
_PLAIN = 0x80
# A prime near 2 ** 32 / golden ratio (Knuth): the upper bits of the product depend on all bits of the number.
_HASH = np.uint32(2654435761)
_BITS = 20
_SHIFT = np.uint32(32 - _BITS)
_AFTER = "号"
_TAIL = re.compile(r"[0-9a-z]+$")


class KeyHit(NamedTuple):
    """A key in a field; ``start`` and ``end`` count characters of the original field."""

    field: int
    key: int
    start: int
    end: int
    surface: str


def fold_key(value: str) -> str:
    """A key as it is compared; empty where it ends in fewer than MIN_TAIL letters or digits."""
    folded = fold(value).removesuffix(_AFTER)
    tail = _TAIL.search(folded)
    return folded if tail and len(tail[0]) >= MIN_TAIL else ""


class KeyIndex:
    """Folded keys made ready for searching; it never changes. Empty keys are never found."""

    def __init__(self, keys: Sequence[str]) -> None:
        tails: dict[int, dict[str, list[tuple[str, int]]]] = {}
        for number, key in enumerate(keys):
            if key and (tail := _TAIL.search(key)):
                width = _WIDE_TAIL if len(tail[0]) >= _WIDE_TAIL else MIN_TAIL
                tails.setdefault(width, {}).setdefault(key[-width:], []).append((key, number))
        self._tables = [_Tails(width, found) for width, found in tails.items()]

    def search(self, page: Page) -> list[KeyHit]:
        """All keys in the page's fields, by field and place."""
        if not self._tables:
            return []
        plain = page.codes < _PLAIN
        plain &= page.codes != BREAK
        found = [_hit(page, end, key, number) for table in self._tables for end, key, number in table.find(page, plain)]
        return sorted(hit for hit in found if hit is not None)


class _Tails:
    """Keys by the last letters and digits that they end in."""

    def __init__(self, width: int, keys: dict[str, list[tuple[str, int]]]) -> None:
        self._width = width
        self._keys = keys
        # 2 ** 20 bits, 128 kB: the table stays in a core's own cache. What shares a slot by chance, ``find`` sorts out.
        flags = np.zeros(1 << _BITS, np.bool_)
        codes = np.frombuffer("".join(keys).encode("utf-32-le"), np.uint32).reshape(-1, width)
        flags[_hashed(codes)] = True
        self._flags = np.packbits(flags, bitorder="little")

    def find(self, page: Page, plain: NDArray[np.bool_]) -> Iterator[tuple[int, str, int]]:
        """Ends (behind the last character, in the folded text) of what may be keys."""
        width = self._width
        count = plain.size - width + 1
        if count <= 0:
            return
        # Where ``width`` letters and digits stand in a row.
        run = plain[:count].copy()
        for step in range(1, width):
            run &= plain[step : step + count]
        starts = np.flatnonzero(run)
        slots = _hashed(page.codes[starts[:, None] + np.arange(width)])
        known = (self._flags.take(slots >> np.uint32(3)) >> (slots & np.uint32(7)).astype(np.uint8)) & np.uint8(1)
        text = page.text
        for start in starts[np.flatnonzero(known)].tolist():
            end = start + width
            for key, number in self._keys.get(text[start:end], ()):
                if text.startswith(key, end - len(key)) and end >= len(key):
                    yield end, key, number


def _hashed(codes: Codes) -> Codes:
    """The slot of each row of codes."""
    keys = np.zeros(codes.shape[0], np.uint32)
    for column in range(codes.shape[1]):
        keys *= np.uint32(131)
        keys += codes[:, column]
    return (keys * _HASH) >> _SHIFT


def _hit(page: Page, end: int, key: str, number: int) -> KeyHit | None:
    """The hit, unless the key is part of a longer number or word."""
    start = end - len(key)
    places, text = page.places, page.text
    first, last = int(places[start]), int(places[end - 1]) + 1
    joins = str.isdigit if key.isdigit() else str.isalnum
    if start and int(places[start - 1]) == first - 1 and _continues(text[start - 1], key[0], joins):
        return None
    if end < len(text) and int(places[end]) == last and _continues(text[end], key[-1], joins):
        return None
    field = int(page.starts.searchsorted(first, "right")) - 1
    offset = int(page.starts[field])
    return KeyHit(field, number, first - offset, last - offset, page.original[first:last])


def _continues(neighbour: str, edge: str, joins: Callable[[str], bool]) -> bool:
    """Whether a neighbour makes a key's edge part of something longer; Chinese characters never do."""
    return neighbour.isascii() and edge.isascii() and joins(neighbour)
