"""The decision table: what the default decides, and what no policy may do."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anbao.errors import PackError
from anbao.prevent.listings import guard, unjudged
from anbao.rules.policy import MODEL_ALONE, NO_ROW, Policy, PolicyFacts, load_reasons

FOLDER = Path(__file__).parents[1] / "packs" / "cn" / "policy"
DATA = (FOLDER / "default.json").read_bytes()
DEFAULT = Policy.from_bytes(DATA)
ORDER = ("pass", "notice", "review", "block")

some_facts = st.from_type(PolicyFacts).map(
    lambda facts: msgspec.structs.replace(
        facts, strong=abs(facts.strong) % 6, weak=abs(facts.weak) % 6, notices=abs(facts.notices) % 9
    )
)


@pytest.mark.parametrize(
    ("facts", "outcome", "reasons"),
    [
        ({}, "pass", ()),
        ({"unknown_category": True}, "pass", ("category.unknown",)),
        ({"strong": 1}, "pass", ()),
        ({"weak": 2}, "pass", ()),
        ({"notices": 1}, "notice", ("notice.required",)),
        ({"notices": 7, "life_health": True}, "notice", ("notice.required",)),
        ({"strong": 2}, "notice", ("term.low",)),
        ({"strong": 3}, "review", ("term.suspect",)),
        ({"weak": 3}, "review", ("term.weak",)),
        ({"weak": 5, "notices": 2}, "review", ("term.weak",)),
        ({"credential": "missing"}, "review", ("credential.missing",)),
        ({"credential": "expired", "life_health": True}, "block", ("credential.expired",)),
        ({"credential": "invalid", "life_health": True, "strong": 3}, "block", ("credential.invalid",)),
        ({"strong": 4}, "block", ("term.strong",)),
        ({"strong": 5, "weak": 5}, "block", ("term.strong",)),
        ({"forbidden": True}, "block", ("category.forbidden",)),
    ],
)
def test_the_default_policy(facts: dict[str, Any], outcome: str, reasons: tuple[str, ...]) -> None:
    verdict = DEFAULT.decide(PolicyFacts(**facts))
    assert (verdict.outcome, verdict.reasons) == (outcome, reasons)


@given(some_facts)
def test_weaker_channels_never_block(facts: PolicyFacts) -> None:
    plain = DEFAULT.decide(msgspec.structs.replace(facts, weak=0))
    assert (DEFAULT.decide(facts).outcome == "block") == (plain.outcome == "block")


@given(some_facts, st.sampled_from(["strong", "weak", "notices"]))
def test_more_danger_is_never_judged_more_mildly(facts: PolicyFacts, field: str) -> None:
    worse = msgspec.structs.replace(facts, **{field: min(getattr(facts, field) + 1, 5)})
    if getattr(worse, field) >= getattr(facts, field):
        assert ORDER.index(DEFAULT.decide(worse).outcome) >= ORDER.index(DEFAULT.decide(facts).outcome)


def test_every_reason_has_its_wording() -> None:
    wording = load_reasons(FOLDER / "reasons.yaml")
    assert wording.keys() == DEFAULT.reasons | {MODEL_ALONE, NO_ROW, guard.KNOWN, guard.ALIKE, unjudged.REASON}


def test_the_digest_depends_on_content_not_on_layout() -> None:
    table = json.loads(DATA)
    assert Policy.from_bytes(json.dumps(table, indent=8, sort_keys=True).encode()).digest == DEFAULT.digest
    assert len(DEFAULT.digest) == 16
    rules(table)[-1]["reasons"] = '["something.else"]'
    assert Policy(table).digest != DEFAULT.digest


def rules(table: dict[str, Any]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = table["nodes"][1]["content"]["rules"]
    return found


def drop_the_default_row(table: dict[str, Any]) -> None:
    rules(table).pop()


def unknown_outcome(table: dict[str, Any]) -> None:
    rules(table)[0]["outcome"] = '"destroy"'


def reasons_are_no_list(table: dict[str, Any]) -> None:
    rules(table)[-1]["reasons"] = '"because"'


def broken_expression(table: dict[str, Any]) -> None:
    rules(table)[-1]["strong"] = ">= >= 3"


def weak_channel_blocks(table: dict[str, Any]) -> None:
    next(row for row in rules(table) if row["_id"] == "weak_review")["outcome"] = '"block"'


def no_nodes(table: dict[str, Any]) -> None:
    table["nodes"] = [{"id": 1}]


@pytest.mark.parametrize(
    "spoil",
    [drop_the_default_row, unknown_outcome, reasons_are_no_list, broken_expression, weak_channel_blocks, no_nodes],
)
def test_a_bad_policy_does_not_load(spoil: Callable[[dict[str, Any]], None]) -> None:
    table = json.loads(DATA)
    spoil(table)
    with pytest.raises(PackError) as error:
        Policy(table, "default.json:1")
    assert error.value.where == "default.json:1"


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff", b"{}"])
def test_what_is_no_table_does_not_load(data: bytes) -> None:
    with pytest.raises(PackError):
        Policy.from_bytes(data)


def test_facts_without_a_row_go_to_a_person() -> None:
    """Loading asks about up to two notices; a hole beyond that is met by review, never by a crash or a pass."""
    table = json.loads(DATA)
    rules(table)[-1]["notices"] = rules(table)[-3]["notices"] = "< 3"
    verdict = Policy(table).decide(PolicyFacts(notices=3))
    assert (verdict.outcome, verdict.reasons) == ("review", (NO_ROW,))
