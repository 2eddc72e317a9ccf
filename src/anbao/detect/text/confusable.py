"""Finds terms of which some or all characters are replaced by others that look like them (末 for 未, Т for T).

``data/look_alikes.txt`` says which Chinese characters look like which, the nearest first; ``bench/look_alikes.py`` made
it from the drawings of two fonts. A term is looked for where two of its characters stand as written, close together,
and around each uncommon character where it and the one beside it are, or may be taken for, two of its characters. Then
all others must look like the term's; of a long one, all but one.
"""

from collections.abc import Iterator
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from anbao.detect.likeness.fold import BREAK, LIMIT, Page, fold_table
from anbao.detect.text.patterns import Candidate, TermPatterns
from anbao.detect.text.sequences import NumberIndex, Places, Symbols
from anbao.detect.text.sound import LATIN

SHORTEST = 3
"""Characters of a term."""

LONG = 4
"""Characters of a term of which one may be replaced by any uncommon character; one inside a longer term by any."""

APART = (1, 2)
"""How far the two characters may be from each other that stand as written."""

NEAREST = 4
"""Characters that one may nearly be."""

_LETTERS = {
    "а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "ё": "e", "һ": "h", "н": "h", "і": "i", "ї": "i", "ј": "j",
    "к": "k", "ӏ": "l", "м": "m", "п": "n", "о": "o", "р": "p", "ԛ": "q", "ѕ": "s", "т": "t", "ѵ": "v", "ԝ": "w",
    "х": "x", "у": "y", "α": "a", "β": "b", "ϲ": "c", "ε": "e", "η": "hn", "ι": "i", "κ": "k", "μ": "mu", "ν": "nv",
    "ο": "o", "ρ": "p", "τ": "t", "υ": "uvy", "ω": "w", "χ": "x", "γ": "y", "ζ": "z", "0": "o", "1": "li", "5": "s",
    "o": "0", "l": "1i", "i": "l1",
}  # fmt: skip
"""Cyrillic and Greek letters and digits, small as folding leaves them, and the Latin ones that they look like."""


