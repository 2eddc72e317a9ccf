"""Credential numbers, the catalogue of categories, and the admission of merchants."""

import json
import re
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from anbao.errors import PackError
from anbao.law.catalogue import Catalogue, load_catalogue
from anbao.law.provisions import load_library
from anbao.model.merchant import Licence, Merchant
from anbao.model.sourced import Sourced
from anbao.prevent.admission import assess_merchant, credentials_problem
from anbao.prevent.credentials import check_credential, check_licence, fold_number
from anbao.prevent.reference import categories_page

ROOT = Path(__file__).parents[1]
PACK = ROOT / "packs" / "cn"
LAW = ROOT.parent / "shared" / "law"
CATALOGUE = load_catalogue(PACK)
DAY = date(2026, 11, 24)

USCC = "91320200MA1MGN8MXH"
RESIDENT = "11010519491231002X"
FOOD = Licence(kind="food_business", number="JY13202020009651", valid_until="2027-03-31")
FOOD_FACTORIES = (
    "SC11464010500015",
    "SC11333019700024",
    "SC11834020305037",
    "SC12636098200051",
    "SC11532139200465",
    "SC12434017430075",
    "SC11432010400101",
    "SC11837048101233",
)
EXPIRED = Licence(kind="food_business", number="JY13202020009651", valid_until="2026-11-23")
FORGED = Licence(kind="food_business", number="JY15101000000000")
UNKNOWN = Licence(kind="driving_licence", number="1")
TRADE = Licence(kind="device_trade", number="沪浦药监械经营许20210001号")

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def problem(kind: str, number: str, on: date = DAY) -> str:
    return check_credential(CATALOGUE.formats[kind], number, on)


# ── numbers ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("uscc", USCC),
        ("uscc", "91110000600037341L"),
        ("old_licence", "110108000000016"),
        ("resident_id", RESIDENT),
        ("resident_id", "360426199101010071"),
        ("resident_id", "810000199408230021"),
        *[("food_production", number) for number in FOOD_FACTORIES],
        ("food_business", "JY13202020009651"),
        ("food_business", "JY13101060025900"),
        ("drug", "国药准字H20123456"),
        ("drug", "国药准字ZC20123456"),
        ("device", "国械注准20203140123"),
        ("device", "粤械注准20172640001"),
        ("device_filing", "沪浦械备20150001"),
        ("cosmetic_special", "国妆特字20263800"),
        ("cosmetic_ordinary", "浙G妆网备字2026008093"),
        ("cosmetic_ordinary", "国妆网备进字（沪）2021000123"),
        ("cosmetic_factory", "粤妆20160001"),
        ("health_food_reg", "国食健注G20170396"),
        ("health_food_reg", "卫食健字（2003）第0123号"),
        ("health_food_filing", "食健备G201944000001"),
        ("infant_formula", "国食注字YP20170001"),
        ("ccc", "2020010101234567"),
        ("hazchem", "沪(浦)应急管危经许[2021]200123"),
        ("device_trade", "沪浦药监械经营许20210001号"),
        ("drug_info", "（京）-非经营性-2019-0001"),
        ("icp", "京ICP备12345678号-1"),
        ("barcode", "6901234567892"),
        ("barcode", "96385074"),
    ],
)
def test_well_formed_numbers_pass(kind: str, number: str) -> None:
    assert problem(kind, number) == ""


@pytest.mark.parametrize(
    ("kind", "number", "expected"),
    [
        ("uscc", "91510100MA00000000", "check_digit"),
        ("uscc", "9132020OMA1MGN8MXH", "format"),
        ("uscc", "91320200MA1MGN8MX", "format"),
        ("food_business", "JY15101000000000", "check_digit"),
        ("food_business", "JY43202020009651", "format"),
        ("food_production", "SC11464010500016", "check_digit"),
        ("old_licence", "110108000000017", "check_digit"),
        ("resident_id", "110105194912310021", "check_digit"),
        ("resident_id", "110105194913310020", "format"),
        ("resident_id", "000105194912310020", "format"),
        ("drug", "国药准字20123456", "format"),
        ("device", "国械注准20201140123", "format"),
        ("cosmetic_special", "国妆备字20263800", "format"),
        ("barcode", "6901234567893", "check_digit"),
        ("hazchem", "营业执照 123", "format"),
    ],
)
def test_false_numbers_are_refused(kind: str, number: str, expected: str) -> None:
    assert problem(kind, number) == expected


