"""Finds terms as they are written, in folded text."""

from collections.abc import Iterator, Sequence

import numpy as np

from anbao.prevent.text.fold import BREAK, LIMIT, Page, fold_page
from anbao.prevent.text.sequences import SequenceIndex, Sequences

_WIDTH = 2


class Eye:
    """An index of folded terms by their characters."""

    def __init__(self, patterns: Sequence[str]) -> None:
        symbols, starts, lengths = as_sequences(patterns)
        self._lengths = lengths
        self._indexes = []
        for width, numbers in ((1, np.flatnonzero(lengths < _WIDTH)), (_WIDTH, np.flatnonzero(lengths >= _WIDTH))):
            if numbers.size:
                sequences = Sequences(symbols, starts[numbers], lengths[numbers])
                self._indexes.append((numbers, SequenceIndex(sequences, width=width, size=LIMIT)))

    def seen(self, page: Page) -> Iterator[tuple[int, int, int]]:
        """All occurrences of patterns, also overlapping ones: start, end, number of the pattern."""
        for numbers, index in self._indexes:
            places, found = index.find(page.codes)
            found = numbers[found]
            yield from zip(places.tolist(), (places + self._lengths[found]).tolist(), found.tolist(), strict=True)


def as_sequences(patterns: Sequence[str]) -> Sequences:
    """Folded, non-empty patterns as code points; a BREAK stands after each."""
    codes = fold_page([*patterns, ""]).codes
    ends = np.flatnonzero(codes == BREAK)
    starts = np.zeros_like(ends)
    starts[1:] = ends[:-1] + 1
    return Sequences(codes, starts, ends - starts)