class ConfusableMatcher:
    """An index of folded terms by pairs of characters, and of what looks like these characters."""

    def __init__(self, patterns: TermPatterns) -> None:
        self._patterns = patterns
        self._alike = _Alike(patterns.codes)
        self._pairs = [_Pairs(patterns, apart) for apart in APART]

    def resembling(self, page: Page) -> Iterator[Candidate]:
        """Where the page looks like a pattern without being it."""
        likely = zip(self._as_written(page.codes), self._around_uncommon(page.codes), strict=True)
        starts, numbers = self._alike_throughout(page.codes, *map(np.concatenate, likely))
        for start, number in dict.fromkeys(zip(starts.tolist(), numbers.tolist(), strict=True)):
            yield Candidate("look_alike", start, start + int(self._patterns.lengths[number]), number)

    def _alike_throughout(self, codes: Symbols, starts: Places, numbers: Places) -> tuple[Places, Places]:
        """Those of which each character is like the pattern's and not all are the same; of a long one, all but one."""
        lengths = self._patterns.lengths[numbers]
        same = np.zeros(starts.size, np.intp)
        spare = lengths >= LONG
        for step in range(int(lengths.max(initial=0))):
            inside = step < lengths
            # Behind the end of a shorter pattern its first character is compared again: a valid index, and masked out.
            step_inside = np.where(inside, step, 0)
            code = codes[starts + step_inside]
            char = self._patterns.codes[self._patterns.starts[numbers] + step_inside]
            same += inside & (code == char)
            unlike = inside & ~self._alike.is_alike(code, char)
            any_will_do = _is_uncommon()[code] | ((lengths > LONG) & (step > 0) & (step < lengths - 1))
            chosen = np.flatnonzero((~unlike | (spare & any_will_do)) & (code != BREAK))
            spare &= ~unlike
            starts, numbers, lengths, same = (part[chosen] for part in (starts, numbers, lengths, same))
            spare = spare[chosen]
            if not starts.size:
                break
        # Whoever used up the one replacement must have at least half of the characters as written.
        chosen = np.flatnonzero((same < lengths) & ((spare == (lengths >= LONG)) | (2 * same >= lengths)))
        return starts[chosen], numbers[chosen]

    def _as_written(self, codes: Symbols) -> tuple[Places, Places]:
        """Where patterns may start of which two characters, close together, stand as written."""
        found = []
        for pairs in self._pairs:
            (places,), numbers, steps = pairs.find(codes[: -pairs.apart], codes[pairs.apart :])
            starts = places - steps
            found.append(self._alike_beside(codes, starts, numbers, steps, pairs.apart))
        starts, numbers = (np.concatenate(part) for part in zip(*found, strict=True))
        return starts, numbers

    def _alike_beside(
        self, codes: Symbols, starts: Places, numbers: Places, steps: Places, apart: int
    ) -> tuple[Places, Places]:
        """Those that a first look at two more characters does not rule out."""
        lengths = self._patterns.lengths[numbers]
        chosen = np.flatnonzero((starts >= 0) & (starts + lengths <= codes.size))
        if not chosen.size:
            return chosen, chosen
        starts, numbers, steps, lengths = starts[chosen], numbers[chosen], steps[chosen], lengths[chosen]
        # The character between the two, or the one after them (at the end of the pattern: its first).
        first = steps + 1 if apart == 2 else (steps + 2) % lengths
        fits = self._alike.is_alike(codes[starts + first], self._patterns.codes[self._patterns.starts[numbers] + first])
        second = (steps + 3) % lengths
        long = np.flatnonzero(~fits & (lengths >= LONG))
        fits[long] = self._alike.is_alike(
            codes[starts[long] + second[long]],
            self._patterns.codes[self._patterns.starts[numbers[long]] + second[long]],
        )
        return starts[fits], numbers[fits]

    def _around_uncommon(self, codes: Symbols) -> tuple[Places, Places]:
        """Where patterns may start of which two characters side by side are, or may be taken for, those around."""
        uncommon = _is_uncommon().take(codes, mode="clip")
        at = np.flatnonzero(uncommon[:-1] | uncommon[1:])
        if not at.size:
            return at, at
        left, right = self._alike.readings(codes[at]), self._alike.readings(codes[at + 1])
        (of_left, of_right, which), numbers, steps = self._pairs[0].find(left[:, None], right[None])
        places = at[which]
        starts = places - steps
        # Reading 0 is what stands there. At least one of the two must be read otherwise, and be uncommon.
        replaced = (of_left > 0) & uncommon[places] | (of_right > 0) & uncommon[places + 1]
        chosen = np.flatnonzero(replaced & (starts >= 0) & (starts + self._patterns.lengths[numbers] <= codes.size))
        return starts[chosen], numbers[chosen]


class _Pairs:
    """The pairs of characters of all patterns that stand so many places ``apart``."""

    def __init__(self, patterns: TermPatterns, apart: int) -> None:
        self.apart = apart
        lengths = patterns.lengths + 1
        owner = np.repeat(np.arange(lengths.size, dtype=np.int32), lengths)
        step = (np.arange(patterns.codes.size) - np.repeat(patterns.starts, lengths)).astype(np.int32)
        places = np.flatnonzero((step < patterns.lengths[owner] - apart) & (patterns.lengths[owner] >= SHORTEST))
        left, right = patterns.codes[places], patterns.codes[places + apart]
        self._known = NumberIndex(_joined(left, right), left, owner[places], step[places])

    def find(self, left: Symbols, right: Symbols) -> tuple[tuple[Places, ...], Places, Places]:
        """Where the pairs of ``left`` and ``right`` stand, as broadcast, that patterns have; which; the pair's step."""
        pairs = _joined(left, right)
        places, (known, numbers, steps) = self._known.find(pairs.ravel())
        # A joined number wraps round at 2 ** 32: the left character separates pairs that share one.
        chosen = np.flatnonzero(known == np.broadcast_to(left, pairs.shape)[np.unravel_index(places, pairs.shape)])
        return (
            np.unravel_index(places[chosen], pairs.shape),
            numbers[chosen].astype(np.intp),
            steps[chosen].astype(np.intp),
        )


