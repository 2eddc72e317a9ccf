"""Provisions: references, periods of force, renumbering, search."""

from datetime import date
from itertools import pairwise

import pytest

from anbao.errors import InvalidInput, NotFound
from anbao.law.pack import Pack, default_pack_path, load_pack


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(default_pack_path())


@pytest.mark.parametrize(
    "ref",
    ["cn.ecommerce_law.2018/38.2", "cn.ecommerce_law/38.2", "cn.ecommerce_law.38.2", "cn.ecommerce_law.2018.38.2"],
)
def test_every_spelling_of_a_reference_leads_to_the_same_paragraph(pack: Pack, ref: str) -> None:
    found = pack.provision(ref)
    assert found.ref == "cn.ecommerce_law.2018/38.2"
    assert found.text.startswith("对关系消费者生命健康的商品或者服务")
    assert found.label.zh == "《电子商务法》第三十八条第二款"
    assert found.label.en == "E-Commerce Law, art. 38(2)"


def test_a_reference_without_paragraph_gives_the_whole_article(pack: Pack) -> None:
    assert pack.provision("cn.ecommerce_law.38").text.count("\n") == 1


def test_items_belong_to_the_paragraph_above_them(pack: Pack) -> None:
    second = pack.provision("cn.pipl.2021/57.2").text
    assert second.startswith("个人信息处理者采取措施能够有效避免")
    assert "（三）" in pack.provision("cn.pipl.2021/57.1").text


@pytest.mark.parametrize(
    ("ref", "on", "expected"),
    [
        ("cn.cybersecurity_law.2016/22.1", date(2021, 6, 1), "cn.cybersecurity_law.2016/22.1"),
        ("cn.cybersecurity_law.2016/22.1", date(2026, 6, 1), "cn.cybersecurity_law.2025/24.1"),
        ("cn.cybersecurity_law.2025/24.1", date(2021, 6, 1), "cn.cybersecurity_law.2016/22.1"),
        ("cn.cybersecurity_law.2025/24.1", date(2025, 12, 31), "cn.cybersecurity_law.2016/22.1"),
        ("cn.cybersecurity_law.2025/24.1", date(2026, 1, 1), "cn.cybersecurity_law.2025/24.1"),
    ],
)
def test_an_exact_reference_follows_the_rule_through_renumbering(pack: Pack, ref: str, on: date, expected: str) -> None:
    found = pack.provision(ref, on)
    assert found.ref == expected
    assert found.in_force is True
    assert "安全缺陷、漏洞" in found.text


def test_a_family_is_read_by_the_numbering_of_the_day(pack: Pack) -> None:
    old = pack.provision("cn.cybersecurity_law.22", date(2021, 6, 1))
    new = pack.provision("cn.cybersecurity_law.22", date(2026, 6, 1))
    assert old.ref == "cn.cybersecurity_law.2016/22"
    assert "安全缺陷、漏洞" in old.text
    assert new.ref == "cn.cybersecurity_law.2025/22"
    assert "安全缺陷、漏洞" not in new.text


def test_a_renumbering_of_low_similarity_is_marked_as_a_guess(pack: Pack) -> None:
    assert pack.provision("cn.cybersecurity_law.2016/40", date(2026, 6, 1)).match == "guess"
    assert pack.provision("cn.cybersecurity_law.2016/22", date(2026, 6, 1)).match == "renumbered"
    assert pack.provision("cn.cybersecurity_law.2016/22", date(2020, 6, 1)).match == "cited"


def test_an_article_that_is_new_had_no_earlier_number(pack: Pack) -> None:
    with pytest.raises(NotFound):
        pack.provision("cn.cybersecurity_law.2025/20", date(2020, 1, 1))


def test_no_version_is_in_force_before_the_first(pack: Pack) -> None:
    with pytest.raises(NotFound):
        pack.provision("cn.ecommerce_law.38", date(2018, 12, 31))
    assert pack.provision("cn.ecommerce_law.38", date(2019, 1, 1)).in_force is True


def test_an_earlier_version_that_is_not_stored_is_answered_by_the_later_one_and_says_so(pack: Pack) -> None:
    found = pack.provision("cn.network_trading_measures.24", date(2022, 1, 1))
    assert found.ref == "cn.network_trading_measures.2025/24"
    assert found.in_force is False


@pytest.mark.parametrize("ref", ["cn.ecommerce_law.2018/999", "cn.ecommerce_law.2018/38.9"])
def test_a_place_that_does_not_exist_is_not_found(pack: Pack, ref: str) -> None:
    with pytest.raises(NotFound):
        pack.provision(ref)


@pytest.mark.parametrize(
    "ref", ["", "cn.no_such_law/1", "cn.ecommerce_law.2018/x", "电子商务法38", "cn.ecommerce_law/38.2.1"]
)
def test_what_is_no_reference_is_refused_with_a_hint(pack: Pack, ref: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        pack.provision(ref)
    assert caught.value.hint


def test_headings_are_not_left_at_the_end_of_articles(pack: Pack) -> None:
    glued = ("监督管理", "法律责任", "附则", "第一节一般规定", "第二节网络交易平台经营者", "国家市场监督管理总局发布")
    for name in ("cn.network_trading_measures.2025", "cn.complaint_report_measures.2026"):
        for article in pack.library.instruments[name].articles:
            assert not article.text.endswith(glued), article.label
            assert article.text.endswith("。"), article.label
    assert pack.provision("cn.network_trading_measures.33").article.chapter == "监督管理"  # type: ignore[union-attr]


def test_lost_paragraph_breaks_are_said_to_be_lost(pack: Pack) -> None:
    with pytest.raises(NotFound) as caught:
        pack.provision("cn.network_trading_measures.2025/34.2")
    assert "缺失" in caught.value.what.zh
    assert pack.provision("cn.network_trading_measures.2025/8.3").text.startswith(
        "个人从事网络交易活动，年交易额累计不超过10万元"
    )


def test_search_finds_articles_that_hold_all_the_words(pack: Pack) -> None:
    hits = {hit.ref: hit for hit in pack.search("网络安全事件 应急预案")}
    assert "cn.ecommerce_law.2018/30" in hits
    assert all("应急预案" in hit.article.text and "网络安全事件" in hit.article.text for hit in hits.values())
    assert "网络安全事件" in hits["cn.ecommerce_law.2018/30"].excerpt


def test_what_is_known_from_memory_says_so(pack: Pack) -> None:
    instruments = pack.library.instruments
    assert instruments["cn.food_safety_law.2025"].dates == "memory"
    assert instruments["cn.consumer_recall_provisions.2019"].status == "partial"
    assert instruments["cn.platform_rules_measures.2025"].status == "summary"


def test_versions_of_one_family_do_not_overlap(pack: Pack) -> None:
    for family in {one.family for one in pack.library.instruments.values()}:
        versions = pack.library.versions(family)
        for earlier, later in pairwise(versions):
            assert earlier.in_force.until is not None
            assert earlier.in_force.until < later.in_force.from_
