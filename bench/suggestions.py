"""How many of the first suggested terms are the danger itself, or a part of it that sets it apart from other goods.

- titles: dangers that no lexicon knows, each written into titles of real goods of one sort (which share a word), as
  sellers hide them; the shared titles are needed.
- market: the simulator's listings under an empty lexicon; reviewers blocked all dangers and passed some of the rest.
A suggestion is right where it is the danger's name or two or more characters of it and at most one of its surroundings.
Use: python bench/suggestions.py [--seeds 5]
"""

import argparse
import statistics
from collections import Counter, defaultdict
from pathlib import Path
from random import Random

from anbao.detect.text import Lexicon
from anbao.model.listing import Listing
from anbao.rules.suggestions import Judged, suggest_terms
from anbao.simulator.market import Market

DANGERS = (
    *("蓝冰晶粒", "忘情水滴", "飞叶烟弹", "听话喷雾", "天使之翼粉", "电击木昆", "隐形墨镜机", "骨瘦素胶囊"),
    *("催眠香薰棒", "三唑片剂", "笑气罐", "弹弓枪管", "破窗脉冲器", "迷离口服液", "假证模板", "气狗配件"),
    *("麻古丸", "溶脂针剂", "肉毒粉针", "开锁电波盒"),
)
TITLES = Path(__file__).parents[2] / "shared" / "data" / "titles" / "titles_zh.txt"
FIRST = (20, 60)
DECIDED_PASSED, UNTOUCHED = 200, 2_000


def right(term: str, dangers: tuple[str, ...]) -> bool:
    """Whether a suggestion is a danger, or a part of it with at most one character of its surroundings."""
    return any(term in danger or (danger in term and len(term) <= len(danger) + 1) for danger in dangers)


def of_titles(seed: int, titles: list[str]) -> list[int]:
    """Right ones among the first of ``FIRST``."""
    dice = Random(seed)
    titles = dice.sample(titles, len(titles))
    sorts: defaultdict[str, list[str]] = defaultdict(list)
    for title in titles:
        for place in range(len(title) - 1):
            if title[place : place + 2].isalpha() and not title[place : place + 2].isascii():
                sorts[title[place : place + 2]].append(title)
    usual = [sort for sort, found in Counter({sort: len(found) for sort, found in sorts.items()}).items() if found > 30]
    blocked: list[Judged] = []
    taken: set[str] = set()
    for number, danger in enumerate(DANGERS):
        hosts = [title for title in sorts[dice.choice(usual)] if title not in taken][: dice.randint(3, 9)]
        taken.update(hosts)
        for place, title in enumerate(hosts):
            at = dice.randint(0, len(title))
            blocked.append(Judged(f"b{number}-{place}", title[:at] + danger + title[at:], "general"))
    others = [Judged(str(n), one, "general") for n, one in enumerate(title for title in titles if title not in taken)]
    found = [one.term for one in suggest_terms(blocked, others[: DECIDED_PASSED + UNTOUCHED], Lexicon(()))]
    return _counted(found, DANGERS)


def of_market(seed: int) -> list[int]:
    """As ``of_titles``, over a simulated market."""
    market = Market(seed=seed, now=1_795_000_000_000, listings=6_000)
    offers = [happening for happening in market.offers() if isinstance(happening.noun, Listing)]
    names = sorted({one.truth.term for one in offers if getattr(one.truth, "term", "")})  # type: ignore[union-attr]
    blocked: list[Judged] = []
    passed: list[Judged] = []
    for one in offers:
        listing = one.noun
        judged = Judged(listing.id, f"{listing.title}\n{listing.description}", listing.category)  # type: ignore[union-attr]
        (blocked if one.truth.label == "dangerous" else passed).append(judged)  # type: ignore[union-attr]
    found = [one.term for one in suggest_terms(blocked, passed[:2_200], Lexicon(()))]
    return _counted(found, tuple(names))


def _counted(found: list[str], dangers: tuple[str, ...]) -> list[int]:
    return [sum(right(term, dangers) for term in found[:most]) for most in FIRST]


def main() -> None:
    """Print means over the seeds."""
    options = argparse.ArgumentParser()
    options.add_argument("--seeds", type=int, default=5)
    given = options.parse_args()
    runs = {"market": [of_market(seed) for seed in range(given.seeds)]}
    if TITLES.exists():
        lines = [line.strip() for line in TITLES.read_text(encoding="utf-8").splitlines() if line.strip()]
        runs["titles"] = [of_titles(seed, lines) for seed in range(given.seeds)]
    for name, results in runs.items():
        told = (
            f"{statistics.mean(hits):.1f} of the first {most}"
            for most, hits in zip(FIRST, zip(*results, strict=True), strict=True)
        )
        print(f"{name:8} right: {', '.join(told)}")


if __name__ == "__main__":
    main()
