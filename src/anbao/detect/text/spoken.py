"""How the terms of a lexicon are spoken: each by the usual reading of its characters, and as a known phrase."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from anbao.detect.text.patterns import TermPatterns
from anbao.detect.text.sequences import Places, Sequences, Symbols
from anbao.detect.text.sound import LETTERS, read_phrases, sounds


class Spoken(NamedTuple):
    """``sequences``: the sounds of spoken terms; ``numbers``: the pattern of each, which may be spoken in two ways."""

    numbers: Places
    sequences: Sequences

    def at_least(self, length: int, chinese: int) -> "Spoken":
        """Those of at least so many syllables (a letter counts as one) and so many Chinese characters."""
        symbols, starts, lengths = self.sequences
        chosen = (lengths >= length) & (_sum(symbols >= LETTERS, starts, lengths) >= chinese)
        return Spoken(self.numbers[chosen], Sequences(symbols, starts[chosen], lengths[chosen]))

    def symbols(self, spoken: int) -> Symbols:
        """The sounds of one spoken term."""
        start = self.sequences.starts[spoken]
        return self.sequences.symbols[start : start + self.sequences.lengths[spoken]]

    def initials(self) -> Sequences:
        """The first letter of each sound."""
        symbols, starts, lengths = self.sequences
        return Sequences(sounds().letters[0][:, 0][symbols], starts, lengths)

    def spellings(self, shortest: int) -> tuple[Places, Sequences]:
        """Spellings of at least so many Latin letters: which spoken term each belongs to, and the letters."""
        tables = sounds()
        spoken = self.sequences
        # 0, 1, 2 … anew for each term: the running number less all that came before. Below the same for letters.
        steps = np.arange(int(spoken.lengths.sum())) - np.repeat(
            np.cumsum(spoken.lengths) - spoken.lengths, spoken.lengths
        )
        symbols = spoken.symbols[np.repeat(spoken.starts, spoken.lengths) + steps]
        widths = tables.widths[symbols]
        letter = np.arange(int(widths.sum())) - np.repeat(np.cumsum(widths) - widths, widths)
        ways = [table[np.repeat(symbols, widths), letter] for table in tables.letters]
        first = np.cumsum(spoken.lengths) - spoken.lengths
        lengths = _sum(widths, first, spoken.lengths)
        starts = np.cumsum(lengths) - lengths
        long = np.flatnonzero(lengths >= shortest)
        # A second spelling only for terms in which ü occurs: the two tables differ in nothing else.
        umlaut = long[_sum(ways[0] != ways[1], starts, lengths)[long] > 0]
        return np.concatenate((long, umlaut)), Sequences(
            np.concatenate(ways),
            np.concatenate((starts[long], starts[umlaut] + ways[0].size)),
            np.concatenate((lengths[long], lengths[umlaut])),
        )


def speak(text: str, patterns: TermPatterns) -> Spoken:
    """All patterns (``text``: each followed by a line feed) whose every character has a sound."""
    starts, lengths = patterns.starts, patterns.lengths
    plain = sounds().symbols.take(patterns.codes, mode="clip")
    by_phrase = read_phrases(text, plain)
    numbers = np.flatnonzero(_sum(plain > 0, starts, lengths) == lengths)
    second = numbers[_sum(plain != by_phrase, starts, lengths)[numbers] > 0]
    return Spoken(
        np.concatenate((numbers, second)),
        Sequences(
            np.concatenate((plain, by_phrase)),
            np.concatenate((starts[numbers], starts[second] + plain.size)),
            np.concatenate((lengths[numbers], lengths[second])),
        ),
    )


def _sum(values: NDArray[np.bool_] | NDArray[np.intp], starts: Places, lengths: Places) -> Places:
    """The sum of the values of each sequence."""
    totals = np.concatenate((np.zeros(1, np.intp), np.cumsum(values, dtype=np.intp)))
    sums: Places = totals[starts + lengths] - totals[starts]
    return sums
