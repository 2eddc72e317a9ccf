"""Normalising and scanning (text, sound, spelling) against a bare daachorse scan of the same joined text, in one run.

Goals: 0.28 of the bare scan with 100,000 terms; flat within a factor of 2 from 100 to 100,000 terms; 100,000 terms built in
1.5 s and 300 MB. Use: python bench/scan.py [--listings 20000]
"""

import argparse
import gc
import time
from collections.abc import Callable

import daachorse
import psutil

import material
from anbao.prevent.text import Lexicon, Matcher

ROUNDS = 7
BATCH = 1000
SIZES = (100, 1_000, 10_000, 100_000)


def batches(rows: list[dict[str, str]]) -> list[list[str]]:
    """Titles and descriptions, by the thousand listings."""
    return [
        [text for row in rows[start : start + BATCH] for text in (row["title"], row["description"])]
        for start in range(0, len(rows), BATCH)
    ]


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Print the figures and their ratios."""
    options = argparse.ArgumentParser()
    options.add_argument("--listings", type=int, default=20_000)
    count = options.parse_args().listings
    words = material.terms(SIZES[-1])
    pages = batches(material.listings(count, words))
    texts = ["\n".join(page) for page in pages]
    Matcher(Lexicon.from_csv(material.lexicon_csv(words[:1])))
    gc.collect()
    before = psutil.Process().memory_info().rss
    loading = time.perf_counter()
    lexicon = Lexicon.from_csv(material.lexicon_csv(words))
    building = time.perf_counter()
    full = Matcher(lexicon)
    built = time.perf_counter()
    memory = psutil.Process().memory_info().rss - before
    matchers = {size: Matcher(Lexicon.from_csv(material.lexicon_csv(words[:size]))) for size in SIZES[:-1]}
    matchers[SIZES[-1]] = full
    automaton = daachorse.CharwiseDoubleArrayAhoCorasick(words)
    bare = float("inf")
    best = dict.fromkeys(SIZES, float("inf"))
    for _ in range(ROUNDS):
        bare = min(bare, seconds(lambda: [automaton.find(text) for text in texts]) / count)
        for size, matcher in matchers.items():
            best[size] = min(best[size], seconds(lambda scan=matcher.scan: [scan(page) for page in pages]) / count)
    hits = sum(bool(found) for page in pages for found in full.scan(page))
    print(
        f"100,000 terms: read {building - loading:.2f} s, built {built - building:.2f} s (goal 1.5), {memory / 1e6:.0f} MB (goal 300)"
    )
    print(f"listings with a finding      {100 * hits / count:8.1f} %")
    print(f"bare daachorse scan          {1e6 * bare:8.2f} µs/listing  {1 / bare:10,.0f}/s")
    for size, one in best.items():
        print(f"fold and scan {size:7,} terms  {1e6 * one:8.2f} µs/listing  {1 / one:10,.0f}/s  ratio {bare / one:.3f}")
    print(
        f"100,000 against 100 terms    {best[SIZES[-1]] / best[SIZES[0]]:8.2f} (goal 2)    ratio to bare {bare / best[SIZES[-1]]:.3f} (goal 0.28)"
    )


if __name__ == "__main__":
    main()
