"""Text as hashed character n-grams: the same integers in training and in scoring, on every machine."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LENGTHS = (2, 3, 4)
BITS = 18
SIZE = 1 << BITS

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(64 - BITS)


class Features(NamedTuple):
    """The distinct features of a text, ascending; where each first stands, and how long it is there."""

    ids: NDArray[np.int64]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]


def features(folded: str) -> Features:
    """The n-grams of a folded text."""
    codes = np.frombuffer(folded.encode("utf-32-le"), dtype="<u4").astype(np.uint64)
    hashes, starts, lengths = [], [], []
    mixed = codes.copy()
    for length in range(1, LENGTHS[-1] + 1):
        count = len(codes) - length + 1
        if count < 1:
            break
        if length > 1:
            mixed = (mixed[:count] + np.uint64(length)) * _MULTIPLIER ^ codes[length - 1 :]
        if length in LENGTHS:
            hashes.append((mixed * _MULTIPLIER) >> _SHIFT)
            starts.append(np.arange(count))
            lengths.append(np.full(count, length))
    if not hashes:
        empty = np.zeros(0, dtype=np.int64)
        return Features(empty, empty, empty)
    ids, first = np.unique(np.concatenate(hashes).astype(np.int64), return_index=True)
    return Features(ids, np.concatenate(starts)[first], np.concatenate(lengths)[first])
