"""What a title states besides words: models and quantities, by which alike titles are distinguished or confirmed."""

import re
import unicodedata

_MODEL = re.compile(r"(?<![a-z0-9])[a-z0-9]+(?:[-/.][a-z0-9]+)*(?![a-z0-9])")
_SEPARATORS = re.compile(r"[-/.]")
_UNITS = (
    "ml|毫升|l|升|kg|公斤|千克|mg|毫克|g|克|斤|mah|毫安|wh|kw|w|瓦|v|伏|mm|毫米|cm|厘米|m|米|寸|inch|gb|tb|g|k|p|d|片|粒|瓶|盒|包|只|支|"
    "袋|块|件|套|个|条|双|元|pcs|pack|hz|rpm|oz|lb|ft|in|mp|x|mbps|ghz|mhz"
)
_QUANTITY = re.compile(rf"(\d+(?:\.\d+)?)\s*({_UNITS})(?![a-z])")
_ONLY_QUANTITIES = re.compile(rf"(?:\d+(?:\.\d+)?(?:{_UNITS})?)+")
_PHRASE = re.compile(r"\d{1,3}[a-z]{3,}")
_MIN_MODEL = 5
_MIN_NUMBER = 6
_MAX_NUMBER = 14
"""Longer than any barcode: numbers of certificates, orders, accounts."""


def plain(text: str) -> str:
    """Compatibility forms and case removed, spaces and marks retained."""
    return unicodedata.normalize("NFKC", text).lower()


def models(text: str) -> frozenset[str]:
    """What look like model numbers in a plain text: letters and digits with two digits at least, or a long number."""
    return frozenset(
        model for token in _MODEL.findall(text) for model in (_SEPARATORS.sub("", token),) if _is_model(model)
    )


def quantities(text: str) -> dict[str, frozenset[str]]:
    """Numbers by their unit in a plain text: ``{"ml": {"500"}}``."""
    found: dict[str, set[str]] = {}
    for number, unit in _QUANTITY.findall(text):
        found.setdefault(unit, set()).add(number)
    return {unit: frozenset(numbers) for unit, numbers in found.items()}


def same_model(one: str, other: str) -> bool:
    """Equal, or one is the other with a variant's letters behind it."""
    short, long = sorted((one, other), key=len)
    return long.startswith(short) and long[len(short) :].isalpha() if short != long else True


def _is_model(token: str) -> bool:
    digits = sum(map(str.isdigit, token))
    if digits == len(token):
        return _MIN_NUMBER <= digits <= _MAX_NUMBER
    if len(token) < _MIN_MODEL or digits < 2 or _PHRASE.fullmatch(token):
        return False
    return not _ONLY_QUANTITIES.fullmatch(token)
