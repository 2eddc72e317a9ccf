"""Canonical bytes: RFC 8785, and nothing outside the profile."""

import importlib
import pkgutil
from typing import Any

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

import anbao.model
from anbao.errors import InvalidInput, TooLarge
from anbao.ledger import MAX_ENTRY, decode, encode, seal, seal_trusted
from anbao.ledger.canonical import decode_strict
from anbao.ledger.merkle import leaf_hash
from anbao.model.base import Noun
from anbao.model.entry import Entry, facts_of
from anbao.model.listing import Finding, ListingRecord, ListingScreened, Versions
from anbao.model.merchant import Merchant

text = st.text(st.characters(exclude_categories=["Cs"]))
ascii_text = st.text(st.characters(max_codepoint=127))
integers = st.integers(-(2**53) + 1, 2**53 - 1)
values = st.recursive(
    text | integers | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ascii_text, inner, max_size=4),
    max_leaves=20,
)
bodies = st.dictionaries(ascii_text, values, max_size=6)
subjects = st.dictionaries(
    st.sampled_from(["merchant", "listing", "order", "consumer"]), text.filter(lambda s: "\0" not in s), max_size=3
)


def entry_of(body: Any, **changes: Any) -> Entry:
    plain = Entry(actor="platform", at=1, body=body, kind="listing.screened", recorded=2, subjects={"merchant": "m1"})
    return msgspec.structs.replace(plain, **changes)


def screened(title: str = '茅台\x07 "飞天" \u2028 😀', **changes: Any) -> ListingScreened:
    plain = ListingScreened(
        category="酒",
        findings=(Finding(category="alcohol", detector="lexicon", severity=2, start=1, end=3, surface="茅台"),),
        listing=ListingRecord(id="l1", title=title, extra=(("颜色", "红"),)),
        outcome="notice",
        reasons=("r1",),
        severity=2,
        versions=Versions(engine="1", lexicon="a", pack="b", policy="c"),
    )
    return msgspec.structs.replace(plain, **changes)


@given(bodies, subjects, text)
def test_bytes_are_those_of_an_independent_jcs_library(body: dict[str, Any], about: dict[str, str], actor: str) -> None:
    entry = entry_of(body, subjects=about, actor=actor)
    data = encode(entry)
    assert data == rfc8785.dumps(msgspec.to_builtins(entry))
    assert decode(data) == entry
    assert decode_strict(data) == entry


@given(text, text, st.integers(0, 2**53 - 1), subjects)
def test_bulk_sealing_gives_the_same_bytes_and_facts(title: str, term: str, at: int, about: dict[str, str]) -> None:
    finding = Finding(category="c", detector="lexicon", severity=5, term=term, channel="pinyin")
    body = screened(title, findings=(finding,), category=term)
    entry = entry_of(body, at=at, subjects=about)
    slow, fast = seal(entry), seal_trusted(entry)
    assert slow == fast
    assert slow.leaf == leaf_hash(slow.data)
    assert slow.facts == facts_of(decode(slow.data).body)


def test_facts_are_the_scalars_that_the_bytes_hold() -> None:
    assert seal_trusted(entry_of(screened())).facts == {"category": "酒", "outcome": "notice", "severity": 2}


def all_nouns() -> list[type[Noun]]:
    for module in pkgutil.iter_modules(anbao.model.__path__):
        importlib.import_module(f"anbao.model.{module.name}")
    found, todo = [], [Noun]
    while todo:
        subclasses = todo.pop().__subclasses__()
        found += [kind for kind in subclasses if kind.__module__.startswith("anbao.model")]
        todo += subclasses
    return found


@pytest.mark.parametrize("kind", [Entry, *all_nouns()], ids=lambda kind: kind.__name__)
def test_fields_of_nouns_stand_in_alphabetical_order(kind: type[msgspec.Struct]) -> None:
    assert list(kind.__struct_encode_fields__) == sorted(kind.__struct_encode_fields__)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"a": {"b": [1, 1.5]}}, "body.a.b[1]"),
        ({"a": 2**53}, "body.a"),
        ({"a": -(2**53)}, "body.a"),
        ({"a": "\ud800"}, "body.a"),
        ({"键": 1}, "body.键"),
        ({"a": [{1: 2}]}, "body.a[0].1"),
        ({"a": b"bytes"}, "body.a"),
    ],
)
def test_what_is_outside_the_profile_is_refused_with_its_path(body: Any, path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        seal(entry_of(body))
    assert caught.value.field == path


@pytest.mark.parametrize("seal_either", [seal, seal_trusted])
@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"subjects": {"merchant": "a\0"}}, "subjects.merchant"),
        ({"subjects": {"商家": "a"}}, "subjects.商家"),
        ({"actor": "\udfff"}, "actor"),
        ({"kind": "a\0"}, "kind"),
    ],
)
def test_the_frame_is_checked_on_both_paths(seal_either: Any, changes: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        seal_either(entry_of(screened(), **changes))
    assert caught.value.field == path


def test_a_lone_surrogate_in_a_trusted_body_is_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        seal_trusted(entry_of(screened("\ud800")))
    assert caught.value.field == "body.listing.title"


@pytest.mark.parametrize("seal_either", [seal, seal_trusted])
def test_the_largest_entry_fits_and_one_byte_more_does_not(seal_either: Any) -> None:
    left = MAX_ENTRY - len(encode(entry_of(screened(""))))
    assert len(seal_either(entry_of(screened("x" * left))).data) == MAX_ENTRY
    with pytest.raises(TooLarge):
        seal_either(entry_of(screened("x" * (left + 1))))


def test_subjects_given_in_any_order_give_the_same_bytes() -> None:
    one = seal_trusted(entry_of(screened(), subjects={"merchant": "m", "listing": "l"}))
    other = seal_trusted(entry_of(screened(), subjects={"listing": "l", "merchant": "m"}))
    assert one.data == other.data


def test_a_type_with_maps_takes_the_checked_path() -> None:
    class Loose(Noun, frozen=True):
        extra: dict[str, str]

    with pytest.raises(InvalidInput):
        seal_trusted(entry_of(Loose(extra={"键": "v"})))
    assert seal_trusted(entry_of(Loose(extra={"b": "1", "a": "2"}))).data == encode(
        entry_of({"extra": {"a": "2", "b": "1"}})
    )


@pytest.mark.parametrize(
    "data",
    [
        b"[]",
        b'{"kind":"a"}',
        b'{"actor":"a","at":1,"body":{},"kind":"a","kind":"b","recorded":1,"subjects":{},"v":1}',
        b'{"actor":"a","at":1,"body":{},"kind":"a","recorded":1,"subjects":{}, "v":1}',
        b'{"actor":"a","at":1,"body":{},"extra":1,"kind":"a","recorded":1,"subjects":{},"v":1}',
    ],
)
def test_bytes_that_are_not_canonical_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        decode_strict(data)


def test_a_noun_body_encodes_as_its_builtins() -> None:
    noun = Merchant(id="m1", kind="company", legal_name="甲", shop_name="店")
    assert encode(entry_of(noun)) == encode(entry_of(msgspec.to_builtins(noun)))
