"""Several processes lease cases at once: no case has two people, and what a killed process held comes back."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from anbao.cases.leases import LEASE_MINUTES
from anbao.engine.core import system_clock
from anbao.platform import open_platform
from case_steps import MINUTE, open_one, take

CASES = 40
PEOPLE = ("li", "wang", "zhao")

TAKE_ALL = """
import sys
from anbao.platform import open_platform
url, person = sys.argv[1:]
with open_platform(url) as platform:
    print("ready", flush=True)
    sys.stdin.readline()
    while case := platform.run(lambda work: platform.cases.next(work, actor=person).case):
        print(case.id, flush=True)
    print("", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def working_processes(url: str) -> Iterator[list["subprocess.Popen[str]"]]:
    """A process for each person, ready to take cases; killed with all that they hold."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", TAKE_ALL, url, person], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for person in PEOPLE
    ]
    try:
        for one in processes:
            assert one.stdout
            assert one.stdout.readline() == "ready\n"
        yield processes
    finally:
        for one in processes:
            one.kill()
        for one in processes:
            one.communicate()


def test_processes_share_the_cases_and_what_a_killed_one_held_comes_back(store_url: str) -> None:
    with open_platform(store_url) as platform:
        opened = {open_one(platform, f"L{n}", 1 + n % 5) for n in range(CASES)}
    with working_processes(store_url) as processes:
        for one in processes:
            assert one.stdin
            one.stdin.write("\n")
            one.stdin.flush()
        held: list[list[str]] = []
        for one in processes:
            assert one.stdout
            held.append([line.strip() for line in iter(one.stdout.readline, "\n")])
    taken = [name for names in held for name in names]
    assert len(taken) == len(set(taken)) == CASES
    assert set(taken) == opened
    assert sum(map(bool, held)) > 1
    with open_platform(store_url) as platform:
        assert take(platform, "sun") is None
    with open_platform(store_url, clock=lambda: system_clock() + (LEASE_MINUTES + 1) * MINUTE) as platform:
        assert {take(platform, "sun") for _ in range(CASES)} == opened
        assert take(platform, "sun") is None
        assert platform.verify().sound
