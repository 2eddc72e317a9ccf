"""Finds terms in which Latin letters or digits stand for characters, or between them. Looks only near such letters.

- ``filled``: letters or digits between the characters ("气a枪b铅c弹").
- ``half_pinyin``: some characters spelled ("气qiang铅dan").
- ``initials``: some or all characters written as the first letter of their sound ("气q铅d", "qqqd").
- ``digits``: digits that sound like characters ("7枪铅弹").
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from anbao.detect.likeness.fold import Page
from anbao.detect.text.exact import ExactMatcher
from anbao.detect.text.patterns import Candidate, TermPatterns
from anbao.detect.text.phonetic import PhoneticMatcher
from anbao.detect.text.sequences import Places, SequenceIndex, Symbols
from anbao.detect.text.sound import LAST_LETTER, LETTERS, is_spelling, sounds, spoken_digits
from anbao.detect.text.spoken import Spoken

Bits = NDArray[np.bool_]

REACH = 10
"""How far from a letter a term that it is part of may begin or end."""

LONGEST_FILLING = 3
"""Letters between two characters."""

LONGEST_FEW = 6
"""Letters side by side that may be initials among characters."""

LONGEST_RUN = 2
"""Digits side by side that may stand for characters; longer numbers are numbers."""

SHORTEST = 3
"""Characters of a term of which some or all are initials or digits."""

SHORTEST_INITIALS = 4
"""Letters of a term that is written in initials alone; one fewer where its severity is _GRAVE."""

_GRAVE = 4


class LatinMatcher:
    """Looks for the patterns of a lexicon around Latin letters and digits."""

    def __init__(self, patterns: TermPatterns, spoken: Spoken, exact: ExactMatcher, phonetic: PhoneticMatcher) -> None:
        self._patterns = patterns
        self._exact = exact
        self._phonetic = phonetic
        shortened = spoken.at_least(SHORTEST, 2)
        self._shortened = shortened.numbers
        self._initials = SequenceIndex(shortened.initials(), width=SHORTEST, size=LETTERS)

    def find(self, page: Page, symbols: Symbols) -> Iterator[Candidate]:
        """Guesses of all four kinds; ``symbols`` are the sounds of the page."""
        marks = (symbols > 0) & (symbols < LETTERS)
        if not marks.any():
            return
        yield from self._filled(_window(page, symbols, marks))
        letters = marks & (symbols <= LAST_LETTER)
        runs = _runs(page, letters)
        if runs.starts.size:
            yield from self._all_initials(np.where(letters, symbols, np.uint32(0)), runs)
            spelled = [is_spelling(page.text[start:end]) for start, end in zip(*runs, strict=True)]
            if any(spelled):
                yield from self._half_spelled(_window(page, symbols, runs.marks(letters, np.array(spelled))))
            few = runs.beside_chinese(page, symbols) & (runs.ends - runs.starts <= LONGEST_FEW)
            if few.any():
                yield from self._some_initials(_window(page, symbols, runs.marks(letters, few)))
        digits = _short_runs(marks & ~letters)
        if digits.any():
            yield from self._spoken_digits(_window(page, symbols, digits))

    def _filled(self, window: "_Window") -> Iterator[Candidate]:
        chosen = np.flatnonzero(~window.marks)
        at = window.at[chosen]
        starts, ends, numbers = self._exact.find(window.codes[chosen])
        for start, end, number in zip(starts.tolist(), ends.tolist(), numbers.tolist(), strict=True):
            gaps = np.diff(at[start:end]) - 1
            if 0 < gaps.max(initial=0) <= LONGEST_FILLING:
                yield Candidate("filled", int(at[start]), int(at[end - 1]) + 1, number)

    def _half_spelled(self, window: "_Window") -> Iterator[Candidate]:
        letters = sounds().letters[0]
        widths = np.maximum(sounds().widths, 1)[window.symbols]
        # ``unit``: for each letter of ``text`` the character of the window that it spells, or is.
        unit = np.repeat(np.arange(widths.size), widths)
        begins = np.cumsum(widths) - widths
        text = letters[window.symbols[unit], np.arange(unit.size) - begins[unit]]
        # A term may begin at any character, but not inside a word of letters.
        free = ~(window.marks & window.goes_on) & (window.symbols > 0)
        places, found, ends = self._phonetic.find_spelled(text, begins[free])
        firsts = unit[places]
        chosen = np.flatnonzero(_any_in(window.marks, firsts, unit[ends - 1] + 1))
        for first, spoken in zip(firsts[chosen].tolist(), found[chosen].tolist(), strict=True):
            number = self._phonetic.number(spoken)
            if last := self._spelled_until(window, widths, first, spoken, number):
                yield Candidate("half_pinyin", int(window.at[first]), int(window.at[last - 1]) + 1, number)

    def _spelled_until(self, window: "_Window", widths: Places, first: int, spoken: int, number: int) -> int:
        """The place after the term, if it is written in letters and in characters, at least one as it is; else 0."""
        same = lettered = False
        place, done = first, 0
        for char, end in zip(self._patterns.chars(number).tolist(), self._phonetic.syllable_ends(spoken), strict=True):
            own = int(window.codes[place]) == char
            same |= own
            lettered |= bool(window.marks[place]) and not own
            begin = done
            while done < end and place < widths.size:
                width = int(widths[place])
                if not window.marks[place] and (done > begin or width != end - begin):
                    return 0
                done += width
                place += 1
            if done != end:
                return 0
        return place if same and lettered and window.is_whole(first, place) else 0

    def _all_initials(self, letters: Symbols, runs: "_Runs") -> Iterator[Candidate]:
        places, found = self._initials.find(letters, runs.starts)
        numbers = self._shortened[found]
        ends = places + self._patterns.lengths[numbers]
        grave = self._patterns.severities[numbers] >= _GRAVE
        chosen = np.flatnonzero(
            (runs.ends[runs.starts.searchsorted(places)] == ends) & (ends - places >= SHORTEST_INITIALS - grave)
        )
        for place, end, number in zip(
            places[chosen].tolist(), ends[chosen].tolist(), numbers[chosen].tolist(), strict=True
        ):
            yield Candidate("initials", place, end, number)

    def _some_initials(self, window: "_Window") -> Iterator[Candidate]:
        firsts = sounds().letters[0][:, 0][window.symbols]
        places, found = self._initials.find(firsts)
        for first, last, number, same in self._replaced(window, places, self._shortened[found]):
            if same and window.is_whole(first, last):
                yield Candidate("initials", int(window.at[first]), int(window.at[last - 1]) + 1, number)

    def _spoken_digits(self, window: "_Window") -> Iterator[Candidate]:
        for readings in spoken_digits():
            symbols = np.where(window.marks, readings.take(window.symbols, mode="clip"), window.symbols)
            places, numbers = self._phonetic.find_heard(symbols)
            for first, last, number, same in self._replaced(window, places, numbers):
                if same:
                    yield Candidate("digits", int(window.at[first]), int(window.at[last - 1]) + 1, number)

    def _replaced(self, window: "_Window", places: Places, numbers: Places) -> Iterator[tuple[int, int, int, int]]:
        """Where each character stands as it is or a mark stands for it: start, end, number, how many are its own."""
        lengths = self._patterns.lengths[numbers]
        chosen = np.flatnonzero(_any_in(window.marks, places, places + lengths))
        places, numbers, lengths = places[chosen], numbers[chosen], lengths[chosen]
        same = np.zeros(places.size, np.intp)
        for step in range(int(lengths.max(initial=0))):
            inside = step < lengths
            here = np.where(inside, places + step, places)
            own = window.codes[here] == self._patterns.codes[self._patterns.starts[numbers] + np.where(inside, step, 0)]
            same += inside & own
            chosen = np.flatnonzero(~inside | own | window.marks[here])
            places, numbers, lengths, same = places[chosen], numbers[chosen], lengths[chosen], same[chosen]
        chosen = np.flatnonzero(same < lengths)
        columns = (places[chosen], places[chosen] + lengths[chosen], numbers[chosen], same[chosen])
        yield from zip(*(column.tolist() for column in columns), strict=True)


class _Window(NamedTuple):
    """Stretches of a page around marks: where each character stands in it, its code, its sound, whether it is a mark.

    The last character of each stretch is blank, so that nothing runs across. ``goes_on``: whether it is a mark that
    stands side by side with a letter or digit before.
    """

    at: Places
    codes: Symbols
    symbols: Symbols
    marks: Bits
    goes_on: Bits

    def is_whole(self, first: int, last: int) -> bool:
        """Whether no word of letters goes on beyond either end."""
        return not (self.goes_on[first] or (last < self.goes_on.size and self.goes_on[last]))


class _Runs(NamedTuple):
    """Letters that stand side by side: where each run starts and ends."""

    starts: Places
    ends: Places

    def marks(self, letters: Bits, chosen: Bits) -> Bits:
        """The letters of the chosen runs."""
        changes = np.zeros(letters.size + 1, np.int8)
        # +1 at the start and -1 behind the end of each run: the running sum is 1 inside one.
        changes[self.starts[chosen]] = 1
        changes[self.ends[chosen]] -= 1
        marks: Bits = np.cumsum(changes[:-1], dtype=np.int8).astype(np.bool_)
        return marks

    def beside_chinese(self, page: Page, symbols: Symbols) -> Bits:
        """Whether a Chinese character stands right before or after each run, and a digit on neither side."""
        # Whether a folded character and the one before it stand side by side in the original too; multiplied by this,
        # a sound across a gap becomes 0.
        joined = np.append(np.diff(page.places, prepend=-2) == 1, False)
        before: Symbols = symbols[self.starts - 1] * joined[self.starts]
        after: Symbols = symbols[np.minimum(self.ends, symbols.size - 1)] * joined[self.ends]
        digit = ((before > LAST_LETTER) & (before < LETTERS)) | ((after > LAST_LETTER) & (after < LETTERS))
        beside: Bits = ((before >= LETTERS) | (after >= LETTERS)) & ~digit
        return beside


def _runs(page: Page, letters: Bits) -> _Runs:
    begins = letters.copy()
    apart = np.diff(page.places) > 1
    begins[1:] &= ~letters[:-1] | apart
    closes = letters.copy()
    closes[:-1] &= ~letters[1:] | apart
    return _Runs(np.flatnonzero(begins), np.flatnonzero(closes) + 1)


def _window(page: Page, symbols: Symbols, marks: Bits) -> _Window:
    at = _near(marks, REACH)
    window = _Window(at, page.codes[at], symbols[at], marks[at], np.zeros(at.size, np.bool_))
    latin = (window.symbols > 0) & (window.symbols < LETTERS)
    window.goes_on[1:] = latin[1:] & latin[:-1] & (np.diff(page.places[at]) == 1)
    ends = np.flatnonzero(np.diff(at) > 1)
    for blank in (window.codes, window.symbols, window.marks):
        blank[ends] = 0
    return window


def _short_runs(marks: Bits) -> Bits:
    """Marks of which no more than LONGEST_RUN stand together."""
    edges = np.flatnonzero(np.diff(marks, prepend=False, append=False))
    runs = _Runs(edges[::2], edges[1::2])
    lengths = runs.ends - runs.starts
    return runs.marks(marks, lengths <= LONGEST_RUN)


def _any_in(marks: Bits, starts: Places, ends: Places) -> Bits:
    """Whether any place from start to end is marked."""
    # Marks before each place, so that one subtraction counts those of any stretch.
    totals = np.zeros(marks.size + 1, np.intp)
    np.cumsum(marks, out=totals[1:])
    result: Bits = totals[ends] > totals[starts]
    return result


def _near(marks: Bits, reach: int) -> Places:
    """All places within reach of a mark."""
    places = np.flatnonzero(marks)
    size = marks.size
    # +1 where the reach of a mark begins and -1 behind it: the running sum counts the marks in reach.
    changes = np.bincount(np.maximum(places - reach, 0), minlength=size + 1)
    changes -= np.bincount(np.minimum(places + reach + 1, size), minlength=size + 1)
    return np.flatnonzero(np.cumsum(changes[:size]) > 0)
