"""The screening summary adds up, and its report is safe, self-contained and says what it must."""

import csv
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from html.parser import HTMLParser
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from anbao.cli.output import Column, emit
from anbao.cli.prevent.screening_report import Meta, render_html, render_terminal
from anbao.cli.prevent.screening_report.words import NOT_ADVICE, share, visible
from anbao.connect.files import FileRowError
from anbao.connect.summary import MAX_WORST, Summary
from anbao.model.listing import Finding, ListingRecord, ListingScreened, Outcome, Versions
from anbao.text import Language, Text

VERSIONS = Versions(engine="engine-7", lexicon="lexicon-7", pack="pack-7", policy="policy-7")
NAMES = {"甲": Text("甲", "甲")}
EVIL = "<script>alert('1')</script>&\x1b[31m\u202e"


def screened(title: str, terms: list[tuple[str, int]], outcome: Outcome = "review") -> ListingScreened:
    findings = tuple(
        Finding(
            category=f"category-{severity}",
            channel="exact",
            detector="lexicon",
            field="title",
            start=title.index(term),
            end=title.index(term) + len(term),
            severity=severity,
            surface=term,
            term=term,
            provisions=("cn.example/1",),
        )
        for term, severity in terms
    )
    listing = ListingRecord(id=f"id-{title}", title=title)
    return ListingScreened(listing=listing, findings=findings, outcome=outcome, versions=VERSIONS)


Row = ListingScreened | FileRowError
rows_of_a_run = st.lists(
    st.one_of(
        st.just(screened("无害", [], "pass")),
        st.lists(st.tuples(st.sampled_from(["甲", "乙", "丙丁"]), st.integers(1, 5)), min_size=1, max_size=4).map(
            lambda terms: screened("前甲乙丙丁后", terms)
        ),
        st.just(FileRowError(1, 1, "title", Text("空", "empty"))),
    ),
    max_size=90,
)


def summarise(rows: Sequence[Row], first: int) -> Summary:
    summary = Summary()
    for number, row in enumerate(rows, first):
        if isinstance(row, FileRowError):
            summary.add_error(FileRowError(number, number, row.field, row.reason))
        else:
            summary.add(number, row)
    return summary


@settings(max_examples=60, deadline=None)
@given(rows=rows_of_a_run, cuts=st.lists(st.integers(0, 90), max_size=4), backwards=st.booleans())
def test_merged_parts_equal_the_whole(rows: list[Row], cuts: list[int], backwards: bool) -> None:
    borders = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    parts = [summarise(rows[start:end], start + 1) for start, end in pairwise(borders)]
    merged = Summary()
    for part in reversed(parts) if backwards else parts:
        merged.merge(msgspec.json.decode(msgspec.json.encode(part), type=Summary))
    whole = summarise(rows, 1)
    assert merged == whole
    assert whole.rows == len(rows) == sum(whole.outcomes.values()) + whole.errors
    assert len(whole.worst) == min(MAX_WORST, whole.findings)
    assert whole.worst == sorted(whole.worst, key=lambda worst: worst.rank)


def test_only_what_needs_a_look_is_found() -> None:
    assert not summarise([screened("无害", [], "pass")] * 3, 1).found
    assert summarise([screened("甲", [("甲", 1)], "pass")], 1).found
    assert summarise([screened("甲", [], "block")], 1).found


