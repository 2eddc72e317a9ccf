"""Finds known sequences of symbols in a long array of symbols, without a loop over either.

The sequences form a trie that is one sorted array of edges. All places of a text walk down it together, one symbol a
step, so that the cost depends on how many places begin like a sequence, never on how many sequences begin alike. A
table of bits, small enough for the processor's cache, lets hardly any other places start.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Symbols = NDArray[np.uint32]
Places = NDArray[np.intp]
Keys = NDArray[np.uint64]

_HASH = np.uint32(2654435761)
_SPARSE = 7
"""The table has 2 ** _SPARSE bits for each sequence, but no more than 2 ** _LARGEST in all."""

_LARGEST = 23


class BitTable:
    """Knows numbers, and rarely takes another for one of them. Small enough for the processor's cache."""

    def __init__(self, numbers: Symbols) -> None:
        bits = max(3, min(numbers.size.bit_length() + _SPARSE, _LARGEST))
        self._shift = np.uint32(32 - bits)
        flags = np.zeros(1 << bits, np.bool_)
        flags[(numbers * _HASH) >> self._shift] = True
        self._flags = np.packbits(flags, bitorder="little")

    def knows(self, numbers: Symbols) -> NDArray[np.bool_]:
        """Where the number may be known."""
        slots = (numbers * _HASH) >> self._shift
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
        heads = self._heads(symbols, starts)
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
        self._edges = np.concatenate(edges)
        self._by_node = np.argsort(nodes, kind="stable")
        self._first = np.searchsorted(nodes[self._by_node], np.arange(count + 1))
        self._beginnings = BitTable(heads.astype(np.uint32))

    def find(self, symbols: Symbols, starts: Places | None = None) -> tuple[Places, Places]:
        """All occurrences (that begin at one of ``starts``): where each begins, and which sequence it is."""
        places = np.empty(0, np.intp)
        if not self._roots.size or symbols.size < self._width:
            return places, places
        starts = self._likely(symbols) if starts is None else starts[starts <= symbols.size - self._width]
        nodes, kept = look_up(self._roots, self._heads(symbols, starts))
        at, ends = starts[kept], starts[kept] + self._width
        walked = [(at, nodes)]
        while at.size and self._edges.size:
            inside = np.flatnonzero(ends < symbols.size)
            at, ends, nodes = at[inside], ends[inside], nodes[inside]
            ranks, kept = look_up(self._edges, nodes.astype(np.uint64) * self._size + symbols[ends])
            at, ends, nodes = at[kept], ends[kept] + 1, ranks + self._roots.size
            walked.append((at, nodes))
        at, nodes = (np.concatenate(part) for part in zip(*walked, strict=True))
        return self._ending(at, nodes)

    def _ending(self, at: Places, nodes: Places) -> tuple[Places, Places]:
        """The sequences that end at these nodes, each with where it began."""
        first = self._first[nodes]
        counts = self._first[nodes + 1] - first
        places = np.repeat(at, counts)
        ranks = np.arange(places.size) - np.repeat(np.cumsum(counts) - counts, counts)
        return places, self._by_node[np.repeat(first, counts) + ranks]

    def _likely(self, symbols: Symbols) -> Places:
        """Places whose beginning may be known."""
        count = symbols.size - self._width + 1
        size = np.uint32(self._size)
        heads = symbols[:count].copy()
        for step in range(1, self._width):
            heads *= size
            heads += symbols[step : step + count]
        return np.flatnonzero(self._beginnings.knows(heads))

    def _heads(self, symbols: Symbols, starts: Places) -> Keys:
        heads = symbols[starts].astype(np.uint64)
        for step in range(1, self._width):
            heads *= self._size
            heads += symbols[starts + step]
        return heads


def look_up(known: Keys, keys: Keys) -> tuple[Places, Places]:
    """Where each key that is known stands among the known, and which keys these are.

    Keys are looked up in ascending order, so that neighbours share the processor's cache.
    """
    order = keys.argsort()
    keys = keys[order]
    ranks = np.minimum(known.searchsorted(keys), known.size - 1)
    kept = np.flatnonzero(known[ranks] == keys)
    return ranks[kept], order[kept]
