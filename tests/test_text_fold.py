"""Folding: one form for all ways of writing a character, and the way back to the original."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anbao.detect.likeness.fold import BREAK, fold, fold_many, fold_page, fold_table

any_text = st.text(st.characters(codec=None), max_size=40)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("ＡＢＣ１２３", "abc123"),
        ("氣槍鉛彈", "气枪铅弹"),
        ("弾薬", "弹药"),
        ("手\u200b枪\ufeff", "手枪"),
        ("Bīngdú é", "bingdue"),
        ("①㈱🄰ⓚ", "1株ak"),
        ("手*枪 . 支", "手枪支"),
        ("🔥枪🔥", "枪"),
        ("\ud800枪", "枪"),
        ("", ""),
    ],
)
def test_fold(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(any_text)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.lists(any_text, max_size=6))
def test_many_fold_as_each_alone(texts: list[str]) -> None:
    assert fold_many(texts) == [fold(text) for text in texts]


@given(st.lists(any_text, min_size=1, max_size=6))
def test_each_folded_character_knows_its_original(fields: list[str]) -> None:
    page = fold_page(fields)
    assert page.original == "\n".join(fields)
    assert [
        page.original[start : start + len(field)] for start, field in zip(page.starts, fields, strict=True)
    ] == fields
    for char, code, place in zip(page.text, page.codes, page.places, strict=True):
        assert ord(char) == code
        assert code == BREAK or fold(page.original[place]) == char


def test_the_table_is_built_in_a_moment() -> None:
    fold_table.cache_clear()
    start = time.process_time()
    fold_table()
    assert time.process_time() - start < 1
