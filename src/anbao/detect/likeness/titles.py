"""Titles that say nearly the same: the dangers are indexed, the listings stream past.

A title is the set of its grams: two characters, or four where they are Latin letters or digits. Two numbers, in
permille, say how alike two titles are: ``cover``, the share of the danger's grams that the listing repeats, and
``cosine``, which also asks how much else the listing says. They depend on the two titles alone.

- A fast pass finds the pairs that may reach the bound: grams are hashed to slots, slots that no danger uses are dropped
  by a table of bits that stays in the processor's cache, and one sparse product counts the rest. Of each danger only
  the rarer grams take part; whoever repeats ``cover`` of all its grams repeats so many of these that no pair is lost.
- Each pair is then scored exactly; so a search gives what comparing all pairs would give.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from anbao.detect.likeness.fold import BREAK, Codes, Page, fold_many, fold_page

MIN_GRAMS = 5
"""A title of fewer grams says too little to be recognised by."""

# Below it, folding leaves nothing but small letters, digits and BREAK.
_PLAIN = 0x80
# 2 ** 21 bits are 256 kB, which stays in a core's own cache.
_SLOT_BITS = 21
_SLOTS = 1 << _SLOT_BITS
_SHIFT = np.uint32(32 - _SLOT_BITS)
# Odd multipliers for the characters of a gram, so that their order counts; as in xxHash32 and MurmurHash3.
_FIRST, _SECOND, _THIRD, _FOURTH = (np.uint32(odd) for odd in (0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35, 0x27D4EB2F))

_RARE_COUNT = 12
_RARE_SHARE = 0.001
"""Grams of at most so many dangers, or of this share of them, take part in the fast pass."""

_SPARE = 2
"""And of each danger so many grams that a pair must share at least this number of them."""


class Alike(NamedTuple):
    """A row of the searched titles and a title of the index; ``cover`` and ``cosine`` in permille."""

    row: int
    title: int
    cover: int
    cosine: int


class TitleIndex:
    """Titles of dangers made ready for searching; it never changes. Titles of fewer than MIN_GRAMS are never found."""

    def __init__(self, titles: Sequence[str], *, cover: int, cosine: int) -> None:
        """``cover`` and ``cosine``: the bounds, in permille, that a pair must reach."""
        self._cover, self._cosine = cover, cosine
        sets = [grams(text) for text in fold_many(titles)]
        self._sets = [one if len(one) >= MIN_GRAMS else frozenset[str]() for one in sets]
        rows = [row for row, one in enumerate(self._sets) for _ in one]
        slots = _slots_of([gram for one in self._sets for gram in one])
        self._empty = not rows
        if rows:
            self._build(np.array(rows, np.int64), slots.astype(np.int64))

    def _build(self, rows: NDArray[np.int64], slots: NDArray[np.int64]) -> None:
        # One number for each pair of title and slot, so that two grams of a title in one slot count as one.
        rows, slots = np.divmod(np.unique(rows * _SLOTS + slots), _SLOTS)
        dangers = np.bincount(slots, minlength=1)[slots] if slots.size else slots
        # By title, and within it the slots of the fewest dangers first.
        order = np.lexsort((slots, dangers, rows))
        rows, slots, dangers = rows[order], slots[order], dangers[order]
        sizes = np.fromiter(map(len, self._sets), np.int64, len(self._sets))
        spare = sizes + (-sizes * self._cover // 1000)  # grams that a pair may miss
        held = np.bincount(rows, minlength=sizes.size)
        # The place of each slot within its title, 0 for the rarest.
        rank = np.arange(rows.size) - np.repeat(np.cumsum(held) - held, held)
        from scipy.sparse import csr_array  # loaded late: most commands search no titles

        rare = max(_RARE_COUNT, int(sizes.size * _RARE_SHARE))
        used = (dangers <= rare) | (rank < spare[rows] + _SPARE)
        rows, slots = rows[used], slots[used]
        # Whoever covers enough of all grams misses ``spare`` at most, so it repeats all but ``spare`` of those used.
        # Each counts 1 / needed: a sum of 1 lets a pair through.
        needed = np.maximum(np.bincount(rows, minlength=sizes.size) - spare, 1)
        known, columns = np.unique(slots, return_inverse=True)
        self._ids = np.zeros(_SLOTS, np.int32)
        self._ids[known] = np.arange(known.size, dtype=np.int32)
        flags = np.zeros(_SLOTS, np.bool_)
        flags[known] = True
        self._bits = np.packbits(flags, bitorder="little")
        shares = (1 / needed[rows]).astype(np.float32)
        where = (columns.astype(np.int32), rows.astype(np.int32))
        self._postings = csr_array((shares, where), shape=(known.size, sizes.size))

    def __len__(self) -> int:
        return len(self._sets)

    def search(self, titles: Sequence[str]) -> list[Alike]:
        """The pairs that reach both bounds, by row and then the likest first."""
        return self.search_page(fold_page(titles)) if titles else []

    def search_page(self, page: Page) -> list[Alike]:
        """As ``search``, over folded fields."""
        rows, titles = self._may_be(page)
        if not rows.size:
            return []
        texts = page.text.split(chr(BREAK))
        found: list[Alike] = []
        last, seen = -1, frozenset[str]()
        for row, title in zip(rows.tolist(), titles.tolist(), strict=True):
            if row != last:
                last, seen = row, grams(texts[row])
            cover, cosine = _compared(self._sets[title], seen)
            if cover >= self._cover and cosine >= self._cosine:
                found.append(Alike(row, title, cover, cosine))
        found.sort(key=lambda one: (one.row, -one.cosine, -one.cover, one.title))
        return found

    def _may_be(self, page: Page) -> tuple[NDArray[Any], NDArray[Any]]:
        """Rows and titles of the pairs that the fast pass lets through, by row."""
        codes = page.codes
        if codes.size < 2 or self._empty or not self._postings.nnz:
            return np.empty(0, np.int32), np.empty(0, np.int32)
        from scipy.sparse import csr_array

        slots = _slots(codes)
        # Bit ``slot & 7`` of byte ``slot >> 3``: ``packbits`` with little bit order.
        bits = self._bits.take(slots >> np.uint32(3))
        bits >>= (slots & np.uint32(7)).astype(np.uint8)
        bits &= np.uint8(1)
        places = np.flatnonzero(bits)
        row_of = np.cumsum(codes == BREAK, dtype=np.int32)
        count = int(row_of[-1]) + 1
        starts = np.zeros(count + 1, np.int32)
        np.cumsum(np.bincount(row_of[places], minlength=count), out=starts[1:])
        ids = self._ids.take(slots[places])
        seen = csr_array((np.ones(ids.size, np.float32), ids, starts), shape=(count, self._postings.shape[0]))
        product = seen @ self._postings
        chosen = np.flatnonzero(product.data > 0.999)  # 1, but for the rounding of shares
        return product.indptr.searchsorted(chosen, "right") - 1, product.indices[chosen]


def compare(danger: str, listing: str) -> tuple[int, int]:
    """``cover`` and ``cosine`` of two folded titles, in permille; 0 where one says too little."""
    one, other = grams(danger), grams(listing)
    return _compared(one, other) if len(one) >= MIN_GRAMS and other else (0, 0)


def grams(text: str) -> frozenset[str]:
    """The grams of a folded text."""
    return frozenset(_grams(text))


def _grams(text: str) -> Iterator[str]:
    for place in range(len(text) - 1):
        pair = text[place : place + 2]
        if not pair.isascii():
            yield pair
        elif len(four := text[place : place + 4]) == 4 and four.isascii():
            yield four


def _compared(danger: frozenset[str], listing: frozenset[str]) -> tuple[int, int]:
    shared = len(danger & listing)
    # Whole numbers, so that no rounding differs from one machine to another.
    return 1000 * shared // len(danger), math.isqrt(1_000_000 * shared * shared // (len(danger) * len(listing) or 1))


def _slots(codes: Codes) -> Codes:
    """The slot of the gram that begins at each place but the last; a place where none begins gets some slot."""
    keys = codes[:-1] * _FIRST
    keys += codes[1:] * _SECOND
    plain = codes < _PLAIN
    latin = np.flatnonzero(plain[:-3] & plain[1:-2] & plain[2:-1] & plain[3:])
    if latin.size:
        keys[latin] += codes[latin + 2] * _THIRD + codes[latin + 3] * _FOURTH
    keys ^= keys >> np.uint32(15)
    keys *= _FIRST
    return keys >> _SHIFT


def _slots_of(grams: Sequence[str]) -> Codes:
    """The slot of each gram."""
    text = chr(BREAK).join(grams)
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    if not codes.size:
        return codes
    starts = np.concatenate(([0], np.flatnonzero(codes == BREAK) + 1))
    padded = np.concatenate((codes, np.full(3, _PLAIN, np.uint32)))
    padded[padded == BREAK] = _PLAIN  # no Latin run may reach into the next gram
    return _slots(padded)[starts]
