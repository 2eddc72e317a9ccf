"""Reviewers of the simulator decide, and what they decided is what the platform learns from."""

import anbao
from anbao.simulator.market import Market
from anbao.simulator.reviewers import decide, rulings
from anbao.simulator.story import live
from helpers import Clock


def test_reviewers_decide_by_the_truth_and_the_platform_learns_from_it(sqlite_opened_url: str) -> None:
    with anbao.open(sqlite_opened_url, clock=Clock()) as platform:
        market = Market(seed=7, now=platform.clock(), listings=900, merchants=24, orders=0, danger_share=0.1)
        tally = live(platform, market)
        made = decide(platform, tally.flagged, 7)
        assert made == list(rulings(tally.flagged, 7))
        assert 0.9 < sum(one.right for one in made) / len(made) < 1
        dangerous = [one for one in tally.flagged if one.truth.label == "dangerous"]
        assert sum(one.outcome == "block" for one in rulings(dangerous, 7, mistakes=0)) == len(dangerous)
        model = platform.prevent.train(actor="officer:li")
        assert model.weights.blocked + model.weights.passed == len(made)
        found = platform.prevent.suggest()
        assert found.blocked == model.weights.blocked
        assert all(one.blocked > one.passed for one in found.terms)
        assert all(one.exception not in {two.term for two in found.terms} for one in found.exceptions)
