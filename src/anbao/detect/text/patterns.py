"""The terms of a lexicon in folded form, as arrays that all channels share, and what a channel gives: candidates."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from anbao.detect.likeness.fold import BREAK, fold_page
from anbao.detect.text.sequences import Places, Sequences, Symbols
from anbao.model.listing import Channel


class TermPatterns(NamedTuple):
    """``codes``: all patterns, a BREAK after each; ``starts``, ``lengths`` and ``severities``: one for each pattern."""

    codes: Symbols
    starts: Places
    lengths: Places
    severities: Places

    def sequences(self, numbers: Places) -> Sequences:
        """The patterns with these numbers."""
        return Sequences(self.codes, self.starts[numbers], self.lengths[numbers])

    def chars(self, number: int) -> Symbols:
        """The code points of one pattern."""
        start = self.starts[number]
        return self.codes[start : start + self.lengths[number]]


class Candidate(NamedTuple):
    """A stretch of folded text that may stand for a pattern, found by a channel beyond plain writing.

    ``start`` and ``end`` count folded characters of the page; ``number`` is that of the pattern.
    """

    channel: Channel
    start: int
    end: int
    number: int


def as_patterns(folded: Sequence[str], severities: Sequence[int]) -> TermPatterns:
    """Folded, non-empty patterns with the severity of each."""
    codes = fold_page([*folded, ""]).codes
    ends = np.flatnonzero(codes == BREAK)
    starts = np.zeros_like(ends)
    starts[1:] = ends[:-1] + 1
    return TermPatterns(codes, starts, ends - starts, np.array(severities, np.intp))
