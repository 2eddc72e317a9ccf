"""A merchant (平台内经营者), its licences, and the decision on its application."""

from typing import Annotated, Literal

from msgspec import Meta

from anbao.model.base import Account, Address, Id, Noun, PersonName, Phone, ResidentId

MerchantKind = Literal["company", "individual_business", "person"]
"""公司等法人 · 个体工商户 · 依法无须登记的自然人 (电子商务法 10)."""

Admission = Literal["verified", "held", "refused"]


class Licence(Noun, frozen=True, kw_only=True):
    """One licence or registration, as the merchant states it. ``kind`` is an identifier format of the pack.

    Dates are ISO 8601 days of Asia/Shanghai; an empty ``valid_until`` means no end.
    """

    kind: Annotated[str, Meta(min_length=1, max_length=64)]
    number: Annotated[str, Meta(min_length=1, max_length=128)]
    valid_from: Annotated[str, Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""
    valid_until: Annotated[str, Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""


class Merchant(Noun, frozen=True, kw_only=True):
    """An application to sell on the platform (电子商务法 27: identity, address, contact, licences)."""

    address: Address | None = None
    bank_account: Account | None = None
    categories: tuple[str, ...] = ()
    contact_name: PersonName | None = None
    credit_code: Annotated[str, Meta(max_length=32)] = ""
    id: Id
    kind: MerchantKind
    legal_name: PersonName
    licences: tuple[Licence, ...] = ()
    phone: Phone | None = None
    resident_id: ResidentId | None = None
    shop_name: Annotated[str, Meta(min_length=1, max_length=200)]


class CredentialCheck(Noun, frozen=True, kw_only=True):
    """The result of checking one identifier: ``ok``, or why not."""

    kind: str
    number: str = ""
    problem: Literal["", "format", "check_digit", "expired", "not_yet_valid", "missing", "void"] = ""
    provisions: tuple[str, ...] = ()
    required_by: str = ""
