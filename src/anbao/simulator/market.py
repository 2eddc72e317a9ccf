"""A few days of a made-up platform, in order of time: applications, listings, notices read, orders.

Every merchant, listing and order is a function of the seed and its number, so nothing is stored: a market of a million
listings takes no more memory than one of ten.
"""

import heapq
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from random import Random
from typing import Literal

import msgspec

from anbao.model.base import Noun, legal_time
from anbao.model.listing import Listing
from anbao.model.merchant import Merchant
from anbao.model.trade import NoticeAcknowledged, NoticeAnswered, NoticeShown, Order
from anbao.simulator import goods, people
from anbao.simulator.assortment import TRADES, GoodsCategory, SimulatedTrade
from anbao.simulator.goods import Goods, ListingTruth
from anbao.simulator.people import FAULTS, Fault, MerchantTruth, SimulatedPerson

NoticeTaken = Literal["not_needed", "acknowledged", "shown_only", "untold"]

_DAY = 86_400_000
_FAULT_EVERY = 4
_APPLICATIONS_END, _ORDERS_BEGIN = 0.1, 0.2
"""Parts of the time: merchants apply in the first tenth, then listings come in, orders from the second tenth on."""
_LONGEST_READING = 90_000
_ATTEMPTS = 50


class OrderTruth(Noun, frozen=True, kw_only=True):
    """Which notices (by id) the order's category demands, and whether the buyer got and confirmed them before it."""

    notices: tuple[str, ...] = ()
    notice_state: NoticeTaken


class Happening(msgspec.Struct, frozen=True):
    """One thing that happens on the platform: when (UTC milliseconds), the noun, and the truth where there is one."""

    at: int
    noun: Merchant | Listing | NoticeShown | NoticeAcknowledged | NoticeAnswered | Order
    truth: MerchantTruth | ListingTruth | OrderTruth | None = None


