"""Ledger append in batches against a bare SQLite insert of the same bytes at the same durability.

Goal: 0.5 for batches of 100 or more. Use: python bench/append.py
"""

import sqlite3
import tempfile
import time
from pathlib import Path

import material
from anbao.ledger import open_ledger, seal
from anbao.model.entry import Entry, Sealed
from anbao.store import open_store

TOTAL = 20_000
ROUNDS = 3


def sealed_entries() -> list[Sealed]:
    """Entries of the size of a screening, sealed beforehand."""
    rows = material.listings(TOTAL, material.terms(1000))
    return [
        seal(
            Entry(
                actor="bench",
                at=1,
                body={"listing": row, "outcome": "pass"},
                kind="listing.screened",
                recorded=1,
                subjects={"listing": row["id"]},
            )
        )
        for row in rows
    ]


def bare(items: list[Sealed], batch: int) -> float:
    """Seconds per row of ``INSERT`` into a table of number and bytes."""
    with tempfile.TemporaryDirectory() as folder:
        conn = sqlite3.connect(Path(folder) / "bare.db", isolation_level=None)
        conn.execute("PRAGMA journal_mode=WAL")
        conn.execute("PRAGMA synchronous=FULL")
        conn.execute("CREATE TABLE entry (idx INTEGER PRIMARY KEY, data BLOB NOT NULL)")
        start = time.perf_counter()
        for first in range(0, len(items), batch):
            conn.execute("BEGIN IMMEDIATE")
            some = enumerate(items[first : first + batch], first)
            conn.executemany("INSERT INTO entry VALUES (?, ?)", [(index, item.data) for index, item in some])
            conn.execute("COMMIT")
        taken = time.perf_counter() - start
        conn.close()
        return taken / len(items)


def ledger(items: list[Sealed], batch: int) -> float:
    """Seconds per entry of the ledger's append: entry, subjects, tiles."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/ledger.db")
        log = open_ledger(store)
        start = time.perf_counter()
        for first in range(0, len(items), batch):
            with store.write() as conn:
                log.append(conn, items[first : first + batch])
        taken = time.perf_counter() - start
        store.close()
        return taken / len(items)


def main() -> None:
    """Print both, and the ratio, for several batch sizes."""
    items = sealed_entries()
    for batch in (100, 1000):
        pairs = [(bare(items, batch), ledger(items, batch)) for _ in range(ROUNDS)]
        plain, ours = min(one for one, _ in pairs), min(two for _, two in pairs)
        figures = f"bare insert {1e6 * plain:6.2f} µs  ledger {1e6 * ours:6.2f} µs  ratio {plain / ours:.2f} (goal 0.5)"
        print(f"batch {batch:5}: {figures}")


if __name__ == "__main__":
    main()
