"""The admission of merchants and listings: which credential is asked for, and under which provision."""

from datetime import date
from pathlib import Path

import msgspec
import pytest

from anbao.law.catalogue import load_catalogue
from anbao.model.merchant import Licence, Merchant
from anbao.prevent.merchants.admission import assess_merchant, credentials_problem

ROOT = Path(__file__).parents[1]
CATALOGUE = load_catalogue(ROOT / "packs" / "cn")
DAY = date(2026, 11, 24)
USCC = "91320200MA1MGN8MXH"
RESIDENT = "11010519491231002X"
FOOD = Licence(kind="food_business", number="JY13202020009651", valid_until="2027-03-31")
EXPIRED = Licence(kind="food_business", number="JY13202020009651", valid_until="2026-11-23")
FORGED = Licence(kind="food_business", number="JY15101000000000")
UNKNOWN = Licence(kind="driving_licence", number="1")
TRADE = Licence(kind="device_trade", number="沪浦药监械经营许20210001号")

COMPANY = Merchant(
    address="无锡市某路 1 号",
    categories=("预包装食品",),
    contact_name="王某",
    credit_code=USCC,
    id="m1",
    kind="company",
    legal_name="某食品有限公司",
    licences=(FOOD,),
    phone="13800000000",
    shop_name="某某食品店",
)
PERSON = Merchant(
    address="某村 2 号",
    id="m2",
    kind="person",
    legal_name="李某",
    phone="13900000000",
    resident_id=RESIDENT,
    shop_name="小店",
)


def change(merchant: Merchant, **fields: object) -> Merchant:
    return msgspec.structs.replace(merchant, **fields)


@pytest.mark.parametrize(
    ("merchant", "decision", "found"),
    [
        (COMPANY, "verified", set()),
        (PERSON, "verified", set()),
        (change(PERSON, categories=("水果", "女装")), "verified", set()),
        (change(COMPANY, categories=("no such category",)), "verified", set()),
        (change(COMPANY, phone=None), "held", {("phone", "missing")}),
        (change(COMPANY, credit_code=""), "held", {("uscc", "missing")}),
        (change(COMPANY, credit_code="91510100MA00000000"), "refused", {("uscc", "check_digit")}),
        (change(PERSON, resident_id="110105194912310021"), "refused", {("resident_id", "check_digit")}),
        (change(PERSON, resident_id=None), "held", {("resident_id", "missing")}),
        (
            change(PERSON, categories=("零食",)),
            "held",
            {("uscc", "missing"), ("food_business", "missing")},
        ),
        (change(COMPANY, licences=()), "held", {("food_business", "missing")}),
        (change(COMPANY, licences=(EXPIRED,)), "held", {("food_business", "expired")}),
        (change(COMPANY, licences=(EXPIRED, FOOD)), "verified", {("food_business", "expired")}),
        (change(COMPANY, licences=(FORGED, FOOD)), "refused", {("food_business", "check_digit")}),
        (change(COMPANY, licences=(FOOD, UNKNOWN)), "held", {("driving_licence", "format")}),
        (change(COMPANY, categories=("疫苗",)), "refused", {("category", "void")}),
        (change(COMPANY, categories=("三类医疗器械",)), "held", {("device_trade", "missing")}),
    ],
)
def test_admission(merchant: Merchant, decision: str, found: set[tuple[str, str]]) -> None:
    outcome, checks = assess_merchant(merchant, CATALOGUE, DAY)
    assert outcome == decision
    assert {(check.kind, check.problem) for check in checks if check.problem} == found


def test_each_check_says_what_demanded_it_and_under_which_provision() -> None:
    _, checks = assess_merchant(change(COMPANY, licences=()), CATALOGUE, DAY)
    by_kind = {check.kind: check for check in checks}
    assert by_kind["uscc"].number == USCC
    assert by_kind["uscc"].required_by == "identity"
    assert by_kind["food_business"].required_by == "food_prepackaged"
    assert "cn.food_safety_law.2025/62.1" in by_kind["food_business"].provisions


def test_checks_never_show_a_resident_id() -> None:
    stated = Licence(kind="resident_id", number=RESIDENT)
    _, checks = assess_merchant(change(PERSON, licences=(stated,)), CATALOGUE, DAY)
    assert RESIDENT not in msgspec.json.encode(checks).decode()
    assert [check.kind for check in checks].count("resident_id") == 2


def test_the_same_application_gives_the_same_checks_in_the_same_order() -> None:
    merchant = change(COMPANY, categories=("酒", "酒类", "预包装食品", "保健品"), licences=(FOOD, EXPIRED))
    first = assess_merchant(merchant, CATALOGUE, DAY)
    assert msgspec.json.encode(first) == msgspec.json.encode(assess_merchant(merchant, CATALOGUE, DAY))
    assert [check.required_by for check in first[1]] == [
        *["identity"] * 4, "", "", "alcohol", "food_prepackaged", "health_food"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("category", "licences", "expected"),
    [
        ("clothing", (), ""),
        ("food_prepackaged", (FOOD,), ""),
        ("food_prepackaged", (), "missing"),
        ("food_prepackaged", (EXPIRED,), "expired"),
        ("food_prepackaged", (FORGED,), "invalid"),
        ("food_prepackaged", (FORGED, FOOD), ""),
        ("food_catering", (FOOD,), "missing"),
        ("health_food", (FOOD,), "missing"),
        ("health_food", (FOOD, Licence(kind="health_food_reg", number="国食健注G20170396")), ""),
        ("infant_formula", (FOOD, Licence(kind="infant_formula", number="国食注字TY20170001")), "missing"),
        ("device_class_3", (TRADE, Licence(kind="device", number="国械注准20203140123")), ""),
        ("device_class_3", (TRADE, Licence(kind="device", number="粤械注准20172640001")), "missing"),
        ("device_class_2", (TRADE, Licence(kind="device", number="粤械注准20172640001")), ""),
    ],
)
def test_credentials_for_a_listing(category: str, licences: tuple[Licence, ...], expected: str) -> None:
    found, checks = credentials_problem(licences, CATALOGUE.categories[category], CATALOGUE, DAY)
    assert found == expected
    assert len(checks) == len(CATALOGUE.categories[category].requires)
    assert all(check.required_by == category for check in checks)


def test_an_invalid_credential_outweighs_one_that_is_missing() -> None:
    found, _ = credentials_problem((FORGED,), CATALOGUE.categories["health_food"], CATALOGUE, DAY)
    assert found == "invalid"
