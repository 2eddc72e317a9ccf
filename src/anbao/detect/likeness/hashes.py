"""Hashes of 256 bits, and the exact search for all within a Hamming distance.

Each hash is four words of 64 bits, and each word has an array of its own. Unrelated hashes differ in half of their
bits, so three words leave next to none within a useful distance; only those are compared in full. The result is that of
a full comparison.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

BITS = 256
BYTES = 32

Hashes = NDArray[np.uint8]
"""(n, 32): one hash a row, in the order of its hex form."""

Words = NDArray[np.uint64]

BLOCK = 1 << 15
"""Hashes looked at together: the work space fits into a core's own cache."""

SIEVE = 3
"""Words compared of every hash: 192 unrelated bits differ in 96 ± 7."""


def parse(value: str) -> NDArray[np.uint8]:
    """The 32 bytes of a hash in hex. Raises ValueError."""
    data = bytes.fromhex(value)
    if len(data) != BYTES:
        raise ValueError(f"a PDQ hash has {2 * BYTES} hex digits, not {len(value)}")
    return np.frombuffer(data, np.uint8)


def distance(one: str, other: str) -> int:
    """Bits in which two hashes differ, of 256. Raises ValueError."""
    return int(np.bitwise_count(parse(one) ^ parse(other)).sum())


class HashMatch(msgspec.Struct, frozen=True):
    """A hash within the distance: its row in the index, and in how many bits it differs."""

    row: int
    distance: int


class HashIndex:
    """``n`` hashes, made once; it never changes."""

    def __init__(self, hashes: Hashes) -> None:
        self._words: list[Words] = [
            np.ascontiguousarray(column) for column in np.ascontiguousarray(hashes).view(np.uint64).reshape(-1, 4).T
        ]

    @classmethod
    def of(cls, hashes: Sequence[str]) -> "HashIndex":
        """An index of hashes in hex, row by row. Raises ValueError."""
        return cls(np.array([parse(one) for one in hashes], dtype=np.uint8).reshape(-1, BYTES))

    def __len__(self) -> int:
        return len(self._words[0])

    def within(self, wanted: str, distance: int) -> list[HashMatch]:
        """All hashes within ``distance`` bits of this one, the nearest first. Raises ValueError."""
        # The order of bytes in a word is the machine's: the same on both sides, and no matter when bits are counted.
        query = parse(wanted).view(np.uint64)
        near = np.concatenate([*self._blocks(query, distance), np.empty(0, np.intp)])
        if not len(near):
            return []
        # Four words can differ in 256 bits, one more than a byte holds; the 192 of three words fit (``_blocks``).
        bits = sum(_differing(words[near], query[place]).astype(np.int64) for place, words in enumerate(self._words))
        found = [
            HashMatch(int(row), int(bit)) for row, bit in zip(near, np.asarray(bits), strict=True) if bit <= distance
        ]
        return sorted(found, key=lambda match: (match.distance, match.row))

    def _blocks(self, query: Words, distance: int) -> list[NDArray[Any]]:
        """Rows, block by block, whose first words alone lie within the distance."""
        size = min(BLOCK, max(1, len(self)))
        word, bits, total = np.empty(size, np.uint64), np.empty(size, np.uint8), np.empty(size, np.uint8)
        found = []
        for start in range(0, len(self), size):
            many = min(size, len(self) - start)
            word, bits, total = word[:many], bits[:many], total[:many]
            for place, words in enumerate(self._words[:SIEVE]):
                np.bitwise_xor(words[start : start + many], query[place], out=word)
                np.bitwise_count(word, out=bits if place else total)
                if place:
                    np.add(total, bits, out=total)
            near = np.flatnonzero(total <= distance)
            if len(near):
                found.append(near + start)
        return found


def _differing(words: Words, query: np.uint64) -> NDArray[np.uint8]:
    found: NDArray[np.uint8] = np.bitwise_count(words ^ query)
    return found
