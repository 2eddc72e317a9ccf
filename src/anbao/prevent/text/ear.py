"""Finds terms by their sound: written with other characters of the same sound, or spelled in Latin letters.

- Only terms of at least three syllables (a letter counts as one), two of them Chinese characters, are sought.
- The weaker the likeness, the graver the danger must be. A term of three syllables may be replaced wholly only where
  its severity is 5; one character must stand as written at 4, and two below. Longer terms may be replaced wholly.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from anbao.prevent.text.eye import as_sequences
from anbao.prevent.text.fold import Page
from anbao.prevent.text.sequences import Places, SequenceIndex, Sequences
from anbao.prevent.text.sound import LETTERS, Symbols, read_phrases, sounds

SHORTEST = 3
"""Fewest syllables of a term."""

SHORTEST_CHINESE = 2
"""Fewest Chinese characters of a term."""

SHORTEST_SPELLING = 6
"""Fewest Latin letters of a spelled term."""

_GRAVEST = 5
_MOST_SAME = 2


class Ear:
    """An index of folded terms by sound."""

    def __init__(self, patterns: Sequence[str], severities: Sequence[int]) -> None:
        """``severities``: one for each pattern."""
        codes, starts, lengths = as_sequences(patterns)
        tables = sounds()
        plain = tables.symbols.take(codes, mode="clip")
        by_phrase = read_phrases("\n".join([*patterns, ""]), plain)
        numbers = np.flatnonzero(_sum(plain >= LETTERS, starts, lengths) >= SHORTEST_CHINESE)
        numbers = numbers[(lengths[numbers] >= SHORTEST)]
        numbers = numbers[_sum(plain > 0, starts, lengths)[numbers] == lengths[numbers]]
        second = numbers[_sum(plain != by_phrase, starts, lengths)[numbers] > 0]
        heard = Sequences(
            np.concatenate((plain, by_phrase)),
            np.concatenate((starts[numbers], starts[second] + plain.size)),
            np.concatenate((lengths[numbers], lengths[second])),
        )
        self._codes = codes
        self._pattern_starts = starts
        self._numbers = np.concatenate((numbers, second))
        same = np.minimum(_GRAVEST - np.array(severities, np.intp)[self._numbers], _MOST_SAME)
        self._same = np.where(heard.lengths > SHORTEST, 0, same)
        self._heard_sequences = heard
        self._heard = SequenceIndex(heard, width=SHORTEST, size=tables.size)
        self._index_spellings(heard)

    def _index_spellings(self, heard: Sequences) -> None:
        tables = sounds()
        steps = np.arange(int(heard.lengths.sum())) - np.repeat(np.cumsum(heard.lengths) - heard.lengths, heard.lengths)
        symbols = heard.symbols[np.repeat(heard.starts, heard.lengths) + steps]
        widths = tables.widths[symbols]
        letter = np.arange(int(widths.sum())) - np.repeat(np.cumsum(widths) - widths, widths)
        ways = [table[np.repeat(symbols, widths), letter] for table in tables.letters]
        first = np.cumsum(heard.lengths) - heard.lengths
        lengths = _sum(widths, first, heard.lengths)
        starts = np.cumsum(lengths) - lengths
        long = np.flatnonzero(lengths >= SHORTEST_SPELLING)
        umlaut = long[_sum(ways[0] != ways[1], starts, lengths)[long] > 0]
        self._spelled_of = np.concatenate((long, umlaut))
        self._spelled = SequenceIndex(
            Sequences(
                np.concatenate(ways),
                np.concatenate((starts[long], starts[umlaut] + ways[0].size)),
                np.concatenate((lengths[long], lengths[umlaut])),
            ),
            width=SHORTEST_SPELLING,
            size=LETTERS,
        )

    def heard(self, page: Page, symbols: Symbols) -> Iterator[tuple[int, int, int]]:
        """Where the page (whose ``symbols`` are given) sounds like a pattern: start, end, number of the pattern."""
        places, found = self._heard.find(symbols)
        patterns = self._pattern_starts[self._numbers[found]]
        same = sum(
            (page.codes[places + step] == self._codes[patterns + step]).astype(np.intp) for step in range(SHORTEST)
        )
        kept = np.flatnonzero(same >= self._same[found])
        places, found = places[kept], found[kept]
        ends = places + self._heard_sequences.lengths[found]
        yield from zip(places.tolist(), ends.tolist(), self._numbers[found].tolist(), strict=True)

    def spelled(self, page: Page, symbols: Symbols) -> Iterator[tuple[int, int, int, frozenset[int]]]:
        """Where a word of the page begins the spelling of a pattern: start, end, number, ends of its syllables."""
        letters = (symbols > 0) & (symbols < LETTERS)
        if not letters.any():
            return
        begins = letters.copy()
        begins[1:] &= ~letters[:-1] | (np.diff(page.places) > 1)
        places, found = self._spelled.find(np.where(letters, symbols, np.uint32(0)), np.flatnonzero(begins))
        for place, sequence in zip(places.tolist(), self._spelled_of[found].tolist(), strict=True):
            start, length = self._heard_sequences.starts[sequence], self._heard_sequences.lengths[sequence]
            steps = np.cumsum(sounds().widths[self._heard_sequences.symbols[start : start + length]]).tolist()
            yield place, place + steps[-1], int(self._numbers[sequence]), frozenset(steps)


def _sum(values: NDArray[np.bool_] | NDArray[np.intp], starts: Places, lengths: Places) -> Places:
    """The sum of the values of each sequence."""
    totals = np.concatenate((np.zeros(1, np.intp), np.cumsum(values, dtype=np.intp)))
    sums: Places = totals[starts + lengths] - totals[starts]
    return sums
