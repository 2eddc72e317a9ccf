"""Taking down by the thousand: from a person's decision on many cases to the platform's confirmation over HTTP.

Likely finds of one danger are decided in bulk (preview, order, the undo window), each leaves as a signed webhook to the
simulator's receiver, and each confirmation is recorded. Then a receiver that fails: retries, dead letters, and sending
those again. Baselines in the same run: bare inserts of as many rows as a takedown writes entries, one commit for each
hundred, and bare signed posts to the same receiver.

Use: python bench/removal.py [--listings 1000] [--store URL]
"""

import argparse
import sqlite3
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx

from anbao.delivery import service as delivery
from anbao.delivery.post import SignedMessage, post
from anbao.delivery.queue import Patience
from anbao.delivery.signature import new_secret
from anbao.engine.outbox import listed
from anbao.engine.work import Work
from anbao.model.events.investigate import HazardConfirmed, ListingMatchedHazard
from anbao.model.hazard import HazardRecord, MatchRecord
from anbao.model.listing import Listing
from anbao.platform import Platform, open_platform
from anbao.simulator.receiver import Manners, Receiver, receiving
from anbao.store.bulk import sql

MERCHANTS = 100
HOUR = 3_600_000
PREVIEWED = 1_000
"""Cases of one order, at the most."""


class Clock:
    """The platform's clock, which runs and can be set forward."""

    def __init__(self) -> None:
        self.ahead = 0

    def __call__(self) -> int:
        return time.time_ns() // 1_000_000 + self.ahead


def timed(what: str, count: int, act: Callable[[], object], baseline: float = 0.0) -> float:
    """Seconds for one; printed with its ratio to a baseline's."""
    start = time.perf_counter()
    act()
    each = (time.perf_counter() - start) / count
    ratio = f"  {baseline / each:.3f} of the baseline" if baseline else ""
    print(f"{what:46} {1e3 * each:8.3f} ms each {1 / each:10,.0f}/s{ratio}", flush=True)
    return each


def bare_inserts(entries: int) -> None:
    """Rows like entries in a table of their own, durable by the hundred."""
    with tempfile.TemporaryDirectory() as folder:
        conn = sqlite3.connect(f"{folder}/bare.db", isolation_level=None)
        conn.execute("PRAGMA journal_mode=WAL")
        conn.execute("PRAGMA synchronous=FULL")
        conn.execute("CREATE TABLE bare (idx INTEGER PRIMARY KEY, kind TEXT, data BLOB)")
        for start in range(0, entries, 100):
            conn.execute("BEGIN IMMEDIATE")
            rows = [(n, "measure.taken", bytes(600)) for n in range(start, start + 100)]
            conn.executemany("INSERT INTO bare VALUES (?, ?, ?)", rows)
            conn.execute("COMMIT")
        conn.close()


def bare_posts(receiver: Receiver, count: int) -> None:
    """Signed messages, as many at once as delivery sends, and nothing else."""
    secret = new_secret()
    receiver.secrets.append(secret)
    body = b'{"type":"bare","data":{},"subjects":{}}'
    with httpx.Client(trust_env=False) as client, ThreadPoolExecutor(delivery.AT_ONCE) as pool:
        messages = [SignedMessage(id=f"bare{n}", url=receiver.url, secrets=[secret], body=body) for n in range(count)]
        list(pool.map(lambda one: post(client, one, 10), messages))


def find_likely(platform: Platform, count: int) -> None:
    """A confirmed danger, and likely finds of it in so many listings: a case each."""
    for start in range(0, count, 1_000):
        platform.submit_listings(
            [
                Listing(id=f"L{n}", merchant=f"M{n % MERCHANTS}", title="儿童短袖")
                for n in range(start, min(count, start + 1_000))
            ]
        )

    def job(work: Work) -> None:
        danger = HazardRecord(certain=True, severity=4, source="judgment", title="充电宝")
        work.append(HazardConfirmed(hazard="H", record=danger), actor="bench")
        match = MatchRecord(certainty="likely", reasons=(), screened=0, severity=4, sweep="S")
        found = [
            ListingMatchedHazard(hazard="H", listing=f"L{n}", merchant=f"M{n % MERCHANTS}", record=match)
            for n in range(count)
        ]
        work.append_all(found, actor="bench")

    platform.run(job)
    platform.keep_time()


def entries(platform: Platform) -> int:
    """The size of the ledger."""
    with platform.reading() as conn:
        return platform.ledger.size(conn)


def count_of(platform: Platform, statement: str) -> int:
    """One number."""
    with platform.reading() as conn:
        return int(sql(conn, statement).scalar_one())


