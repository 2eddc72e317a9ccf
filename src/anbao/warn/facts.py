"""A listing's own facts: what it states in its fields, and what its words say. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache

from anbao.model.listing_fact import FactValue, ListingFact


def known_facts(facts: Iterable[ListingFact], stated: Mapping[str, FactValue], text: str) -> dict[str, FactValue]:
    """The facts that are known, by name and in order. A stated one goes before what the words say.

    What is stated false, does not fit its kind or lies outside its bounds is not known.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    found: dict[str, FactValue] = {}
    for fact in sorted(facts, key=lambda one: one.id):
        value = stated[fact.id] if fact.id in stated else _read(fact, plain)
        if value is not None and _fits(fact, value):
            found[fact.id] = value
    return found


def _fits(fact: ListingFact, value: FactValue) -> bool:
    if fact.of == "flag":
        return value is True
    return not isinstance(value, bool) and fact.low <= value <= fact.high


def _read(fact: ListingFact, plain: str) -> FactValue | None:
    for pattern in fact.patterns:
        for match in _compiled(pattern).finditer(plain):
            value: FactValue = True if fact.of == "flag" else int(match[1].replace(",", ""))
            if _fits(fact, value):
                return value
    return None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