def test_numbers_are_read_gently_and_shown_as_checked() -> None:
    assert fold_number(" ｊｙ1 3202 0200 09651\u200b") == "JY13202020009651"
    assert problem("food_business", "ｊｙ1 3202 0200 09651") == ""
    assert problem("resident_id", "11010519491231002x") == ""
    assert problem("org_code", "MA1MGN8M–X") == problem("org_code", "MA1MGN8MX")


def test_old_food_licence_is_void_since_october_2018() -> None:
    assert problem("old_food_qs", "QS330524010001", date(2018, 9, 30)) == ""
    assert problem("old_food_qs", "QS330524010001", date(2018, 10, 1)) == "void"


def test_resident_id_needs_a_day_that_exists_and_has_come() -> None:
    assert problem("resident_id", resident("110105", "20230229", "002")) == "format"
    born = resident("110105", "20261125", "002")
    assert problem("resident_id", born, date(2026, 11, 24)) == "format"
    assert problem("resident_id", born, date(2026, 11, 25)) == ""


@pytest.mark.parametrize("place", ["810000", "820000", "830000", "931156", "110105"])
def test_residents_of_hong_kong_macao_taiwan_and_foreigners_are_accepted(place: str) -> None:
    assert problem("resident_id", resident(place, "19940823", "002")) == ""


@pytest.mark.parametrize("front", ["N2", "Y1", "A1", "91", "52"])
def test_credit_codes_may_begin_with_letters(front: str) -> None:
    assert problem("uscc", credit_code(front + "320200MA1MGN8MX")) == ""


def resident(place: str, born: str, order: str) -> str:
    """A resident id with its check digit after GB 11643-1999, computed here by the standard's own table."""
    body = place + born + order
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, weights, strict=True)) % 11]


def credit_code(body: str) -> str:
    """A credit code with its check character after GB 32100-2015."""
    total = sum(USCC_ALPHABET.index(c) * w for c, w in zip(body, USCC_WEIGHTS, strict=True))
    return body + USCC_ALPHABET[-total % 31]


def food_licence(body: str) -> str:
    """A food licence number with its check digit after ISO 7064 MOD 11,10 (digits of the body only)."""
    product = 10
    for digit in body:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return "JY" + body + str((11 - product) % 10)


credit_codes = st.tuples(
    st.sampled_from(["91", "92", "93", "N2", "Y1", "A1", "11", "52"]),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(USCC_ALPHABET, min_size=9, max_size=9),
).map(lambda parts: credit_code("".join(parts)))
residents = st.builds(
    resident,
    st.sampled_from(["110105", "440305", "650102", "810000", "900156"]),
    st.dates(date(1900, 1, 1), date(2020, 12, 31)).map(lambda day: day.strftime("%Y%m%d")),
    st.text("0123456789", min_size=3, max_size=3),
)
food_licences = st.text("0123456789", min_size=12, max_size=12).map(lambda rest: food_licence("1" + rest))


@given(st.data(), st.sampled_from(["uscc", "resident_id", "food_business"]))
def test_any_single_wrong_character_is_refused(data: st.DataObject, kind: str) -> None:
    numbers = {"uscc": credit_codes, "resident_id": residents, "food_business": food_licences}
    number = data.draw(numbers[kind])
    assert problem(kind, number) == ""
    place = data.draw(st.integers(2 if kind == "food_business" else 0, len(number) - 1))
    alphabet = USCC_ALPHABET if kind == "uscc" else "0123456789X" if kind == "resident_id" else "0123456789"
    other = data.draw(st.sampled_from([char for char in alphabet if char != number[place]]))
    assert problem(kind, number[:place] + other + number[place + 1 :]) in {"format", "check_digit"}


