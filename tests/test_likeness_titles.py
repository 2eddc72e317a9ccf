"""Alike titles: the fast search gives what comparing all pairs would, whatever else is searched beside it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anbao.detect.likeness.fold import fold
from anbao.detect.likeness.titles import MIN_GRAMS, Alike, TitleIndex, compare, grams

LETTERS = "充电宝防爆大容量ab12xy便携"
TITLES = st.text(alphabet=LETTERS + " -\n", max_size=24)


def every_pair(dangers: list[str], listings: list[str], cover: int, cosine: int) -> set[Alike]:
    found = set()
    for row, listing in enumerate(listings):
        for number, danger in enumerate(dangers):
            pair = compare(fold(danger), fold(listing))
            if len(grams(fold(danger))) >= MIN_GRAMS and pair[0] >= cover and pair[1] >= cosine:
                found.add(Alike(row, number, *pair))
    return found


@settings(max_examples=150, deadline=None)
@given(
    dangers=st.lists(TITLES, max_size=12),
    others=st.lists(TITLES, max_size=8),
    cover=st.sampled_from([300, 500, 600, 800, 1000]),
)
def test_a_search_finds_exactly_the_pairs_that_reach_the_bounds(
    dangers: list[str], others: list[str], cover: int
) -> None:
    listings = [text.replace("\n", "") for text in (*others, *dangers, *(text[3:] + "包邮" for text in dangers))]
    dangers = [text.replace("\n", "") for text in dangers]
    found = TitleIndex(dangers, cover=cover, cosine=400).search(listings)
    assert len(found) == len(set(found))
    assert set(found) == every_pair(dangers, listings, cover, 400)


def test_the_pairs_do_not_depend_on_the_batch_or_on_other_dangers() -> None:
    danger = "20000毫安大容量充电宝便携快充移动电源"
    listings = [f"{danger} 第{number}款" for number in range(50)] + ["纯棉短袖男夏季新款"] * 50
    alone = TitleIndex([danger], cover=600, cosine=500)
    crowd = TitleIndex([danger, *(f"儿童玩具积木{number}号大颗粒" for number in range(3000))], cover=600, cosine=500)
    together = alone.search(listings)
    assert len(together) == 50
    assert together == [pair for pair in crowd.search(listings) if pair.title == 0]
    assert together == [
        pair._replace(row=row) for row, listing in enumerate(listings) for pair in alone.search([listing])
    ]


@pytest.mark.parametrize(
    "listing",
    [
        "🔥正品包邮🔥20000毫安·大容量·充电宝便携快充移动电源",
        "便携快充移动电源20000毫安大容量充电宝",
        "２００００毫安大容量充電寶便攜快充移動電源",
    ],
)
def test_a_dressed_up_title_is_found(listing: str) -> None:
    index = TitleIndex(["20000毫安大容量充电宝便携快充移动电源"], cover=600, cosine=500)
    [found] = index.search([listing])
    assert found.cover >= 700


def test_a_title_that_says_too_little_is_never_found() -> None:
    assert TitleIndex(["充电宝", ""], cover=600, cosine=500).search(["充电宝", ""]) == []
    assert TitleIndex([], cover=600, cosine=500).search(["充电宝"]) == []
    assert TitleIndex(["大容量移动电源充电宝"], cover=600, cosine=500).search([]) == []
