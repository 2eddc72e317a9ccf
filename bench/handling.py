"""What stands between the matchers and the commit, of real listings with a category, in one run.

Decoding the file, the decision, the canonical entry, obligations, projections and rows: the processor's time of a
screening of a file, without folding and scanning and without the durable commit itself. The baseline is a bare
daachorse scan of the same text for the same 100,000 terms. Goal: at most 20 µs for each listing.
Use: python bench/handling.py FOLDER, with what ``real_text.py FOLDER`` wrote (lexicon.csv, listings.jsonl); without
them it says so and ends.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import daachorse
import msgspec

from anbao.connect.bulk import screen_file
from anbao.connect.files import open_source
from anbao.connect.output import Sink
from anbao.detect import looking
from anbao.detect.text import Lexicon
from anbao.platform import open_platform
from anbao.store.connection import ConnectionPool

T = TypeVar("T")

ROUNDS = 5
GOAL = 20.0
PAGE = 1_000


class Spent:
    """Seconds of the processor, by what took them."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def timing(self, act: Callable[..., T]) -> Callable[..., T]:
        """The act, whose time is counted."""

        def timed(*given: Any, **named: Any) -> T:
            start = time.thread_time()
            try:
                return act(*given, **named)
            finally:
                self.seconds += time.thread_time() - start

        return timed


def bare(words: list[str], texts: list[str]) -> float:
    """Seconds of the processor of a bare scan of all texts."""
    automaton = daachorse.CharwiseDoubleArrayAhoCorasick(words)
    start = time.process_time()
    for text in texts:
        automaton.find(text)
    return time.process_time() - start


def main() -> int:
    """Exit status 1 where the goal was missed."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("real_text")
    file, terms = folder / "listings.jsonl", folder / "lexicon.csv"
    if not (file.exists() and terms.exists()):
        print(f"skipped: {folder} does not hold lexicon.csv and listings.jsonl; real_text.py writes them")
        return 0
    rows = [msgspec.json.decode(line) for line in file.read_bytes().splitlines()]
    pages = (rows[start : start + PAGE] for start in range(0, len(rows), PAGE))
    texts = ["\n".join(f"{row['title']}\n{row['description']}" for row in page) for page in pages]
    lexicon = Lexicon.from_csv(terms)
    words = [term.term for term in lexicon.terms]
    apart = Spent()
    looking.look = apart.timing(looking.look)
    figures = []
    with tempfile.TemporaryDirectory() as place, open_platform(f"sqlite:///{place}/bench.db") as platform:
        platform.activate_lexicon(platform.import_lexicon(lexicon))
        platform.prevent.ruleset()
        commit = ConnectionPool.commit
        ConnectionPool.commit = apart.timing(commit)  # type: ignore[method-assign]
        for _ in range(ROUNDS):
            scan = bare(words, texts)
            apart.seconds, start = 0.0, time.process_time()
            screen_file(platform, open_source(file), Sink(None), restart=True)
            total = time.process_time() - start
            figures.append((total - apart.seconds, scan, apart.seconds))
    handling, scan, matchers = min(figures)
    each = 1e6 / len(rows)
    print(
        f"handling {handling * each:6.1f} µs/listing (goal {GOAL:.0f}), {handling / scan:.1f} of a bare daachorse scan"
    )
    print(f"matchers and commit {matchers * each:6.1f} µs, bare scan {scan * each:6.2f} µs, {len(rows):,} listings")
    return 0 if handling * each <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
