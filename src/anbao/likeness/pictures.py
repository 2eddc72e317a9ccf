"""Pictures that look the same: PDQ hashes within a Hamming distance, compared all with all, a block at a time."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from anbao.errors import InvalidInput
from anbao.text import Text

NEAR = 31
"""Bits of 256 in which hashes of the same picture may differ (the distance that PDQ's authors recommend)."""

_HEX = 64
_BLOCK = 1 << 15


class Near(NamedTuple):
    """A row of the searched hashes and a hash of the index, and in how many bits they differ."""

    row: int
    picture: int
    bits: int


class PictureIndex:
    """Hashes of danger pictures made ready for searching; it never changes."""

    def __init__(self, hashes: Sequence[str]) -> None:
        """Hashes in hex. Raises InvalidInput."""
        self._words = _words(hashes)

    def search(self, hashes: Sequence[str]) -> list[Near]:
        """All pairs within NEAR, by row. Raises InvalidInput."""
        if not len(self._words) or not hashes:
            return []
        found = []
        for row, query in enumerate(_words(hashes)):
            for start in range(0, len(self._words), _BLOCK):
                block = self._words[start : start + _BLOCK]
                close = np.flatnonzero(np.bitwise_count(block[:, 0] ^ query[0]) <= NEAR)
                bits = np.bitwise_count(block[close] ^ query).sum(axis=1)
                kept = np.flatnonzero(bits <= NEAR)
                found += [Near(row, start + int(close[one]), int(bits[one])) for one in kept]
        return found


def is_hash(value: str) -> bool:
    """Whether this is a PDQ hash in hex."""
    return len(value) == _HEX and all(char in "0123456789abcdefABCDEF" for char in value)


def _words(hashes: Sequence[str]) -> "np.ndarray[tuple[int, int], np.dtype[np.uint64]]":
    for value in hashes:
        if not is_hash(value):
            raise InvalidInput(
                Text(f"不是 PDQ 图片指纹：{value[:80]}", f"not a PDQ hash: {value[:80]}"),
                hint=Text("须为 64 位十六进制", "64 hex digits"),
                field="fingerprints",
            )
    data = np.frombuffer(bytes.fromhex("".join(hashes)), np.uint64)
    return data.reshape(-1, 4)
