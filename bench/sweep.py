"""Sweeping and guarding, as ratios against a named baseline in the same run; what is found, and what wrongly.

Throughput: titles against many dangers, beside a bare fold of the same titles and beside scikit-learn's tf-idf over
character bigrams of the same folded titles with a sparse product. Goals: 100,000 listings/s/core against 1,000 dangers
from raw titles; guarding against 10,000 hazards at most 0.3 of the screening time.

Found: real Chinese titles in ways of rewriting that no threshold was chosen on (``relistings.py``), and Abt-Buy.
Use: python bench/sweep.py [--titles 1000000] [--part speed|guard|found|abt]
"""

import argparse
import csv
import os
import random
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

import material
import relistings
from anbao.detect import fields
from anbao.detect.contact import ContactMatcher, load_fraud_book
from anbao.detect.likeness.dangers import COSINE, COVER, DangerIndex
from anbao.detect.likeness.fold import fold_many, fold_page
from anbao.detect.likeness.offers import Danger, OfferTexts
from anbao.detect.likeness.pages import Part
from anbao.detect.likeness.titles import TitleIndex
from anbao.detect.text import Lexicon, Matcher
from anbao.law.catalogue import load_catalogue
from anbao.law.paths import default_pack_path
from anbao.model.hazard import Certainty, Fingerprint, FingerprintKind
from anbao.model.listing import READING, Listing, Versions
from anbao.prevent.listings import guard as relisting_guard
from anbao.prevent.listings.records import seal_screened
from anbao.prevent.listings.screening import screen
from anbao.rules.dangers import Guarded
from anbao.rules.policy import Policy
from anbao.rules.rulesets import Ruleset

DATA = Path(__file__).parents[2] / "shared/data"
ROUNDS = 3
BATCH = 4_000
LEVELS: tuple[Certainty, ...] = ("certain", "likely", "possible")


