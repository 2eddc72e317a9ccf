"""A merchant (平台内经营者), its licences, and the decision on its application."""

from typing import Annotated, Literal

from msgspec import Meta

from anbao.model.base import Account, Address, Id, Millis, Noun, PersonName, Phone, ResidentId

MerchantKind = Literal["company", "individual_business", "person"]
"""公司等法人 · 个体工商户 · 依法无须登记的自然人 (电子商务法 10)."""

Admission = Literal["verified", "held", "refused"]

Status = Literal["applied", "waiting", "verified", "held", "refused", "closed"]
"""``waiting``: the checks hold, and an outside registry has not answered yet."""

Declaration = Literal["", "farm_products", "handicraft", "services", "small_trade"]
"""Why a person need not register, as it declares itself: own farm products, handicraft, services, small trade."""

Problem = Literal[
    "",
    "format",
    "check_digit",
    "expired",
    "not_yet_valid",
    "missing",
    "void",
    "revoked",
    "unknown",
    "mismatch",
]
"""The last three are an outside registry's answers: revoked there, not on its rolls, issued to somebody else."""

Day = Annotated[str, Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]
"""A day of Asia/Shanghai (ISO 8601), or empty."""


class Licence(Noun, frozen=True, kw_only=True):
    """One licence or registration, as the merchant states it. ``kind`` is an identifier format of the pack.

    Dates are ISO 8601 days of Asia/Shanghai; an empty ``valid_until`` means no end.
    """

    kind: Annotated[str, Meta(min_length=1, max_length=64)]
    number: Annotated[str, Meta(min_length=1, max_length=128)]
    valid_from: Day = ""
    valid_until: Day = ""


class Merchant(Noun, frozen=True, kw_only=True):
    """An application to sell on the platform (电子商务法 27: identity, address, contact, licences).

    ``declaration``, ``live_account`` and ``shop_url`` are reported to the authority every half-year.
    """

    address: Address | None = None
    bank_account: Account | None = None
    categories: tuple[str, ...] = ()
    contact_name: PersonName | None = None
    credit_code: Annotated[str, Meta(max_length=32)] = ""
    declaration: Declaration = ""
    id: Id
    kind: MerchantKind
    legal_name: PersonName
    licences: tuple[Licence, ...] = ()
    live_account: Annotated[str, Meta(max_length=200)] = ""
    phone: Phone | None = None
    resident_id: ResidentId | None = None
    shop_name: Annotated[str, Meta(min_length=1, max_length=200)]
    shop_url: Annotated[str, Meta(max_length=500)] = ""


class MerchantChange(Noun, frozen=True, kw_only=True):
    """What a merchant reports as changed; a field that is left out stays as it is on file.

    Each licence takes the place of those of its kind on file; ``categories`` are given whole. ``changed_at``: when it
    changed, from which the merchant's three working days run (网络交易监督管理办法 26); at once by default.
    """

    address: Address | None = None
    bank_account: Account | None = None
    categories: tuple[str, ...] | None = None
    changed_at: Millis | None = None
    contact_name: PersonName | None = None
    credit_code: Annotated[str, Meta(max_length=32)] = ""
    declaration: Declaration = ""
    kind: MerchantKind | None = None
    legal_name: PersonName | None = None
    licences: tuple[Licence, ...] = ()
    live_account: Annotated[str, Meta(max_length=200)] = ""
    phone: Phone | None = None
    resident_id: ResidentId | None = None
    shop_name: Annotated[str, Meta(max_length=200)] = ""
    shop_url: Annotated[str, Meta(max_length=500)] = ""


class CredentialCheck(Noun, frozen=True, kw_only=True):
    """The result of checking one identifier: what is wrong with it, or nothing.

    ``source``: the instrument that demands it where no provision is stored, as remembered (未核对).
    """

    kind: str
    number: str = ""
    problem: Problem = ""
    provisions: tuple[str, ...] = ()
    required_by: str = ""
    source: str = ""


class Link(Noun, frozen=True, kw_only=True):
    """Another merchant that holds the same identifiers. ``closed_for_cause``: the platform had to close it."""

    closed_for_cause: bool = False
    identifiers: tuple[str, ...]
    merchant: str
    status: str = ""
