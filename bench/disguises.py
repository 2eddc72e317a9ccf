"""Recall on disguised terms, and false hits on clean text.

Terms, texts and look-alikes are divided into a half for tuning and a half for measuring; only the second is reported
(``--tuning`` shows the first). The lexicon holds the terms of both: the default lexicon and a public list of weapons.
A term counts as found where a hit overlaps the place at which it was planted, in a real title or review.

The context rules of the pack are applied, as in screening; what they drop is not found.

Use: python bench/disguises.py [--tuning] [--show DISGUISE|false] [--only DISGUISE] [--learn]
"""

import argparse
import csv
import unicodedata
import zlib
from collections import Counter
from random import Random

import disguising
import material
from anbao.detect.text import Hit, Lexicon, Matcher, Term, fold
from anbao.law.catalogue import load_catalogue
from anbao.model.listing import WRITTEN

PLANTED = 1500
"""Terms planted for each disguise."""

BATCH = 1000
PACK = disguising.HERE.parent / "packs" / "cn"
LEXICON = PACK / "lexicon" / "hazard.csv"
_WEAPONS = disguising.SHARED / "lexicon" / "weapons_explosives.zh.txt"


def is_measuring(text: str) -> bool:
    """Whether a term or a text belongs to the half for measuring; the same for texts that differ in spaces alone."""
    return zlib.crc32("".join(text.split()).encode()) % 2 == 1


def lexicon() -> Lexicon:
    """The default lexicon and the public list."""
    terms = list(Lexicon.from_csv(LEXICON).terms)
    known = {term.term for term in terms}
    for line in _WEAPONS.read_text("utf-8").splitlines():
        word = line.strip()
        if len(word) > 1 and word not in known and any(char.isalnum() for char in word):
            known.add(word)
            terms.append(Term(word, "public.weapons", 5))
    return Lexicon(terms)


def planted(context: str, surface: str, rng: Random) -> tuple[str, int]:
    """The text with the surface in it, and where; Latin letters never run into those of the text."""
    stops = [place for place, char in enumerate(context) if unicodedata.category(char)[0] in "PZ"]
    place = rng.choice(stops) + 1 if stops and rng.random() < 0.5 else rng.randrange(len(context) + 1)
    before, after = context[:place], context[place:]
    apart = rng.random() < 0.3
    left = " " if apart or (_is_latin(before[-1:]) and _is_latin(surface[0])) else ""
    right = " " if apart or (_is_latin(after[:1]) and _is_latin(surface[-1])) else ""
    return before + left + surface + right + after, len(before) + len(left)


def _is_latin(char: str) -> bool:
    plain = unicodedata.normalize("NFKC", char)
    return plain.isascii() and plain.isalnum()


def scan(matcher: Matcher, texts: list[str]) -> list[list[Hit]]:
    """Hits of each text."""
    return [hits for start in range(0, len(texts), BATCH) for hits in matcher.scan(texts[start : start + BATCH])]


def recall(
    matcher: Matcher, name: str, terms: list[str], contexts: list[str], half: str, show: bool
) -> tuple[int, int, Counter[str]]:
    """How many were planted, how many were found, and by which channels."""
    rng = Random(f"{half}:{name}")
    means = disguising.means(half)
    texts: list[str] = []
    truths: list[tuple[str, str, int]] = []
    for _ in range(20 * PLANTED):
        if len(texts) == PLANTED:
            break
        term = rng.choice(terms)
        surface = disguising.DISGUISES[name](term, rng, means)
        if surface != term:
            text, place = planted(rng.choice(contexts), surface, rng)
            texts.append(text)
            truths.append((term, surface, place))
    found = 0
    channels: Counter[str] = Counter()
    for text, (term, surface, place), hits in zip(texts, truths, scan(matcher, texts), strict=True):
        here = [hit for hit in hits if hit.start < place + len(surface) and hit.end > place]
        found += bool(here)
        channels.update({hit.channel for hit in here})
        if show and not here:
            print("  missed", term, surface, "in", text[max(0, place - 6) : place + len(surface) + 6])
    return len(texts), found, channels


def false_hits(matcher: Matcher, texts: dict[str, list[str]], show: bool) -> None:
    """Print the share of clean texts with a guess, and with a term written in them."""
    total = guessed_total = 0
    for name, some in texts.items():
        guessed = written = 0
        for text, hits in zip(some, scan(matcher, some), strict=True):
            guesses = [hit for hit in hits if hit.channel not in WRITTEN]
            guessed += bool(guesses)
            written += len(guesses) < len(hits)
            if show:
                for hit in guesses:
                    term = matcher.lexicon.terms[hit.term].term
                    print("  false", hit.channel, term, hit.surface, "in", text[max(0, hit.start - 5) : hit.end + 5])
        total += len(some)
        guessed_total += guessed
        print(
            f"{name:16} {len(some):6} clean texts, {guessed:4} with a guess ({100 * guessed / len(some):.2f} %), "
            f"{written:4} with a term as written ({100 * written / len(some):.2f} %)"
        )
    print(f"{'all':16} {total:6} clean texts, {guessed_total:4} with a guess ({100 * guessed_total / total:.2f} %)")


def learn(texts: list[str]) -> None:
    """Write each harmless reading that a guess took for a term into the default lexicon, as an exception."""
    known = Lexicon.from_csv(LEXICON)
    read: dict[str, dict[str, None]] = {}
    for hits in scan(Matcher(known), texts):
        for hit in hits:
            if hit.channel not in WRITTEN:
                read.setdefault(known.terms[hit.term].term, {})[fold(hit.surface)] = None
    with LEXICON.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["exceptions"] = "|".join((*filter(None, [row["exceptions"]]), *read.get(row["term"], ())))
    with LEXICON.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Print the tables."""
    options = argparse.ArgumentParser()
    options.add_argument("--tuning", action="store_true")
    options.add_argument("--show", default="", help="print what is missed of one disguise, or 'false' for false hits")
    options.add_argument("--only", default="", choices=("", *disguising.DISGUISES), help="measure one disguise alone")
    options.add_argument("--learn", action="store_true", help="write harmless readings to the lexicon")
    chosen = options.parse_args()
    if chosen.learn:
        clean = [text for some in disguising.clean_texts().values() for text in some if not is_measuring(text)]
        learn(clean)
    half = "tuning" if chosen.tuning else "measuring"
    known = lexicon()
    matcher = Matcher(known, load_catalogue(PACK).contexts)
    terms = [term.term for term in known.terms if is_measuring(term.term) != chosen.tuning]
    texts = {
        name: list(dict.fromkeys(text for text in some if text.strip() and is_measuring(text) != chosen.tuning))
        for name, some in disguising.clean_texts().items()
    }
    contexts = texts["titles"] + texts["reviews"][: len(texts["titles"])]
    print(f"{half}: {len(terms)} of {len(known.terms)} terms")
    shares = []
    for name in disguising.DISGUISES:
        if chosen.only in ("", name):
            count, found, channels = recall(matcher, name, terms, contexts, half, chosen.show == name)
            shares.append(found / count)
            ways = ", ".join(f"{channel} {number}" for channel, number in channels.most_common(4))
            print(f"{name:16} {count:5} planted  recall {found / count:.3f}   {ways}")
    print(f"mean {sum(shares) / len(shares):.3f}   least {min(shares):.3f}")
    false_hits(matcher, texts, chosen.show == "false")


if __name__ == "__main__":
    material.needs_shared_texts()
    main()
