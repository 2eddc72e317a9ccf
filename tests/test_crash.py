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
from anbao.ledger.merkle import leaf_hash
from anbao.prevent.listings import SCREENED

WORKER = Path(__file__).parent / "crash_worker.py"
ANBAO = Path(sys.executable).parent / "anbao"
KILLS = 50
ROWS = 60_000


def run_and_kill(command: list[str], seconds: float, grows: Path, log: Path) -> int | None:
    """Start a process; kill it ``seconds`` after the file first grew, unless it ended. Its exit status if it ended."""
    before = grows.stat().st_size if grows.exists() else 0
    with log.open("ab") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=subprocess.STDOUT)
        while process.poll() is None and not (grows.exists() and grows.stat().st_size > before):
            time.sleep(0.01)
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return None
    assert process.returncode in (0, 1), log.read_text()
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
        run_and_kill(
            [sys.executable, str(WORKER), store_url, str(turn * 100_000)],
            dice.uniform(0, 1),
            acknowledged,
            acknowledged,
        )
    told = [line.split() for line in acknowledged.read_text().splitlines() if line.count(" ") == 2]
    assert len(told) > KILLS
    with anbao.open(store_url) as platform:
        assert_sound(platform)
        with platform.reading() as conn:
            for number, entry, leaf in told:
                stored = platform.ledger.entry(conn, int(entry))
                assert stored.entry().subjects["listing"] == f"L{number}"
                assert leaf_hash(stored.data).hex() == leaf
            screened = Counter(stored.entry().subjects["listing"] for stored in platform.entries(conn, kind=SCREENED))
    assert max(screened.values()) == 1
    assert len(screened) >= len(told)


@pytest.mark.slow
@pytest.mark.timeout(2400)
def test_killed_during_bulk_runs(store_url: str, tmp_path: Path) -> None:
    dice = random.Random(11)
    anbao.open(store_url).close()
    kills = files = 0
    while kills < KILLS:
        kills += screen_under_fire(store_url, tmp_path, files, dice, KILLS - kills)
        files += 1
    with anbao.open(store_url) as platform:
        assert_sound(platform)
        with platform.reading() as conn:
            screened = [stored.entry().subjects["listing"] for stored in platform.entries(conn, kind=SCREENED)]
    assert screened == [f"F{file}-{n}" for file in range(files) for n in range(ROWS)]


def screen_under_fire(url: str, folder: Path, number: int, dice: random.Random, limit: int) -> int:
    """Screen one file, killing the process up to ``limit`` times; how often it was killed."""
    file, output = folder / f"{number}.jsonl", folder / f"{number}.rows.jsonl"
    rows = (
        {"id": f"F{number}-{n}", "title": "出售仿真枪" if n % 20 == 0 else f"儿童短袖 {n}", "description": "新款" * 40}
        for n in range(ROWS)
    )
    file.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    command = [str(ANBAO), "screen", str(file), "--store", url, "--format", "jsonl", "--output", str(output)]
    kills, status = 0, None
    while status is None:
        seconds = dice.uniform(0, 0.8) if kills < limit else 600
        given = [*command, "--workers", str(dice.choice((1, 2)))]
        status = run_and_kill(given, seconds, output, folder / "log.txt")
        kills += status is None
    assert status == 1
    written = [msgspec.json.decode(line) for line in output.read_bytes().splitlines()]
    assert [row["row"] for row in written] == list(range(1, ROWS + 1))
    assert len({row["entry"] for row in written}) == ROWS
    return kills
