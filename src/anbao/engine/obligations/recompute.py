"""Derives all obligations again from the entries alone, and says where the stored ones differ."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice

from anbao.engine.obligations import read
from anbao.engine.obligations.closing import Obligation
from anbao.engine.obligations.engine import ObligationEngine, ObservedEntry
from anbao.engine.row_differences import Difference, unequal
from anbao.store import Connection, tables
from anbao.store.bulk import sql
from anbao.store.scratch import scratch_store

_BATCH = 1000
_DERIVED = ("obligation", "milestone")


def differences(
    conn: Connection, engine: ObligationEngine, entries: Iterable[ObservedEntry]
) -> Iterator[tuple[Obligation | None, Obligation | None]]:
    """Pairs (stored, derived) that are not equal; ``entries`` are all of the ledger, in order."""
    with _derived(engine, entries) as derived:
        yield from _unequal(read.every(conn), read.every(derived))


def all_differences(
    conn: Connection, engine: ObligationEngine, entries: Iterable[ObservedEntry]
) -> Iterator[tuple[Obligation | None, Obligation | None] | Difference]:
    """As ``differences``, and the rows of table ``milestone`` that are not what the entries give."""
    with _derived(engine, entries) as derived:
        yield from _unequal(read.every(conn), read.every(derived))
        yield from unequal(tables.milestone, conn, derived)


def rebuild(conn: Connection, engine: ObligationEngine, entries: Iterable[ObservedEntry]) -> None:
    """Replace the derived tables by what the entries give under the engine's pack."""
    for table in _DERIVED:
        sql(conn, f"DELETE FROM {table}")
    _observe_all(conn, engine, entries)


@contextmanager
def _derived(engine: ObligationEngine, entries: Iterable[ObservedEntry]) -> Iterator[Connection]:
    """Feeds the entries to an engine over an empty store, which goes with the context."""
    with scratch_store() as derived:
        _observe_all(derived, engine, entries, beside=True)
        yield derived


def _observe_all(
    conn: Connection, engine: ObligationEngine, entries: Iterable[ObservedEntry], *, beside: bool = False
) -> None:
    """Feed a long run of entries to an engine, a batch at a time; ``beside``: in a store that lacks the settings."""
    remaining, changed = iter(entries), engine.settings.event.KIND
    while batch := list(islice(remaining, _BATCH)):
        if beside:
            engine.settings.project(conn, [(entry.idx, entry) for entry in batch if entry.kind == changed])
        engine.observe(conn, batch)


def _unequal(
    stored: Iterator[Obligation], derived: Iterator[Obligation]
) -> Iterator[tuple[Obligation | None, Obligation | None]]:
    left, right = next(stored, None), next(derived, None)
    while left or right:
        if right is None or (left and (left.opened_by, left.norm) < (right.opened_by, right.norm)):
            yield left, None
            left = next(stored, None)
        elif left is None or (left.opened_by, left.norm) > (right.opened_by, right.norm):
            yield None, right
            right = next(derived, None)
        else:
            if left != right:
                yield left, right
            left, right = next(stored, None), next(derived, None)
