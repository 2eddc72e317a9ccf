"""Lexicons: CSV in, every bad row named, canonical bytes out."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anbao.detect.text import BadLexicon, Lexicon, Term
from anbao.errors import InvalidInput

words = (
    st.text(st.sampled_from("枪弹药刀票证Kk9,\"'。 -"), min_size=1, max_size=6)
    .map(str.strip)
    .filter(lambda word: any(char.isalnum() for char in word))
)
lists = st.lists(words, max_size=3).map(tuple)
lexicons = st.lists(
    st.builds(Term, words, st.sampled_from(["a", "b.c"]), st.integers(1, 5), lists, lists, lists, lists, lists),
    unique_by=lambda term: (term.term, term.category),
).map(Lexicon)


def bad_rows(data: str) -> list[tuple[int, str]]:
    with pytest.raises(BadLexicon) as caught:
        Lexicon.from_csv(data.encode())
    for row in caught.value.rows[:20]:
        assert str(row.line) in caught.value.what.zh
        assert row.text.en in caught.value.what.en
    return [(row.line, row.field) for row in caught.value.rows]


@given(lexicons)
def test_round_trips(lexicon: Lexicon) -> None:
    assert Lexicon.from_csv(lexicon.to_csv()).terms == lexicon.terms
    assert Lexicon.from_bytes(lexicon.to_bytes()).terms == lexicon.terms


@given(lexicons, st.randoms())
def test_the_digest_knows_the_terms_and_not_their_order(lexicon: Lexicon, dice: object) -> None:
    terms = list(lexicon.terms)
    dice.shuffle(terms)  # type: ignore[attr-defined]
    assert Lexicon(terms).digest == lexicon.digest
    assert Lexicon([*terms, Term("多出的词", "x", 1)]).digest != lexicon.digest
    assert len(lexicon.digest) == 16


def test_reads_all_columns() -> None:
    data = (
        "term,category,severity,exceptions,harmless_in,allowed_with,provision,tags\n"
        "枪,weapon,high,玩具枪|水枪,toy|模型,range,cn.a.1|cn.b.2,x|y\n"
    )
    assert Lexicon.from_csv(data.encode()).terms == (
        Term("枪", "weapon", 4, ("玩具枪", "水枪"), ("cn.a.1", "cn.b.2"), ("x", "y"), ("toy", "模型"), ("range",)),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_reads_what_spreadsheets_write(tmp_path: Path, encoding: str, newline: str) -> None:
    file = tmp_path / "lexicon.csv"
    file.write_bytes(newline.join(["词,类别,严重度", "雷管,爆炸物,严重", "", '"1,4-丁二醇",前体,3']).encode(encoding))
    assert Lexicon.from_csv(file).terms == (Term("1,4-丁二醇", "前体", 3), Term("雷管", "爆炸物", 5))


@pytest.mark.parametrize(
    ("written", "level"), [("1", 1), ("5", 5), ("info", 1), ("CRITICAL", 5), ("提示", 1), ("中", 3), (" 高 ", 4)]
)
def test_severities(written: str, level: int) -> None:
    assert Lexicon.from_csv(f"term,category,severity\n枪,w,{written}\n".encode()).terms[0].severity == level


def test_every_bad_row_is_named() -> None:
    assert bad_rows(
        "term,category,severity\n枪,w,3\n,w,3\n刀,,3\n弹,w,9\n枪,w,4\n***,w,1\n药,w,1,多\n" + "长" * 101 + ",w,1\n"
    ) == [(3, "term"), (4, "category"), (5, "severity"), (6, "term"), (7, "term"), (8, "row"), (9, "term")]


def test_the_same_term_in_two_categories_is_no_duplicate() -> None:
    assert len(Lexicon.from_csv("term,category,severity\n枪,a,3\n枪,b,3\n".encode()).terms) == 2


def test_a_long_list_of_errors_is_cut_in_the_message_only() -> None:
    assert len(bad_rows("term,category,severity\n" + ",w,1\n" * 50)) == 50


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("term,category", [(1, "severity")]),
        ("term,category,severity,excpetions", [(1, "excpetions")]),
        ("term,category,severity,term", [(1, "term")]),
        ("", [(1, "term"), (1, "category"), (1, "severity")]),
    ],
)
def test_the_header_is_checked(header: str, rows: list[tuple[int, str]]) -> None:
    assert bad_rows(header + "\n枪,w,3\n") == rows


def test_what_is_no_text_or_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="neither UTF-8"):
        Lexicon.from_csv(b"\xff\xff\xff")
    with pytest.raises(InvalidInput, match="cannot read"):
        Lexicon.from_csv(tmp_path / "none.csv")
    with pytest.raises(InvalidInput, match="bytes"):
        Lexicon.from_bytes(b"[1]")
