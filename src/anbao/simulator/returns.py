"""A scalding power bank, and the listings in which it comes back among harmless ones, each with the truth about it."""

import random
from collections.abc import Iterator
from typing import Literal

import msgspec

from anbao.model.hazard import Fingerprint, Suspicion
from anbao.model.listing import Listing

Way = Literal["barcode", "model", "title", "harmless"]
"""How a listing shows the danger: its barcode dressed up · its model · its title reworded · not at all."""

TITLE = "热浪牌20000毫安大容量充电宝便携快充移动电源"
BARCODE = "6901234567892"
MODEL = "RL-20K9"

_PRAISE = ("正品包邮", "厂家直销", "限时特价", "新款上市", "官方授权")
_OTHERS = (
    "星河牌5000毫安迷你充电宝自带线",
    "苹果快充数据线编织耐用两米",
    "无线充电器桌面支架二合一",
    "车载点烟器快充双口",
    "太阳能野营灯可充电",
)


class ReturnTruth(msgspec.Struct, frozen=True):
    """What only the simulator knows of a listing."""

    way: Way

    @property
    def is_danger(self) -> bool:
        return self.way != "harmless"

    @property
    def is_certain(self) -> bool:
        """Whether it can be told without a person."""
        return self.way in ("barcode", "model")


def suspicion(hazard: str, complaint: str = "") -> Suspicion:
    """The danger as a complaint reports it, with all that it is recognised by."""
    return Suspicion(
        advice_en="Stop charging and using it.",
        advice_zh="立即停止充电和使用。",
        complaint=complaint,
        fingerprints=(
            Fingerprint(kind="title", value=TITLE),
            Fingerprint(kind="barcode", value=BARCODE),
            Fingerprint(kind="model", value=MODEL),
            Fingerprint(kind="brand", value="热浪牌"),
        ),
        id=hazard,
        severity=5,
        source="complaint",
        title="热浪牌充电宝充电时发烫",
    )


def returns(dice: random.Random, count: int, hidden: int) -> Iterator[tuple[Listing, ReturnTruth]]:
    """``count`` listings of many merchants, ``hidden`` of which are the danger, in mixed order."""
    ways: list[Way] = ["harmless"] * (count - hidden)
    ways += [("barcode", "model", "title")[number % 3] for number in range(hidden)]
    dice.shuffle(ways)
    for number, way in enumerate(ways):
        title, description = _offered(dice, way)
        listing = Listing(
            id=f"return-{number}", merchant=f"m{dice.randrange(200)}", title=title, description=description
        )
        yield listing, ReturnTruth(way)


def _offered(dice: random.Random, way: Way) -> tuple[str, str]:
    praise = dice.choice(_PRAISE)
    if way == "barcode":
        return f"{praise} 出行应急电源", "国标条码 " + "".join(
            digit + dice.choice(("", "", " ", "-")) for digit in BARCODE
        )
    if way == "model":
        return f"{praise} 热浪牌 应急电源 {MODEL.replace('-', dice.choice(('', ' ', '·')))}", "现货"
    if way == "title":
        return f"{praise}{TITLE}{dice.choice(_PRAISE)}", "现货"
    return f"{praise} {dice.choice(_OTHERS)}", f"条码 69{dice.randrange(10**11):011}"
