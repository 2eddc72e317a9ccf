"""Nested data of a listing as named texts."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anbao.model.listing import MAX_NAME
from anbao.model.texts import flatten


def test_a_string_is_itself() -> None:
    assert flatten("副标题", "仿真枪") == {"副标题": "仿真枪"}


def test_objects_and_arrays_give_paths() -> None:
    skus = [{"name": "黑色", "price": 12.5, "stock": 3}, {"name": "白色", "sale": True, "note": None}]
    assert flatten("skus", skus) == {
        "skus[0].name": "黑色",
        "skus[0].price": "12.5",
        "skus[0].stock": "3",
        "skus[1].name": "白色",
        "skus[1].sale": "true",
    }
    assert flatten("price", Decimal("9.90")) == {"price": "9.90"}


def test_keys_that_are_words_are_read_by_buyers_too() -> None:
    assert flatten("attributes", {"材质": "塑料", "仿真枪": "是", "size_id": "3"}) == {
        "attributes": "材质\n仿真枪",
        "attributes.材质": "塑料",
        "attributes.仿真枪": "是",
        "attributes.size_id": "3",
    }


def test_paths_that_are_written_alike_keep_both_texts() -> None:
    assert flatten("a", {"b.c": "1", "b": {"c": "2"}}) == {"a.b.c": "1", "a.b.c#2": "2"}
    long = "x" * 300
    found = flatten("a", {long + "1": "1", long + "2": "2"})
    assert list(found.values()) == ["1", "2"]
    assert max(map(len, found)) <= MAX_NAME


def test_many_texts_of_one_path_take_little_time() -> None:
    key = "x" * 300
    assert len(flatten("a", {key: ["1"] * 100_000})) == 100_000


def test_deep_nesting_is_no_danger() -> None:
    value: object = "枪"
    for _ in range(5_000):
        value = [value]
    assert list(flatten("a", value).values()) == ["枪"]


def test_what_json_does_not_have_is_refused() -> None:
    with pytest.raises(TypeError, match=r"a\.b"):
        flatten("a", {"b": object()})


_JSON = st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@given(_JSON)
def test_no_string_is_lost(value: object) -> None:
    def strings(one: object) -> list[str]:
        match one:
            case str():
                return [one]
            case list():
                return [text for inner in one for text in strings(inner)]
            case dict():
                return [text for inner in one.values() for text in strings(inner)]
        return []

    found = list(flatten("a", value).values())
    for text in strings(value):
        found.remove(text)
