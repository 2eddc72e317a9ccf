"""Risk notices: complete in both languages, rendered in one."""

from pathlib import Path

import pytest

from anbao.law.catalogue import load_catalogue
from anbao.text import Language, Text
from anbao.warn.notices import render

CATALOGUE = load_catalogue(Path(__file__).parents[1] / "packs" / "cn")
NOTICES = {notice.id: notice for name in CATALOGUE.categories for notice in CATALOGUE.notices_for(name)}

RISKY = (
    *(
        "travel_high_altitude",
        "water_sports",
        "air_sports",
        "snow_sports",
        "adventure",
        "ride_sharing",
        "accommodation",
    ),
    *("lithium_battery", "electrical", "electric_heater", "pressure_cooker", "gas_appliance", "helmet", "ebike"),
    *("toy", "child_seat", "health_food", "infant_formula", "fsmp", "alcohol", "drug_otc", "drug_prescription"),
    *("medical_device", "cosmetic_special", "hazchem", "knives", "second_hand", "virtual_property"),
)


def test_each_risk_has_its_notice_and_a_category_that_demands_it() -> None:
    assert NOTICES.keys() == set(RISKY)
    assert all(CATALOGUE.notice(name) is notice for name, notice in NOTICES.items())


@pytest.mark.parametrize("name", RISKY)
def test_a_notice_speaks_both_languages(name: str) -> None:
    notice = NOTICES[name]
    texts: list[Text] = [notice.title, *notice.risks, *notice.unsuitable, *notice.cautions]
    for text in texts:
        assert any("\u4e00" <= char <= "\u9fff" for char in text.zh)
        assert text.en.strip()
        assert not any("\u4e00" <= char <= "\u9fff" for char in text.en)
    assert any(provision.startswith("cn.") for provision in notice.provisions)


def test_a_category_by_any_name_brings_its_notices() -> None:
    assert [notice.id for notice in CATALOGUE.notices_for("旅游 > 潜水")] == ["water_sports"]
    assert CATALOGUE.notices_for("女装") == ()
    assert CATALOGUE.notices_for("no such category") == ()
    assert CATALOGUE.notice("no such notice") is None


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("zh", ("饮酒提示", "风险", "不适宜人群", "注意事项", "您或者使用者是否属于上述不适宜人群？")),
        ("en", ("Alcohol", "Risks", "Not suitable for", "Cautions", "belong to one of these groups?")),
    ],
)
def test_rendering_keeps_to_one_language(language: Language, expected: tuple[str, ...]) -> None:
    shown = render(NOTICES["alcohol"], language)
    text = shown.as_text()
    places = [text.index(part) for part in expected]
    assert places == sorted(places)
    assert all(sentence in text for sentence in (*shown.risks, *shown.unsuitable, *shown.cautions))
    assert (shown.id, shown.version, shown.language) == ("alcohol", 1, language)


def test_only_a_notice_that_asks_has_a_question() -> None:
    for notice in NOTICES.values():
        assert bool(render(notice, "zh").question) == notice.ask_unsuitable


def test_a_part_without_sentences_has_no_heading() -> None:
    assert not NOTICES["gas_appliance"].unsuitable
    assert "不适宜人群" not in render(NOTICES["gas_appliance"], "zh").as_text()
