"""Made-up complainants: who was harmed, who reports the same again, who invents, who floods, and who holds a right.

Everything is a function of the seed. The truth beside each complaint says what a good platform makes of it.
"""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Literal

import msgspec

from anbao.model.base import Noun
from anbao.model.complaint import Complaint, Concern, Danger, Reporter
from anbao.simulator.people import SimulatedPerson, buyer

Kind = Literal["true", "duplicate", "false", "mass", "rights_holder"]

_ROUND = 20
"""Complaints of a round: eight true ones, three repeated, three invented, four of a flood, two of right holders."""


class ComplaintTruth(Noun, frozen=True, kw_only=True):
    """What is behind a complaint. ``of``: the complaint (by number) that it repeats; ``countered``: the merchant will
    declare that there is no infringement, and is right.
    """

    countered: bool = False
    danger: Danger = ""
    harmed: bool = False
    kind: Kind
    of: int | None = None
    outcome: Literal["upheld", "rejected"]


class SimulatedComplaint(msgspec.Struct, frozen=True):
    """One complaint: its number, when it comes in (UTC ms), from where, and the truth."""

    number: int
    at: int
    origin: str
    complaint: Complaint
    truth: ComplaintTruth


class ComplainedListing(msgspec.Struct, frozen=True):
    """A listing that is complained of."""

    listing: str
    merchant: str


_TRUE: tuple[tuple[Danger, Concern, str], ...] = (
    ("life", "safety", "{what}充电{n}分钟后起火，火苗有{n}厘米高，幸好家里有人"),
    ("life", "safety", "用{what}时触电，{who}当场昏迷，送医院抢救了{n}小时"),
    ("health", "safety", "{who}用了{what}第{n}天脸上过敏红肿，医生说是接触性皮炎"),
    ("health", "quality", "{what}里吃出异物，{who}腹泻了{n}次"),
    ("property", "fraud", "卖{what}的客服要我私下转账{n}00元，转完就被拉黑，被骗了"),
    ("", "quality", "{what}用了{n}天就坏了，按键失灵，要求退换"),
    ("", "service", "{what}少发了{n}件，客服{n}天不回复"),
    ("", "quality", "{what}和图片颜色差得很远，尺寸小了{n}厘米"),
)
_FALSE = (
    "{what}根本没有用，写的都是假的，我要求赔偿{n}倍",
    "{what}的卖家欺负人，不给{n}元红包就差评",
    "听别人说{what}不好，我没有买，但是要投诉{n}次",
)
_FLOOD = "此店{what}假冒伪劣，坑害消费者，请平台立即下架并罚款"
_WHATS = ("充电宝", "电热毯", "面霜", "坚果礼盒", "儿童滑板车", "台灯", "燃气灶", "保温杯")
_WHOS = ("我", "孩子", "老人", "爱人")


def complainants(
    seed: int, start: int, offers: Sequence[ComplainedListing], rounds: int = 1
) -> Iterator[SimulatedComplaint]:
    """Rounds of complaints about these listings, in order of time, an hour between two. Raises ValueError for none."""
    if len(offers) < 3:
        raise ValueError("complaints need three listings")
    for number in range(rounds * _ROUND):
        at = start + number * 3_600_000
        yield _numbered(seed, number, at, offers)


def _numbered(seed: int, number: int, at: int, offers: Sequence[ComplainedListing]) -> SimulatedComplaint:
    place, first = number % _ROUND, number - number % _ROUND
    rng = Random(f"{seed}:complaint:{number}")
    person = buyer(rng, number)
    if place < 8:
        return _true(seed, number, at, offers, person)
    if place < 11:
        of = first + place - 8
        original = _numbered(seed, of, at, offers)
        text = original.complaint.text.replace("，", ", ") + "！！"
        complaint = msgspec.structs.replace(original.complaint, text=text, reporter=_reporter(person))
        truth = msgspec.structs.replace(original.truth, kind="duplicate", of=of)
        return SimulatedComplaint(number, at, f"198.51.100.{number % 250}", complaint, truth)
    offer = offers[rng.randrange(len(offers))]
    what, count = rng.choice(_WHATS), rng.randint(2, 9)
    if place < 14:
        text = _FALSE[place - 11].format(what=what, n=count)
        complaint = _complaint(offer, "other", text, person)
        return SimulatedComplaint(
            number, at, f"198.51.100.{number % 250}", complaint, ComplaintTruth(kind="false", outcome="rejected")
        )
    if place < 18:
        offer = offers[(place - 14) % len(offers)]
        complaint = _complaint(offer, "quality", _FLOOD.format(what=_WHATS[first % len(_WHATS)]), None)
        return SimulatedComplaint(
            number, at, "203.0.113.66", complaint, ComplaintTruth(kind="mass", outcome="rejected")
        )
    countered = place == 19
    complaint = msgspec.structs.replace(
        _complaint(offer, "infringement", f"该店销售的{what}假冒我司注册商标，未经许可", None),
        proof="附注册证与购买公证书",
        reporter=Reporter(contact=f"ip{number}@brand.example", name=f"示例品牌{number}有限公司"),
        right=f"商标 99{number:06d}",
        source="rights_holder",
    )
    truth = ComplaintTruth(countered=countered, kind="rights_holder", outcome="rejected" if countered else "upheld")
    return SimulatedComplaint(number, at, f"192.0.2.{number % 250}", complaint, truth)


def _true(
    seed: int, number: int, at: int, offers: Sequence[ComplainedListing], person: SimulatedPerson
) -> SimulatedComplaint:
    rng = Random(f"{seed}:true:{number}")
    danger, concern, words = _TRUE[number % _ROUND]
    text = words.format(what=rng.choice(_WHATS), who=rng.choice(_WHOS), n=rng.randint(2, 9))
    harmed = danger in ("life", "health") and rng.random() < 0.7
    complaint = msgspec.structs.replace(
        _complaint(offers[rng.randrange(len(offers))], concern, text, person),
        conceal=rng.random() < 0.3,
        harmed=harmed,
    )
    truth = ComplaintTruth(danger=danger, harmed=harmed, kind="true", outcome="upheld")
    return SimulatedComplaint(number, at, f"198.51.100.{number % 250}", complaint, truth)


def _complaint(offer: ComplainedListing, concern: Concern, text: str, person: SimulatedPerson | None) -> Complaint:
    return Complaint(
        concern=concern,
        listing=offer.listing,
        merchant=offer.merchant,
        reporter=_reporter(person) if person else Reporter(),
        source="consumer" if person else "anonymous",
        text=text,
    )


def _reporter(person: SimulatedPerson) -> Reporter:
    return Reporter(buyer=person.id, name=person.name, phone=person.phone)
