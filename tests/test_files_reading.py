"""Listing files: whatever the chunks, the same listings; a bad row is named and stops nothing."""

import csv
import io
import json
import pickle
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import msgspec
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anbao.connect.files import MAX_RECORD, Chunk, Mapping, RowError, Source, decode, open_source
from anbao.model.listing import MAX_DESCRIPTION, MAX_TITLE, Listing

Write = Callable[[str, bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_file(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return to_file


def read(source: Source, rows: int = 1000) -> list[Listing | RowError]:
    return [row for chunk in source.chunks(rows=rows) for row in decode(chunk, source.mapping, source.format)]


def errors(rows: list[Listing | RowError]) -> list[tuple[int, int, str]]:
    return [(row.row, row.line, row.field) for row in rows if isinstance(row, RowError)]


def titles(rows: list[Listing | RowError]) -> list[str]:
    return [row.title for row in rows if isinstance(row, Listing)]


def assert_chunking_does_not_matter(source: Source, sizes: tuple[int, ...] = (1, 3, 1000)) -> None:
    """Chunks of each size, and a restart behind each chunk, give what one pass gives."""
    once = read(source, 10**9)
    for size in sizes:
        chunks = list(source.chunks(rows=size))
        decoded = [decode(chunk, source.mapping, source.format) for chunk in chunks]
        assert [len(rows) for rows in decoded] == [chunk.rows for chunk in chunks]
        assert [row for rows in decoded for row in rows] == once
        for number, chunk in enumerate(chunks[:20]):
            rest = source.chunks(chunk.position, chunk.next_row, chunk.next_line, size)
            assert [row for later in rest for row in decode(later, source.mapping, source.format)] == [
                row for rows in decoded[number + 1 :] for row in rows
            ]


cell = st.text(st.sampled_from('ab标题",\n\r\t {}\\0é'), max_size=12)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(cell, cell, cell), max_size=12), end=st.sampled_from(["\n", "\r\n"]), open_end=st.booleans()
)
def test_csv_as_any_writer_quotes_it(rows: list[tuple[str, str, str]], end: str, open_end: bool) -> None:
    stream = io.StringIO(newline="")
    quoting: Literal[0, 1] = csv.QUOTE_ALL if end == "\n" else csv.QUOTE_MINIMAL
    writer = csv.writer(stream, lineterminator=end, quoting=quoting)
    writer.writerow(["id", "title", "description"])
    writer.writerows(rows)
    text = stream.getvalue()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes((text.removesuffix(end) if open_end else text).encode())
        source = open_source(path)
        assert_chunking_does_not_matter(source)
        got = read(source)
    assert len(got) == len(rows)
    for row, (id, title, description) in zip(got, rows, strict=True):
        if isinstance(row, Listing):
            assert (row.title, row.description) == (title, description)
            assert not id or row.id == id
        else:
            assert not title.strip()


@settings(max_examples=120, deadline=None)
@given(
    body=st.text(st.sampled_from('ab标",\n\r;'), max_size=60),
    suffix=st.sampled_from([".csv", ".tsv", ".txt", ".jsonl"]),
)
def test_any_content_is_cut_the_same_everywhere(body: str, suffix: str) -> None:
    head = {".csv": "title,id\n", ".tsv": "title\tid\n", ".txt": "", ".jsonl": '{"title": "a"}\n'}[suffix]
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"a{suffix}"
        path.write_bytes((head + "x" + body).encode())
        assert_chunking_does_not_matter(open_source(path))


json_cell = st.one_of(st.text(max_size=5), st.none(), st.integers(), st.booleans(), st.lists(st.integers(), max_size=2))


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.dictionaries(
                st.sampled_from(["id", "title", "description", "category", "extra", "licences", "p"]), json_cell
            ),
            st.just({"id": "1", "title": "好"}),
            st.sampled_from(["{", "[]", "", " ", "\\", '{"title": "\\ud800"}']),
        ),
        max_size=12,
    )
)
def test_jsonl_gives_the_same_row_in_any_company(rows: list[object]) -> None:
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.jsonl"
        path.write_text("\n".join(['{"id": "first", "title": "t"}', *lines]), "utf-8")
        assert_chunking_does_not_matter(open_source(path))


