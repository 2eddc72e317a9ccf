"""What one act costs does not grow with the store: counted in steps of SQLite, which are the same each time."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from anbao.engine.work import Work
from anbao.investigate import screenings
from anbao.ledger import Ledger
from anbao.model.events.investigate import HazardConfirmed, ListingMatchedHazard
from anbao.model.events.remove import ViolationStopped
from anbao.model.hazard import HazardRecord, MatchRecord
from anbao.model.listing import Listing
from anbao.platform import Platform, open_platform
from anbao.remove import hazards, measures, records, violations
from anbao.remove.measures import MeasureOrder
from anbao.remove.records import MEASURE_COLUMNS, VIOLATION_COLUMNS
from anbao.store import Connection, open_store, tables
from anbao.store.bulk import insert_many, sql
from helpers import START, Clock

FEW, MANY = 200, 4_000


def steps(conn: Connection, act: Callable[[], object]) -> int:
    """How many steps (by the hundred) SQLite's machine takes for an act."""
    driver = conn.driver
    assert isinstance(driver, sqlite3.Connection)
    ticks = count()
    driver.set_progress_handler(lambda: next(ticks) and 0, 100)
    try:
        act()
    finally:
        driver.set_progress_handler(None, 0)
    return next(ticks)


def screened(platform: Platform, number: int) -> None:
    for start in range(0, number, 1_000):
        platform.submit_listings(
            [Listing(id=f"L{n}", merchant="M", title="儿童短袖") for n in range(start, min(number, start + 1_000))]
        )


def found_and_taken_down(platform: Platform, number: int) -> None:
    """One danger in so many listings of one merchant, all of them taken down but the last."""
    screened(platform, number)

    def job(work: Work) -> None:
        danger = HazardRecord(certain=True, severity=4, source="judgment", title="充电宝")
        work.append(HazardConfirmed(hazard="H", record=danger), actor="ann", at=START)
        match = MatchRecord(certainty="certain", reasons=(), screened=0, severity=4, sweep="S")
        found = [ListingMatchedHazard(hazard="H", listing=f"L{n}", merchant="M", record=match) for n in range(number)]
        work.append_all(found, actor="sweep", at=START)
        work.flush()
        told = ("", START, 0, "", "", 1, "")
        rows = [
            (f"takedown-{n}", "takedown", "confirmed" if n % 2 else "taken", f"L{n}", "M", "H", "violation-1", *told)
            for n in range(number - 1)
        ]
        insert_many(work.conn, tables.measure, MEASURE_COLUMNS, rows)
        violation = ("violation-1", "M", "L0", "H", "safety", 4, 0, "found", START, 1)
        insert_many(work.conn, tables.violation, VIOLATION_COLUMNS, [violation])

    platform.run(job)


def newest_screening(work: Work, number: int, ledger: Ledger) -> None:
    screenings.newest_entry(work.conn, f"L{number // 2}")


def first_of_a_backlog(work: Work, number: int, ledger: Ledger) -> None:
    ledger.entries_of(work.conn, {"listing.screened", "listing.matched_hazard", "hazard.swept"}, 0, 20)


def entries_about_one(work: Work, number: int, ledger: Ledger) -> None:
    ledger.entries(work.conn, kind="listing.screened", subject=("listing", f"L{number - 1}"))


def whether_it_is_removed(work: Work, number: int, ledger: Ledger) -> None:
    hazards.conclude(ledger, work, "H")


def whether_the_violation_is_stopped(work: Work, number: int, ledger: Ledger) -> None:
    violations.settle(work, "violation-1")


@pytest.mark.parametrize(
    "act",
    [
        newest_screening,
        first_of_a_backlog,
        entries_about_one,
        whether_it_is_removed,
        whether_the_violation_is_stopped,
    ],
)
def test_an_act_costs_the_same_however_much_there_is(tmp_path: Path, act: Callable[[Work, int, Ledger], None]) -> None:
    taken = []
    for number in (FEW, MANY):
        with open_platform(f"sqlite:///{tmp_path}/{number}.db", clock=Clock()) as platform:
            found_and_taken_down(platform, number)

            def counted(work: Work, number: int = number, platform: Platform = platform) -> int:
                return steps(work.conn, lambda: act(work, number, platform.ledger))

            taken.append(platform.rehearse(counted))
    assert taken[1] <= 2 * taken[0] + 5, taken


def test_a_takedown_costs_the_same_however_many_there_were(tmp_path: Path) -> None:
    taken = []
    for number in (FEW, MANY):
        with open_platform(f"sqlite:///{tmp_path}/{number}.db", clock=Clock()) as platform:
            found_and_taken_down(platform, number)
            order = MeasureOrder(
                facts="同一危险", hazard="H", listing=f"L{number - 1}", measure="takedown", violation="violation-1"
            )

            def take(work: Work, order: MeasureOrder = order, platform: Platform = platform) -> int:
                context = platform.remove._context
                return steps(work.conn, lambda: measures.take(context, work, order, person="ann", actor="key:1"))

            taken.append(platform.rehearse(take))
    assert taken[1] <= 2 * taken[0] + 5, taken


def test_a_violation_with_more_measures_than_are_read_at_once_is_not_stopped_early(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "MOST", 10)
    monkeypatch.setattr(violations, "MOST_NAMED", 5)
    with open_platform(f"sqlite:///{tmp_path}/anbao.db", clock=Clock()) as platform:
        found_and_taken_down(platform, 40)

        def settle(work: Work, left: int) -> list[ViolationStopped]:
            sql(work.conn, f"UPDATE measure SET state = 'confirmed' WHERE id <> 'takedown-{left}' OR {left} < 0")
            violations.settle(work, "violation-1")
            stopped = platform.entries(work.conn, kind=ViolationStopped.KIND)
            return [one.event(ViolationStopped) for one in stopped]

        assert platform.run(lambda work: settle(work, 38)) == []
        [stopped] = platform.run(lambda work: settle(work, -1))
    assert (len(stopped.measures or ()), stopped.removed, stopped.kept_out) == (5, 39, False)


GREEDY = """
import sys
WORK = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT sum(i) FROM n"
from anbao.store import open_store
from anbao.store.bulk import sql
store = open_store(sys.argv[1])
while True:
    with store.write() as conn:
        sql(conn, "INSERT INTO meta (key, value) VALUES ('greedy', x'00') ON CONFLICT (key) DO NOTHING")
        print("holds", flush=True)
        for _ in range(20):
            sql(conn, WORK)
"""


def test_who_writes_without_a_pause_keeps_nobody_out(store_url: str) -> None:
    """Each of ten writes comes after at most a few of the other's; without turns SQLite lets hundreds pass."""
    store = open_store(store_url)
    others = subprocess.Popen([sys.executable, "-c", GREEDY, store_url], stdout=subprocess.PIPE, text=True)
    try:
        assert others.stdout
        others.stdout.readline()
        begun = time.monotonic()
        for number in range(10):
            with store.write() as conn:
                insert_many(conn, tables.meta, ("key", "value"), [(f"modest-{number}", b"")])
        waited = time.monotonic() - begun
    finally:
        others.kill()
        passed = 1 + len(others.communicate()[0].splitlines())
        store.close()
    assert passed <= 40, (passed, waited)
