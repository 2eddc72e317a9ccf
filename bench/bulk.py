"""Bulk screening from JSONL to durable commit against a bare daachorse scan of the same text, in one run.

Goals: 0.12 of the bare scan on one core; two cores at least 1.6 of one; within a factor of 2 from 100 to 100,000 terms.
Use: python bench/bulk.py [--listings 100000] [--store URL]
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import daachorse

import material
from anbao.connect.bulk import screen_file
from anbao.connect.files import open_source
from anbao.connect.output import Sink
from anbao.detect.text import Lexicon
from anbao.platform import open_platform

ROUNDS = 3
CORES = sorted(os.sched_getaffinity(0))


def bare(words: list[str], rows: list[dict[str, str]]) -> float:
    """Seconds per listing of a bare scan, best of several passes over text joined by the thousand."""
    automaton = daachorse.CharwiseDoubleArrayAhoCorasick(words)
    texts = [
        "\n".join(row["title"] + "\n" + row["description"] for row in rows[start : start + 1000])
        for start in range(0, len(rows), 1000)
    ]
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        for text in texts:
            automaton.find(text)
        best = min(best, time.perf_counter() - start)
    return best / len(rows)


def bulk(terms: int, file: Path, cores: int, url: str | None) -> float:
    """Seconds from the file to the last durable commit, in a process of its own on so many cores."""
    command = [sys.executable, __file__, "--run", str(file), "--terms", str(terms), "--workers", str(cores)]
    if url:
        command += ["--store", url]
    done = subprocess.run(
        command, check=True, capture_output=True, preexec_fn=lambda: os.sched_setaffinity(0, CORES[:cores])
    )
    return float(done.stdout)


def run_once(terms: int, file: Path, workers: int, url: str | None) -> float:
    """What ``bulk`` runs: seconds of one screening, without the start of the program."""
    with tempfile.TemporaryDirectory() as folder, open_platform(url or f"sqlite:///{folder}/bench.db") as platform:
        lexicon = Lexicon.from_csv(material.lexicon_csv(material.terms(100_000)[:terms]))
        platform.activate_lexicon(platform.import_lexicon(lexicon))
        platform.prevent.ruleset()
        start = time.perf_counter()
        screen_file(platform, open_source(file), Sink(None), workers=workers, restart=True)
        return time.perf_counter() - start


def main() -> None:
    """Print the figures and their ratios."""
    options = argparse.ArgumentParser()
    options.add_argument("--listings", type=int, default=100_000)
    options.add_argument("--store")
    options.add_argument("--run", type=Path)
    options.add_argument("--terms", type=int)
    options.add_argument("--workers", type=int)
    given = options.parse_args()
    if given.run:
        print(run_once(given.terms, given.run, given.workers, given.store))
        return
    words = material.terms(100_000)
    rows = material.listings(given.listings, words)
    figures: dict[str, list[float]] = {"scan": [], "one": [], "two": [], "few": []}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "listings.jsonl"
        material.write_jsonl(file, rows)
        for _ in range(ROUNDS):
            os.sched_setaffinity(0, CORES[:1])
            figures["scan"].append(bare(words, rows))
            os.sched_setaffinity(0, CORES)
            figures["one"].append(bulk(100_000, file, 1, given.store) / len(rows))
            figures["two"].append(bulk(100_000, file, 2, given.store) / len(rows))
            figures["few"].append(bulk(100, file, 1, given.store) / len(rows))
    scan, one, two, few = (min(figures[name]) for name in ("scan", "one", "two", "few"))
    show("bare daachorse scan", scan, "")
    show("bulk, one core", one, f"{scan / one:.3f} of the bare scan (goal 0.12)")
    show("bulk, two cores", two, f"{one / two:.2f} of one core (goal 1.6)")
    show("bulk, 100 terms", few, f"{one / few:.2f} times as fast as with 100,000 (goal at most 2)")


def show(name: str, seconds: float, ratio: str) -> None:
    """Print one figure."""
    print(f"{name:22} {1e6 * seconds:8.2f} µs/listing {1 / seconds:10,.0f}/s  {ratio}")


if __name__ == "__main__":
    main()