def best(job: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The shortest of several runs, in seconds."""
    took = []
    for _ in range(rounds):
        start = time.perf_counter()
        job()
        took.append(time.perf_counter() - start)
    return min(took)


def speed(count: int) -> None:
    """Titles a second against 1,000 and 10,000 dangers."""
    real = relistings.real_titles()
    titles = relistings.many_titles(count, real[1_000:], 3)
    batches = [titles[start : start + BATCH] for start in range(0, count, BATCH)]
    bare = best(lambda: [fold_page(batch) for batch in batches], 2)
    print(f"bare fold                    {1e6 * bare / count:8.2f} µs/title {count / bare:12,.0f}/s")
    dangers = real[:1_000]
    index = TitleIndex(dangers, cover=COVER, cosine=COSINE)
    took = best(lambda: [index.search(batch) for batch in batches], 2)
    found = sum(len(index.search(batch)) for batch in batches[:25])
    print(
        f"sweep, 1,000 dangers         {1e6 * took / count:8.2f} µs/title {count / took:12,.0f}/s"
        f"  {took / bare:.1f} times the bare fold (goal 100,000/s; {found} pairs in {25 * BATCH:,} titles)"
    )
    sample = titles[: 10 * BATCH]
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(2, 2), norm="l2", dtype=np.float32)
    known = vectors.fit_transform(fold_many(dangers)).T.tocsr()

    def usual() -> None:
        for start in range(0, len(sample), BATCH):
            product = vectors.transform(fold_many(sample[start : start + BATCH])) @ known
            np.flatnonzero(product.data >= COSINE / 1000)

    other = best(usual, 2)
    ratio = (other / len(sample)) / (took / count)
    print(
        f"scikit-learn tf-idf, product {1e6 * other / len(sample):8.2f} µs/title {len(sample) / other:12,.0f}/s"
        f"  the sweep is {ratio:.1f} times as fast"
    )


def guard() -> None:
    """What guarding against 10,000 hazards adds to screening titles and descriptions."""
    real, dice = relistings.real_titles(), random.Random(4)
    words = material.terms(100_000)
    pack = default_pack_path()
    with (DATA / "reviews/reviews_zh.csv").open(encoding="utf-8", newline="") as file:
        reviews = [row[-1] for row in csv.reader(file) if len(row[-1]) > 40]
    count = 20_000
    listings = [
        Listing(
            id=f"L{number}",
            category="服装",
            merchant="m1",
            title=title,
            description=" ".join(dice.sample(reviews, 4))[: material.DESCRIPTION],
        )
        for number, title in enumerate(relistings.many_titles(count, real[4_000:], 5))
    ]
    rules = Ruleset(
        lexicon := Lexicon.from_csv(material.lexicon_csv(words)),
        Matcher(lexicon),
        Policy.from_bytes((pack / "policy/default.json").read_bytes()),
        load_catalogue(pack),
        guarded=Guarded(DangerIndex(())),
        contact=ContactMatcher(load_fraud_book(pack / "fraud")),
        versions=Versions(engine="bench", lexicon="l", pack="p", policy="q"),
    )
    start = time.perf_counter()
    many = Guarded(DangerIndex(hazards(relistings.many_titles(10_000, real[:4_000], 9), dice)))
    built = time.perf_counter() - start
    guarded = Ruleset(
        rules.lexicon,
        rules.matcher,
        rules.policy,
        rules.catalogue,
        guarded=many,
        contact=rules.contact,
        versions=rules.versions,
    )
    batches = [listings[start : start + 1_000] for start in range(0, count, 1_000)]

    def run(ruleset: Ruleset) -> None:
        for batch in batches:
            for one in screen(batch, ruleset, {}, date(2026, 11, 25)):
                seal_screened(one, 0, 0, "bench")

    plain, with_guard = float("inf"), float("inf")
    for _ in range(5):
        plain = min(plain, best(lambda: run(rules), 1))
        with_guard = min(with_guard, best(lambda: run(guarded), 1))
    texts = [[text for one in batch for text in (one.title, one.description)] for batch in batches]
    pages = [fold_page(batch) for batch in texts]
    read = [fields.read(batch, READING) for batch in batches]
    parts = [[Part(range(len(batch)), batch, page)] for batch, page in zip(texts, pages, strict=True)]
    alone = best(lambda: [relisting_guard.match(many, *all3) for all3 in zip(batches, read, parts, strict=True)])
    scan = best(lambda: [rules.matcher.scan(*both) for both in zip(texts, pages, strict=True)])
    print(f"lexicon scan, folded before  {1e6 * scan / count:8.2f} µs/listing")
    print(f"guard alone, folded before   {1e6 * alone / count:8.2f} µs/listing")
    print(f"screen and seal              {1e6 * plain / count:8.2f} µs/listing")
    print(
        f"the same, 10,000 hazards     {1e6 * with_guard / count:8.2f} µs/listing  the guard adds"
        f" {with_guard / plain - 1:.2f} of the screening time (goal 0.3); built in {built:.2f} s"
    )


def hazards(titles: list[str], dice: random.Random) -> list[Danger]:
    """A title each, every second a barcode, every third a licence."""
    made = []
    for number, title in enumerate(titles):
        prints = [_print("title", title)]
        if number % 2:
            prints.append(_print("barcode", f"69{dice.randrange(10**11):011}"))
        if number % 3 == 0:
            prints.append(_print("licence", f"国药准字H{dice.randrange(10**8):08}"))
        made.append(Danger(fingerprints=tuple(prints), hazard=f"h{number}", severity=4))
    return made


def found() -> None:
    """Relistings of 1,000 real titles: by text alone, and by barcode, licence or picture."""
    real = relistings.real_titles()
    side = real[len(real) // 2 :]
    dangers, clean = side[:1_000], side[1_000:]
    again = relistings.relisted(dangers, relistings.MEASURING, 7)
    _curve(dangers, clean, again)
    dice = random.Random(8)
    keys = [relistings.Keys.of(dice) for _ in dangers]
    index = DangerIndex(
        Danger(
            fingerprints=(_print("title", title), *(_print(kind, value) for kind, value in one.pairs())),  # type: ignore[arg-type]
            hazard=str(number),
            severity=4,
        )
        for number, (title, one) in enumerate(zip(dangers, keys, strict=True))
    )
    for kind in ("text", "barcode", "licence", "picture"):
        offers = [relistings.offered(one, keys[one.danger], kind, dice) for one in again]
        harmless = [relistings.harmless(title, dice.choice(keys), kind, dice) for title in clean]
        _levels(kind, index, offers, harmless, again)


def _curve(dangers: list[str], clean: list[str], again: list[relistings.Relisting]) -> None:
    """Recall and false hits of likeness alone, by bound."""
    index = TitleIndex(dangers, cover=400, cosine=300)
    own: dict[int, tuple[int, int]] = {}
    for pair in index.search([one.title for one in again]):
        if pair.title == again[pair.row].danger:
            own[pair.row] = pair.cover, pair.cosine
    wrong: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for pair in index.search(clean):
        wrong[pair.row].append((pair.cover, pair.cosine))
    print(f"text alone: {len(again):,} relistings in {len(relistings.MEASURING)} ways, {len(clean):,} clean titles")
    print("  cover cosine   recall  clean titles hit")
    for cover, cosine in ((400, 400), (500, 500), (600, 500), (600, 600), (700, 600), (800, 700), (900, 800)):
        recall = sum(a >= cover and b >= cosine for a, b in own.values()) / len(again)
        false = sum(any(a >= cover and b >= cosine for a, b in pairs) for pairs in wrong.values()) / len(clean)
        mark = "  ← in use" if (cover, cosine) == (COVER, COSINE) else ""
        print(f"  {cover:5} {cosine:6} {recall:8.3f} {100 * false:8.2f} %{mark}")
    for way in relistings.MEASURING:
        rows = [row for row, one in enumerate(again) if one.way == way]
        hit = sum(row in own and own[row][0] >= COVER and own[row][1] >= COSINE for row in rows)
        print(f"  {way:26} {hit / len(rows):.3f}")


def _levels(
    kind: str,
    index: DangerIndex,
    offers: list[OfferTexts],
    harmless: list[OfferTexts],
    again: list[relistings.Relisting],
) -> None:
    right: dict[str, int] = defaultdict(int)
    wrong: dict[str, int] = defaultdict(int)
    for row, matches in index.match(offers).items():
        own = {match.hazard: match.certainty for match in matches}
        if str(again[row].danger) in own:
            right[own.pop(str(again[row].danger))] += 1
        for certainty in own.values():
            wrong[certainty] += 1
    for matches in index.match(harmless).values():
        for match in matches:
            wrong[match.certainty] += 1
    hits = falls = 0
    cells = []
    for level in LEVELS:
        hits, falls = hits + right[level], falls + wrong[level]
        cells.append(f"{level} precision {hits / max(1, hits + falls):.3f} recall {hits / len(offers):.3f}")
    print(f"{kind:8} up to " + " · ".join(cells))


def abt() -> None:
    """Abt-Buy: Abt's names are the dangers, Buy's offers the listings."""
    tables = {name: _rows(DATA / f"matching/abt_buy_{name}.csv") for name in ("abt", "buy", "gt")}
    truth = {(int(row["D1"]), int(row["D2"])) for row in tables["gt"]}
    index = DangerIndex(
        Danger(fingerprints=(_print("title", row["name"]),), hazard=row["id"], severity=4) for row in tables["abt"]
    )
    offers = [OfferTexts(description=row["description"] or "", title=row["name"]) for row in tables["buy"]]
    reached: set[tuple[int, int]] = set()
    matched = index.match(offers)
    for level in LEVELS:
        reached |= {
            (int(match.hazard), int(tables["buy"][row]["id"]))
            for row, matches in matched.items()
            for match in matches
            if match.certainty == level
        }
        good = len(reached & truth)
        print(f"Abt-Buy  up to {level:9} precision {good / len(reached):.3f} recall {good / len(truth):.3f}")


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        return list(csv.DictReader(file, delimiter="|"))


def _print(kind: FingerprintKind, value: str) -> Fingerprint:
    return Fingerprint(kind=kind, value=value)


def main() -> None:
    """Run all parts, or one, on one core."""
    options = argparse.ArgumentParser()
    options.add_argument("--titles", type=int, default=1_000_000)
    options.add_argument("--part", choices=("speed", "guard", "found", "abt"))
    given = options.parse_args()
    if not relistings.TITLES.exists():
        print("the titles that this benchmark runs on are not here")
        return
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
    parts: dict[str, Callable[[], None]] = {
        "speed": lambda: speed(given.titles),
        "guard": guard,
        "found": found,
        "abt": abt,
    }
    for name, part in parts.items():
        if given.part in (None, name):
            part()


if __name__ == "__main__":
    material.needs_shared_texts()
    main()
