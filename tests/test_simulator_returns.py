"""The simulator's power bank comes back among harmless listings: the sweep finds it, the guard keeps it out."""

import random

import anbao
from anbao.investigate.sweep import matches
from anbao.model.hazard import Confirmation
from anbao.simulator.returns import returns, suspicion


def test_what_comes_back_is_found_and_then_kept_out(store_url: str) -> None:
    dice = random.Random(3)
    offered = list(returns(dice, 400, 30))
    with anbao.open(store_url) as platform:
        platform.submit_listings([listing for listing, _ in offered])
        platform.run(lambda work: platform.investigate.suspect(work, suspicion("power-bank")))
        platform.run(lambda work: platform.investigate.confirm(work, "power-bank", Confirmation(sold=True)))
        while platform.investigate.sweep():
            pass
        with platform.reading() as conn:
            found = {one.listing: one.certainty for one in matches.ranked(conn, "power-bank", limit=1000)}
        assert found.keys() == {listing.id for listing, truth in offered if truth.is_danger}
        for listing, truth in offered:
            if truth.is_danger:
                assert (found[listing.id] == "certain") == truth.is_certain
        for listing, truth in returns(dice, 60, 30):
            decision = platform.submit_listing(listing).decision
            assert (decision.outcome == "block") == truth.is_certain
            assert (decision.outcome in ("review", "block")) == truth.is_danger
