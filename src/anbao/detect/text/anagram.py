"""Finds terms whose characters stand in another order: reversed, neighbours swapped, the halves exchanged.

Each character has a fixed random number; a stretch of text whose numbers add up to those of a term holds the same
characters. Terms of three and four characters are found in any order. Of a longer one three characters that stand
together must stay together, in any order; every order named above leaves them so.
"""

from collections.abc import Iterator

import numpy as np

from anbao.detect.likeness.fold import LIMIT, Page
from anbao.detect.text.patterns import Candidate, TermPatterns
from anbao.detect.text.sequences import NumberIndex, Places, Symbols

WIDTHS = (3, 4)
"""Lengths of a term that is found in any order. Longer ones are found by the first of these widths."""


class AnagramMatcher:
    """An index of folded terms by the characters that stand together in them."""

    def __init__(self, patterns: TermPatterns) -> None:
        self._patterns = patterns
        # (LIMIT + 1,): a number for each code point. The seed is fixed, so that every process finds the same.
        self._weights = np.random.default_rng(LIMIT).integers(1 << 32, size=LIMIT + 1, dtype=np.uint32)
        totals = self._totals(patterns.codes)
        self._sums = totals[patterns.starts + patterns.lengths] - totals[patterns.starts]
        self._indexes = []
        # For each place in ``codes``: its place in the pattern, and the pattern (its BREAK counts to it, hence + 1).
        steps = np.arange(patterns.codes.size) - np.repeat(patterns.starts, patterns.lengths + 1)
        owner = np.repeat(np.arange(patterns.lengths.size), patterns.lengths + 1)
        lengths = patterns.lengths[owner]
        for width in WIDTHS:
            fits = lengths == width
            if width == WIDTHS[0]:
                fits |= lengths > WIDTHS[-1]
            places = np.flatnonzero(fits & (steps <= lengths - width))
            self._indexes.append((width, NumberIndex(totals[places + width] - totals[places], owner[places])))

    def swapped(self, page: Page) -> Iterator[Candidate]:
        """Where all characters of a pattern stand together in another order."""
        totals = self._totals(page.codes)
        found: dict[tuple[int, int], None] = {}
        for width, known in self._indexes:
            if totals.size > width:
                places, (numbers,) = known.find(totals[width:] - totals[:-width])
                found.update(dict.fromkeys(self._whole(totals, places, numbers.astype(np.intp), width)))
        for start, number in found:
            pattern = self._patterns.chars(number)
            written = page.codes[start : start + pattern.size]
            # Other characters may add up to the same sum by chance; sorted, only the same characters are equal.
            if not np.array_equal(written, pattern) and np.array_equal(np.sort(written), np.sort(pattern)):
                yield Candidate("swapped", start, start + pattern.size, number)

    def _whole(self, totals: Symbols, places: Places, numbers: Places, width: int) -> Iterator[tuple[int, int]]:
        """Where around these places all characters of the patterns stand: start, number."""
        lengths = self._patterns.lengths[numbers]
        for before in range(int(lengths.max(initial=width)) - width + 1):
            # The stretch found may lie anywhere in a longer pattern: try each place for the pattern to begin.
            starts = places - before
            tried = np.flatnonzero((lengths - width >= before) & (starts >= 0) & (starts + lengths < totals.size))
            some, which = starts[tried], numbers[tried]
            equal = np.flatnonzero(totals[some + lengths[tried]] - totals[some] == self._sums[which])
            yield from zip(some[equal].tolist(), which[equal].tolist(), strict=True)

    def _totals(self, codes: Symbols) -> Symbols:
        """Sums, modulo 2 ** 32, of the numbers of all characters before each place."""
        # Sums wrap round; differences of two of them are right modulo 2 ** 32 all the same.
        totals = np.zeros(codes.size + 1, np.uint32)
        np.cumsum(self._weights.take(codes, mode="clip"), out=totals[1:], dtype=np.uint32)
        return totals
