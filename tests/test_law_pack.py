"""The Chinese pack: complete, consistent, dated."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
import yaml

import anbao
from anbao.law.norms import Norm
from anbao.law.pack import Pack, default_pack_path, load_pack
from anbao.law.paths import packs_folder

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(default_pack_path())


def test_the_packs_folder_is_found() -> None:
    assert (packs_folder() / "cn" / "pack.yaml").is_file()


def test_every_provision_of_every_norm_and_setting_resolves(pack: Pack) -> None:
    references = [ref for norm in pack.norms for ref in norm.provisions]
    references += [ref for setting in pack.settings for ref in setting.provisions]
    assert all(pack.provision(ref).text for ref in references)
    assert len(references) > 150


def test_every_duty_is_fulfilled_by_norms_or_by_hand_with_a_reason(pack: Pack) -> None:
    known = {norm.id for norm in pack.norms}
    for row in pack.duties:
        assert set(row.norms) <= known
        assert bool(row.norms) != bool(row.by_hand), row.id
        if row.by_hand:
            assert len(row.by_hand.zh) > 15
            assert len(row.by_hand.en) > 15
    assert sum(bool(row.norms) for row in pack.duties) >= 80


@pytest.mark.skipif(not SHARED.exists(), reason="the collected sources are not beside the checkout")
def test_no_duty_of_the_source_is_dropped_or_changed(pack: Pack) -> None:
    source = [
        row for row in json.loads((SHARED / "law" / "duties.json").read_text("utf-8")) if row["jurisdiction"] == "cn"
    ]
    loaded = {row.id: row for row in pack.duties}
    assert len(source) == len(loaded) == 86
    for row in source:
        for theirs in ("instrument", "article", "actor", "trigger", "act", "deadline", "penalty", "source_status"):
            assert getattr(loaded[row["id"]], theirs) == (row[theirs] or ""), (row["id"], theirs)
        assert loaded[row["id"]].clock == (row["clock_starts"] or "")
        assert loaded[row["id"]].retention == (row["retention"] or "")


@pytest.mark.skipif(not SHARED.exists(), reason="the collected sources are not beside the checkout")
def test_every_chinese_statute_of_the_source_is_in_the_pack(pack: Pack) -> None:
    for path in (SHARED / "law" / "statutes").glob("cn.*.json"):
        source = json.loads(path.read_text("utf-8"))
        loaded = pack.library.instruments[source["id"]]
        assert [article.no for article in loaded.articles] == [article["no"] for article in source["articles"]]


def test_a_norm_applies_only_while_one_of_its_provisions_does(pack: Pack) -> None:
    for norm in pack.norms:
        first = min(first_day(pack, ref) for ref in norm.provisions)
        assert first <= norm.in_force_from, norm.id


def first_day(pack: Pack, ref: str) -> str:
    family = pack.provision(ref).instrument.family
    return min(one.first_day for one in pack.library.versions(family)).isoformat()


def test_a_deadline_that_the_law_does_not_name_is_the_platforms(pack: Pack) -> None:
    for norm in pack.norms:
        assert norm.deadline == "platform" or not norm.due.setting, norm.id
    no_statute = {norm.id for norm in pack.norms if norm.deadline == "platform" and not norm.due.setting}
    assert no_statute == {"cn.kyc.licence_renewal", "cn.notice.asked", "cn.notice.before_order", "cn.pi.erase"}
    assert all(one.why.zh and one.why.en and one.provisions for one in pack.settings)


def test_every_setting_is_used(pack: Pack) -> None:
    of_norms = {norm.due.setting for norm in pack.norms if norm.due.setting}
    source = "".join(path.read_text(encoding="utf-8") for path in Path(anbao.__file__).parent.rglob("*.py"))
    of_controls = {control.every for control in pack.controls}
    for one in pack.settings:
        assert one.id in of_norms | of_controls or f'"{one.id}"' in source, one.id
    assert of_norms <= {one.id for one in pack.settings}


def test_what_rests_on_memory_is_marked(pack: Pack) -> None:
    for norm in pack.norms:
        if all(pack.provision(ref).instrument.status == "memory" for ref in norm.provisions):
            assert norm.confidence == "memory", norm.id
    assert norm_of(pack, "cn.recall.report").confidence == "memory"


def test_norms_for_a_kind_are_all_that_it_moves(pack: Pack) -> None:
    moved = {norm.id for norm in pack.norms_for("merchant.verified")}
    assert {"cn.kyc.reverify", "cn.kyc.onboard", "cn.kyc.food"} <= moved
    assert "cn.ip.measure" not in moved


def test_the_legal_deadlines_with_a_number_are_those_of_the_law(pack: Pack) -> None:
    within = {norm.id: norm.due.within for norm in pack.norms if norm.due.within}
    assert within["cn.kyc.reverify"].months == 6
    assert within["cn.net.incident_4h"].hours == 4
    assert within["cn.net.vuln24h"].hours == 24
    assert within["cn.net.incident_final"].days == 30
    assert within["cn.sanction.publish"].working_days == 1
    assert within["cn.publicity.seller_change"].working_days == 7
    assert norm_of(pack, "cn.report.identity").due.months == (1, 7)
    assert norm_of(pack, "cn.retain.trade").due.at_least is not None


def test_norms_name_the_categories_that_the_catalogue_marks(pack: Pack) -> None:
    path = default_pack_path() / "categories.yaml"
    rows = yaml.safe_load(path.read_text("utf-8"))["categories"]
    guards = {
        "food": "cn.kyc.food",
        "drug": "cn.kyc.drug",
        "device": "cn.kyc.device",
        "cosmetics": "cn.kyc.cosmetics_name",
    }
    for fact, name in guards.items():
        marked = {row["id"] for row in rows if row.get("fact") == fact and not row.get("forbidden")}
        assert categories_in(norm_of(pack, name)) == marked
    known = {row["id"] for row in rows}
    assert all(categories_in(norm) <= known for norm in pack.norms)


def categories_in(norm: Norm) -> set[str]:
    """The categories that the opener's condition names."""
    when = norm.opens.when if norm.opens else None
    if when is None or "category" not in when.source:
        return set()
    return set(re.findall(r'"(\w+)"', when.source)) - {"pass", "notice", "review", "block"}


def test_the_cybersecurity_law_is_one_rule_under_two_numbers(pack: Pack) -> None:
    cited = norm_of(pack, "cn.net.vuln.remedy").provisions[0]
    assert pack.provision(cited, date(2021, 3, 1)).ref == "cn.cybersecurity_law.2016/22.1"
    assert pack.provision(cited, date(2026, 3, 1)).ref == "cn.cybersecurity_law.2025/24.1"


def test_the_digest_is_that_of_what_decides(pack: Pack) -> None:
    assert len(pack.digest) == 64
    assert load_pack(default_pack_path()).digest == pack.digest


def norm_of(pack: Pack, name: str) -> Norm:
    found = pack.norm(name)
    assert found is not None
    return found
