"""``kill -9`` at random moments: nothing acknowledged is lost, nothing is doubled, and the books still agree."""

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import msgspec
import pytest

import anbao
from anbao.prevent.listings import SCREENED

WORKER = Path(__file__).parent / "crash_worker.py"
ANBAO = Path(sys.executable).parent / "anbao"
KILLS = 50


def run_and_kill(command: list[str], seconds: float, output: Path) -> int | None:
    """Start a process, kill it after some seconds unless it ended; its exit status if it ended."""
    with output.open("ab") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=subprocess.PIPE)
        try:
            _, complaint = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            return None
    assert process.returncode in (0, 1), complaint.decode()
    return process.returncode


def assert_sound(platform: anbao.Platform) -> None:
    report = platform.verify()
    assert report.sound, report.problem
    assert platform.obligation_differences() == []


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_killed_while_listings_and_orders_come_in(store_url: str, tmp_path: Path) -> None:
    dice = random.Random(7)
    acknowledged = tmp_path / "acknowledged.txt"
    anbao.open(store_url).close()
    for turn in range(KILLS):
        run_and_kill([sys.executable, str(WORKER), store_url, str(turn * 100_000)], dice.uniform(0.8, 2.5), acknowledged)
    told = [line.split() for line in acknowledged.read_text().splitlines() if line.count(" ") == 2]
    assert len(told) > KILLS
    with anbao.open(store_url) as platform:
        assert_sound(platform)
        with platform.reading() as conn:
            for number, entry, leaf in told:
                stored = platform.ledger.entry(conn, int(entry))
                assert stored.entry().subjects["listing"] == f"L{number}"
                assert platform.ledger.receipt_leaf(conn, int(entry)) == leaf
            screened = Counter(
                stored.entry().subjects["listing"] for stored in platform.entries(conn, kind=SCREENED)
            )
    assert max(screened.values()) == 1
    assert len(screened) >= len(told)


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_killed_during_a_bulk_run(store_url: str, tmp_path: Path) -> None:
    dice = random.Random(11)
    file, output = tmp_path / "listings.jsonl", tmp_path / "rows.jsonl"
    count = 60_000
    rows = [
        {"id": f"L{n}", "title": "出售仿真枪" if n % 20 == 0 else f"儿童短袖 {n}", "description": "夏季新款" * 10}
        for n in range(count)
    ]
    file.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    command = [str(ANBAO), "screen", str(file), "--store", store_url, "--format", "jsonl", "--output", str(output)]
    kills = 0
    status = None
    while kills < KILLS:
        status = run_and_kill([*command, "--workers", "2"], dice.uniform(0.5, 2.5), tmp_path / "log.txt")
        if status is None:
            kills += 1
        else:  # the file came to its end; a further run begins anew, so go on with another copy
            break
    if status is None:
        status = run_and_kill([*command, "--workers", "2"], 300, tmp_path / "log.txt")
    assert status == 1
    with anbao.open(store_url) as platform:
        assert_sound(platform)
        with platform.reading() as conn:
            screened = [stored.entry().subjects["listing"] for stored in platform.entries(conn, kind=SCREENED)]
    assert screened == [f"L{n}" for n in range(count)]
    written = [msgspec.json.decode(line) for line in output.read_bytes().splitlines()]
    assert [row["row"] for row in written] == list(range(1, count + 1))
    assert len({row["entry"] for row in written}) == count
