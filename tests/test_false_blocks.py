"""Harmless goods are not blocked, and what sellers can write at will opens no way for the thing itself."""

import json
from datetime import date
from pathlib import Path

import msgspec
import pytest

from anbao.cli.root import run
from anbao.detect.text import Lexicon, Matcher, Term
from anbao.errors import PackError
from anbao.law.catalogue import load_catalogue
from anbao.law.term_contexts import ContextRule
from anbao.model.listing import Listing, ListingScreened
from anbao.model.merchant import Merchant
from anbao.platform import Platform, open_platform
from anbao.prevent.listings.screening import screen
from anbao.prevent.replay import replay
from anbao.remove.measures import MeasureOrder
from anbao.rules.rulesets import ruleset_of_pack
from anbao.text import Text
from api_server import served

PACK = Path(__file__).parents[1] / "packs" / "cn"
CASES = PACK.parents[2] / "shared" / "cases" / "false_blocks.csv"
RULESET = ruleset_of_pack(PACK)


def decided(title: str) -> ListingScreened:
    [screened] = screen([Listing(id="a", title=title)], RULESET, {}, date(2026, 6, 1))
    return screened


@pytest.mark.parametrize(
    "title",
    [
        # across two words
        "儿童微笑气球派对装饰",
        "微笑气质丝巾 女士",
        "搞笑气氛道具眼镜",
        "微笑气泡水 0糖",
        # inside a longer thing
        "佳能打印机充电棍 原装",
        "京瓷一体机充电棍 硒鼓配件",
        "复印机感光鼓充电棍清洁",
        "食盐 配料表 亚铁氰化钾",
        # a brand
        "穿山甲电锤转子 工业级",
        "穿山甲管道疏通机 弹簧",
        "穿山甲水钻 钻头套装",
        # negated
        "不含瘦肉精 散养土猪肉",
        "配料干净 不含：苏丹红、瘦肉精、三聚氰胺",
        "未添加吊白块的腐竹",
        "0添加吊白块 手工粉丝",
        # goods that test for it
        "点钞机 智能识别假币",
        "瘦肉精快速检测卡 猪尿",
        "吊白块检测试纸 腐竹米粉",
        "苏丹红测试盒 食堂",
        # letters that are a brand, words that look alike
        "JBL FLIP7 便携音箱",
        "DLL 修复工具",
        "tpx 塑料瓶",
        "纯种猫咪出售 疫苗齐全",
        "移动电源手电筒 二合一",
        "东北野生榛子 手剥",
        "家用电子琴套装 61键",
    ],
)
def test_harmless_goods_pass(title: str) -> None:
    assert decided(title).outcome == "pass"


@pytest.mark.parametrize(
    "title",
    [
        "瓦斯枪钉 吊顶专用",
        "充电棍 原装",
        "冰毒检测试纸 尿检板",
        "严禁携带管制刀具 警示牌",
        "瘦肉精 快检 检测卡",
        "仿真枪 刑法 司法解释 图书",
    ],
)
def test_what_may_be_harmless_goes_to_a_person(title: str) -> None:
    found = decided(title)
    assert found.outcome == "review"
    assert all(one.severity == 3 and one.context and one.lowered_from > 3 for one in found.findings)


@pytest.mark.parametrize(
    "title",
    [
        # negation is for what is in food, not for weapons, drugs and poisons
        "不含仿真枪",
        "不含冰毒 放心购买",
        "未添加 仿真枪 配件",
        "禁止 仿真枪 现货",
        # a negated word before something else, or in another clause
        "不含税 瘦肉精",
        "不含防腐剂 瘦肉精现货",
        "不含添加剂，瘦肉精批发",
        "瘦肉精 不含杂质",
        # tools against it that are not
        "过验钞机假币",
        "高仿假币 可过验钞机",
        "验钞机识别不出 假币",
        "瘦肉精 检测不出",
        "冰毒 检测 现货",
        # a brand of tools beside the animal
        "穿山甲片 电锤",
        "穿山甲鳞片 送电钻",
        "活体穿山甲 电镐",
        # words that hide nothing
        "电击充电棍 防身",
        "充电电棍",
        "卖笑气球 派对",
        "笑气 微笑服务",
        "笑气弹 气泡水",
        "仿真枪模型",
        "仿*真*枪",
        "出售手枪支付宝",
        "猎枪出售 猫咪",
        "亚铁氰化钾 氰化钾",
    ],
)
def test_the_thing_itself_is_blocked(title: str) -> None:
    assert decided(title).outcome == "block"


@pytest.mark.parametrize("title", ["微笑气瓶 现货", "不含氰化钾", "猎抢出售", "qqqd 现货"])
def test_what_may_be_the_thing_itself_never_passes(title: str) -> None:
    assert decided(title).outcome == "review"


def test_three_letters_are_shown_only_beside_another_finding_and_never_severe() -> None:
    assert decided("JBL 音箱").findings == ()
    beside = decided("JBL 甲胺磷 现货").findings
    assert {one.channel for one in beside} == {"exact", "initials"}
    assert all(one.severity == 3 for one in beside if one.channel == "initials")
    assert all(one.severity <= 3 for one in decided("qqqd 现货").findings)


def test_a_lowered_finding_stays_and_says_why() -> None:
    [one] = decided("不含瘦肉精 散养土猪肉").findings
    assert (one.term, one.severity, one.lowered_from, one.context) == ("瘦肉精", 1, 4, "negated")


