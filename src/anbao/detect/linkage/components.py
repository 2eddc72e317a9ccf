"""Connected components over edges of merchants and identifiers. Pure arrays: no database, no text."""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


def components(merchants: Numbers, identifiers: Numbers, count: int, cap: int | None) -> NDArray[np.int32]:
    """The number of the family of each merchant, ``count`` of them.

    ``merchants[i]`` holds ``identifiers[i]``; both count from 0. Identifiers of more than ``cap`` merchants join
    nobody; without a cap all do.
    """
    if not len(identifiers):
        return np.arange(count, dtype=np.int32)
    from scipy.sparse import csr_array  # loaded late: most commands link no merchants
    from scipy.sparse.csgraph import connected_components

    shared = np.bincount(identifiers)[identifiers]
    joins = shared > 1 if cap is None else (shared > 1) & (shared <= cap)
    holders, held = merchants[joins], identifiers[joins]
    order = np.argsort(held, kind="stable")
    holders, held = holders[order], held[order]
    # The holders of one identifier as a chain: as connected as all their pairs, with fewer edges.
    chained = held[1:] == held[:-1]
    one, other = holders[:-1][chained], holders[1:][chained]
    graph = csr_array((np.ones(len(one), dtype=np.int8), (one, other)), shape=(count, count))
    _, labels = connected_components(graph, directed=False)
    found: NDArray[np.int32] = labels
    return found