def test_columns_that_are_not_the_listings_own_are_kept(write: Write) -> None:
    row = {"id": 7, "title": "帽", "price": 12.50, "big": 10**30, "tags": ["a", 1.5], "none": None, "extra": {"old": 1}}
    line = json.dumps(row, ensure_ascii=False).replace("12.5", "12.50")
    rows = read(open_source(write("a.jsonl", line.encode())))
    assert rows == [
        Listing(id="7", title="帽", extra={"old": "1", "price": "12.50", "big": "1" + "0" * 30, "tags": '["a",1.5]'})
    ]


def test_licences_of_a_product_are_read_from_json_and_from_csv(write: Write) -> None:
    licences = '[{"kind": "food_licence", "number": "JY1"}]'
    from_json = read(open_source(write("a.jsonl", f'{{"id": 1, "title": "a", "licences": {licences}}}'.encode())))
    quoted = licences.replace('"', '""')
    from_csv = read(open_source(write("a.csv", f'id,title,licences\n1,a,"{quoted}"\n1,b,nonsense'.encode())))
    assert from_json[0] == from_csv[0]
    assert isinstance(from_json[0], Listing)
    assert from_json[0].licences[0].number == "JY1"
    assert errors(from_csv) == [(2, 3, "licences")]


def test_quoted_newlines_keep_rows_and_physical_lines_apart(write: Write) -> None:
    source = open_source(write("a.csv", '\ufefftitle,描述\r\n"一\n行","说""明"\r\n\r\n二,\r\n,空\r\n'.encode()))
    rows = read(source)
    assert rows[:2] == [Listing(id="row-1", title="一\n行", description='说"明'), Listing(id="row-2", title="二")]
    assert errors(rows) == [(3, 6, "title")]


def test_a_stray_quote_spoils_one_line_only(write: Write) -> None:
    rows = read(open_source(write("a.csv", b'title,id\ngood,1\n"never closed,2\nfine,3\n"a"b,4\n5" pipe,5\nlast,6\n')))
    assert errors(rows) == [(2, 3, ""), (4, 5, "")]
    assert titles(rows) == ["good", "fine", '5" pipe', "last"]


def test_more_cells_than_columns_is_an_error_and_fewer_are_not(write: Write) -> None:
    rows = read(open_source(write("a.csv", b"title,id,price\na,1,2,3\nb,1,2,,\nc\n")))
    assert errors(rows) == [(1, 2, "")]
    assert titles(rows) == ["b", "c"]


@pytest.mark.parametrize("suffix", [".csv", ".txt", ".jsonl"])
def test_gb18030_is_detected(write: Write, suffix: str) -> None:
    texts = [f"高压锅密封圈第{number}款㐂𠀀" for number in range(50)]
    lines = {
        ".csv": ["商品名称,价格", *(f"{text},9" for text in texts)],
        ".txt": texts,
        ".jsonl": [json.dumps({"标题": text}, ensure_ascii=False) for text in texts],
    }[suffix]
    source = open_source(write(f"a{suffix}", "\n".join(lines).encode("gb18030")))
    assert source.format.encoding == "gb18030"
    assert titles(read(source)) == texts
    assert_chunking_does_not_matter(source)


def test_a_line_in_a_wrong_encoding_is_an_error_of_its_field(write: Write) -> None:
    good = "标题甲,描述\n" * 5
    source = open_source(
        write("a.csv", ("title,description\n" + good).encode() + "乙,坏".encode("gb18030") + b"\nc,d\n")
    )
    rows = read(source)
    assert errors(rows) == [(6, 7, "title")]
    assert len(titles(rows)) == 6
    source = open_source(write("a.jsonl", b'{"title":"a"}\n{"title":"b","p":"\xff"}\n{"title":"c"}\n'))
    assert errors(read(source)) == [(2, 2, "p")]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ('{"id": "x"', ""),
        ("[1]", ""),
        ('"text"', ""),
        ("[" * 100_000, ""),
        ('{"id": "x"}', "title"),
        ('{"title": "  "}', "title"),
        ('{"title": ["a"]}', "title"),
        ('{"title": "%s"}' % ("长" * (MAX_TITLE + 1)), "title"),
        ('{"title": "a", "description": "%s"}' % ("长" * (MAX_DESCRIPTION + 1)), "description"),
        ('{"title": "a", "id": "%s"}' % ("1" * 129), "id"),
        ('{"title": "a", "description": "b\\u0000"}', "description"),
        ('{"title": "a", "p": ["b\\u0000"]}', "p"),
        ('{"title": "a", "licences": [{}]}', "licences"),
        ('{"title": "\\ud800"}', ""),
    ],
)
def test_a_bad_row_is_named_in_both_languages_and_stops_nothing(write: Write, line: str, field: str) -> None:
    content = f'{{"id": "1", "title": "甲"}}\n\n{line}\n{{"id": "3", "title": "丙", "description": "d"}}\n'
    rows = read(open_source(write("a.jsonl", content.encode())))
    assert titles(rows) == ["甲", "丙"]
    assert errors(rows) == [(2, 3, field)]
    bad = rows[1]
    assert isinstance(bad, RowError)
    assert bad.reason.zh
    assert bad.reason.en != bad.reason.zh
    assert "{" not in bad.reason.en.replace("({…})", "")