@pytest.mark.skipif(not CASES.exists(), reason="the shared cases are not here")
def test_none_of_the_shared_cases_is_blocked() -> None:
    for line in CASES.read_text("utf-8").splitlines()[1:]:
        assert decided(line.partition(",")[2]).outcome != "block", line


RULE = ContextRule(
    id="sign", title=Text("标牌", "a sign"), lowers_to=2, terms=("烟花",), before=("禁放",), unless=("现货",), within=4
)


def test_a_rule_holds_only_in_its_clause_and_for_its_terms() -> None:
    matcher = Matcher(Lexicon([Term("烟花", "fireworks", 4), Term("鞭炮", "fireworks", 4)]), (RULE,))

    def lowered(text: str) -> list[int]:
        return [hit.lowered for hit in matcher.scan([text])[0]]

    assert lowered("禁放烟花") == [2]
    assert lowered("禁放鞭炮、烟花") == [0, 2]
    assert lowered("禁放，烟花") == lowered("禁放 烟花") == lowered("烟花禁放") == lowered("禁放烟花现货") == [0]
    assert [hit.lowered for hits in matcher.scan(["禁放", "烟花"]) for hit in hits] == [0]


def test_a_lowered_longer_term_does_not_hide_a_graver_one_inside() -> None:
    rule = msgspec.structs.replace(RULE, terms=("手枪钻",), before=(), near=("电动",), within=9)
    matcher = Matcher(Lexicon([Term("手枪钻", "weapon", 4), Term("手枪", "weapon", 5)]), (rule,))
    assert [(hit.surface, hit.lowered) for hit in matcher.scan(["手枪钻 电动"])[0]] == [("手枪", 0), ("手枪钻", 2)]
    assert [hit.surface for hit in matcher.scan(["手枪钻"])[0]] == ["手枪钻"]


def test_a_broken_rule_names_file_and_line(tmp_path: Path) -> None:
    for file in PACK.glob("*.yaml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "lexicon").mkdir()
    rules = tmp_path / "lexicon" / "contexts.yaml"
    rules.write_text("- id: nowhere\n  title: {zh: 无, en: none}\n  lowers_to: 1\n", encoding="utf-8")
    with pytest.raises(PackError) as error:
        load_catalogue(tmp_path)
    assert error.value.where == f"{rules}:1"
    assert "says nowhere" in error.value.what.en


INNOCENT, GUILTY = "不含瘦肉精 散养土猪肉", "瘦肉精 现货"


def test_over_http(store_url: str) -> None:
    with served(store_url) as server:
        client = server.client()
        innocent, guilty = (
            client.post("/v1/listings", json={"id": f"l{place}", "title": title}).json()
            for place, title in enumerate((INNOCENT, GUILTY))
        )
    assert (innocent["outcome"], guilty["outcome"]) == ("pass", "block")
    [finding] = innocent["findings"]
    assert (finding["context"], finding["severity"], finding["lowered_from"]) == ("negated", 1, 4)
    assert "says that the substance is not in it" in innocent["why"][-1]["en"]


def test_on_the_command_line(store_url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    goods = tmp_path / "goods.csv"
    goods.write_text(f"id,title\na,{INNOCENT}\nb,{GUILTY}\nc,JBL GO4 音箱\n", encoding="utf-8")
    run(["screen", str(goods), "--store", store_url, "--workers", "1", "--format", "jsonl"])
    rows = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [row["outcome"] for row in rows] == ["pass", "block", "pass"]
    assert rows[0]["findings"][0]["context"] == "negated"


def test_in_python_and_on_replay(store_url: str) -> None:
    with open_platform(store_url) as platform:
        innocent = platform.submit_listing(Listing(id="a", title=INNOCENT))
        guilty = platform.submit_listing(Listing(id="b", title=GUILTY))
        assert (innocent.decision.outcome, guilty.decision.outcome) == ("pass", "block")
        with platform.reading() as conn:
            for one in (innocent, guilty):
                assert replay(conn, platform.ledger, platform.prevent.rulesets, one.receipt.entry).same


def test_a_block_says_whether_it_rests_on_the_goods(store_url: str) -> None:
    with open_platform(store_url) as platform:
        suspend(platform, "m")
        plain, gun, own = (
            platform.submit_listing(Listing(id=name, merchant=merchant, title=title)).decision
            for name, merchant, title in (
                ("a", "m", "儿童短袖"),
                ("b", "m", "仿真枪 现货"),
                ("c", "", "仿真枪 现货"),
            )
        )
    assert [one.outcome for one in (plain, gun, own)] == ["block", "block", "block"]
    assert [one.unlawful for one in (plain, gun, own)] == [False, True, True]
    assert not decided("儿童短袖").unlawful
    assert not decided("猎抢出售").unlawful


def suspend(platform: Platform, name: str) -> None:
    one = Merchant(
        address="无锡市示例路1号甲",
        contact_name="赵一",
        credit_code="91320200MA1MGN8MXH",
        id=name,
        kind="company",
        legal_name="示例商贸有限公司",
        phone="13900000001",
        shop_name="小铺",
    )
    platform.prevent.merchants.apply(one)
    order = MeasureOrder(days=9, facts="多次发布违禁商品", measure="suspension", merchant=name)
    platform.run(lambda work: platform.remove.take(work, order, person="ann", actor="officer"))
    platform.advance()
