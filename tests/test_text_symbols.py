"""Symbols in a term: they must stand in the text, in any of their forms and at their place, and the import says so."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anbao.cli.root import run
from anbao.detect.text import BadLexicon, Lexicon, Matcher, Term
from anbao.detect.text.symbols import literal, signature
from anbao.model.listing import Listing
from anbao.platform import open_platform
from api_server import served

TERMS = (
    "**子",
    "🐴你",
    "C++",
    "1+1",
    "3.5mm",
    "F#调",
    "👍🏽药",
    "9:1粉",
    "🔫",
    ".NET源码",
    "加V+号",
    "100%根治",
    "仿真枪",
    "N-甲基胺",
)
MATCHER = Matcher(Lexicon([Term(term, "test", 5) for term in TERMS]))


def found(text: str, matcher: Matcher = MATCHER) -> list[tuple[str, str]]:
    """Each term found, with what stands there in the text."""
    (hits,) = matcher.scan([text])
    for hit in hits:
        assert text[hit.start : hit.end] == hit.surface
    return [(matcher.lexicon.terms[hit.term].term, hit.surface) for hit in hits]


@pytest.mark.parametrize(
    "text",
    [
        "儿子的书包",
        "孩子 * 儿童鞋子",
        "你好 欢迎光临",
        "维生素C 500片",
        "c 罩杯",
        "第11届 11元",
        "35mm 胶卷",
        "135mm镜头",
        "F调口琴",
        "药店正品",
        "91粉底",
        "源码 net",
        "根治 100分",
        "11+1 份",
        "1+10 件",
        "3*5mm 螺丝",
    ],
)
def test_what_only_looks_like_a_term_without_its_symbols_is_nothing(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "term", "surface"),
    [
        ("骂人**子的", "**子", "**子"),
        ("骂人＊＊子的", "**子", "＊＊子"),
        ("骂人* * 子的", "**子", "* * 子"),
        ("🐴你呢", "🐴你", "🐴你"),
        ("🐴 你呢", "🐴你", "🐴 你"),
        ("c++ 入门", "C++", "c++"),
        ("Ｃ＋＋入门", "C++", "Ｃ＋＋"),
        ("C➕➕入门", "C++", "C➕➕"),
        ("1＋1 送", "1+1", "1＋1"),
        ("1 + 1 送", "1+1", "1 + 1"),
        ("3.5mm 插头", "3.5mm", "3.5mm"),
        ("3．5ｍｍ 插头", "3.5mm", "3．5ｍｍ"),
        ("F♯调口琴", "F#调", "F♯调"),
        ("👍药", "👍🏽药", "👍药"),
        ("👍🏿药", "👍🏽药", "👍🏿药"),
        ("9：1粉", "9:1粉", "9：1粉"),
        ("手机 🔫 链", "🔫", "🔫"),
        ("🔫\ufe0f链", "🔫", "🔫"),
        (".NET源码", ".NET源码", ".NET源码"),
        ("加V ＋ 号", "加V+号", "加V ＋ 号"),
        ("100％根治", "100%根治", "100％根治"),
    ],
)
def test_symbols_count_in_any_of_their_forms(text: str, term: str, surface: str) -> None:
    assert found(text) == [(term, surface)]


@pytest.mark.parametrize("text", ["仿*真*枪", "仿+真+枪", "仿🐴真🐴枪", "仿。真。枪", "仿#真枪", "仿-真-枪"])
def test_symbols_between_the_characters_are_still_a_disguise(text: str) -> None:
    assert [term for term, _ in found(f"出 {text} 现货")] == ["仿真枪"]


def test_marks_that_divide_words_may_be_left_out() -> None:
    for text in ("供应N甲基胺", "供应N-甲基胺", "供应ｎ－甲基胺"):
        assert [term for term, _ in found(text)] == ["N-甲基胺"]


def test_a_guess_must_show_the_symbols_too() -> None:
    matcher = Matcher(Lexicon([Term("代开+发票", "test", 5), Term("高压气枪", "test", 5)]))
    assert [term for term, _ in found("带凯+发漂", matcher)] == ["代开+发票"]
    assert found("带凯发漂", matcher) == []
    assert [term for term, _ in found("高鸭汽枪", matcher)] == ["高压气枪"]


def test_a_single_character_is_never_guessed_and_terms_do_not_share_what_they_require() -> None:
    matcher = Matcher(Lexicon([Term("枪", "plain", 3), Term("枪!!💥", "loud", 5)]))
    assert found("木仓 抢 qiang", matcher) == []
    assert found("玩具枪", matcher) == [("枪", "枪")]
    assert {term for term, _ in found("玩具枪!!💥", matcher)} == {"枪", "枪!!💥"}


def test_symbols_do_not_run_from_one_field_into_the_next() -> None:
    fields = ["卖*", "*子", "🐴", "你好", "c+", "+"]
    assert MATCHER.scan(fields) == [[] for _ in fields]
    assert MATCHER.scan(fields) == [MATCHER.scan([field])[0] for field in fields]


@given(st.lists(st.text(alphabet="子你c1+*🐴🔫 3.5m\n", max_size=12), max_size=4))
def test_a_batch_gives_what_each_alone_gives(fields: list[str]) -> None:
    assert MATCHER.scan(fields) == [MATCHER.scan([field])[0] for field in fields]


@pytest.mark.parametrize("term", ["***", "。。。", "——", "（）", "+", "…", "\u200b"])
def test_a_term_of_which_nothing_is_left_is_refused(term: str) -> None:
    with pytest.raises(BadLexicon) as error:
        Lexicon.from_csv(f"term,category,severity\n{term},w,3\n".encode())
    assert [(row.line, row.field) for row in error.value.rows] == [(2, "term")]


def test_the_import_says_what_will_be_matched() -> None:
    lexicon = Lexicon.from_csv("term,category,severity\nC++,w,3\n仿真枪,w,5\n🔫,w,4\nN-甲基胺,w,4\n".encode())
    notes = {note.term: note.matched for note in lexicon.symbols()}
    assert notes.keys() == {"C++", "🔫", "N-甲基胺"}
    assert "only as “c++”" in notes["C++"].en
    assert "不匹配“c”" in notes["C++"].zh
    assert "“🔫” alone" in notes["🔫"].en
    assert "“n甲基胺” too" in notes["N-甲基胺"].en


def test_plain_terms_require_nothing() -> None:
    assert signature("仿真枪") is None
    assert signature("C-4 炸药") is None
    assert literal("仿真枪") == ""


CSV = "term,category,severity\n**子,abuse,5\nC++,course,5\n🐴你,abuse,5\n".encode()
CLEAN, DIRTY = "儿子的C罩杯 你好", "学C＋＋送书"


def test_over_http(store_url: str) -> None:
    with served(store_url) as server:
        client = server.client()
        made = client.post("/v1/lexicons", content=CSV, headers={"Content-Type": "text/csv"}).json()
        assert {note["term"] for note in made["symbols"]} == {"**子", "C++", "🐴你"}
        assert client.post(f"/v1/lexicons/{made['digest']}/activate").status_code == 201
        outcomes = [
            client.post("/v1/listings", json={"id": f"l{place}", "title": title}).json()["outcome"]
            for place, title in enumerate((CLEAN, DIRTY))
        ]
    assert outcomes == ["pass", "block"]


def test_on_the_command_line(store_url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "words.csv"
    file.write_bytes(CSV)
    assert run(["lexicon", "import", str(file), "--activate", "--store", store_url]) == 0
    told = capfd.readouterr().err
    assert "C++" in told
    assert "**子" in told
    goods = tmp_path / "goods.csv"
    goods.write_text(f"id,title\na,{CLEAN}\nb,{DIRTY}\n", encoding="utf-8")
    run(["screen", str(goods), "--store", store_url, "--workers", "1", "--format", "jsonl"])
    rows = capfd.readouterr().out.splitlines()
    assert ['"outcome":"pass"' in row for row in rows] == [True, False]


def test_in_python(store_url: str) -> None:
    with open_platform(store_url) as platform:
        platform.activate_lexicon(platform.import_lexicon(Lexicon.from_csv(CSV)))
        assert platform.submit_listing(Listing(id="a", title=CLEAN)).decision.outcome == "pass"
        assert platform.submit_listing(Listing(id="b", title=DIRTY)).decision.outcome == "block"
