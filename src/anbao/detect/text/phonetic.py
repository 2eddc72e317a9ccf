"""Finds terms by their sound: written with other characters of the same sound, or spelled in Latin letters.

- Only terms of at least three syllables (a letter counts as one), two of them Chinese characters, are sought.
- The weaker the likeness, the graver the danger must be. In a term of three syllables at least one character must
  stand as written where its severity is 2 or less. Longer and graver terms may be replaced wholly.
"""

from collections.abc import Iterator

import numpy as np

from anbao.detect.likeness.fold import Page
from anbao.detect.text.patterns import TermPatterns
from anbao.detect.text.sequences import Places, SequenceIndex, Symbols
from anbao.detect.text.sound import LETTERS, sounds
from anbao.detect.text.spoken import Spoken

SHORTEST = 3
"""Fewest syllables of a term."""

SHORTEST_CHINESE = 2
"""Fewest Chinese characters of a term."""

SHORTEST_SPELLING = 6
"""Fewest Latin letters of a term that is wholly spelled."""

SHORTEST_PART = 5
"""Fewest Latin letters of a term that is spelled in part, were it spelled wholly."""

_GRAVE = 3


class PhoneticMatcher:
    """An index of folded terms by sound."""

    def __init__(self, patterns: TermPatterns, spoken: Spoken) -> None:
        self._patterns = patterns
        self._spoken = heard = spoken.at_least(SHORTEST, SHORTEST_CHINESE)
        self._heard = SequenceIndex(heard.sequences, width=SHORTEST, size=sounds().size)
        self._all = spoken.at_least(2, SHORTEST_CHINESE)
        self._spelled_of, spellings = self._all.spellings(SHORTEST_PART)
        self._spelled_lengths = spellings.lengths
        self._spelled = SequenceIndex(spellings, width=SHORTEST_PART, size=LETTERS)

    def heard(self, page: Page, symbols: Symbols) -> Iterator[tuple[int, int, int]]:
        """Where the page (whose ``symbols`` are given) sounds like a pattern: start, end, number of the pattern.

        Characters that are read in two ways are taken first all in one, then all in the other.
        """
        places, numbers = self.find_heard(symbols)
        yield from self._same_enough(page, places, numbers)
        others = sounds().others.take(page.codes, mode="clip")
        places, numbers = self.find_heard(others)
        changed = np.flatnonzero(others != symbols)
        ends = places + self._patterns.lengths[numbers]
        # Only where a second reading stands inside: all else was found with the first.
        chosen = np.flatnonzero(changed.searchsorted(places) < changed.searchsorted(ends))
        yield from self._same_enough(page, places[chosen], numbers[chosen])

    def _same_enough(self, page: Page, places: Places, numbers: Places) -> Iterator[tuple[int, int, int]]:
        """Those of which enough characters stand as written."""
        lengths = self._patterns.lengths[numbers]
        starts = self._patterns.starts[numbers]
        # Counting the first SHORTEST characters is enough: only terms of that length must have one as written.
        same = sum(
            (page.codes[places + step] == self._patterns.codes[starts + step]).astype(np.intp)
            for step in range(SHORTEST)
        )
        slight = (lengths == SHORTEST) & (self._patterns.severities[numbers] < _GRAVE)
        chosen = np.flatnonzero(same >= slight)
        ends = places[chosen] + lengths[chosen]
        yield from zip(places[chosen].tolist(), ends.tolist(), numbers[chosen].tolist(), strict=True)

    def find_heard(self, symbols: Symbols) -> tuple[Places, Places]:
        """Where patterns are heard in another reading of the page: starts, numbers."""
        places, found = self._heard.find(symbols)
        return places, self._spoken.numbers[found]

    def spelled(self, page: Page, symbols: Symbols) -> Iterator[tuple[int, int, int, frozenset[int]]]:
        """Where a word of the page begins the spelling of a pattern: start, end, number, ends of its syllables."""
        letters = (symbols > 0) & (symbols < LETTERS)
        if not letters.any():
            return
        begins = letters.copy()
        # A word begins where no letter stands before, or where folding removed something between the two.
        begins[1:] &= ~letters[:-1] | (np.diff(page.places) > 1)
        places, found, _ = self.find_spelled(np.where(letters, symbols, np.uint32(0)), np.flatnonzero(begins))
        for place, spoken in zip(places.tolist(), found.tolist(), strict=True):
            steps = self.syllable_ends(spoken)
            if len(steps) >= SHORTEST and steps[-1] >= SHORTEST_SPELLING:
                yield place, place + steps[-1], self.number(spoken), frozenset(steps)

    def find_spelled(self, letters: Symbols, starts: Places) -> tuple[Places, Places, Places]:
        """Where a spelling occurs in an array of letters, from one of ``starts``; which spoken term it is; its end."""
        places, found = self._spelled.find(letters, starts)
        return places, self._spelled_of[found], places + self._spelled_lengths[found]

    def syllable_ends(self, spoken: int) -> list[int]:
        """How many letters precede the end of each syllable of a spoken term."""
        ends: list[int] = np.cumsum(sounds().widths[self._all.symbols(spoken)]).tolist()
        return ends

    def number(self, spoken: int) -> int:
        """The pattern of a spoken term."""
        return int(self._all.numbers[spoken])