@given(st.data(), st.sampled_from(["uscc", "resident_id"]))
def test_any_two_neighbours_swapped_are_refused(data: st.DataObject, kind: str) -> None:
    """GB 32100 and ISO 7064 MOD 11-2 promise it; MOD 11,10 finds nearly all and promises less."""
    number = data.draw(credit_codes if kind == "uscc" else residents)
    unequal = [place for place in range(len(number) - 1) if number[place] != number[place + 1]]
    assume(unequal)
    place = data.draw(st.sampled_from(unequal))
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert problem(kind, swapped) in {"format", "check_digit"}


@given(st.text(max_size=40), st.sampled_from(sorted(CATALOGUE.formats)))
def test_any_text_gets_an_answer(number: str, kind: str) -> None:
    assert problem(kind, number) in {"", "format", "check_digit", "void"}


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 4000))
def test_a_licence_is_in_force_from_its_first_to_its_last_day(first: date, length: int) -> None:
    last = first + timedelta(length)
    licence = Licence(kind="ccc", number="2020010101234567", valid_from=str(first), valid_until=str(last))

    def on(day: date) -> str:
        return check_licence(CATALOGUE.formats["ccc"], licence, day)

    day = timedelta(1)
    assert (on(first - day), on(first), on(last), on(last + day)) == ("not_yet_valid", "", "", "expired")


@pytest.mark.parametrize(("first", "last"), [("2026-02-30", ""), ("", "2026-13-01"), ("2027-01-01", "2026-01-01")])
def test_a_period_that_cannot_be_is_a_format_problem(first: str, last: str) -> None:
    licence = Licence(kind="food_business", number="JY13202020009651", valid_from=first, valid_until=last)
    assert check_licence(CATALOGUE.formats["food_business"], licence, DAY) == "format"


@pytest.mark.skipif(not LAW.exists(), reason="the stored law texts are not beside this checkout")
def test_all_stored_identifier_formats_are_in_the_pack() -> None:
    stored = {item["key"] for item in json.loads((LAW / "identifiers.json").read_text(encoding="utf-8"))}
    assert len(stored) == 23
    assert stored <= CATALOGUE.formats.keys()


@pytest.mark.skipif(not LAW.exists(), reason="the stored law texts are not beside this checkout")
def test_each_stored_format_is_read_alike_and_keeps_its_mark() -> None:
    """One by one: the same samples fit, a check digit is computed where one is known, memory stays memory."""
    samples = json.loads((Path(__file__).parent / "identifier_samples.json").read_text(encoding="utf-8"))
    rules = {
        "MOD 11,10": "mod_11_10",
        "MOD 11-2": "resident_id",
        "weights 1,3,9": "uscc",
        "weights 3,7,9": "org_code",
        "GS1": "gtin",
    }
    for stored in json.loads((LAW / "identifiers.json").read_text(encoding="utf-8")):
        form = CATALOGUE.formats[stored["key"]]
        for number in samples[stored["key"]]:
            folded = fold_number(number)
            assert re.search(stored["regex"], folded), (stored["key"], number)
            assert re.fullmatch(form.pattern, folded, re.ASCII), (stored["key"], number)
            assert form.id == "hazchem" or not re.fullmatch(form.pattern, folded * 2, re.ASCII)
        wanted = next((rule for words, rule in rules.items() if words in stored["check"]), "none")
        assert form.check == ("mod_11_10" if stored["key"] == "food_business" else wanted), stored["key"]
        if stored["verified"].startswith("memory"):
            assert form.confidence == "memory", stored["key"]


