"""Conditions: what they read, defaults, what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anbao.law.conditions import Condition, names_read
from anbao.law.kinds import FactType

KNOWN: dict[str, FactType] = {"food": bool, "severity": int, "outcome": str}


@pytest.mark.parametrize(
    ("source", "facts", "expected"),
    [
        ("food", {"food": True}, True),
        ("food", {}, False),
        ("not food", {}, True),
        ("severity >= 4", {"severity": 4}, True),
        ("severity >= 4", {}, False),
        ('outcome in ["pass", "notice"] and not food', {"outcome": "pass"}, True),
        ("outcome == 'review'", {"outcome": "pass", "unrelated": 1}, False),
        ("startsWith(outcome, 'no')", {"outcome": "notice"}, True),
    ],
)
def test_a_condition_reads_facts_and_takes_defaults_for_the_missing(
    source: str, facts: dict[str, str | int | bool], expected: bool
) -> None:
    assert Condition(source, KNOWN).holds(facts) is expected


def test_words_within_strings_are_not_facts() -> None:
    assert names_read("outcome == 'food severity' and startsWith(outcome, \"x\")") == ["outcome"]


@pytest.mark.parametrize(
    "source",
    ["", "food ==", "seveirty > 1", "severity + 1", "outcome > 1", "listing.severity > 1", "`${food}`", "nosuch(food)"],
)
def test_what_cannot_be_decided_is_refused_when_it_is_made(source: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        Condition(source, KNOWN)


@given(st.integers(-(2**53) + 1, 2**53 - 1), st.booleans())
def test_a_cached_answer_equals_a_fresh_one(severity: int, food: bool) -> None:
    condition = Condition("severity >= 3 and food", KNOWN)
    facts: dict[str, str | int | bool] = {"severity": severity, "food": food}
    assert condition.holds(facts) is (severity >= 3 and food)
    assert condition.holds(facts) is (severity >= 3 and food)


def test_conditions_with_the_same_source_are_equal() -> None:
    assert Condition("food", KNOWN) == Condition("food", KNOWN)
    assert hash(Condition("food", KNOWN)) == hash(Condition("food", KNOWN))
    assert Condition("food", KNOWN) != Condition("not food", KNOWN)
