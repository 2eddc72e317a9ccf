"""Risk notices: complete in both languages, rendered in one."""

from pathlib import Path

import pytest

from anbao.law.catalogue import load_catalogue
from anbao.text import Language, Text
from anbao.warn.facts import known_facts
from anbao.warn.notices import render, to_html

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
    *("travel", "food_general", "cosmetic_ordinary", "infant_food", "disinfectant", "medical_service"),
    *("veterinary_drug", "pesticide", "drone", "second_hand_car", "household_service"),
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
    assert (shown.id, shown.version, shown.language) == ("alcohol", 2, language)


def test_only_a_notice_that_asks_has_a_question() -> None:
    for notice in NOTICES.values():
        assert bool(render(notice, "zh").question) == notice.ask_unsuitable


def test_a_part_without_sentences_has_no_heading() -> None:
    assert not NOTICES["gas_appliance"].unsuitable
    assert "不适宜人群" not in render(NOTICES["gas_appliance"], "zh").as_text()


def test_every_category_of_life_and_health_that_may_be_sold_has_a_notice() -> None:
    for category in CATALOGUE.categories.values():
        assert category.notices or category.forbidden or not category.life_health, category.id


# A listing's own facts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("最高海拔5013米", {"altitude_m": 5013}),
        ("海拔约4,718m的纳木错", {"altitude_m": 4718}),
        ("５２００米垭口", {"altitude_m": 5200}),
        ("离市中心 300 米", {}),
        ("年龄12-65周岁，体重不超过100公斤", {"age_max": 65, "age_min": 12, "weight_max_kg": 100}),
        ("水肺体验，下潜深度约18米", {"depth_m": 18, "scuba": True}),
        ("3000米高空跳伞", {"jump_m": 3000}),
        ("身高须满140厘米", {"height_min_cm": 140}),
        ("心脏病患者谢绝参加，孕妇不宜", {"heart_disease": True, "pregnancy": True}),
        ("送给心脏病康复者的书", {}),
        ("53度酱香型白酒", {"alcohol_percent": 53}),
    ],
)
def test_facts_are_read_out_of_the_words(text: str, expected: dict[str, object]) -> None:
    assert known_facts(CATALOGUE.facts.values(), {}, text) == expected


def test_what_is_stated_goes_before_the_words_and_what_cannot_be_is_not_believed() -> None:
    facts = CATALOGUE.facts.values()
    assert known_facts(facts, {"altitude_m": 3650}, "最高海拔5013米") == {"altitude_m": 3650}
    assert known_facts(facts, {"altitude_m": 99_999}, "最高海拔5013米") == {}
    assert known_facts(facts, {"scuba": False}, "水肺潜水") == {}
    assert known_facts(facts, {"unknown": 1, "altitude_m": True}, "") == {}


def test_a_listings_facts_fill_its_notice_in_both_languages() -> None:
    notice = NOTICES["travel_high_altitude"]
    bare = render(notice, "zh")
    filled = render(notice, "zh", {"altitude_m": 5013, "heart_disease": True})
    assert "本商品标明的最高海拔约 5013 米。" in filled.risks
    assert "商家特别提示：心脏病、高血压等患者不宜参加。" in filled.unsuitable
    assert len(filled.risks) == len(bare.risks) + 1
    assert "5013" in render(notice, "en", {"altitude_m": 5013}).as_text()
    assert filled.digest != bare.digest == render(notice, "zh", {"depth_m": 9}).digest


def test_no_brace_is_ever_shown() -> None:
    for notice in NOTICES.values():
        for facts in ({}, dict.fromkeys(CATALOGUE.facts, 12)):
            assert not {"{", "}"} & set(render(notice, "zh", facts).as_text() + render(notice, "en", facts).as_text())


def test_the_fragment_escapes_what_it_shows_and_asks_what_must_be_asked() -> None:
    html = to_html([render(NOTICES["water_sports"], "en", {"depth_m": 18}), render(NOTICES["food_general"], "zh")])
    assert "operator&#39;s" in html
    assert html.count("<fieldset>") == 1
    assert html.count('type="checkbox"') == 1
    assert 'lang="zh-CN" data-notice="food_general"' in html