class Document(HTMLParser):
    """What a test asks of the document."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    @property
    def names(self) -> list[str]:
        return [tag for tag, _ in self.tags]


def report(language: Language = "zh", title: str = f"前{EVIL}甲后") -> str:
    summary = summarise([screened(title, [("甲", 5)], "block")] * 2 + [screened("无害", [], "pass")] * 5, 1)
    summary.add_error(FileRowError(9, 12, EVIL, Text("标题缺失", "title missing")))
    meta = Meta(file=f"{EVIL}.csv", store="postgresql://user:secret@db/anbao", versions=VERSIONS, at=1_772_000_000_000)
    return render_html(summary, meta, language)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_html_is_well_formed_and_loads_nothing(language: Language) -> None:
    text = report(language)
    body = text[text.index("<body>") : text.index("</body>") + len("</body>")]
    ET.fromstring(body)
    document = Document(text)
    assert not {"script", "link", "iframe", "img", "object", "embed", "base", "form"} & set(document.names)
    assert not [name for _, attrs in document.tags for name in attrs if name in ("src", "href", "srcset", "data")]
    assert not [name for _, attrs in document.tags for name in attrs if name.startswith("on")]
    assert "http://" not in text
    assert "https://" not in text
    assert not re.search(r"url\(|@import", text)


def test_html_escapes_what_a_file_says_and_hides_the_stores_password() -> None:
    text = report()
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "secret" not in text


@pytest.mark.parametrize(("language", "tag"), [("zh", "zh-CN"), ("en", "en")])
def test_html_states_language_headings_versions_and_its_limits(language: Language, tag: str) -> None:
    text = report(language)
    document = Document(text)
    assert ("html", {"lang": tag}) in document.tags
    assert "title" in document.names
    levels = [int(name[1]) for name in document.names if re.fullmatch(r"h[1-6]", name)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert document.names.count("svg") > 3
    assert NOT_ADVICE.get(language) in text
    assert all(version in text for version in ("engine-7", "lexicon-7", "pack-7", "policy-7"))
    assert "2026-02-25 14:13" in text
    assert "<mark>甲</mark>后" in text


def test_an_english_report_has_no_chinese_words_of_ours() -> None:
    assert not re.search(r"[\u4e00-\u9fff]", re.sub("[甲前后]", "", report("en")))


def test_a_run_without_rows_can_be_reported() -> None:
    meta = Meta(file="a.csv", store="sqlite:///a.db", versions=VERSIONS, at=0)
    assert "没有命中" in render_html(Summary(), meta, "zh")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_terminal_report_explains_outcomes_and_channels(language: Language) -> None:
    summary = summarise([screened(f"{EVIL}甲", [("甲", 5)], "block")], 1)
    console = Console(file=io.StringIO(), width=150, record=True)
    render_terminal(summary, language, NAMES, console)
    shown = console.export_text()
    assert {"zh": "拦截", "en": "Blocked"}[language] in shown
    assert {"zh": "与词条写法完全相同", "en": "Written exactly as the term"}[language] in shown
    assert "\x1b" not in shown
    assert all(cell_len(line) <= 150 for line in shown.splitlines())


def test_shares_never_round_something_to_nothing_or_to_all() -> None:
    assert share(0, 10) == "0.00%"
    assert share(1, 10**9) == "<0.01%"
    assert share(10**9 - 1, 10**9) == ">99.99%"
    assert share(10, 10) == "100.00%"


def test_invisible_characters_are_shown_and_controls_are_not() -> None:
    assert visible("枪\u200b支\n\x1b[1m") == "枪◌支  [1m"


COLUMNS = [
    Column("name", Text("名称", "name")),
    Column("count", Text("数量", "count")),
    Column("tags", Text("标签", "tags")),
]
ROWS: list[dict[str, object]] = [
    {"name": Text("[b]雷管", "detonator"), "count": 3, "tags": ["a", "b"]},
    {"name": "x,\ny", "count": None, "tags": []},
]


def emitted(form: str, language: Language = "zh") -> str:
    stream = io.StringIO()
    emit(ROWS, COLUMNS, form, language, stream)
    return stream.getvalue()


def test_rows_for_programs_parse_back() -> None:
    rows = msgspec.json.decode(emitted("json"))
    assert rows == [msgspec.json.decode(line) for line in emitted("jsonl").splitlines()]
    assert rows[0] == {"name": {"zh": "[b]雷管", "en": "detonator"}, "count": 3, "tags": ["a", "b"]}
    assert list(csv.reader(io.StringIO(emitted("csv", "en"), newline=""))) == [
        ["name", "count", "tags"],
        ["detonator", "3", "a, b"],
        ["x,\ny", "", ""],
    ]


def test_a_table_is_aligned_and_takes_text_literally() -> None:
    lines = emitted("table").splitlines()
    heading = next(line for line in lines if "数量" in line)
    row = next(line for line in lines if "[b]雷管" in line)
    assert cell_len(heading[: heading.index("数量")]) + 4 == cell_len(row[: row.index("3")]) + 1
