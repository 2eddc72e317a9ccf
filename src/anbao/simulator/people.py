"""Made-up merchants and buyers, with valid credentials or with one fault, and what a good platform does with each.

No number here can belong to anyone: regions that do not exist (990000), credit codes marked FAKE, resident ids of
people born before 1900, certificates of years in which none was issued, phones on 12…, where no mobile number begins.
Check digits are computed here, apart from the code that they test.
"""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Literal, get_args

import msgspec

from anbao.model.base import Noun
from anbao.model.merchant import Admission, Licence, Merchant, MerchantKind
from anbao.simulator.assortment import BRANDS, SimulatedTrade

Fault = Literal[
    "forged_licence",
    "forged_credit_code",
    "forged_resident_id",
    "expired_licence",
    "missing_licence",
    "missing_address",
    "forbidden_category",
]
FAULTS: tuple[Fault, ...] = get_args(Fault)

EXPECTED: dict[Fault, Admission] = {
    "expired_licence": "held",
    "forbidden_category": "refused",
    "forged_credit_code": "refused",
    "forged_licence": "refused",
    "forged_resident_id": "refused",
    "missing_address": "held",
    "missing_licence": "held",
}
"""A number that was never issued, or goods that nobody may sell online, are refused; what can be put right is held."""

FORBIDDEN_CATEGORY = "e_cigarette"

_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜"
_GIVEN = (
    "安然",
    "子墨",
    "雨桐",
    "思远",
    "佳宁",
    "晓东",
    "明轩",
    "秀兰",
    "建国",
    "丽娟",
    "若曦",
    "浩然",
    "文静",
    "志强",
    "欣怡",
    "俊杰",
    "春梅",
    "一诺",
    "嘉禾",
    "立群",
)
_STREETS = ("晴川路", "望岳街", "听雨巷", "长安里", "柳荫路", "集贤街", "和平路", "青石巷")
_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


class MerchantTruth(Noun, frozen=True, kw_only=True):
    """What is wrong with an application (``""`` nothing), and what must become of it."""

    expected: Admission
    fault: Fault | Literal[""] = ""


class SimulatedPerson(msgspec.Struct, frozen=True, kw_only=True):
    """A buyer; ``id`` is the platform's own."""

    address: str
    id: str
    name: str
    phone: str


def buyer(rng: Random, number: int) -> SimulatedPerson:
    """A made-up buyer."""
    return SimulatedPerson(address=_address(rng), id=f"B{number:07d}", name=_name(rng), phone=_phone(rng))


def faults_of(trade: SimulatedTrade) -> tuple[Fault, ...]:
    """The faults that a merchant of this trade can have."""
    kinds = {product_line.licence for product_line in trade.assortment if product_line.licence}
    fitting: dict[Fault, bool] = {
        "expired_licence": bool(kinds),
        "forbidden_category": not kinds,
        "forged_credit_code": not trade.personal,
        "forged_licence": bool(kinds & _CHECKED),
        "forged_resident_id": trade.personal,
        "missing_address": True,
        "missing_licence": bool(kinds),
    }
    return tuple(fault for fault in FAULTS if fitting[fault])


def merchant(
    rng: Random, number: int, trade: SimulatedTrade, on: date, fault: Fault | Literal[""] = ""
) -> tuple[Merchant, MerchantTruth]:
    """An application to sell in ``trade`` on a day of Asia/Shanghai, sound or with one fault.

    Raises ValueError where the trade cannot have the fault (see ``faults_of``).
    """
    if fault and fault not in faults_of(trade):
        raise ValueError(f"{trade.name}: no merchant of this trade can have {fault}")
    kind: MerchantKind = "person" if trade.personal else rng.choice(("company", "individual_business"))
    owner = _name(rng)
    brand = rng.choice(BRANDS)
    licences = []
    for needed in {product_line.licence: None for product_line in trade.assortment if product_line.licence}:
        licence = issue(needed, rng, on)
        if fault == "missing_licence":
            continue
        if fault == "expired_licence":
            ended = on - timedelta(days=rng.randint(1, 400))
            licence = msgspec.structs.replace(
                licence, valid_from=(ended - timedelta(days=5 * 365)).isoformat(), valid_until=ended.isoformat()
            )
        if fault == "forged_licence" and needed in _CHECKED:
            licence = msgspec.structs.replace(licence, number=_miscopy(licence.number, "0123456789"))
        licences.append(licence)
    credit_code = "" if trade.personal else _credit_code(rng, "91" if kind == "company" else "92")
    resident_id = _resident_id(rng) if trade.personal else None
    if fault == "forged_credit_code":
        credit_code = _miscopy(credit_code, _CODE_ALPHABET)
    if fault == "forged_resident_id" and resident_id:
        resident_id = _miscopy(resident_id, "0123456789")
    categories = [product_line.category for product_line in trade.assortment]
    if fault == "forbidden_category":
        categories.append(FORBIDDEN_CATEGORY)
    legal_names: dict[MerchantKind, str] = {
        "company": f"示例省{brand}{trade.name}有限公司",
        "individual_business": f"示例市{brand}{trade.name}店（{owner}）",
        "person": owner,
    }
    application = Merchant(
        address=None if fault == "missing_address" else _address(rng),
        bank_account=f"000000{rng.randrange(10**13):013d}",
        categories=tuple(categories),
        contact_name=None if trade.personal else owner,
        credit_code=credit_code,
        id=f"M{number:05d}",
        kind=kind,
        legal_name=legal_names[kind],
        licences=tuple(licences),
        phone=_phone(rng),
        resident_id=resident_id,
        shop_name=f"{brand}{trade.name}{'小铺' if trade.personal else '旗舰店'}{number}",
    )
    return application, MerchantTruth(expected=EXPECTED[fault] if fault else "verified", fault=fault)


