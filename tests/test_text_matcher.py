"""Matching: what is found, by which channel, and where in the original."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anbao.detect.text import Hit, Lexicon, Matcher, Term, finding, fold
from anbao.model.listing import WRITTEN, Finding

TERMS = [
    Term("手枪", "weapon", 5),
    Term("枪", "gun", 3, exceptions=("玩具枪", "对手枪战")),
    Term("高压气枪", "weapon", 5),
    Term("气枪铅弹", "weapon", 5),
    Term("弹簧刀", "knife", 5),
    Term("窃听器", "device", 4),
    Term("刷好评", "brushing", 3),
    Term("K粉", "drug", 5),
    Term("LSD", "drug", 5),
    Term("TNT炸药", "explosive", 5),
    Term("女士护照", "papers", 4, provisions=("cn.a.1",)),
    Term("信用卡套现", "fraud", 4),
    Term("C-4 炸药", "explosive", 5),
]
LEXICON = Lexicon(TERMS)
MATCHER = Matcher(LEXICON)

Found = list[tuple[str, str, str]]


def found(text: str, matcher: Matcher = MATCHER) -> Found:
    (hits,) = matcher.scan([text])
    for hit in hits:
        assert text[hit.start : hit.end] == hit.surface
    return [(matcher.lexicon.terms[hit.term].term, hit.channel, hit.surface) for hit in hits]


def terms_in(text: str) -> set[str]:
    return {term for term, _, _ in found(text)} - {"枪"}


@pytest.mark.parametrize(
    ("text", "term", "channel", "surface"),
    [
        ("出售手枪现货", "手枪", "exact", "手枪"),
        ("氣槍鉛彈", "气枪铅弹", "normalised", "氣槍鉛彈"),
        ("Ｋ粉", "K粉", "normalised", "Ｋ粉"),
        ("气\u200b枪\ufeff铅弹", "气枪铅弹", "normalised", "气\u200b枪\ufeff铅弹"),
        ("买手*枪吗", "手枪", "spaced", "手*枪"),
        ("气🔥枪🔥铅🔥弹", "气枪铅弹", "spaced", "气🔥枪🔥铅🔥弹"),
        ("气 枪 铅 弹", "气枪铅弹", "spaced", "气 枪 铅 弹"),
        ("气、枪、铅、弹", "气枪铅弹", "spaced", "气、枪、铅、弹"),
        ("气枪 铅弹", "气枪铅弹", "spaced", "气枪 铅弹"),
        ("出售手 枪 现货", "手枪", "spaced", "手 枪"),
        ("c4炸药", "C-4 炸药", "normalised", "c4炸药"),
        ("C-4 炸药", "C-4 炸药", "exact", "C-4 炸药"),
        ("买qiqiangqiandan现货", "气枪铅弹", "pinyin", "qiqiangqiandan"),
        ("Qì Qiāng Qiān Dàn", "气枪铅弹", "pinyin", "Qì Qiāng Qiān Dàn"),
        ("t a n h u a n g d a o", "弹簧刀", "pinyin", "t a n h u a n g d a o"),
        ("danhuangdao", "弹簧刀", "pinyin", "danhuangdao"),
        ("nvshihuzhao", "女士护照", "pinyin", "nvshihuzhao"),
        ("nushi-huzhao", "女士护照", "pinyin", "nushi-huzhao"),
        ("tntzhayao", "TNT炸药", "pinyin", "tntzhayao"),
        ("器抢千蛋", "气枪铅弹", "homophone", "器抢千蛋"),
        ("蛋黄岛", "弹簧刀", "homophone", "蛋黄岛"),
        ("切听器", "窃听器", "homophone", "切听器"),
        ("信用咔套线", "信用卡套现", "homophone", "信用咔套线"),
    ],
)
def test_a_term_is_found_in_disguise(text: str, term: str, channel: str, surface: str) -> None:
    assert (term, channel, surface) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "对手 枪战",
        "对手,枪战",
        "对手，枪战",
        "对手\n枪战",
        "对手【枪战】",
        "气，枪铅弹",
        "高压 气，枪",
        "OK粉丝",
        "5K粉",
        "ALSD",
        "LSD25",
        "a.l.s.d",
        "aqiqiangqiandan",
        "qiqiangqiandance",
        "qiqi,angqiandan",
        "qiqia ngqiandan",
        "爽好评",
        "",
    ],
)
def test_what_is_no_term(text: str) -> None:
    assert not terms_in(text)


@pytest.mark.parametrize(
    ("severity", "surfaces"), [(5, "器抢弹 器强蛋"), (3, "器抢弹 器强蛋"), (2, "器抢弹"), (1, "器抢弹")]
)
def test_a_likeness_by_sound_must_be_the_stronger_the_lesser_the_danger(severity: int, surfaces: str) -> None:
    matcher = Matcher(Lexicon([Term("气枪弹", "weapon", severity)]))
    heard = [text for text in ("器抢弹", "器强蛋") if found(text, matcher)]
    assert heard == surfaces.split()
    assert found("汽枪弹", matcher) == [("气枪弹", "homophone", "汽枪弹")]


def test_two_characters_are_not_sought_by_sound() -> None:
    assert not terms_in("首腔")
    assert not terms_in("shouqiang")


def test_the_longer_of_one_category_wins_and_others_stay() -> None:
    assert found("高压气枪铅弹") == [
        ("高压气枪", "exact", "高压气枪"),
        ("气枪铅弹", "exact", "气枪铅弹"),
        ("枪", "exact", "枪"),
    ]
    nested = Matcher(Lexicon([Term("枪", "w", 5), Term("手枪", "w", 2), Term("手枪弹", "w", 1)]))
    assert found("手枪弹", nested) == [("手枪弹", "exact", "手枪弹")]


def test_a_guess_does_not_hide_what_is_written() -> None:
    matcher = Matcher(Lexicon([Term("手枪", "w", 5), Term("兽手枪弹", "w", 5)]))
    assert found("瘦手枪弹", matcher) == [("兽手枪弹", "homophone", "瘦手枪弹"), ("手枪", "exact", "手枪")]


def test_terms_that_fold_alike_are_both_found_in_their_categories() -> None:
    matcher = Matcher(Lexicon([Term("气槍", "a", 5), Term("气枪", "b", 5), Term("氣枪", "b", 3)]))
    assert found("气枪", matcher) == [("气槍", "normalised", "气枪"), ("气枪", "exact", "气枪")]


def test_an_exception_drops_what_lies_inside_it_and_nothing_else() -> None:
    assert found("玩具枪") == []
    assert found("玩 具 枪") == []
    assert found("玩具枪和枪") == [("枪", "exact", "枪")]
    assert found("买玩具。枪") == [("枪", "exact", "枪")]
    assert MATCHER.scan(["玩具", "枪"])[1] != []
    heard = Matcher(Lexicon([Term("仿真枪", "w", 5, exceptions=("仿真墙",))]))
    assert found("绿植仿真墙", heard) == []
    assert found("绿植仿真抢", heard) == [("仿真枪", "homophone", "仿真抢")]


def test_hits_are_in_order_and_become_findings() -> None:
    (hits,) = MATCHER.scan(["买女士护照和手枪"])
    assert [(hit.start, hit.end) for hit in hits] == [(1, 5), (6, 8), (7, 8)]
    assert finding(hits[0], "title", LEXICON) == Finding(
        category="papers",
        channel="exact",
        detector="lexicon",
        end=5,
        field="title",
        provisions=("cn.a.1",),
        severity=4,
        start=1,
        surface="女士护照",
        term="女士护照",
    )


def test_an_empty_lexicon_and_no_fields() -> None:
    assert Matcher(Lexicon([])).scan(["手枪", ""]) == [[], []]
    assert MATCHER.scan([]) == []


def test_a_field_full_of_hits_is_scanned_in_a_moment() -> None:
    (hits,) = MATCHER.scan(["手枪" * 6_000])
    assert len(hits) == 12_000


characters = st.sampled_from("手枪气高压铅弹簧刀玩具对战买器抢千蛋女士护照KkLSDtn炸药qiangdan氣槍 ,，。*-\u200b🔥\n9")
fields = st.lists(st.text(characters, max_size=30), max_size=5)


@given(fields)
def test_surfaces_are_slices_and_a_batch_gives_what_each_alone_gives(texts: list[str]) -> None:
    together = MATCHER.scan(texts)
    assert together == [MATCHER.scan([text])[0] for text in texts]
    for text, hits in zip(texts, together, strict=True):
        assert hits == sorted(hits, key=lambda hit: (hit.start, hit.end, LEXICON.terms[hit.term].category, hit.term))
        for hit in hits:
            assert 0 <= hit.start < hit.end <= len(text)
            assert text[hit.start : hit.end] == hit.surface


@given(fields)
def test_terms_as_written_are_those_that_a_plain_search_finds(texts: list[str]) -> None:
    """Against a search without any index, for terms whose characters stand side by side."""
    plain = [Term(term, str(number), 1) for number, term in enumerate(["手枪", "枪", "气枪", "高压气枪", "弹簧"])]
    matcher = Matcher(Lexicon(plain))
    for text, hits in zip(texts, matcher.scan(texts), strict=True):
        wanted = {(match.start(), term.term) for term in plain for match in re.finditer(f"(?={term.term})", text)}
        assert {(hit.start, matcher.lexicon.terms[hit.term].term) for hit in hits if hit.channel == "exact"} == wanted


chinese = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=3, max_size=8)


def only_hit(term: str, text: str) -> Hit:
    (hits,) = Matcher(Lexicon([Term(term, "c", 5)])).scan([text])
    written: Sequence[Hit] = [hit for hit in hits if hit.channel in WRITTEN]
    (hit,) = written
    return hit


@given(chinese, st.sampled_from("*_.-~|/^·#🔥"), st.booleans())
def test_marks_between_the_characters_hide_nothing(term: str, mark: str, everywhere: bool) -> None:
    inside = mark.join(term) if everywhere else term[:1] + mark + term[1:]
    hit = only_hit(term, f"买{mark} {inside} 吗")
    assert (hit.start, hit.surface, hit.channel) == (3, inside, "spaced")


@given(chinese, st.sampled_from("\u200b\u200d\ufeff\u2060\u0301\u00ad"))
def test_what_no_one_sees_hides_nothing(term: str, unseen: str) -> None:
    inside = unseen.join(term)
    hit = only_hit(term, f"〇{inside}〇")
    assert (hit.start, hit.surface, hit.channel) == (1, inside, "normalised")


@given(st.lists(chinese, min_size=1, max_size=30, unique_by=fold), st.data())
def test_every_term_of_a_lexicon_is_found(terms: list[str], data: st.DataObject) -> None:
    matcher = Matcher(Lexicon(Term(term, term, 3) for term in terms))
    term = data.draw(st.sampled_from(terms))
    (hits,) = matcher.scan([f"９{term}９"])
    assert (term, "exact", 1) in {(matcher.lexicon.terms[hit.term].term, hit.channel, hit.start) for hit in hits}
