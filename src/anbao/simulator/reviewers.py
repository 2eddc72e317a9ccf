"""Reviewers: people who look at what screening held or blocked, and at some of what passed, and decide.

They see what the listing truly is, and now and then err; both are functions of the seed and the listing.
"""

from collections.abc import Iterable, Iterator
from random import Random

import msgspec

from anbao.model.listing import Listing, Outcome
from anbao.platform import Platform
from anbao.simulator.story import DecidedListing

REVIEWERS = ("reviewer:zhao", "reviewer:qian", "reviewer:sun")
MISTAKES = 0.02
SLANG = "蓝冰晶粒"
_TAILS = ("现货速发", "量大从优", "上头好货", "懂的来", "同城当天到", "老客户专拍")


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """One reviewer's decision, and whether it is right."""

    listing: str
    outcome: Outcome
    reason: str
    reviewer: str
    right: bool


def rulings(decided: Iterable[DecidedListing], seed: int, mistakes: float = MISTAKES) -> Iterator[Ruling]:
    """What reviewers decide on these listings, in order; ``mistakes`` is the share that is wrong."""
    for one in decided:
        listing = one.decision.listing.id
        rng = Random(f"{seed}:review:{listing}")
        dangerous = one.truth.label == "dangerous"
        right = rng.random() >= mistakes
        blocks = dangerous if right else not dangerous
        yield Ruling(
            listing=listing,
            outcome="block" if blocks else "pass",
            reason="属于危险商品" if blocks else "未见危险",
            reviewer=rng.choice(REVIEWERS),
            right=right,
        )


def meet_slang(platform: Platform) -> tuple[str, ...]:
    """Sellers use a word that no lexicon knows; reviewers who look at samples block it. The listings' ids."""
    batch = [Listing(id=f"SLANG{number}", title=f"{SLANG} {tail}") for number, tail in enumerate(_TAILS)]
    platform.submit_listings(batch)
    for one in batch:
        platform.prevent.review(one.id, "block", "毒品隐语", actor=REVIEWERS[0])
    return tuple(one.id for one in batch)


def decide(
    platform: Platform, decided: Iterable[DecidedListing], seed: int, mistakes: float = MISTAKES
) -> list[Ruling]:
    """Let the reviewers decide on the platform; what they decided."""
    made = list(rulings(decided, seed, mistakes))
    for one in made:
        assert one.outcome != "review"  # who decides leaves nothing to be decided
        platform.prevent.review(one.listing, one.outcome, one.reason, actor=one.reviewer)
    return made