def issue(kind: str, rng: Random, on: date) -> Licence:
    """A licence or certificate of this kind, with a number of the right form, in force on that day.

    Raises KeyError for a kind that no product line asks for.
    """
    began = on - timedelta(days=rng.randint(30, 1_000))
    return Licence(
        kind=kind,
        number=_NUMBERS[kind](rng),
        valid_from=began.isoformat(),
        valid_until=(began + timedelta(days=5 * 365)).isoformat(),
    )


def _food_number(prefix: str) -> Callable[[Random], str]:
    def number(rng: Random) -> str:
        digits = f"{rng.choice('12')}990000{rng.randrange(10**6):06d}"
        return prefix + digits + _mod_11_10(digits)

    return number


def _serial(form: str, digits: int) -> Callable[[Random], str]:
    return lambda rng: form.format(f"{rng.randrange(10**digits):0{digits}d}")


_NUMBERS: dict[str, Callable[[Random], str]] = {
    "ccc": _serial("2000000000{}", 6),
    "cosmetic_ordinary": _serial("京G妆网备字1900{}", 6),
    "cosmetic_special": _serial("国妆特字1900{}", 4),
    "food_business": _food_number("JY"),
    "publication": _serial("新出发示例字第{}号", 6),
    "risky_sports": _serial("示例体高危许〔1900〕{}号", 4),
    "travel_agency": _serial("L-FAKE{}", 6),
}
_CHECKED = frozenset({"food_business"})
"""Kinds of licence whose numbers carry a check digit."""


def _mod_11_10(digits: str) -> str:
    """ISO 7064 MOD 11,10 (GB/T 17710)."""
    rest = 10
    for digit in digits:
        rest = ((rest + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - rest) % 10)


def _credit_code(rng: Random, authority: str) -> str:
    """GB 32100-2015, its middle an organisation code after GB 11714."""
    serial = f"FAKE{rng.randrange(10**4):04d}"
    total = sum(int(char, 36) * weight for char, weight in zip(serial, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    organisation = serial + "0X987654321"[total % 11]
    body = f"{authority}990000{organisation}"
    total = sum(_CODE_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(body))
    return body + _CODE_ALPHABET[-total % 31]


def _resident_id(rng: Random) -> str:
    """GB 11643-1999, ISO 7064 MOD 11-2."""
    born = date(1890, 1, 1) + timedelta(days=rng.randrange(3_652))
    body = f"110101{born:%Y%m%d}{rng.randrange(1, 1000):03d}"
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(body))
    return body + "10X98765432"[total % 11]


def _miscopy(number: str, alphabet: str) -> str:
    """The number with another last character, so that its check digit is wrong."""
    place = alphabet.find(number[-1])
    return number[:-1] + alphabet[(place + 1) % len(alphabet)]


def _name(rng: Random) -> str:
    return rng.choice(_SURNAMES) + rng.choice(_GIVEN)


def _address(rng: Random) -> str:
    return (
        f"示例省安平市清河区{rng.choice(_STREETS)}{rng.randint(1, 400)}号{rng.randint(1, 20)}栋{rng.randint(101, 2806)}"
    )


def _phone(rng: Random) -> str:
    return f"12{rng.randrange(10**9):09d}"
