"""Linking merchants that share identifiers: connected components of a million merchants, with and without the cap.

Baseline: union-find in plain Python over the same edges; beside it, scipy's bare search on a ready graph.
Then the same from a store: all families of ``STORED`` merchants read from SQLite, and the family of one of them.
Goal: a million merchants in seconds. Use: python bench/linking.py [MERCHANTS [STORED]]
"""

import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from anbao.detect.linkage.components import components
from anbao.engine.readmodels.families import all_families, family
from anbao.store import open_store, tables
from anbao.store.bulk import insert_many

MERCHANTS = 1_000_000
STORED = 200_000
BATCH = 100_000
IDENTIFIERS = 5
CAP = 50
FAMILY_SHARE = 0.1
CROWDS, CROWD = 20, 5_000
ROUNDS = 3

Numbers = NDArray[np.int64]


def edges(count: int, seed: int = 1) -> tuple[Numbers, Numbers]:
    """Each merchant holds five identifiers of its own; a tenth shares one with another; agents serve 5,000 each."""
    dice = np.random.default_rng(seed)
    merchants = np.repeat(np.arange(count, dtype=np.int64), IDENTIFIERS)
    identifiers = dice.permutation(count * IDENTIFIERS).astype(np.int64)
    linked = dice.choice(count, int(count * FAMILY_SHARE), replace=False)
    identifiers[linked * IDENTIFIERS] = identifiers[dice.integers(0, count, len(linked)) * IDENTIFIERS + 1]
    for agent in range(CROWDS):
        served = dice.choice(count, min(CROWD, count // 10), replace=False)
        identifiers[served * IDENTIFIERS + 2] = count * IDENTIFIERS + agent
    return merchants, identifiers


def union_find(merchants: Numbers, identifiers: Numbers, count: int, cap: int | None) -> list[int]:
    """The baseline: plain Python."""
    holders: dict[int, list[int]] = {}
    for merchant, identifier in zip(merchants.tolist(), identifiers.tolist(), strict=True):
        holders.setdefault(identifier, []).append(merchant)
    parent = list(range(count))

    def root(one: int) -> int:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for some in holders.values():
        if len(some) > 1 and (cap is None or len(some) <= cap):
            first = root(some[0])
            for other in some[1:]:
                parent[root(other)] = first
    return [root(one) for one in range(count)]


def best(job: Callable[[], object]) -> float:
    """Seconds of the fastest of a few runs."""
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        job()
        taken.append(time.perf_counter() - start)
    return min(taken)


def from_store(count: int) -> None:
    """Print how long the families take from a store, and the family of the largest."""
    merchants, identifiers = edges(count)
    order = np.argsort(identifiers, kind="stable")
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/linking.db")
        with store.write() as conn:
            for start in range(0, len(order), BATCH):
                some = order[start : start + BATCH]
                pairs = zip(identifiers[some].tolist(), merchants[some].tolist(), strict=True)
                rows = [(held.to_bytes(32, "big"), f"M{holder:07d}", "phone") for held, holder in pairs]
                insert_many(conn, tables.merchant_identifier, ("lookup", "merchant", "kind"), rows)
        with store.read() as conn:
            everything = best(lambda: all_families(conn, CAP))
            largest = all_families(conn, CAP)[0]
            one = best(lambda: family(conn, largest[:1], CAP))
        store.close()
    print(
        f"from SQLite, cap {CAP}: {count:,} merchants: all families {everything:.2f} s,"
        f" one family of {len(largest)} {1e3 * one:.2f} ms"
    )


def main() -> None:
    """Print both with and without the cap, and what the cap spares."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else MERCHANTS
    merchants, identifiers = edges(count)
    for cap in (CAP, None):
        labels = components(merchants, identifiers, count, cap)
        sizes = np.bincount(labels)
        ours = best(partial(components, merchants, identifiers, count, cap))
        start = time.perf_counter()
        expected = np.unique(union_find(merchants, identifiers, count, cap)).size
        plain = time.perf_counter() - start
        assert expected == sizes.size
        graph = csr_array(
            (np.ones(len(merchants), dtype=np.int8), (merchants, identifiers + count)),
            shape=(count + int(identifiers.max()) + 1,) * 2,
        )
        bare = best(partial(connected_components, graph, directed=False))
        print(
            f"cap {cap}: {count:,} merchants, {len(merchants):,} edges: {ours:.2f} s; union-find {plain:.2f} s, ratio"
            f" {plain / ours:.1f}; bare scipy on a graph of all edges, built already {bare:.2f} s;"
            f" families of two or more {int((sizes > 1).sum()):,}, the largest {int(sizes.max()):,}"
        )
    from_store(int(sys.argv[2]) if len(sys.argv) > 2 else STORED)


if __name__ == "__main__":
    main()
