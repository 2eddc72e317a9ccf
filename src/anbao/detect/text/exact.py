"""Finds terms as they are written, in folded text or in another reading of it."""

from collections.abc import Iterator

import numpy as np

from anbao.detect.likeness.fold import LIMIT, Page
from anbao.detect.text.patterns import TermPatterns
from anbao.detect.text.sequences import Places, SequenceIndex, Symbols

_WIDTH = 2


class ExactMatcher:
    """An index of folded terms by their characters."""

    def __init__(self, patterns: TermPatterns) -> None:
        self._lengths = patterns.lengths
        # All sequences of an index begin with ``width`` symbols, so terms of one character have an index of their own.
        short = patterns.lengths < _WIDTH
        self._single, self._longer = (
            (numbers, SequenceIndex(patterns.sequences(numbers), width=width, size=LIMIT))
            for width, numbers in ((1, np.flatnonzero(short)), (_WIDTH, np.flatnonzero(~short)))
        )

    def seen(self, page: Page) -> Iterator[tuple[int, int, int]]:
        """All occurrences of patterns, also overlapping ones: start, end, number of the pattern."""
        for numbers, index in (self._single, self._longer):
            places, found = index.find(page.codes)
            found = numbers[found]
            yield from zip(places.tolist(), (places + self._lengths[found]).tolist(), found.tolist(), strict=True)

    def find(self, symbols: Symbols) -> tuple[Places, Places, Places]:
        """Where patterns of two and more characters occur in another reading: starts, ends, numbers."""
        numbers, index = self._longer
        places, found = index.find(symbols)
        found = numbers[found]
        return places, places + self._lengths[found], found
