"""Erasure of one person among a million entries, SQLite: key, values, hashes, stored answers, and the log written back.

Goal: less than a second. Named baseline: one durable commit of one row to the same file.
Use: python bench/erasure.py [ENTRIES]
"""

import statistics
import sys
import tempfile
import time
from functools import partial

from anbao.engine.idempotency import HttpAnswer, KeyedRequest, store_answer
from anbao.engine.work import Work
from anbao.ledger import seal
from anbao.model.entry import Entry, Sealed
from anbao.platform import Platform, open_platform
from anbao.store import meta

BATCH = 10_000
PER_PERSON = 10
ANSWERS = 10_000
ERASED = 5


def fill(platform: Platform, entries: int) -> None:
    """Orders of one person for every ten entries, three values for each order, and answers that are stored."""

    def job(work: Work, start: int) -> None:
        numbers = range(start, start + BATCH)
        buyers = platform.vault.consumers(work.conn, [f"buyer-{number // PER_PERSON}" for number in numbers])
        sealed: list[Sealed] = []
        owned = [(f"consumer:{buyers[f'buyer-{number // PER_PERSON}']}", number) for number in numbers]
        values = platform.vault.seal_values(
            work.conn,
            [
                (person, field, f"{field} {number}")
                for person, number in owned
                for field in ("name", "phone", "address")
            ],
        )
        for place, (person, number) in enumerate(owned):
            consumer = person.removeprefix("consumer:")
            body = {"name": values[3 * place], "phone": values[3 * place + 1], "address": values[3 * place + 2]}
            subjects = {"consumer": consumer, "listing": f"L{number % 5_000}"}
            sealed.append(seal(Entry(actor="bench", at=1, body=body, kind="bench", recorded=1, subjects=subjects)))
        platform.ledger.append(work.conn, sealed)

    for start in range(0, entries, BATCH):
        platform.run(partial(job, start=start))

    def keep(work: Work) -> None:
        answers = [
            (KeyedRequest(api_key="bench", key=str(number), fingerprint=b""), HttpAnswer(200, b"x" * 500))
            for number in range(ANSWERS)
        ]
        store_answer(work.conn, answers, work.now, platform.vault.cipher)

    platform.run(keep)


def seconds_to_erase(platform: Platform, buyer: str) -> float:
    """From the request until the database's own files have let go of it."""
    start = time.perf_counter()
    platform.persons.erase(f"buyer:{buyer}", reason="bench", actor="bench")
    platform.persons.settle()
    return time.perf_counter() - start


def note(work: Work, value: str) -> None:
    """Write one small row."""
    meta.write(work.conn, "bench", value.encode())


def main() -> int:
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder, open_platform(f"sqlite:///{folder}/store.db") as platform:
        fill(platform, entries)
        platform.store.settle_deletions(())
        erased = [seconds_to_erase(platform, f"buyer-{number * 17}") for number in range(ERASED)]
        commits = []
        for number in range(ERASED):
            start = time.perf_counter()
            platform.run(partial(note, value=str(number)))
            commits.append(time.perf_counter() - start)
    worst, commit = max(erased), statistics.median(commits)
    print(
        f"erasure of one person among {entries:,} entries: median {statistics.median(erased) * 1e3:.0f} ms,"
        f" worst {worst * 1e3:.0f} ms, with {ANSWERS:,} stored answers (goal 1000 ms);"
        f" one durable commit {commit * 1e3:.1f} ms"
    )
    return int(worst > 1)


if __name__ == "__main__":
    raise SystemExit(main())
