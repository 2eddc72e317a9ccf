"""Listing files of each kind: UTF-16, JSON documents, Parquet; and what a source promises whichever it reads."""

import json
import pickle
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import msgspec
import polars as pl
import pytest

from anbao.connect.files import MAX_RECORD, Chunk, Mapping, decode, open_source
from anbao.model.listing import Listing
from listing_files import Write, assert_chunking_does_not_matter, errors, everything, listings, read, titles, writer


@pytest.fixture
def write(tmp_path: Path) -> Write:
    return writer(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("bom", [True, False])
def test_utf_16_is_read(write: Write, encoding: str, bom: bool) -> None:
    text = "商品编号,标题,描述\r\n" + "".join(f'SP{row:05},高压锅{row},"多\r\n行,"\r\n' for row in range(3000))
    content = (("\ufeff" if bom and encoding != "utf-16" else "") + text).encode(encoding)
    source = open_source(write("a.csv", content))
    rows = read(source)
    assert titles(rows) == [f"高压锅{row}" for row in range(3000)]
    assert listings(rows)[7].description == "多\r\n行,"
    assert_chunking_does_not_matter(source, (700,))


def test_utf_16_that_breaks_off_is_named(write: Write) -> None:
    content = "\ufeff标题\n好\n枪".encode("utf-16-le") + b"\x00"
    rows = read(open_source(write("a.csv", content)))
    assert titles(rows)[0] == "好"
    assert errors(rows) == [(2, 3, "标题")]


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize(
    "wrap",
    [
        lambda items: items,
        lambda items: {"products": items},
        lambda items: {"code": 0, "msg": "ok", "data": {"total": 2, "items": items}},
        lambda items: {"name": "店", "goods": items},
    ],
)
def test_json_documents_are_read(
    write: Write, indent: int | None, encoding: str, wrap: Callable[[object], object]
) -> None:
    items = [
        {"id": str(row), "title": f"高压锅{row}", "说明": '他说："[}]，\\"', "skus": [{"名": "红"}]}
        for row in range(400)
    ]
    content = json.dumps(wrap(items), ensure_ascii=False, indent=indent).encode(encoding)
    source = open_source(write("a.json", content))
    rows = [one for one in listings(read(source)) if one.title != "店"]
    assert [one.title for one in rows] == [one["title"] for one in items]
    assert rows[3].texts == {"说明": '他说："[}]，\\"', "skus[0].名": "红", "skus[0]": "名"}
    assert_chunking_does_not_matter(source, (150,))


def test_text_beside_the_listings_of_a_document_is_named(write: Write) -> None:
    source = open_source(write("a.json", '{"公告": "仿真枪", "data": {"items": [{"title": "a"}]}}'.encode()))
    assert titles(read(source)) == ["a"]
    assert "公告" in source.notes[0].en


def test_a_product_with_parts_is_one_listing(write: Write) -> None:
    (listing,) = listings(read(open_source(write("a.json", b'{"title": "a",\n "skus": [{"name": "b"}]}'))))
    assert (listing.title, listing.texts) == ("a", {"skus[0].name": "b"})


def test_a_broken_document_is_judged_line_by_line(write: Write) -> None:
    content = '[\n{"title": "a"},\n{"title": "b\n"p": "仿真枪",\n'.encode()
    rows = read(open_source(write("a.json", content)))
    assert "仿真枪" in "\n".join(map(everything, listings(rows)))
    assert errors(rows)


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
    assert rows[4999] == Listing(id="4999", title="标题\n4999", texts={"price": "2499.5"})
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