@pytest.mark.parametrize("length", [MAX_RECORD + 10, 5 * MAX_RECORD])
@pytest.mark.parametrize("end", [b"\nlast\n", b""])
def test_an_overlong_line_is_one_row_error(write: Write, length: int, end: bytes) -> None:
    for name, head in (("a.txt", b"first\n"), ("a.csv", b"title\nfirst\n")):
        source = open_source(write(name, head + b"x" * length + end))
        rows = read(source)
        assert errors(rows) == [(2, head.count(b"\n") + 1, "")]
        assert titles(rows) == (["first", "last"] if end else ["first"])
        assert_chunking_does_not_matter(source)


def test_a_quote_that_is_not_closed_within_a_record_spoils_its_first_line(write: Write) -> None:
    content = b'title,id\n"open,1\n' + b"".join(b"title %d,%d\n" % (row, row) for row in range(120_000)) + b'"ok",x\n'
    source = open_source(write("a.csv", content))
    rows = read(source)
    assert errors(rows) == [(1, 2, "")]
    assert len(titles(rows)) == 120_001


def test_parquet_in_chunks(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "商品ID": range(5000),
            "商品标题": [f"标题\n{row}" if row != 17 else None for row in range(5000)],
            "price": [row / 2 for row in range(5000)],
            "photo": [b"\xffraw"] * 5000,
            "huge": ["x" * MAX_RECORD if row == 3 else None for row in range(5000)],
        }
    )
    frame.write_parquet(tmp_path / "a.parquet", row_group_size=700)
    source = open_source(tmp_path / "a.parquet")
    rows = read(source)
    assert len(rows) == 5000
    assert errors(rows) == [(4, 4, ""), (18, 18, "商品标题")]
    assert rows[4999] == Listing(id="4999", title="标题\n4999", extra={"price": "2499.5"})
    chunks = list(source.chunks(rows=999))
    assert chunks[-1].position == source.end == 5000
    assert_chunking_does_not_matter(source, (333, 4000))


def test_memory_is_bounded_whatever_the_size(tmp_path: Path) -> None:
    path = tmp_path / "big.jsonl"
    with path.open("wb") as stream:
        for start in range(0, 60_000, 1000):
            rows = (
                {"id": f"{row}", "title": "家" * 40, "description": "描述文字" * 50}
                for row in range(start, start + 1000)
            )
            stream.writelines(msgspec.json.encode(row) + b"\n" for row in rows)
    source = open_source(path)
    assert source.size > 40_000_000
    tracemalloc.start()
    try:
        count = sum(len(decode(chunk, source.mapping, source.format)) for chunk in source.chunks())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 60_000
    assert peak < 32_000_000


def test_what_workers_need_can_be_pickled(write: Write) -> None:
    source = open_source(write("a.csv", "标题,价\n甲,1\n".encode()))
    chunk: Chunk = next(source.chunks())
    assert decode(*pickle.loads(pickle.dumps((chunk, source.mapping, source.format)))) == read(source)
    assert read(pickle.loads(pickle.dumps(source))) == read(source)


def test_the_fingerprint_is_of_content_and_mapping(write: Write) -> None:
    content = b"a,b\n1,2\n"
    first = open_source(write("one.csv", content), Mapping(title="a")).fingerprint()
    assert open_source(write("two.csv", content), Mapping(title="a")).fingerprint() == first
    assert open_source(write("one.csv", content), Mapping(title="b")).fingerprint() != first
    assert open_source(write("one.csv", content + b"3,4\n"), Mapping(title="a")).fingerprint() != first
    assert len(first) == 64
