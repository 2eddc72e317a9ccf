"""Numbers that name a person: a resident id or a mobile number in a field that is for something else.

Entries cannot be taken back, and tiles are public: such a number must not come into one (个人信息保护法 28, 51).
Resident ids: GB 11643-1999, eighteen characters with a check character by ISO 7064 MOD 11-2; the older form has fifteen
digits and no check.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from anbao.errors import InvalidInput
from anbao.text import Text

_PROVINCES = frozenset(
    map(str, (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 91))
) | {"81", "82", "83"}
"""GB/T 2260, first two digits; 81 to 83 in residence permits, 91 in ids of foreigners."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_BETWEEN = re.compile(r"[\s\u200b-\u200f\u2060\ufeff./·-]+")
_LONG = re.compile(r"\d{17}[\dX]", re.ASCII)
_SHORT = re.compile(r"\d{15}", re.ASCII)
_MOBILE = re.compile(r"(?:\+?86|0086)?1[3-9]\d{9}", re.ASCII)
_NO_DIGITS = bytes(code for code in range(256) if chr(code) not in "0123456789")
_WIDE = b"\xef\xbc"
"""How full-width digits begin in UTF-8."""

_YEARS = range(1880, 2100)

OWN_FIELDS = frozenset(
    {"address", "bank_account", "buyer", "contact", "contact_name", "legal_name", "name", "phone", "proof", "recipient"}
    | {"recipient_address", "recipient_phone", "resident_id", "statement", "text", "what", "words"}
)
"""Names of fields whose values go to the vault: a person's number may stand in them."""

GIVEN_NAMES = frozenset({"id", "listing", "message", "order"})
"""The platform's own numbers of many things; of a million with eighteen digits, some ten look like resident ids."""


def is_resident_id(text: str) -> bool:
    """Whether the whole text is a resident id: in any width, with spaces or dashes in it or not."""
    folded = _folded(text)
    if not folded:
        return False
    if _LONG.fullmatch(folded):
        total = sum(int(digit) * weight for digit, weight in zip(folded, _WEIGHTS, strict=False))
        return _CHECKS[total % 11] == folded[17] and _names(folded[:2], folded[6:14])
    if _SHORT.fullmatch(folded):
        from stdnum.iso7064 import mod_11_10  # takes long to load, and few numbers have fifteen digits

        # An old business registration number has fifteen digits too, the last of them a check digit (MOD 11,10).
        return _names(folded[:2], f"19{folded[6:12]}") and not mod_11_10.is_valid(folded)
    return False


def is_mobile_number(text: str) -> bool:
    """Whether the whole text is a mobile number of the mainland, with its country code or not."""
    return bool(_MOBILE.fullmatch(_folded(text)))


def refuse_person_number(field: str, text: str, *, phones: bool = False) -> None:
    """Raise InvalidInput, which names the field and never the value, where it holds a number that names a person."""
    if is_resident_id(text):
        raise InvalidInput(
            Text(
                f"{field} 是居民身份证号，不能以明文存证",
                f"{field} is a resident id, which may not stand in the ledger",
            ),
            hint=Text("只填在 resident_id 等专用字段", "state it only in a field for it, such as resident_id"),
            field=field,
        )
    if phones and is_mobile_number(text):
        raise InvalidInput(
            Text(
                f"{field} 是手机号码，不能以明文存证", f"{field} is a mobile number, which may not stand in the ledger"
            ),
            hint=Text("只填在 phone 等专用字段", "state it only in a field for it, such as phone"),
            field=field,
        )


def may_hold_person_number(data: bytes) -> bool:
    """Whether JSON has digits enough for a resident id: most has not, and need not be looked through."""
    return len(data.translate(None, _NO_DIGITS)) >= 15 or _WIDE in data


def refuse_person_numbers(value: object, except_for: frozenset[str] = frozenset(), path: str = "") -> None:
    """Raise InvalidInput where any text is a resident id, at any depth. ``except_for``: names of texts left out."""
    for field, text in _texts(value, path, except_for):
        refuse_person_number(field or "body", text)


def _texts(value: object, path: str, except_for: frozenset[str]) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            if name not in except_for or not isinstance(inner, str):
                yield from _texts(inner, f"{path}.{name}" if path else str(name), except_for)
    elif isinstance(value, Sequence) and not isinstance(value, bytes):
        for place, inner in enumerate(value):
            yield from _texts(inner, f"{path}[{place}]", except_for)


def _folded(text: str) -> str:
    if len(text) > 40 or text.isalpha() or not any(mark.isdigit() for mark in text):  # most are words
        return ""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper()


def _names(province: str, born: str) -> bool:
    """Whether the parts of a number are a place and a day."""
    try:
        return province in _PROVINCES and date(int(born[:4]), int(born[4:6]), int(born[6:])).year in _YEARS
    except ValueError:
        return False
