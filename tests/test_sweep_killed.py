"""A sweep that is killed again and again finds everything, records nothing twice, and says what it looked at."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

import anbao
from anbao.model.events.investigate import HazardSwept, ListingMatchedHazard
from anbao.model.hazard import Confirmation, Fingerprint, Suspicion
from anbao.store import Store, open_store
from anbao.store.bulk import sql
from helpers import seeded, until

BARCODE = "6901234567892"
LISTINGS = 6_000
EVERY = 7
KILLS = 3

RUN = """
import sys
from anbao.investigate.sweep import passes
from anbao.cli.root import run
passes.STEP = 150
sys.exit(run(["sweep", "run", "--store", sys.argv[1], "--format", "jsonl"]))
"""


def looked(store: Store) -> int:
    with store.read() as conn:
        return int(sql(conn, "SELECT coalesce(max(looked), 0) FROM sweep").scalar_one())


@pytest.mark.slow
def test_killed_during_a_sweep(store_url: str, tmp_path: Path) -> None:
    dice = seeded("killed during a sweep")
    with anbao.open(store_url) as platform:
        for start in range(0, LISTINGS, 1_000):
            platform.submit_listings(
                [
                    anbao.Listing(id=f"l{n}", title="移动电源", description=BARCODE if n % EVERY == 0 else "新款")
                    for n in range(start, start + 1_000)
                ]
            )
        prints = (Fingerprint(kind="barcode", value=BARCODE),)
        suspicion = Suspicion(id="h1", source="recall", title="充电宝", fingerprints=prints)
        platform.run(lambda work: platform.investigate.suspect(work, suspicion))
        platform.run(lambda work: platform.investigate.confirm(work, "h1", Confirmation()))
    watching = open_store(store_url)
    status, kills, reached = None, 0, [0]
    while status is None:
        with (tmp_path / "log.txt").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-c", RUN, store_url], stdout=log, stderr=log, env=dict(os.environ)
            )
        if kills < KILLS:
            until(lambda: process.poll() is not None or looked(watching) > reached[-1], 60)  # noqa: B023
            time.sleep(dice.uniform(0, 0.05))
            process.send_signal(signal.SIGKILL)
            process.wait()
            if process.returncode == -signal.SIGKILL:
                kills += 1
                reached.append(looked(watching))
                continue
        status = process.wait(timeout=120)
    watching.close()
    assert status in (0, 1), (tmp_path / "log.txt").read_text()
    assert kills >= 2
    assert reached == sorted(reached)
    with anbao.open(store_url) as platform:
        assert platform.verify().sound
        assert platform.obligation_differences() == []
        with platform.reading() as conn:
            found = [
                one.event(ListingMatchedHazard).listing
                for one in platform.entries(conn, kind=ListingMatchedHazard.KIND)
            ]
            [swept] = platform.entries(conn, kind=HazardSwept.KIND)
    assert Counter(found) == Counter(f"l{n}" for n in range(0, LISTINGS, EVERY))
    coverage = swept.event(HazardSwept).coverage
    assert (coverage.looked, coverage.listings, coverage.certain) == (LISTINGS, LISTINGS, len(found))
