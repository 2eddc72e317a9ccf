"""Numbers of licences and credentials: what is well formed, what is false, and when they are in force."""

import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from anbao.detect.credentials import check_credential, check_licence, fold_number
from anbao.law.catalogue import load_catalogue
from anbao.model.merchant import Licence

ROOT = Path(__file__).parents[1]
PACK = ROOT / "packs" / "cn"
LAW = ROOT.parent / "shared" / "law"
CATALOGUE = load_catalogue(PACK)
DAY = date(2026, 11, 24)
RESIDENT = "11010519491231002X"
USCC = "91320200MA1MGN8MXH"
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
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def problem(kind: str, number: str, on: date = DAY) -> str:
    return check_credential(CATALOGUE.formats[kind], number, on)


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
