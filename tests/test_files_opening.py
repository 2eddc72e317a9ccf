"""Opening a listing file: its kind, its columns, and what is said where that fails."""

from pathlib import Path

import pytest

from anbao.connect.files import Mapping, open_source
from anbao.errors import InvalidInput


def refuse(path: Path, mapping: Mapping | None = None) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        open_source(path, mapping)
    error = caught.value
    assert error.hint is not None
    assert error.field in ("file", "map")
    assert error.what.zh != error.what.en
    return error


def mapped(*columns: str) -> Mapping:
    return Mapping(**dict(zip(("id", "title", "description", "category", "merchant"), columns, strict=True)))


@pytest.mark.parametrize(
    ("header", "mapping"),
    [
        ("id,title,description,category,merchant", mapped("id", "title", "description", "category", "merchant")),
        ("商品编号,商品标题,商品详情,类目,店铺", mapped("商品编号", "商品标题", "商品详情", "类目", "店铺")),
        ("商品ID,SKU,商品名称,描述,分类,商家", mapped("商品ID", "商品名称", "描述", "分类", "商家")),
        (
            "Item_ID,Product Name,Review,CATEGORY,seller",
            mapped("Item_ID", "Product Name", "Review", "CATEGORY", "seller"),
        ),
        ("ｔｉｔｌｅ,name,价格", Mapping(title="ｔｉｔｌｅ")),
        ("sku;标题;卖家", Mapping(id="sku", title="标题", merchant="卖家")),
    ],
)
def test_headers_are_recognised(tmp_path: Path, header: str, mapping: Mapping) -> None:
    path = tmp_path / "a.csv"
    path.write_text(header + "\n", "utf-8")
    assert open_source(path).mapping == mapping


def test_a_given_column_stands_and_the_rest_is_guessed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("title,品牌故事,review\n", "utf-8")
    assert open_source(path, Mapping(title="品牌故事")).mapping == Mapping(title="品牌故事", description="review")


@pytest.mark.parametrize("header", ["商品名称,标题,价格", "title,描述,详情", "价格,库存"])
def test_a_doubtful_or_missing_column_is_asked_for(tmp_path: Path, header: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(header + "\n1,2\n", "utf-8")
    error = refuse(path)
    assert error.field == "map"
    assert error.hint
    assert "--map " in error.hint.zh
    assert all(column in error.hint.zh and column in error.hint.en for column in header.split(","))


def test_a_given_column_must_exist(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"title": "a", "价格": 1}\n', "utf-8")
    assert "价钱" in refuse(path, Mapping(title="价钱")).what.en


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.data", b'\n {"title": "x"}', "jsonl"),
        ("a", b"title,id\nx,1", "csv"),
        ("a.TXT", b"x,y\n", "text"),
        ("a.tsv", b"title\tid\n", "csv"),
        ("a.json", b'{"title": "x"}', "jsonl"),
    ],
)
def test_the_kind_is_by_suffix_else_by_content(tmp_path: Path, name: str, content: bytes, kind: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert open_source(path).format.kind == kind


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("blank.jsonl", b"\xef\xbb\xbf \n\n"),
        ("book.csv", b"PK\x03\x04rest"),
        ("old.xls", b"\xd0\xcf\x11\xe0rest"),
        ("wide.csv", "title\n".encode("utf-16")),
        ("packed.jsonl", b"\x1f\x8b\x08"),
        ("array.json", b'[{"title": "x"}]'),
        ("array.jsonl", b'[{"title": "x"}]'),
        ("words", b"just words"),
        ("quote.csv", b'"title\nx\n'),
        ("twice.csv", b"title,price,price\n"),
        ("fake.parquet", b"title\n"),
        ("cut.parquet", b"PAR1 and then nothing"),
    ],
)
def test_other_files_are_refused_with_a_hint(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert refuse(path).field == "file"


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    refuse(tmp_path / "nothing.csv")
    refuse(tmp_path)


def test_plain_text_is_one_title_per_line(tmp_path: Path) -> None:
    source_path = Path(__file__).parents[2] / "shared" / "data" / "titles" / "titles_zh.txt"
    if not source_path.exists():
        pytest.skip("the real titles are not here")
    source = open_source(source_path)
    assert sum(chunk.rows for chunk in source.chunks()) == len(source_path.read_text("utf-8").splitlines())
