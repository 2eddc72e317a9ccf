"""Names, comments and docstrings use standard terms, not private metaphors; the README has short lines."""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TREES = tuple(ROOT / name for name in ("src/anbao", "tests", "bench"))
LONGEST_LINE = 200

METAPHORS = frozenset(
    re.findall(
        "[a-z]+",
        "room rooms door doors desk desks house houses floor floors counter counters teller tellers"
        " tell tells telling told kept ear ears eye eyes shelf shelves",
    )
)

NAMES = {
    "Counter": "class of the standard library and of the Prometheus client",
    "IpCounterDelivered": "counter-statement (不侵权声明)",
    "IpCounterForwarded": "counter-statement (不侵权声明)",
    "ListingKeptOut": "class of the entry kind listing.kept_out",
    "NoticeCounterDelivered": "counter-statement (不侵权声明)",
    "NoticeCounterForwarded": "counter-statement (不侵权声明)",
    "TortCounterDelivered": "counter-statement (不侵权声明)",
    "TortCounterForwarded": "counter-statement (不侵权声明)",
    "COUNTER_STOOD": "counter-statement (不侵权声明)",
    "COUNTER_TOPIC": "counter-statement (不侵权声明)",
    "_check_counter": "counter-statement (不侵权声明)",
    "counter": "counter-statement (不侵权声明): a stored field and an option of the command line",
    "kept_out": "name of a table and of a stored field",
    "on_counter": "counter-statement (不侵权声明)",
    "perf_counter": "function of the standard library",
    "tell": "method of streams in the standard library",
    "told": "field of the answer that reveals statements, part of the HTTP interface",
}

PHRASES = {
    "live room": "the place of a live sale (直播间)",
    "counter-statement": "不侵权声明",
    "``counter``": "the stored field of a counter-statement",
    "``kept_out``": "name of a table",
    "``on_counter``": "the stored field of a counter-statement",
    "dispute.told": "kind of an entry",
}


def _files() -> list[Path]:
    """All modules but migrations, which stay as they were released, and this one."""
    paths = [path for tree in TREES for path in sorted(tree.rglob("*.py"))]
    return [path for path in paths if "migrations" not in path.parts and path != Path(__file__)]


STANDARD_TERMS = re.compile(r"counter_statement|live_rooms?")
"""As parts of names: 不侵权声明, 直播间."""


def _words(name: str) -> set[str]:
    name = STANDARD_TERMS.sub("", name)
    return set(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().split("_"))


def _names(text: str) -> Iterator[str]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME and _words(token.string) & METAPHORS:
            yield token.string


def _prose(text: str) -> Iterator[str]:
    """Comments, and strings that are statements of their own."""
    begins = True
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT or (token.type == tokenize.STRING and begins):
            yield token.string
        if token.type not in (tokenize.COMMENT, tokenize.NL):
            begins = token.type in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)


def _metaphors(prose: str) -> set[str]:
    plain = " ".join(prose.lower().split())
    for phrase in PHRASES:
        plain = plain.replace(phrase, "")
    return set(re.findall(r"[a-z]+", plain)) & METAPHORS


def test_names_are_no_private_metaphors() -> None:
    found = {f"{path.relative_to(ROOT)}: {name}" for path in _files() for name in set(_names(path.read_text()))}
    assert {one for one in found if one.split(": ")[1] not in NAMES} == set()


def test_modules_are_named_after_what_they_hold() -> None:
    assert [path for path in _files() if _words(path.stem) & METAPHORS] == []


def test_comments_and_docstrings_use_no_private_metaphors() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {prose}": words
        for path in _files()
        for prose in _prose(path.read_text())
        if (words := _metaphors(prose))
    }
    assert found == {}


def test_each_exception_is_needed() -> None:
    texts = [path.read_text() for path in _files()]
    assert set(NAMES) - {name for text in texts for name in _names(text)} == set()
    prose = " ".join(" ".join(one.lower().split()) for text in texts for one in _prose(text))
    assert [phrase for phrase in PHRASES if phrase not in prose] == []


def test_the_search_sees_names_comments_and_docstrings() -> None:
    text = '"""Told at the door."""\n\nfront_door = toldThem = 1  # a desk\nx = "a room"\n'
    assert list(_names(text)) == ["front_door", "toldThem"]
    assert [_metaphors(one) for one in _prose(text)] == [{"told", "door"}, {"desk"}]


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_a_readme_has_short_lines(name: str) -> None:
    long = [line for line in (ROOT / name).read_text().splitlines() if len(line) > LONGEST_LINE]
    assert long == []
