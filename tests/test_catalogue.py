"""The catalogue of categories: found by the platform's own names, sourced, and checked at its line."""

import re
from datetime import date
from pathlib import Path

import pytest

from anbao.errors import PackError
from anbao.law.catalogue import Catalogue, load_catalogue
from anbao.law.provisions import load_library
from anbao.model.sourced import Sourced
from anbao.prevent.reference import categories_page

ROOT = Path(__file__).parents[1]
PACK = ROOT / "packs" / "cn"
LAW = ROOT.parent / "shared" / "law"
CATALOGUE = load_catalogue(PACK)


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
    for name in (
        "categories.yaml",
        "credentials.yaml",
        "listing_standings.yaml",
        "facts.yaml",
        "notices.yaml",
        "pictures.yaml",
        "standings.yaml",
    ):
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
