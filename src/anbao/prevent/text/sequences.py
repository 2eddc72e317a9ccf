"""Finds known sequences of symbols in a long array of symbols, without a loop over either."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Symbols = NDArray[np.uint32]
Places = NDArray[np.intp]

_HASH = np.uint32(2654435761)
_FLAG_BITS = (12, 22)


class SequenceIndex:
    """Sequences under the number that their first ``width`` symbols form; symbol 0 stands in no sequence.

    A table of flags, small enough for the processor's cache, sorts out nearly all places of a text; the rest are compared
    with the sequences of that beginning, symbol by symbol.
    """

    def __init__(self, sequences: Sequence[Sequence[int]], *, width: int, size: int) -> None:
        """``size``: number of symbols. Each sequence has at least ``width``."""
        self._width = width
        self._size = np.uint64(size)
        self._lengths = np.fromiter(map(len, sequences), np.intp, len(sequences))
        self._flat = np.fromiter((symbol for one in sequences for symbol in one), np.uint32, int(self._lengths.sum()))
        self._bounds = np.cumsum(self._lengths) - self._lengths
        heads = self._heads(self._flat, self._bounds)
        self._order = np.argsort(heads, kind="stable")
        self._known, self._first, self._count = np.unique(heads[self._order], return_index=True, return_counts=True)
        bits = min(max(len(sequences).bit_length() + 5, _FLAG_BITS[0]), _FLAG_BITS[1])
        self._shift = np.uint32(32 - bits)
        self._flags = np.zeros(1 << bits, np.bool_)
        self._flags[self._slots(heads.astype(np.uint32))] = True

    def find(self, symbols: Symbols, starts: Places | None = None) -> tuple[Places, Places]:
        """All occurrences (that begin at one of ``starts``): where each begins, and which sequence it is."""
        none = np.empty(0, np.intp)
        if not self._known.size or symbols.size < self._width:
            return none, none
        if starts is None:
            starts = self._likely(symbols)
        else:
            starts = starts[starts <= symbols.size - self._width]
        heads = self._heads(symbols, starts)
        slots = np.minimum(np.searchsorted(self._known, heads), self._known.size - 1)
        same = np.flatnonzero(self._known[slots] == heads)
        slots, starts = slots[same], starts[same]
        counts = self._count[slots]
        places = np.repeat(starts, counts)
        ranks = np.arange(places.size) - np.repeat(np.cumsum(counts) - counts, counts)
        found = self._order[np.repeat(self._first[slots], counts) + ranks]
        return self._whole(symbols, places, found)

    def _whole(self, symbols: Symbols, places: Places, found: Places) -> tuple[Places, Places]:
        """Those of the pairs whose every symbol agrees."""
        fits = places + self._lengths[found] <= symbols.size
        places, found = places[fits], found[fits]
        ends = self._lengths[found]
        for step in range(self._width, int(ends.max(initial=0))):
            over = ends <= step
            last = np.where(over, 0, step)
            same = over | (symbols[places + last] == self._flat[self._bounds[found] + last])
            places, found, ends = places[same], found[same], ends[same]
        return places, found

    def _likely(self, symbols: Symbols) -> Places:
        count = symbols.size - self._width + 1
        heads = symbols[:count].copy()
        for step in range(1, self._width):
            heads *= np.uint32(self._size)
            heads += symbols[step : step + count]
        return np.flatnonzero(self._flags.take(self._slots(heads), mode="clip"))

    def _heads(self, symbols: Symbols, starts: Places) -> NDArray[np.uint64]:
        heads = symbols[starts].astype(np.uint64)
        for step in range(1, self._width):
            heads *= self._size
            heads += symbols[starts + step]
        return heads

    def _slots(self, heads: Symbols) -> Symbols:
        return (heads * _HASH) >> self._shift
