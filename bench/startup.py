"""How long commands take to start, against ``python -c pass`` in the same run.

What Python compiled and what packs hold is remembered from one run before (warm caches). Each figure is the median of
20 runs; the commands take turns, because machines have busy neighbours, and the processor's time is given beside the
clock's. Goals: at most 150 ms for a command that needs no store, 400 ms for one that opens a store.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from anbao.model.listing import Listing
from anbao.platform import open_platform

ROUNDS = 20
WITHOUT_STORE, WITH_STORE = 0.150, 0.400
ENTRY = "from anbao.cli import main; main()"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'anbao.db'}"
        with open_platform(url) as platform:
            platform.submit_listing(Listing(id="L1", title="充电宝"))
            platform.advance()
        # A machine may forbid bytecode files; users' machines do not.
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment |= {"XDG_CACHE_HOME": folder, "PYTHONPYCACHEPREFIX": str(Path(folder) / "bytecode")}
        commands: dict[str, tuple[list[str], float | None]] = {
            "python -c pass": ([sys.executable, "-c", "pass"], None),
            "anbao --version": (anbao("--version"), WITHOUT_STORE),
            "anbao law show cn.ecommerce_law/38": (anbao("law", "show", "cn.ecommerce_law/38"), None),
            "anbao obligations list --store …": (anbao("obligations", "list", "--store", url), WITH_STORE),
        }
        taken: dict[str, list[float]] = {name: [] for name in commands}
        used: dict[str, list[float]] = {name: [] for name in commands}
        for turn in range(ROUNDS + 1):
            for name, (command, _) in commands.items():
                start, before = time.perf_counter(), processor()
                subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
                if turn:  # the first makes the caches warm
                    taken[name].append(time.perf_counter() - start)
                    used[name].append(processor() - before)
    bare = statistics.median(taken["python -c pass"])
    for name, times in taken.items():
        middle, goal = statistics.median(times), commands[name][1]
        against = "" if goal is None else f"  goal {goal * 1_000:.0f} ms: {'met' if middle <= goal else 'missed'}"
        work = statistics.median(used[name]) * 1_000
        print(
            f"{name:38} {middle * 1_000:6.0f} ms ({min(times) * 1_000:.0f} at best, {work:.0f} of the processor),"
            f" {middle / bare:5.1f}×{against}"
        )


def processor() -> float:
    """Seconds of the processor that finished child processes took."""
    seen = resource.getrusage(resource.RUSAGE_CHILDREN)
    return seen.ru_utime + seen.ru_stime


def anbao(*arguments: str) -> list[str]:
    return [sys.executable, "-c", ENTRY, *arguments]


if __name__ == "__main__":
    main()