def main() -> None:
    """Print the figures and their ratios."""
    options = argparse.ArgumentParser()
    options.add_argument("--listings", type=int, default=1_000)
    options.add_argument("--store")
    given = options.parse_args()
    count, clock = given.listings, Clock()
    with (
        tempfile.TemporaryDirectory() as folder,
        receiving() as receiver,
        open_platform(given.store or f"sqlite:///{folder}/bench.db", clock=clock) as platform,
    ):
        measure(platform, receiver, clock, count)


def measure(platform: Platform, receiver: Receiver, clock: Clock, count: int) -> None:
    """One round, stage by stage."""
    made = platform.run(lambda work: platform.delivery.add_endpoint(work, receiver.url, actor="bench"))
    receiver.secrets.append(made.secret)
    timed("finding: matches to open cases", count, lambda: find_likely(platform, count))
    with platform.reading() as conn:
        names = [name for (name,) in sql(conn, "SELECT id FROM case_file ORDER BY id")]
    groups = [names[start : start + PREVIEWED] for start in range(0, len(names), PREVIEWED)]

    def preview() -> None:
        with platform.reading() as conn:
            for group in groups:
                platform.cases.preview(conn, group, outcome="remove", person="ann")

    def order() -> None:
        for group in groups:
            platform.run(
                lambda work, group=tuple(group): platform.cases.decide_many(  # type: ignore[misc]
                    work, cases=group, outcome="remove", reason="已核对", person="ann"
                )
            )

    def take_down() -> None:
        while platform.cases.release():
            pass
        platform.keep_time()

    timed("preview of a bulk decision", count, preview)
    timed("ordering it (undo window opens)", count, order)
    clock.ahead += 24 * HOUR
    before = entries(platform)
    start = time.perf_counter()
    take_down()
    taken = time.perf_counter() - start
    wrote = entries(platform) - before
    bare = timed(f"baseline: {wrote / count:.1f} bare inserts each", count, lambda: bare_inserts(wrote))
    each = taken / count
    print(
        f"{'takedown: decision, violation, measure, letter':46} {1e3 * each:8.3f} ms each {1 / each:10,.0f}/s"
        f"  {bare / each:.3f} of the baseline"
    )
    effects = count_of(platform, "SELECT count(*) FROM outbox WHERE state = 'waiting'")
    posted = timed("baseline: bare signed posts", effects, lambda: bare_posts(receiver, effects))
    timed(f"delivery of {effects:,} effects, confirmed", effects, lambda: platform.work_off(step(platform)), posted)
    timed("recording what was confirmed", count, platform.keep_time)
    confirmed = count_of(platform, "SELECT count(*) FROM measure WHERE kind = 'takedown' AND state = 'confirmed'")
    print(f"{confirmed:,} of {count:,} takedowns confirmed")
    fail(platform, receiver, clock, posted)


def step(platform: Platform) -> Callable[[], bool]:
    """One step of delivery."""
    return platform.delivery.deliver_some


def fail(platform: Platform, receiver: Receiver, clock: Clock, posted: float) -> None:
    """Lift some measures while the receiver is down; then it is up again."""
    some = min(500, count_of(platform, "SELECT count(*) FROM measure WHERE kind = 'takedown' AND state = 'confirmed'"))
    with platform.reading() as conn:
        names = [
            name for (name,) in sql(conn, "SELECT id FROM measure WHERE kind = 'takedown' ORDER BY id LIMIT ?", (some,))
        ]
    platform.run(
        lambda work: [platform.remove.lift(work, name, "重新核对", person="ann", actor="bench") for name in names]
    )
    platform.delivery.patience = Patience(attempts=3, first_wait=3_600)
    receiver.manners = Manners(fail_first=3)
    waiting = count_of(platform, "SELECT count(*) FROM outbox WHERE state = 'waiting'")
    for attempt in ("first attempts, each answered with 503", "second attempts", "third attempts: dead letters"):
        timed(attempt, waiting, lambda: platform.work_off(step(platform)), posted)
        clock.ahead += 3 * HOUR
    with platform.reading() as conn:
        dead = [one.id for one in listed(conn, state="dead", limit=100_000)]
    timed(
        f"replay of {len(dead):,} dead letters",
        len(dead),
        lambda: platform.delivery.replay(tuple(dead), actor="ann"),
    )
    timed("their delivery", len(dead), lambda: platform.work_off(step(platform)), posted)
    left = count_of(platform, "SELECT count(*) FROM outbox WHERE state IN ('waiting', 'dead')")
    print(f"{left} effects left; {sum(n != 1 for n in receiver.executions.values())} carried out more than once")


if __name__ == "__main__":
    main()
