"""``kill -9`` at random moments: nothing acknowledged is lost, nothing is doubled, and the books still agree."""

import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import msgspec
import pytest

import anbao
from anbao.access.keys import create_key
from anbao.ledger.merkle import leaf_hash
from anbao.model.events.prevent import ListingScreenedEvent
from helpers import seeded, until
from serving import SECONDS_TO_START, start_server

ANBAO = Path(sys.executable).parent / "anbao"
KILLS = 50
ROWS = 60_000


def run_and_kill(command: list[str], seconds: float, grows: Path, log: Path) -> int | None:
    """Start a process; kill it ``seconds`` after the file first grew, unless it ended. Its exit status if it ended."""
    before = grows.stat().st_size if grows.exists() else 0
    with log.open("ab") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=subprocess.STDOUT)
        until(
            lambda: process.poll() is not None or (grows.exists() and grows.stat().st_size > before), SECONDS_TO_START
        )
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


class Caller:
    """Four callers of the HTTP API who keep what was acknowledged, and repeat what was not under the same key."""

    def __init__(self, token: str) -> None:
        self.base = ""
        self._token = token
        self._numbers = iter(range(10_000_000))
        self._lock = threading.Lock()
        self.acknowledged: dict[int, tuple[int, str]] = {}
        self.unanswered: list[int] = []

    def call_until_it_dies(self) -> None:
        """Submit listings and orders over one connection until it breaks."""
        with httpx.Client(base_url=self.base, headers={"Authorization": f"Bearer {self._token}"}, timeout=30) as client:
            while True:
                with self._lock:
                    number = self.unanswered.pop() if self.unanswered else next(self._numbers)
                try:
                    self._submit(client, number)
                except httpx.TransportError:
                    with self._lock:
                        self.unanswered.append(number)
                    return

    def _submit(self, client: httpx.Client, number: int) -> None:
        title = "出售仿真枪" if number % 5 == 0 else "纯棉儿童短袖"
        listing = {"id": f"L{number}", "merchant": "m1", "title": title, "category": "服装"}
        answer = client.post("/v1/listings", json=listing, headers={"Idempotency-Key": f"listing-{number}"})
        answer.raise_for_status()
        if number % 7 == 0:
            order = {"id": f"O{number}", "listing": f"L{number}", "buyer": f"b{number % 3}"}
            client.post("/v1/orders", json=order, headers={"Idempotency-Key": f"order-{number}"}).raise_for_status()
        receipt = answer.json()["receipt"]
        self.acknowledged[number] = receipt["entry"], receipt["leaf"]


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_killed_under_load_over_http(store_url: str, tmp_path: Path) -> None:
    dice = seeded("killed over HTTP")
    with anbao.open(store_url) as platform:
        token = platform.run(lambda work: create_key(work, "crash", ["*"], "test"))
    caller = Caller(token)
    for _ in range(KILLS):
        server, caller.base = start_server(store_url, tmp_path, "--checkpoint-every", "0.3")
        with ThreadPoolExecutor(4) as pool:
            calls = [pool.submit(caller.call_until_it_dies) for _ in range(4)]
            time.sleep(dice.uniform(0, 1))
            server.send_signal(signal.SIGKILL)
            server.wait()
            for call in calls:
                call.result()
    assert len(caller.acknowledged) > KILLS
    with anbao.open(store_url) as platform:
        assert_sound(platform)
        with platform.reading() as conn:
            for number, (entry, leaf) in caller.acknowledged.items():
                stored = platform.ledger.entry(conn, entry)
                assert stored.entry().subjects["listing"] == f"L{number}"
                assert leaf_hash(stored.data).hex() == leaf
            for kind, role in ((ListingScreenedEvent.KIND, "listing"), ("order.placed", "order")):
                seen = Counter(stored.entry().subjects[role] for stored in platform.entries(conn, kind=kind))
                assert max(seen.values()) == 1
                assert len(seen) >= sum(1 for number in caller.acknowledged if role == "listing" or number % 7 == 0)


@pytest.mark.slow
@pytest.mark.timeout(2400)
def test_killed_during_bulk_runs(store_url: str, tmp_path: Path) -> None:
    dice = seeded("killed in bulk")
    anbao.open(store_url).close()
    kills = files = 0
    while kills < KILLS:
        kills += screen_under_fire(store_url, tmp_path, files, dice, KILLS - kills)
        files += 1
    with anbao.open(store_url) as platform:
        assert_sound(platform)
        with platform.reading() as conn:
            screened = [
                stored.entry().subjects["listing"] for stored in platform.entries(conn, kind=ListingScreenedEvent.KIND)
            ]
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