# ── categories ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("food_prepackaged", "food_prepackaged"),
        ("保健品", "health_food"),
        ("ＯＴＣ", "drug_otc"),
        ("Power Banks", "power_bank"),
        ("食品 > 茶叶 > 绿茶", "food_prepackaged"),
        ("运动户外/潜水", "water_sports"),
        ("no such thing", None),
        ("", None),
    ],
)
def test_a_platforms_name_leads_to_the_category(name: str, expected: str | None) -> None:
    found = CATALOGUE.find(name)
    assert (found.id if found else None) == expected


def test_a_ban_takes_effect_on_its_day() -> None:
    toxic = CATALOGUE.categories["hazchem_banned_online"]
    assert not toxic.is_forbidden(date(2026, 4, 30))
    assert toxic.is_forbidden(date(2026, 5, 1))
    assert CATALOGUE.categories["drug_banned_online"].is_forbidden(date(2019, 12, 1))


def test_a_catalogue_survives_its_bytes() -> None:
    copy = Catalogue.from_bytes(CATALOGUE.to_bytes())
    assert copy.digest == CATALOGUE.digest
    assert copy.to_bytes() == CATALOGUE.to_bytes()
    assert copy.find("白酒") == CATALOGUE.find("白酒")


def test_every_provision_named_stands_in_the_pack() -> None:
    library = load_library(PACK / "provisions")
    facts: list[Sourced] = [*CATALOGUE.identity, *CATALOGUE.categories.values()]
    for category in CATALOGUE.categories.values():
        facts += [*category.requires, *([category.forbidden] if category.forbidden else [])]
        facts += CATALOGUE.notices_for(category.id)
    for name in {name for fact in facts for name in fact.provisions}:
        assert library.provision(name).article is not None


def test_the_reference_page_says_what_the_catalogue_says() -> None:
    page = (ROOT / "docs" / "reference" / "categories.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^## `(\w+)`$", page, re.MULTILINE)) == CATALOGUE.categories.keys()
    assert page == categories_page(CATALOGUE)


@pytest.mark.parametrize(
    ("file", "old", "new", "at"),
    [
        ("categories.yaml", "[food_business, food_production]", "[no_such_licence]", "any_of: [no_such_licence]"),
        ("categories.yaml", "life_health: true", "life_health: maybe", "life_health: maybe"),
        ("categories.yaml", "[美食, ", "[白酒, ", "- id: alcohol"),
        ("categories.yaml", "notices: [alcohol]", "notices: [no_such_notice]", "notices: [no_such_notice]"),
        ("categories.yaml", "of: product\n", "of: products\n", "of: products\n"),
        ("credentials.yaml", "pattern: 'JY[", "pattern: '(JY[", "- id: food_business"),
        ("credentials.yaml", "- id: org_code", "- id: old_licence", "- id: old_licence\n  name: {zh: 旧"),
        ("notices.yaml", "version: 1", "version: one", "version: one"),
    ],
)
def test_a_pack_error_names_file_and_line(tmp_path: Path, file: str, old: str, new: str, at: str) -> None:
    for name in ("categories.yaml", "credentials.yaml", "facts.yaml", "notices.yaml", "pictures.yaml"):
        (tmp_path / name).write_text((PACK / name).read_text(encoding="utf-8"), encoding="utf-8")
    spoilt = (tmp_path / file).read_text(encoding="utf-8").replace(old, new, 1)
    (tmp_path / file).write_text(spoilt, encoding="utf-8")
    line = spoilt[: spoilt.index(at)].count("\n") + 1
    with pytest.raises(PackError) as error:
        load_catalogue(tmp_path)
    assert error.value.where == f"{tmp_path / file}:{line}"


def test_broken_yaml_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "credentials.yaml").write_text("- id: a\n  name: [\n", encoding="utf-8")
    with pytest.raises(PackError) as error:
        load_catalogue(tmp_path)
    assert error.value.where == f"{tmp_path / 'credentials.yaml'}:3"


# ── admission ─────────────────────────────────────────────────────────────────────────────────────────────────────────

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
