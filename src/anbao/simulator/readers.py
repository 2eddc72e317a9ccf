"""Buyers before a risky order: one who reads, one who skips, one who belongs to an unsuitable group, one who is shown
nothing; what each does, and what a good platform answers.
"""

from collections.abc import Iterator
from random import Random
from typing import Literal

import msgspec

from anbao.model.listing import Listing
from anbao.model.trade import NoticeAcknowledged, NoticeAnswered, NoticeChoice, NoticeShown, Order

Reader = Literal["reads", "skips", "unsuitable", "risks_it", "untold"]
READERS: tuple[Reader, ...] = ("reads", "skips", "unsuitable", "risks_it", "untold")

LEAST_SECONDS = 5
"""What the simulator's platform asks for, option ``notice.least_seconds``."""

Act = NoticeShown | NoticeAcknowledged | NoticeAnswered | NoticeChoice


class SimulatedReading(msgspec.Struct, frozen=True):
    """What a buyer does before the order, and the order. ``taken``: whether a strict platform takes it.

    ``lacking`` and ``unsuitable``: whether steps are missing, and whether the buyer said to belong to a group.
    """

    reader: Reader
    acts: tuple[Act, ...]
    order: Order
    lacking: bool
    unsuitable: bool

    @property
    def taken(self) -> bool:
        return not self.lacking and not self.unsuitable


def tour(number: int = 0, *, merchant: str = "") -> Listing:
    """A tour at high altitude whose words and fields state what its notice speaks of."""
    return Listing(
        category="travel_high_altitude",
        description="行程最高到达海拔5013米的米拉山口。年龄12-65周岁，孕妇及心脏病、高血压患者谢绝参加。",
        facts={"age_min": 14},
        id=f"TOUR{number:04d}",
        merchant=merchant,
        title="拉萨林芝六日深度游 小团出行",
    )


def readings(seed: int, listing: str, notice: str) -> Iterator[SimulatedReading]:
    """One buyer of each sort, in an order that the seed gives."""
    rng = Random(f"{seed}:readers")
    for number, reader in enumerate(rng.sample(READERS, len(READERS))):
        yield _reading(rng, reader, f"B-READ-{number}", f"O-READ-{number}", listing, notice)


def _reading(rng: Random, reader: Reader, buyer: str, order: str, listing: str, notice: str) -> SimulatedReading:
    shown = NoticeShown(
        buyer=buyer,
        language=rng.choice(("zh", "en")),
        listing=listing,
        notice=notice,
        seconds=rng.randint(0, 1) if reader == "skips" else rng.randint(LEAST_SECONDS, 90),
    )
    acts: list[Act] = []
    if reader != "untold":
        belongs = reader in ("unsuitable", "risks_it")
        acts = [
            shown,
            NoticeAcknowledged(buyer=buyer, listing=listing, notice=notice),
            NoticeAnswered(belongs=belongs, buyer=buyer, listing=listing, notice=notice),
        ]
    if reader == "risks_it":
        acts.append(
            NoticeChoice(
                buyer=buyer,
                chose=True,
                chose_by="在提示退款不收费后仍选择下单",
                could_choose=True,
                could_choose_by="页面同时给出低海拔线路和取消按钮",
                knew=True,
                knew_by="第三题答对最高海拔",
                listing=listing,
                notice=notice,
            )
        )
    return SimulatedReading(
        reader=reader,
        acts=tuple(acts),
        order=Order(buyer=buyer, id=order, listing=listing),
        lacking=reader in ("skips", "untold"),
        unsuitable=reader in ("unsuitable", "risks_it"),
    )
