"""Pictures that look the same: the hashes of dangers, and those of listings within a distance of them."""

from collections.abc import Sequence
from typing import NamedTuple

from anbao.detect.likeness.hashes import BYTES, HashIndex
from anbao.errors import InvalidInput
from anbao.text import Text


class Near(NamedTuple):
    """A row of the searched hashes and a hash of the index, and in how many bits they differ."""

    row: int
    picture: int
    bits: int


class PictureIndex:
    """Hashes of danger pictures made ready for searching; it never changes."""

    def __init__(self, hashes: Sequence[str], within: int) -> None:
        """Hashes in hex, and the distance in bits. Raises InvalidInput."""
        self._within = within
        for value in hashes:
            if not is_hash(value):
                raise InvalidInput(
                    Text(f"不是 PDQ 图片指纹：{value[:80]}", f"not a PDQ hash: {value[:80]}"),
                    hint=Text("须为 64 位十六进制", "64 hex digits"),
                    field="fingerprints",
                )
        self._index = HashIndex.of(hashes)

    def __len__(self) -> int:
        return len(self._index)

    def search(self, hashes: Sequence[str]) -> list[Near]:
        """All pairs within the distance, by row, the nearest first. Raises ValueError for what is no hash."""
        if not len(self._index):
            return []
        return [
            Near(row, match.row, match.distance)
            for row, value in enumerate(hashes)
            for match in self._index.within(value, self._within)
        ]


def is_hash(value: str) -> bool:
    """Whether this is a PDQ hash in hex."""
    return len(value) == 2 * BYTES and all(char in "0123456789abcdefABCDEF" for char in value)
