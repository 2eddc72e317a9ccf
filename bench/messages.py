"""Fraud in messages: recall on real fraud messages and on made-up disguises, false hits on clean reviews, and
speed against a bare daachorse scan of the same texts in the same run.

The fraud messages came from false base stations; their contacts were replaced by tokens, which are filled with made-up
contacts again. Words were tuned on the even half of the distinct messages and reviews (``--half tuning``);
figures to report come from the odd half. The disguises are made by ``disguised_contacts``, which shares no table with
the matcher. Use: python bench/messages.py [--half held|tuning] [--show N]
"""

import argparse
import csv
import random
import time
from collections import Counter, defaultdict
from pathlib import Path

import daachorse

import material
from anbao.detect.contact import ContactMatcher, load_fraud_book
from anbao.law.paths import default_pack_path
from disguised_contacts import DISGUISES, UNSEEN, contact_messages, decoys, fill

DATA = Path(__file__).parents[2] / "shared" / "data"
ROUNDS = 5
BATCH = 1000


def half(rows: list[str], name: str) -> list[str]:
    """Every second row, from the first for tuning, from the second for reporting."""
    return rows[0 if name == "tuning" else 1 :: 2]


def hit_share(matcher: ContactMatcher, texts: list[str], weight: int = 3) -> tuple[int, list[str]]:
    """How many texts have a sighting of at least that severity, and those without."""
    severity = {kind.id: kind.severity for kind in matcher.book.kinds}
    missed = [
        text
        for text, seen in zip(texts, matcher.scan(texts), strict=True)
        if not any(severity[one.kind] >= weight for one in seen)
    ]
    return len(texts) - len(missed), missed


def percent(part: int, whole: int) -> str:
    """A share with its counts."""
    return f"{100 * part / max(whole, 1):6.2f} %  ({part:,} of {whole:,})"


def fraud_messages(matcher: ContactMatcher, which: str, show: int) -> None:
    """Recall by file, contacts filled in and, to see what the words alone do, taken out."""
    for path in sorted((DATA / "fraud").glob("*.txt")):
        lines = half(list(dict.fromkeys(path.read_text(encoding="utf-8").splitlines())), which)
        dice = random.Random(path.name)
        filled = [fill(line, dice) for line in lines]
        found, missed = hit_share(matcher, filled)
        bare, _ = hit_share(matcher, [fill(line, None) for line in lines])
        print(f"recall {path.stem:24} {percent(found, len(lines))}   words alone {percent(bare, len(lines))}")
        for text in missed[:show]:
            print("   missed", text[:150])


def disguised(matcher: ContactMatcher, which: str, show: int) -> None:
    """Recall by disguise of contact details in a sentence of chat."""
    for title, forms in (("known forms", DISGUISES), ("forms never tuned for", UNSEEN)):
        _forms(matcher, which, show, title, list(forms))
    texts = decoys(2000, seed=5 if which == "tuning" else 6)
    found, _ = hit_share(matcher, texts)
    print(f"false hits on harmless chats    {percent(found, len(texts))}")
    if show:
        for text, seen in zip(texts, matcher.scan(texts), strict=True):
            if seen:
                print("   false", text, [(one.kind, one.name, one.surface) for one in seen])


def _forms(matcher: ContactMatcher, which: str, show: int, title: str, names: list[str]) -> None:
    total: Counter[str] = Counter()
    for name in names:
        texts = contact_messages(name, 400, seed=7 if which == "tuning" else 8)
        found, missed = hit_share(matcher, texts)
        total.update(found=found, all=len(texts))
        print(f"recall {name:24} {percent(found, len(texts))}")
        for text in missed[:show]:
            print("   missed", text)
    print(f"recall of all {title:17} {percent(total['found'], total['all'])}")


def clean_reviews(matcher: ContactMatcher, which: str, show: int) -> list[str]:
    """False hits on reviews; those that really speak of contact details outside are counted too."""
    with (DATA / "reviews" / "reviews_zh.csv").open(encoding="utf-8", newline="") as file:
        every = [row["review"] for row in csv.DictReader(file) if row["review"]]
    texts = half(every, which)
    kinds: defaultdict[str, int] = defaultdict(int)
    hits = 0
    for text, seen in zip(texts, matcher.scan(texts), strict=True):
        hits += bool(seen)
        for pair in {(one.kind, one.name) for one in seen}:
            kinds[" ".join(pair)] += 1
        if seen and hits <= show:
            print("   review", [(one.kind, one.name, one.surface) for one in seen], text[:80])
    print(f"findings in clean reviews       {percent(hits, len(texts))}")
    for kind, count in sorted(kinds.items(), key=lambda pair: -pair[1])[:12]:
        print(f"   {kind:40} {count}")
    return every


def speed(matcher: ContactMatcher, texts: list[str]) -> None:
    """Seconds for all reviews, by the thousand, beside the bare scan for the same words."""
    automaton = daachorse.CharwiseDoubleArrayAhoCorasick(matcher.cues)
    pages = [texts[start : start + BATCH] for start in range(0, len(texts), BATCH)]
    joined = ["\n".join(page) for page in pages]
    bare = scan = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for text in joined:
            automaton.find(text)
        bare = min(bare, time.perf_counter() - start)
        start = time.perf_counter()
        for page in pages:
            matcher.scan(page)
        scan = min(scan, time.perf_counter() - start)
    characters = sum(map(len, texts)) / len(texts)
    print(f"bare daachorse scan      {1e6 * bare / len(texts):8.2f} µs/message of {characters:.0f} characters")
    print(f"contact scan             {1e6 * scan / len(texts):8.2f} µs/message  {len(texts) / scan:10,.0f}/s")
    print(f"ratio to the bare scan   {bare / scan:8.3f}")


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser()
    options.add_argument("--half", choices=("held", "tuning"), default="held")
    options.add_argument("--show", type=int, default=0)
    given = options.parse_args()
    book = load_fraud_book(default_pack_path() / "fraud").of_platform(("anbao-mall.example",))
    matcher = ContactMatcher(book)
    fraud_messages(matcher, given.half, given.show)
    disguised(matcher, given.half, given.show)
    speed(matcher, clean_reviews(matcher, given.half, given.show))


if __name__ == "__main__":
    material.needs_shared_texts()
    main()
