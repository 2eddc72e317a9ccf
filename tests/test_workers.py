"""Workers: tasks and results in order, and nothing of them left on any file system, however a run ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from anbao.connect.workers import DEPTH, Workers, remove_stale
from helpers import until

SECRET = "王小明的商品文字"


def start() -> Callable[[bytes], bytes]:
    return lambda task: task * 2


def test_results_come_in_order_and_whole() -> None:
    tasks = [bytes([number % 251]) * (number * 997 % 300_000) for number in range(DEPTH * 3 + 5)]
    with Workers(2, start, ()) as pool:
        results = list(pool.run(tasks))
    assert [task for task, _ in results] == tasks
    assert [result for _, result in results] == [task * 2 for task in tasks]


RUN = f"""
import sys, time
from anbao.connect.workers import Workers

def start():
    def work(task):
        time.sleep(30)
        return task
    return work

def tasks():
    for number in range(20):
        if number == 6:
            print("ready", flush=True)
        yield ("{SECRET}" * 20_000).encode()

with Workers(2, start, ()) as pool:
    list(pool.run(tasks()))
"""


def files_with(secret: bytes, folders: tuple[Path, ...], since: float) -> list[Path]:
    found = []
    for folder in folders:
        for one in folder.rglob("*"):
            try:
                if one.is_file() and one.stat().st_mtime >= since and secret in one.read_bytes():
                    found.append(one)
            except OSError:
                continue
    return found


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="the system has no such folder")
def test_a_killed_run_leaves_nothing_in_memory_or_on_disk(tmp_path: Path) -> None:
    since = time.time() - 2
    process = subprocess.Popen(
        [sys.executable, "-c", RUN], stdout=subprocess.PIPE, env={**os.environ, "TMPDIR": str(tmp_path)}
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    open_files = [str(one.readlink()) for one in Path(f"/proc/{process.pid}/fd").iterdir() if one.is_symlink()]
    assert any("memfd:" in one for one in open_files)
    assert not files_with(SECRET.encode(), (Path("/dev/shm"), tmp_path), since), "it has no name while it runs either"
    process.send_signal(signal.SIGKILL)
    process.wait()
    until(lambda: not files_with(SECRET.encode(), (Path("/dev/shm"), tmp_path), since), 10)


def test_what_killed_runs_of_earlier_versions_left_is_removed(tmp_path: Path) -> None:
    long_ago = time.time() - 7_200
    old, live, other = (tmp_path / f"anbao-{name}" for name in ("abcd1234", "wxyz5678", "demo-abcdefgh"))
    for folder in (old, live, other):
        folder.mkdir()
        (folder / "0").write_bytes(SECRET.encode())
    foreign = tmp_path / "anbao-notours1"
    foreign.mkdir()
    (foreign / "letter.txt").write_bytes(b"kept")
    for one in (old / "0", other / "0", foreign / "letter.txt"):
        os.utime(one, (long_ago, long_ago))
    assert remove_stale((tmp_path,)) == 1
    assert not old.exists()
    assert live.exists()
    assert other.exists()
    assert foreign.exists()