class Market(msgspec.Struct, frozen=True, kw_only=True):
    """A market over the ``days`` before ``now`` (UTC milliseconds).

    Shares are of all listings (``danger_share``, ``look_alike_share``), of the dangerous (``disguised_share``; and
    ``uncertified_share`` where the category demands a certificate), of the disguised (``beyond_share``: in ways that
    today's screening does not promise to find), and of the orders that need a notice (``noticed_share``).
    Every fourth merchant has a fault, each kind in turn. Only sound merchants list; dangerous goods are not ordered.
    """

    seed: int
    now: int
    listings: int = 5_000
    merchants: int = 96
    orders: int = 500
    days: int = 3
    danger_share: float = 0.03
    look_alike_share: float = 0.05
    disguised_share: float = 0.5
    beyond_share: float = 0.1
    uncertified_share: float = 0.05
    noticed_share: float = 0.8

    def __post_init__(self) -> None:
        if self.merchants < 2 or self.listings < 1 or self.orders < 0 or self.now < self.days * _DAY:
            raise ValueError("a market needs two merchants, a listing, and days after 1970")

    def happenings(self) -> Iterator[Happening]:
        """Everything, in order of time."""
        return heapq.merge(self.applications(), self.offers(), self.trades(), key=lambda happening: happening.at)

    def applications(self) -> Iterator[Happening]:
        """Each merchant's application with its ``MerchantTruth``."""
        for number in range(self.merchants):
            merchant, truth = self.merchant(number)
            yield Happening(self._instant(_APPLICATIONS_END * number / self.merchants), merchant, truth)

    def offers(self) -> Iterator[Happening]:
        """Each listing with its ``ListingTruth``."""
        for number in range(self.listings):
            made = self.goods(number)
            yield Happening(self._listed(number), made.listing, made.truth)

    def trades(self) -> Iterator[Happening]:
        """Each order with its ``OrderTruth``, after the notices that its buyer got."""
        for number in range(self.orders):
            yield from self._trade(number)

    def merchant(self, number: int) -> tuple[Merchant, MerchantTruth]:
        """The merchant of this number, from 0."""
        trade, fault = self._role(number)
        return people.merchant(self._rng("merchant", number), number, trade, _legal_day(self._instant(0)), fault)

    def goods(self, number: int) -> Goods:
        """The listing of this number, from 0."""
        rng = self._rng("listing", number)
        seller = rng.randrange(self.merchants)
        seller -= self._is_faulty(seller)
        product_line = rng.choice(self._role(seller)[0].assortment)
        id, merchant, on = f"L{number:07d}", f"M{seller:05d}", _legal_day(self._listed(number))
        draw = rng.random()
        if draw < self.danger_share:
            if product_line.certificate and rng.random() < self.uncertified_share:
                return goods.uncertified(rng, product_line, id=id, merchant=merchant, on=on)
            disguised = rng.random() < self.disguised_share
            beyond = rng.random() < self.beyond_share
            return goods.dangerous(
                rng, product_line, id=id, merchant=merchant, on=on, disguised=disguised, beyond=beyond
            )
        make = goods.look_alike if draw < self.danger_share + self.look_alike_share else goods.harmless
        return make(rng, product_line, id=id, merchant=merchant, on=on)

    def _trade(self, number: int) -> Iterator[Happening]:
        rng = self._rng("order", number)
        at = self._instant(_ORDERS_BEGIN + (1 - _ORDERS_BEGIN) * (number + 1) / (self.orders + 1))
        lead = min(_LONGEST_READING, int(self._span * (1 - _ORDERS_BEGIN) / (self.orders + 1)) // 2)
        listing = self._sold(rng, at - lead)
        if listing is None:
            return
        buyer = rng.randrange(10 * self.orders)
        person = people.buyer(self._rng("buyer", buyer), buyer)
        notices = _PRODUCT_LINES[listing.category].notices
        state: NoticeTaken = "not_needed"
        if notices:
            state = "acknowledged" if rng.random() < self.noticed_share else rng.choice(("shown_only", "untold"))
        if state in ("acknowledged", "shown_only"):
            for notice in notices:
                shown = NoticeShown(buyer=person.id, listing=listing.id, notice=notice, seconds=lead // 2_000)
                yield Happening(at - lead, shown)
        if state == "acknowledged":
            for notice in notices:
                yield Happening(at - lead // 2, NoticeAcknowledged(buyer=person.id, listing=listing.id, notice=notice))
                if _PRODUCT_LINES[listing.category].asks:
                    answered = NoticeAnswered(belongs=False, buyer=person.id, listing=listing.id, notice=notice)
                    yield Happening(at - lead // 2, answered)
        yield Happening(at, _order(rng, number, listing, person), OrderTruth(notices=notices, notice_state=state))

    def _sold(self, rng: Random, before: int) -> Listing | None:
        """A listing without danger that came in before that instant; None if there is hardly any."""
        part = (before - self._instant(0)) / self._span
        listed = int((part - _APPLICATIONS_END) / (1 - _APPLICATIONS_END) * self.listings + 0.5)
        for _ in range(_ATTEMPTS if listed > 0 else 0):
            made = self.goods(rng.randrange(listed))
            if made.truth.label != "dangerous":
                return made.listing
        return None

    def _role(self, number: int) -> tuple[SimulatedTrade, Fault | Literal[""]]:
        """What a merchant deals in, and its fault: trades and faults come round in turn."""
        if not self._is_faulty(number):
            return TRADES[(number - number // _FAULT_EVERY) % len(TRADES)], ""
        fault = FAULTS[number // _FAULT_EVERY % len(FAULTS)]
        fitting = [trade for trade in TRADES if fault in people.faults_of(trade)]
        return fitting[number // (_FAULT_EVERY * len(FAULTS)) % len(fitting)], fault

    def _is_faulty(self, number: int) -> bool:
        return number % _FAULT_EVERY == _FAULT_EVERY - 1

    def _listed(self, number: int) -> int:
        return self._instant(_APPLICATIONS_END + (1 - _APPLICATIONS_END) * (number + 0.5) / self.listings)

    def _instant(self, part: float) -> int:
        return self.now - self._span + int(self._span * part)

    @property
    def _span(self) -> int:
        return self.days * _DAY

    def _rng(self, kind: str, number: int) -> Random:
        return Random(f"{self.seed}:{kind}:{number}")


_PRODUCT_LINES: dict[str, GoodsCategory] = {
    product_line.category: product_line for trade in TRADES for product_line in trade.assortment
}


def _legal_day(at: int) -> date:
    return legal_time(at).date()


def _order(rng: Random, number: int, listing: Listing, person: SimulatedPerson) -> Order:
    quantity = rng.choice((1, 1, 1, 2, 3))
    return Order(
        amount=str(Decimal(listing.extra["price"]) * quantity),
        buyer=person.id,
        id=f"O{number:07d}",
        listing=listing.id,
        quantity=quantity,
        recipient=person.name,
        recipient_address=person.address,
        recipient_phone=person.phone,
    )
