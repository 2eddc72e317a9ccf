"""One complaint about a scalding power bank, and all that must follow from it.

The danger hides among the goods of a market: sold again under its model number, under other words, and under its
picture alone, disguised; harmless power banks stand beside it. The truth about each is known here and nowhere else.
"""

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Literal

import msgspec

from anbao.connect.pictures import PictureIntake
from anbao.model.base import legal_time
from anbao.model.complaint import Complaint, Reporter
from anbao.model.listing import Listing
from anbao.model.merchant import Merchant
from anbao.model.trade import Order
from anbao.platform import Platform
from anbao.simulator import people
from anbao.simulator.assortment import TRADES
from anbao.simulator.pictures import Disguise, disguised, jpeg, product

Part = Literal["source", "model", "words", "picture", "harmless"]
"""The listing complained of · the same model · the same words without it · its picture alone · other goods."""

MODEL, BRAND = "RN-2088", "闪能"
SOURCE = "PB00"
VICTIM, VICTIM_ORDER = "buyer-pb-000", "OPB000"
UNREACHABLE = frozenset({"buyer-pb-003", "buyer-pb-007"})
OPERATOR = {
    "platform.name": "示例商城网络科技有限公司",
    "platform.seat": "示例省安平市清河区",
    "platform.contact": "safety@anbao-mall.example",
}
"""Who runs the made-up platform: it signs reports and letters."""

REFUSED = "PB02"
"""The listing whose takedown the platform's own system refuses at first."""

COMEBACK = "PB90"

_TRADE = next(trade for trade in TRADES if trade.name == "数码")
_STATEMENT = "充电四十分钟后突然发烫冒烟，把手烫伤了，医院诊断为浅二度烫伤。"


class ScaldingListing(msgspec.Struct, frozen=True):
    """A listing of the story, the part that it plays, and how its picture is disguised."""

    id: str
    part: Part
    title: str
    seller: int
    picture: str
    disguise: Disguise | None = None


OFFERS: tuple[ScaldingListing, ...] = (
    ScaldingListing(SOURCE, "source", f"{BRAND} {MODEL} 充电宝 20000毫安 超薄便携 快充移动电源", 0, "danger"),
    ScaldingListing("PB01", "model", f"{BRAND}{MODEL} 大容量移动电源 户外露营旅行 手机平板通用", 1, "other-1"),
    ScaldingListing("PB02", "model", f"移动电源 {MODEL} 闪能同款 20000毫安 现货速发", 2, "other-2"),
    ScaldingListing("PB03", "words", f"{BRAND} 充电宝 20000毫安 超薄便携 快充移动电源 学生宿舍", 3, "other-3"),
    ScaldingListing("PB04", "picture", "户外应急电源 车载手机通用 送礼佳品", 1, "danger", "mirror"),
    ScaldingListing("PB05", "picture", "旅行小电站 双口输出 当天发货", 2, "danger", "crop"),
    ScaldingListing("PB06", "picture", "磁吸无线电源 新店特惠", 3, "danger", "border"),
    ScaldingListing("PB07", "picture", "口袋随身电源 支持退换", 4, "danger", "recompressed"),
    ScaldingListing("PB08", "harmless", "纽电 10000毫安 迷你移动电源 可上飞机 数显", 4, "other-4"),
    ScaldingListing("PB09", "harmless", "充电宝收纳包 防水防震 便携数码配件", 4, "other-5"),
    ScaldingListing("PB10", "harmless", "明威 45瓦 双向快充移动电源 12000毫安 旅行随身", 1, "other-6"),
)
DANGEROUS = frozenset(one.id for one in OFFERS if one.part != "harmless")
BY_PICTURE_ONLY = frozenset(one.id for one in OFFERS if one.part == "picture")

_SELLERS = 5


class Cast(msgspec.Struct, frozen=True):
    """What was put on the platform: the pictures by name (SHA-256), and the buyers of dangerous goods."""

    pictures: dict[str, str]
    buyers: tuple[str, ...]


def stage(platform: Platform, pictures: PictureIntake, seed: int = 2088) -> Cast:
    """Let the merchants, their goods and their buyers come, before anyone complains."""
    rng, on = Random(f"scalding {seed}"), legal_time(platform.clock()).date()
    for number in range(_SELLERS):
        platform.prevent.merchants.apply(seller(number, on))
    stored: dict[str, str] = {}
    for one in OFFERS:
        name = f"{one.picture}/{one.disguise or 'plain'}"
        if name not in stored:
            image = product(f"{seed} {one.picture}")
            stored[name] = pictures.take(jpeg(disguised(image, one.disguise) if one.disguise else image)).picture
        platform.submit_listing(_listing(one, stored[name], rng, on))
        platform.prevent.review(one.id, "pass", "证照齐全", actor="reviewer")
    orders = list(_orders())
    platform.run(lambda work: [platform.warn.place_order(work, order) for order in orders])
    return Cast(stored, tuple(sorted({order.buyer for order in orders})))


def seller(number: int, on: date) -> Merchant:
    """The merchant of this number; number 9 is the first one under another name: its phone and bank account."""
    made, _ = people.merchant(Random(f"scalding seller {number}"), 900 + number, _TRADE, on)
    made = msgspec.structs.replace(made, id=f"MPB{number}")
    if number == 9:
        first = seller(0, on)
        return msgspec.structs.replace(made, bank_account=first.bank_account, phone=first.phone, shop_name="新能小铺")
    return made


def complaint() -> Complaint:
    """What the injured buyer states."""
    return Complaint(
        concern="safety",
        harmed=True,
        listing=SOURCE,
        order=VICTIM_ORDER,
        reporter=Reporter(buyer=VICTIM),
        source="consumer",
        text=_STATEMENT,
    )


def comeback(cast: Cast, on: date) -> Listing:
    """The same goods again, under another merchant's name and a mirrored picture."""
    offer = ScaldingListing(
        COMEBACK, "source", f"闪电能量 {MODEL} 充电宝 20000毫安 快充移动电源", 9, "danger", "mirror"
    )
    return _listing(offer, cast.pictures["danger/mirror"], Random("comeback"), on)


def _orders() -> Iterator[Order]:
    """Two to four orders of each dangerous listing, some by the same buyer; one of a harmless one."""
    number = 0
    for place, one in enumerate(one for one in OFFERS if one.id in DANGEROUS):
        for _ in range(2 + place % 3):
            buyer = f"buyer-pb-{number % 17:03}"
            yield Order(amount="129.00", buyer=buyer, id=f"OPB{number:03}", listing=one.id, recipient="示例收件人")
            number += 1
    yield Order(amount="79.00", buyer="buyer-pb-900", id=f"OPB{number:03}", listing="PB08")


def _listing(one: ScaldingListing, picture: str, rng: Random, on: date) -> Listing:
    return Listing(
        category="power_bank",
        description="采用锂聚合物电芯，随盒附赠充电线。" if one.part != "harmless" else "质保十二个月，支持退换。",
        id=one.id,
        licences=(people.issue("ccc", rng, on),),
        merchant=f"MPB{one.seller}",
        pictures=(picture,),
        title=one.title,
    )
