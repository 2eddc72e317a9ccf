"""Runs a market through a platform and keeps the tally that the demo reports: what came in, what was decided, and
whether the decisions were right, which only the simulator knows.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec

from anbao.engine.work import Work
from anbao.model.listing import Listing, ListingScreened
from anbao.model.merchant import Merchant
from anbao.model.trade import Order
from anbao.platform import Platform
from anbao.prevent.merchants import MerchantDecision
from anbao.simulator.goods import ListingTruth
from anbao.simulator.market import Happening, Market, OrderTruth
from anbao.simulator.people import MerchantTruth
from anbao.warn.orders import OrderAnswer

_PER_COMMIT = 250


class DecidedListing(msgspec.Struct, frozen=True):
    """A listing's decision beside the truth."""

    decision: ListingScreened
    truth: ListingTruth
    entry: int


class DecidedMerchant(msgspec.Struct, frozen=True):
    """An application's decision beside the truth."""

    decision: MerchantDecision
    truth: MerchantTruth
    name: str


class AnsweredOrder(msgspec.Struct, frozen=True):
    """An order's answer beside the truth."""

    answer: OrderAnswer
    truth: OrderTruth


class Tally(msgspec.Struct):
    """All that happened; listings that passed untouched are only counted."""

    merchants: list[DecidedMerchant] = []
    flagged: list[DecidedListing] = []
    orders: list[AnsweredOrder] = []
    notices: int = 0
    listings: int = 0
    outcomes: Counter[str] = msgspec.field(default_factory=Counter)
    labels: Counter[tuple[str, bool, bool]] = msgspec.field(default_factory=Counter)
    """Listings by (label, beyond what screening promises, stopped)."""

    def stopped(self, label: str, *, beyond: bool = False) -> tuple[int, int]:
        """How many listings of a label were held or blocked, of how many."""
        stopped = self.labels[label, beyond, True]
        return stopped, stopped + self.labels[label, beyond, False]


def live(platform: Platform, market: Market) -> Tally:
    """Let everything happen, in order of time."""
    tally = Tally()
    happenings = market.happenings()
    while part := list(islice(happenings, _PER_COMMIT)):
        decided = platform.run(lambda work, part=part: list(_happen(platform, work, part)))  # type: ignore[misc]
        for one in decided:
            _count(tally, one)
    return tally


def _happen(
    platform: Platform, work: Work, part: Iterable[Happening]
) -> Iterator[DecidedMerchant | DecidedListing | AnsweredOrder | None]:
    for happening in part:
        noun, truth, at = happening.noun, happening.truth, happening.at
        if isinstance(noun, Merchant):
            assert isinstance(truth, MerchantTruth)
            yield DecidedMerchant(platform.prevent.merchants.apply(work, noun, at=at), truth, noun.shop_name)
        elif isinstance(noun, Listing):
            assert isinstance(truth, ListingTruth)
            [answer] = platform.prevent.screen(work, [noun], at=at)
            yield DecidedListing(answer.decision, truth, answer.receipt.entry)
        elif isinstance(noun, Order):
            assert isinstance(truth, OrderTruth)
            yield AnsweredOrder(platform.warn.place_order(work, noun, at=at), truth)
        else:
            platform.warn.record_step(work, noun, at=at)
            yield None


def _count(tally: Tally, one: DecidedMerchant | DecidedListing | AnsweredOrder | None) -> None:
    if one is None:
        tally.notices += 1
    elif isinstance(one, DecidedMerchant):
        tally.merchants.append(one)
    elif isinstance(one, AnsweredOrder):
        tally.orders.append(one)
    else:
        outcome = one.decision.outcome
        stopped = outcome in ("review", "block")
        tally.listings += 1
        tally.outcomes[outcome] += 1
        tally.labels[one.truth.label, one.truth.beyond, stopped] += 1
        if one.decision.findings or one.truth.label != "harmless":
            tally.flagged.append(one)