class _Alike:
    """What looks like the characters that some patterns use."""

    def __init__(self, used: Symbols) -> None:
        wanted = np.union1d(used, [np.uint32(BREAK)])
        sources, targets = look_alikes()
        columns = np.minimum(wanted.searchsorted(targets), wanted.size - 1)
        chosen = wanted[columns] == targets
        sources, targets, columns = sources[chosen], targets[chosen], columns[chosen]
        # ``sources`` is sorted: the place less that of the first equal one counts from 0 within each.
        rank = np.arange(sources.size) - np.searchsorted(sources, sources)
        self._nearest = np.zeros((NEAREST, LIMIT + 1), np.uint32)
        near = np.flatnonzero(rank < NEAREST)
        self._nearest[rank[near], sources[near]] = targets[near]
        rows = np.union1d(sources, wanted)
        self._row = np.zeros(LIMIT + 1, np.uint32)
        self._row[rows] = np.arange(1, rows.size + 1)
        self._column = np.zeros(LIMIT + 1, np.uint32)
        self._column[wanted] = np.arange(wanted.size)
        # A bit for each row and column, packed as it is set: the grid of bytes would be eight times as large.
        self._grid = np.zeros((rows.size + 1, -(-wanted.size // 8)), np.uint8)
        row = np.concatenate((self._row[sources], self._row[wanted]))
        column = np.concatenate((columns, np.arange(wanted.size)))
        np.bitwise_or.at(self._grid, (row, column >> 3), (1 << (column & 7)).astype(np.uint8))

    def readings(self, codes: Symbols) -> Symbols:
        """In rows: what stands there, and what it may be taken for, the nearest first; 0 where there is no more."""
        return np.vstack((codes, self._nearest.take(codes, axis=1, mode="clip")))

    def is_alike(self, codes: Symbols, chars: Symbols) -> NDArray[np.bool_]:
        """Whether each code is, or may be taken for, the character of a pattern beside it."""
        column = self._column[chars]
        bits = self._grid[self._row[codes], column >> 3] >> (column & 7).astype(np.uint8)
        alike: NDArray[np.bool_] = (bits & 1).astype(np.bool_)
        return alike


@cache
def look_alikes() -> tuple[Symbols, Symbols]:
    """Pairs of folded code points: what stands there, and what it may be taken for; by the first, then by nearness."""
    lines = (resources.files(__package__) / "data" / "look_alikes.txt").read_text("utf-8").splitlines()
    lines += [letter + others for letter, others in _LETTERS.items()]
    lengths = np.fromiter(map(len, lines), np.intp, len(lines))
    codes = fold_table()[np.frombuffer("".join(lines).encode("utf-32-le"), np.uint32)]
    firsts = np.cumsum(lengths) - lengths
    sources = np.repeat(codes[firsts], lengths)
    chosen = np.flatnonzero(sources != codes)
    chosen = chosen[np.argsort(sources[chosen], kind="stable")]
    return sources[chosen], codes[chosen]


@cache
def _is_uncommon() -> NDArray[np.bool_]:
    """Whether a code point is other than a common character (first level of GB 2312), a Latin letter or a digit."""
    table = np.ones(LIMIT + 1, np.bool_)
    table[[BREAK, *map(ord, LATIN)]] = False
    fold = fold_table()
    pairs = (bytes((row, cell)) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF))
    table[[fold[ord(char)] for pair in pairs for char in pair.decode("gb2312", errors="ignore")]] = False
    return table


def _joined(left: Symbols, right: Symbols) -> Symbols:
    """A number for each pair of characters; of two pairs with the same number the left ones differ."""
    return left * np.uint32(LIMIT) + right
