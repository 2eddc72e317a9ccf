"""The identifiers of a merchant, folded so that ways of writing do not part them."""

import unicodedata
from collections.abc import Collection
from typing import Literal, get_args

from anbao.model.merchant import Merchant

IdentifierKind = Literal["account", "address", "credit_code", "licence", "person", "phone"]
KINDS: tuple[IdentifierKind, ...] = get_args(IdentifierKind)

_SHORTEST: dict[IdentifierKind, int] = {"address": 8, "phone": 7}
"""Letters and digits below which an identifier distinguishes nobody: a village without a number, a short extension."""

_SHORTEST_OF_ALL = 4
_MOBILE = 11


def identifiers_of(merchant: Merchant, holder_licences: Collection[str]) -> set[tuple[IdentifierKind, str]]:
    """What may stand behind another merchant too. ``holder_licences``: kinds of licence issued to one holder.

    A certificate of a product is shared by all who sell it and links nobody.
    """
    stated: list[tuple[IdentifierKind, str | None]] = [
        ("account", merchant.bank_account),
        ("address", merchant.address),
        ("credit_code", merchant.credit_code),
        ("person", merchant.resident_id),
        ("phone", merchant.phone),
        *(("licence", one.kind + one.number) for one in merchant.licences if one.kind in holder_licences),
    ]
    folded = ((kind, _fold(kind, value)) for kind, value in stated if value)
    return {(kind, value) for kind, value in folded if len(value) >= _SHORTEST.get(kind, _SHORTEST_OF_ALL)}


def _fold(kind: IdentifierKind, value: str) -> str:
    plain = "".join(char for char in unicodedata.normalize("NFKC", value).upper() if char.isalnum())
    if kind == "phone":
        digits = "".join(filter(str.isdigit, plain))
        return digits[-_MOBILE:] if digits.startswith(("86", "0086")) and len(digits) > _MOBILE else digits
    return plain
