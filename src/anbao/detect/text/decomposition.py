"""Finds terms of which some characters are taken apart (拆字): "木仓" for 枪, "弓单" for 弹.

The text is read a second time with every known sequence of parts put together to the character that it makes.
Source: the character decompositions of kfcd/chaizi (CC BY 3.0), in ``data/``.
"""

from collections.abc import Iterator
from functools import cache
from importlib import resources
from itertools import islice, product

import numpy as np

from anbao.detect.likeness.fold import LIMIT, Page, fold
from anbao.detect.text.exact import ExactMatcher
from anbao.detect.text.patterns import Candidate, TermPatterns, as_patterns
from anbao.detect.text.sequences import SequenceIndex

LONGEST = 5
"""Parts of one character."""

REACH = 12
"""How far from a character that was put together its term may begin or end."""

_WAYS = 24
"""Ways of writing one sequence of parts that are tried."""

_ALSO = {
    "亻": "人", "扌": "手才", "氵": "水", "讠": "言", "钅": "金", "纟": "丝", "饣": "食", "犭": "犬", "礻": "示",
    "衤": "衣", "忄": "心", "刂": "刀", "阝": "耳", "灬": "火", "攵": "文", "辶": "走之", "艹": "草", "疒": "病",
    "囗": "口", "乙": "乚", "冫": "水", "彳": "双", "罒": "四", "爫": "爪", "牜": "牛", "覀": "西", "𧾷": "足",
    "月": "肉",
}  # fmt: skip
"""Whole characters that people write for a part."""


class DecompositionMatcher:
    """The parts of all characters that the patterns use."""

    def __init__(self, patterns: TermPatterns, exact: ExactMatcher) -> None:
        self._exact = exact
        used = set(map(chr, np.unique(patterns.codes).tolist()))
        known: dict[str, str] = {}
        for parts, char in _sequences(used):
            if len(parts) > 1:
                known.setdefault(parts, char)
        index = as_patterns(list(known), [0] * len(known))
        self._lengths = index.lengths
        self._whole = np.array([ord(char) for char in known.values()], np.uint32)
        everything = np.arange(len(known))
        self._index = SequenceIndex(index.sequences(everything), width=2, size=LIMIT) if known else None

    def split(self, page: Page) -> Iterator[Candidate]:
        """Where a pattern stands of which some characters are taken apart."""
        if self._index is None:
            return
        places, found = self._index.find(page.codes)
        if not places.size:
            return
        codes = page.codes.copy()
        whole = np.zeros(codes.size, np.bool_)
        covered = np.zeros(codes.size + 1, np.intp)
        done = 0
        # From left to right the longest sequence of parts at each place; what overlaps it is passed over.
        order = np.lexsort((-self._lengths[found], places))
        taken = []
        for place, which in zip(places[order].tolist(), found[order].tolist(), strict=True):
            if place >= done:
                taken.append((place, which))
                done = place + int(self._lengths[which])
        at = np.array([place for place, _ in taken])
        which = np.array([one for _, one in taken])
        codes[at] = self._whole[which]
        whole[at] = True
        # +1 where a stretch begins and -1 behind it: the running sum is above 0 inside one. The first part stays, as it
        # now holds the whole character; the others are covered.
        np.add.at(covered, at + 1, 1)
        np.add.at(covered, at + self._lengths[which], -1)
        near = np.zeros(codes.size + 1, np.intp)
        # Behind, every character within REACH may itself be taken apart into LONGEST parts.
        np.add.at(near, np.maximum(at - REACH, 0), 1)
        np.add.at(near, np.minimum(at + REACH * LONGEST, codes.size), -1)
        read = np.flatnonzero((np.cumsum(covered[:-1]) == 0) & (np.cumsum(near[:-1]) > 0))
        symbols = codes[read]
        ends = np.append(read[1:], codes.size)
        # Where text was left out a 0 stands, which is in no term, so that no term is found across.
        symbols[(ends - read > LONGEST) & (np.arange(read.size) < read.size - 1)] = 0
        put_together = np.concatenate((np.zeros(1, np.intp), np.cumsum(whole[read])))
        for start, end, number in zip(*(part.tolist() for part in self._exact.find(symbols)), strict=True):
            if put_together[end] > put_together[start]:
                last = int(read[end - 1])
                width = int(self._lengths[which[np.searchsorted(at, last)]]) if whole[last] else 1
                yield Candidate("split", int(read[start]), last + width, number)


def _sequences(used: set[str]) -> Iterator[tuple[str, str]]:
    """Sequences of parts, folded, and the character of ``used`` each makes; also with one part taken apart again."""
    ways = _ways()
    for char in sorted(used & ways.keys()):
        for parts in ways[char]:
            for one in islice(product(*(part + _ALSO.get(part, "") for part in parts)), _WAYS):
                yield fold("".join(one)), char
            for place, part in enumerate(parts):
                for again in ways.get(part, ()):
                    if len(parts) - 1 + len(again) <= LONGEST:
                        yield fold("".join((*parts[:place], *again, *parts[place + 1 :]))), char


@cache
def _ways() -> dict[str, list[list[str]]]:
    """The parts of each folded character, in one or more ways."""
    known: dict[str, list[list[str]]] = {}
    for line in (resources.files(__package__) / "data" / "chaizi-jt.txt").read_text("utf-8").splitlines():
        char, *ways = line.split("\t")
        for way in ways:
            parts = way.split()
            if 2 <= len(parts) <= LONGEST and all(len(part) == 1 for part in parts):
                known.setdefault(fold(char), []).append(parts)
    return known
