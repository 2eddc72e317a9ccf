"""Finds known sequences of symbols in a long array of symbols, without a loop over either.

The sequences form a trie that is one sorted array of edges. All places of a text walk down it together, one symbol a
step, so that the cost depends on how many places begin like a sequence, never on how many sequences begin alike. A
table of bits, small enough for the processor's cache, lets hardly any other places start.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Symbols = NDArray[np.uint32]
Places = NDArray[np.intp]
Keys = NDArray[np.uint64]

# Multiplying by a prime near 2 ** 32 / golden ratio (Knuth) lets all bits of a number count in the upper bits.
# As it is odd, no two numbers of 32 bits have the same hash.
_HASH = np.uint32(2654435761)
_SPARSE = 7
"""A table of bits has 2 ** _SPARSE bits for each number (so that less than 1 % of unknown ones pass), but no more than
2 ** _LARGEST, 1 MB, in all."""

_LARGEST = 23


class NumberIndex:
    """Numbers, each with a row of what belongs to it, to be found in long arrays of which few are known.

    A table of bits, small enough for the processor's cache, rules out nearly all others; what is left is looked up in
    buckets by the first bits of its hash. A row lies in one piece, so that reading it costs one miss of the cache.

    ``_rows``: (n, 1 + columns), sorted by the hash, the first column; ``_first``: where each bucket's rows begin.
    """

    def __init__(self, numbers: Symbols, *columns: NDArray[Any]) -> None:
        """``columns``: of 32 bits, one row for each number; a number may stand several times."""
        hashes = numbers * _HASH
        order = hashes.argsort(kind="stable")
        self._rows = np.stack([hashes, *columns], axis=1, dtype=np.uint32, casting="unsafe")[order]
        size = hashes.size.bit_length()
        bits = max(3, min(size + _SPARSE, _LARGEST))
        self._bit = np.uint32(32 - bits)
        flags = np.zeros(1 << bits, np.bool_)
        flags[hashes >> self._bit] = True
        self._flags = np.packbits(flags, bitorder="little")
        # 2 ** (size + 1) buckets: more than two for each number, so that most hold none or one.
        self._bucket = np.uint32(31 - size)
        buckets = np.arange((2 << size) + 1, dtype=np.uint32)
        self._first = (hashes[order] >> self._bucket).searchsorted(buckets).astype(np.int32)

    def find(self, numbers: Symbols) -> tuple[Places, NDArray[Any]]:
        """Where the known ones stand in ``numbers``, each as often as it is known, and the columns of each."""
        hashes = numbers * _HASH
        places = np.flatnonzero(self._may_know(hashes))
        if not places.size:
            return places, np.empty((self._rows.shape[1] - 1, 0), np.uint32)
        hashes = hashes[places]
        buckets = hashes >> self._bucket
        first = self._first[buckets]
        asked, entries = spread(first, self._first[buckets + np.uint32(1)] - first)
        rows = self._rows.take(entries, axis=0)
        # Equal hashes are equal numbers (see _HASH): the numbers themselves need not be stored.
        chosen = np.flatnonzero(rows[:, 0] == hashes[asked])
        return places[asked[chosen]], rows.take(chosen, axis=0)[:, 1:].T

    def _may_know(self, hashes: Symbols) -> NDArray[np.bool_]:
        slots = hashes >> self._bit
        # Bit ``slot & 7`` of byte ``slot >> 3``: ``packbits`` with little bit order.
        bits = self._flags.take(slots >> np.uint32(3), mode="clip")
        bits >>= (slots & np.uint32(7)).astype(np.uint8)
        bits &= np.uint8(1)
        return bits.view(np.bool_)


class Sequences(NamedTuple):
    """Many sequences in one array: where each starts, and how long it is."""

    symbols: Symbols
    starts: Places
    lengths: Places


class SequenceIndex:
    """Sequences of at least ``width`` symbols; symbol 0 stands in none.

    ``_roots``: the numbers that the first ``width`` symbols form, sorted; each is a node of the trie. ``_edges``: node
    times ``size`` plus symbol, sorted; edge n leads to node ``len(_roots) + n``. ``_by_node``: the sequences by the
    node at which they end; those of node n begin at ``_first[n]``.
    """

    def __init__(self, sequences: Sequences, *, width: int, size: int) -> None:
        """``size``: number of symbols."""
        symbols, starts, lengths = sequences
        self._width = width
        self._size = np.uint64(size)
        heads = _joined([symbols[starts + step] for step in range(width)], self._size)
        self._roots, nodes = np.unique(heads, return_inverse=True)
        edges = [np.empty(0, np.uint64)]
        count = self._roots.size
        for depth in range(width, int(lengths.max(initial=0))):
            longer = np.flatnonzero(lengths > depth)
            keys = nodes[longer].astype(np.uint64) * self._size + symbols[starts[longer] + depth]
            level, ranks = np.unique(keys, return_inverse=True)
            nodes[longer] = count + ranks
            edges.append(level)
            count += level.size
        # Deeper nodes have higher numbers, so the levels, sorted each, are sorted as a whole.
        self._edges = np.concatenate(edges)
        self._by_node = np.argsort(nodes, kind="stable")
        self._first = np.searchsorted(nodes[self._by_node], np.arange(count + 1))
        # Cut to 32 bits, different beginnings may become equal; ``_begin`` compares the whole numbers.
        self._beginnings = NumberIndex(self._roots.astype(np.uint32), np.arange(self._roots.size))

    def find(self, symbols: Symbols, starts: Places | None = None) -> tuple[Places, Places]:
        """All occurrences (that begin at one of ``starts``): where each begins, and which sequence it is."""
        places = np.empty(0, np.intp)
        if not self._roots.size or symbols.size < self._width:
            return places, places
        at, nodes = self._begin(symbols, starts)
        ends = at + self._width
        walked = [(at, nodes)]
        while at.size and self._edges.size:
            inside = np.flatnonzero(ends < symbols.size)
            at, ends, nodes = at[inside], ends[inside], nodes[inside]
            ranks, chosen = look_up(self._edges, nodes.astype(np.uint64) * self._size + symbols[ends])
            at, ends, nodes = at[chosen], ends[chosen] + 1, ranks + self._roots.size
            walked.append((at, nodes))
        at, nodes = (np.concatenate(part) for part in zip(*walked, strict=True))
        return self._ending(at, nodes)

    def _ending(self, at: Places, nodes: Places) -> tuple[Places, Places]:
        """The sequences that end at these nodes, each with where it began."""
        first = self._first[nodes]
        which, ranks = spread(first, self._first[nodes + 1] - first)
        return at[which], self._by_node[ranks]

    def _begin(self, symbols: Symbols, starts: Places | None) -> tuple[Places, Places]:
        """Where (among ``starts``) a known beginning stands, and its node."""
        count = symbols.size - self._width + 1
        parts = [symbols[step : step + count] for step in range(self._width)]
        if starts is not None:
            starts = starts[starts < count]
            parts = [part[starts] for part in parts]
        # In 32 bits the sums wrap round to the lower half of the whole numbers, by which the roots are indexed.
        at, (nodes,) = self._beginnings.find(_joined(parts, np.uint32(self._size)))
        chosen = np.flatnonzero(self._roots[nodes] == _joined([part[at] for part in parts], self._size))
        at = at[chosen]
        return at if starts is None else starts[at], nodes[chosen].astype(np.intp)


def _joined(parts: list[Symbols], size: np.uint32 | np.uint64) -> NDArray[Any]:
    """The numbers that symbols side by side form, of the width of ``size``."""
    numbers: NDArray[Any] = parts[0]
    for part in parts[1:]:
        numbers = numbers * size + part
    return numbers


def spread(first: Places, counts: Places) -> tuple[Places, Places]:
    """For ranges of ``counts`` numbers from ``first`` on: the range that each number belongs to, and the numbers."""
    ends = counts.cumsum()
    which = np.arange(counts.size).repeat(counts)
    # ``ends - counts`` numbers come before a range: less these, the running number counts from 0 in each range.
    return which, (first - ends + counts)[which] + np.arange(which.size)


def look_up(known: Keys, keys: Keys) -> tuple[Places, Places]:
    """Where each key that is known stands among the known, and which keys these are.

    Keys are looked up in ascending order, so that neighbours share the processor's cache.
    """
    order = keys.argsort()
    keys = keys[order]
    ranks = np.minimum(known.searchsorted(keys), known.size - 1)
    chosen = np.flatnonzero(known[ranks] == keys)
    return ranks[chosen], order[chosen]
