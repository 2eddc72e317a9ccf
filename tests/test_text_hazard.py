"""The default lexicon: sound in itself, true to the law pack, and quiet on goods that harm no one."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import yaml

from anbao.detect.text import Lexicon, Matcher, fold
from anbao.law.catalogue import load_catalogue
from anbao.law.pack import load_pack
from anbao.model.listing import WRITTEN

ROOT = Path(__file__).parents[1]
PACK = ROOT / "packs" / "cn"
DATA = ROOT.parent / "shared" / "data"

LEXICON = Lexicon.from_csv(PACK / "lexicon" / "hazard.csv")
MATCHER = Matcher(LEXICON, load_catalogue(PACK).contexts)
CATEGORIES = {row["id"]: row for row in yaml.safe_load((PACK / "lexicon" / "categories.yaml").read_text("utf-8"))}


def terms_in(text: str) -> set[str]:
    return {LEXICON.terms[hit.term].term for hit in MATCHER.scan([text])[0]}


def test_each_category_has_titles_a_danger_and_terms() -> None:
    for row in CATEGORIES.values():
        assert row["title"]["zh"]
        assert row["title"]["en"]
        assert row["danger"] in {"life", "health", "property", "fraud"}
        assert row["provisions"]
    assert {term.category for term in LEXICON.terms} == CATEGORIES.keys()


def test_each_term_says_where_it_comes_from_and_what_it_breaks() -> None:
    for term in LEXICON.terms:
        assert any(tag in {"source:anbao", "source:konsheng"} for tag in term.tags), term
        assert term.provisions, term
        assert len(fold(term.term)) > 1, term


def test_each_provision_stands_in_the_law_pack() -> None:
    pack = load_pack(PACK)
    for ref in {ref for term in LEXICON.terms for ref in term.provisions}:
        assert pack.provision(ref, date(2026, 6, 1)).text
    for row in CATEGORIES.values():
        assert all(pack.provision(ref, date(2026, 6, 1)).text for ref in row["provisions"])


def test_no_term_folds_to_another() -> None:
    assert not [term for term, count in Counter(fold(term.term) for term in LEXICON.terms).items() if count > 1]


def test_only_dangers_to_life_and_the_gravest_drugs_are_critical() -> None:
    critical = {term.category for term in LEXICON.terms if term.severity == 5}
    assert {CATEGORIES[category]["danger"] for category in critical - {"drug.psychotropic"}} == {"life"}


def test_exceptions_leave_harmless_goods_alone() -> None:
    harmless = (
        "时代孕妇装 棉麻古风汉服 次氯酸钠消毒液 蛋白精华液 乙二胺四乙酸二钠 验假币紫光灯 防窃听器探测 脂肪燃烧弹训练 "
        "象牙白连衣裙 洗车气枪 充气枪头 玩具冲锋枪 电子鞭炮挂件 除湿热得快乐 胶原蛋白精粹 瑞士军刀 手抓枪鱼 绿植仿真墙 "
        "OK粉丝 印刷单据 亚硝酸钠 毛绒穿山甲玩偶 穿山甲玩具 刘备手枪兵游戏 反窃听器"
    )
    assert terms_in(harmless) == set()


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("氰\u200b化\u200b钾", "氰化钾"),
        ("ＴＮＴ炸藥", "TNT炸药"),
        ("狂犬疫苗代购", "狂犬疫苗"),
        ("针-孔-摄-像-头", "针孔摄像头"),
        ("zhenkong shexiangtou", "针孔摄像头"),
        ("sanzuolun", "三唑仑"),
        ("銀行卡四件套", "银行卡四件套"),
        ("摇透丸", "摇头丸"),
        ("代.开.发.票", "代开发票"),
        ("高鸭气枪", "高压气枪"),
        ("信 用 卡 套 现", "信用卡套现"),
    ],
)
def test_disguised_hazards_are_found(text: str, term: str) -> None:
    assert term in terms_in(f"现货 {text} 速发")


@pytest.mark.skipif(not DATA.exists(), reason="the real texts are not here")
def test_real_texts_give_the_hits_of_the_report() -> None:
    titles = (DATA / "titles" / "titles_zh.txt").read_text("utf-8").splitlines()
    with (DATA / "reviews" / "reviews_zh.csv").open(encoding="utf-8", newline="") as file:
        reviews = [row["review"] for row in csv.DictReader(file)]
    report = (ROOT / "docs" / "reference" / "lexicon-report.md").read_text("utf-8")
    assert f"digest `{LEXICON.digest}`, {len(LEXICON.terms):,} terms" in report
    for texts in (titles, reviews):
        hits = [hit for found in MATCHER.scan(texts) for hit in found]
        guessed = [found for found in MATCHER.scan(texts) if any(hit.channel not in WRITTEN for hit in found)]
        assert len(guessed) <= 0.0025 * len(texts)
        for (term, channel), count in Counter((LEXICON.terms[hit.term].term, hit.channel) for hit in hits).items():
            assert f"| {term} | {channel} | {count} |" in report
