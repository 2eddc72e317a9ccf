"""Normalising and scanning in all channels against a bare daachorse scan of the same joined text, in one run.

On text of random common characters, and where the shared texts are at hand on real titles and reviews with the default
lexicon. Goals: 0.10 of the bare scan with 100,000 terms; flat within a factor of 2 from 100 to 100,000 terms; 100,000
terms built in 1.5 s and 500 MB. Use: python bench/scan.py [--listings 20000]
"""

import argparse
import gc
import time
import tracemalloc
from collections.abc import Callable
from typing import TypeVar

import daachorse

import disguises
import disguising
import material
from anbao.detect.text import Lexicon, Matcher

Page = TypeVar("Page")

ROUNDS = 7
BATCH = 1000
SIZES = (100, 1_000, 10_000, 100_000)


def batches(rows: list[dict[str, str]]) -> list[list[str]]:
    """Titles and descriptions, by the thousand listings."""
    return [
        [text for row in rows[start : start + BATCH] for text in (row["title"], row["description"])]
        for start in range(0, len(rows), BATCH)
    ]


def seconds(scan: Callable[[Page], object], pages: list[Page]) -> float:
    """How long it takes to scan all pages."""
    start = time.perf_counter()
    for page in pages:
        scan(page)
    return time.perf_counter() - start


def lexicon_of(words: list[str]) -> Lexicon:
    """A lexicon of these words, as ``anbao lexicon import`` reads it."""
    return Lexicon.from_csv(material.lexicon_csv(words))


def building(words: list[str]) -> tuple[float, float, float]:
    """Seconds to read and to build, and bytes held by lexicon and matcher."""
    start = time.perf_counter()
    lexicon = lexicon_of(words)
    read = time.perf_counter()
    Matcher(lexicon)
    built = time.perf_counter()
    tracemalloc.start()
    matcher = Matcher(lexicon_of(words))
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert matcher.lexicon.digest == lexicon.digest
    return read - start, built - read, held


def real_ratio() -> float:
    """The ratio on real titles and reviews with the default lexicon; 0 where the shared texts are not at hand."""
    if not disguising.SHARED.exists():
        return 0
    lexicon = Lexicon.from_csv(disguises.LEXICON)
    matcher = Matcher(lexicon)
    automaton = daachorse.CharwiseDoubleArrayAhoCorasick([term.term for term in lexicon.terms])
    texts = disguising.clean_texts()
    mixed = [text for pair in zip(texts["titles"], texts["reviews"], strict=False) for text in pair]
    pages = [mixed[start : start + 2 * BATCH] for start in range(0, len(mixed), 2 * BATCH)]
    joined = ["\n".join(page) for page in pages]
    gc.collect()
    gc.freeze()
    bare = min(seconds(automaton.find, joined) for _ in range(ROUNDS))
    return bare / min(seconds(matcher.scan, pages) for _ in range(ROUNDS))


def main() -> None:
    """Print the figures and their ratios."""
    options = argparse.ArgumentParser()
    options.add_argument("--listings", type=int, default=20_000)
    count = options.parse_args().listings
    words = material.terms(SIZES[-1])
    pages = batches(material.listings(count, words))
    texts = ["\n".join(page) for page in pages]
    Matcher(lexicon_of(words[:1]))
    read, built, held = building(words)
    real = real_ratio()
    matchers = {size: Matcher(lexicon_of(words[:size])) for size in SIZES}
    automaton = daachorse.CharwiseDoubleArrayAhoCorasick(words)
    gc.collect()
    gc.freeze()  # as the program does once a lexicon is in force
    bare = float("inf")
    took = dict.fromkeys(SIZES, float("inf"))
    for _ in range(ROUNDS):
        bare = min(bare, seconds(automaton.find, texts))
        for size, matcher in matchers.items():
            took[size] = min(took[size], seconds(matcher.scan, pages))
    scanned = [hits for page in pages for hits in matchers[SIZES[-1]].scan(page)]
    hits = sum(bool(title or description) for title, description in zip(scanned[::2], scanned[1::2], strict=True))
    most = took[SIZES[-1]]
    print(f"read 100,000 terms           {read:8.2f} s")
    print(f"build 100,000 terms          {built:8.2f} s (goal 1.5)   {held / 1e6:.0f} MB held (goal 500)")
    print(f"listings with a finding      {100 * hits / count:8.1f} %")
    print(f"bare daachorse scan          {1e6 * bare / count:8.2f} µs/listing  {count / bare:10,.0f}/s")
    for size, one in took.items():
        print(f"fold and scan, {size:7,} terms {1e6 * one / count:8.2f} µs/listing  {count / one:10,.0f}/s")
    print(f"ratio to the bare scan       {bare / most:8.3f} (goal 0.10)")
    print(f"ratio, real text and lexicon {real:8.3f}")
    print(f"100,000 against 100 terms    {most / took[SIZES[0]]:8.2f} (goal ≤ 2)")


if __name__ == "__main__":
    main()
