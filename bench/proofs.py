"""Proofs from a large ledger on disk: of inclusion, of consistency, and that a subject has no other entries.

Goal: a proof of inclusion from 10 million entries in less than 1 ms. Named baseline: reading one row by its primary key
from the same file. Use: python bench/proofs.py [ENTRIES], 1,000,000 by default; 10,000,000 need 15 GB and ten minutes.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from anbao.ledger import Ledger, indexing, open_ledger, seal, verify_absence
from anbao.ledger.absence import encode_absence, prove_absence
from anbao.ledger.canonical import seal_event
from anbao.ledger.merkle import HASH_SIZE, verify_inclusion
from anbao.ledger.subjects import BLOCK_ENTRIES, key_digest
from anbao.model.entry import Entry, Sealed
from anbao.model.events.indexing import IndexCommitted
from anbao.store import Store, open_store
from anbao.store.bulk import sql

BATCH = 5_000
ASKED = 300


def entries(start: int, count: int) -> list[Sealed]:
    """Entries of the size of a screening: each about a listing, a merchant and an order of its own or an older one."""
    return [
        seal(
            Entry(
                actor="bench",
                at=1,
                body={"title": f"商品标题 {number}，用于占位的文字", "outcome": "pass", "text": "说明" * 100},
                kind="listing.screened",
                recorded=1,
                subjects={"listing": f"L{number}", "merchant": f"M{number % 50_000}", "order": f"O{number // 3}"},
            )
        )
        for number in range(start, start + count)
    ]


def median(once: Callable[[int], object], numbers: list[int]) -> float:
    """Returns the median seconds of one call."""
    taken = []
    for number in numbers:
        start = time.perf_counter()
        once(number)
        taken.append(time.perf_counter() - start)
    return sorted(taken)[len(taken) // 2]


def fill(store: Store, log: Ledger, count: int) -> float:
    """Returns the seconds of appending, without sealing."""
    spent = 0.0
    for first in range(0, count, BATCH):
        sealed = entries(first, min(BATCH, count - first))
        start = time.perf_counter()
        with store.write() as conn:
            log.append(conn, sealed)
        spent += time.perf_counter() - start
    return spent


def size_of(store: Store) -> int:
    """Returns the bytes of the database's pages."""
    with store.read() as conn:
        return int(sql(conn, "PRAGMA page_count").scalar_one()) * int(sql(conn, "PRAGMA page_size").scalar_one())


def main() -> None:
    """Prints the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ledger.db"
        store = open_store(f"sqlite:///{file}")
        log = open_ledger(store)
        spent = fill(store, log, count)
        size = size_of(store)
        each = f"{spent / count * 1e6:.1f} µs and {size / count:.0f} bytes"
        print(f"{count:,} entries: appended in {spent:.0f} s, {each} each")

        with store.write() as conn:
            key = indexing.establish_index_key(conn)
        start = time.process_time()
        while True:
            with store.read() as conn:
                number = indexing.missing_block(conn, count)
                if number is None:
                    break
                leaves = indexing.leaves_between(conn, number * BLOCK_ENTRIES, (number + 1) * BLOCK_ENTRIES)
            with store.write() as conn:
                indexing.store_block(conn, number, leaves)
        blocks = time.process_time() - start
        start = time.process_time()
        with store.read() as conn:
            root = indexing.committed_root(conn, count)
        last = time.process_time() - start
        grown = size_of(store) - size
        with store.write() as conn:
            event = IndexCommitted(key=key_digest(key), root=root.hex(), size=count)
            log.append(conn, [seal_event(event, actor="engine", at=2, recorded=2)])
            log.checkpoint(conn, 3)
        print(
            f"index of subjects: {blocks / count * 1e6:.1f} µs of the processor and {grown / count:.0f} bytes an entry;"
            f" the unfinished block of {count % BLOCK_ENTRIES:,} entries {last * 1e3:.0f} ms a commitment"
        )

        pick = random.Random(7)
        numbers = [pick.randrange(count) for _ in range(ASKED)]
        with store.read() as conn:
            row = median(lambda n: sql(conn, "SELECT data FROM entry WHERE idx = ?", (n,)).scalar(), numbers)
            proof = median(lambda n: log.inclusion_proof(conn, n, count), numbers)
            consistency = median(lambda n: log.consistency_proof(conn, n + 1, count), numbers)
            path = log.inclusion_proof(conn, numbers[0], count)
            print(f"one row by its key       {row * 1e3:8.3f} ms")
            print(
                f"proof of inclusion       {proof * 1e3:8.3f} ms, {proof / row:.1f} times the row (goal 1 ms);"
                f" {len(path) * HASH_SIZE:,} bytes, {len(path)} hashes; at 10 billion entries 34"
            )
            print(f"proof of consistency     {consistency * 1e3:8.3f} ms")
            top, leaf = log.root(conn, count), entries(numbers[0], 1)[0].leaf
            check = median(lambda n: verify_inclusion(leaf, numbers[0], count, path, top), numbers)
            print(f"verification of inclusion{check * 1e3:8.3f} ms")
            for name in (f"L{count + 5}", f"L{numbers[0]}"):
                start = time.perf_counter()
                data = encode_absence(prove_absence(conn, log, "listing", name))
                made = time.perf_counter() - start
                start = time.perf_counter()
                assert verify_absence(data, str(log.verifier)).sound
                print(
                    f"all entries about {name:>10}: proof {made:.2f} s, {len(data) / 1000:,.0f} kB;"
                    f" verified in {time.perf_counter() - start:.2f} s; {-(-count // BLOCK_ENTRIES)} blocks"
                )
        store.close()


if __name__ == "__main__":
    main()
