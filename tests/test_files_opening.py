"""Opening a listing file: its kind, its columns, and what is said where that fails."""

from pathlib import Path

import msgspec
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
    fields = ("id", "title", "description", "category", "merchant")
    return msgspec.convert(dict(zip(fields, columns, strict=True)), Mapping)


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
        (
            "标题,图片,主图2,商品链接",
            Mapping(title="标题", pictures="图片", more_pictures=("主图2",), links=("商品链接",)),
        ),
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


def test_of_several_columns_the_best_known_is_the_field(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("商品名称,标题,详情,描述\n", "utf-8")
    assert open_source(path).mapping == Mapping(title="标题", description="描述")


def test_a_missing_title_column_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("价格,库存\n1,2\n", "utf-8")
    error = refuse(path)
    assert error.field == "map"
    assert error.hint
    assert "--map " in error.hint.zh
    assert all(column in error.hint.zh and column in error.hint.en for column in ("价格", "库存"))


@pytest.mark.parametrize(
    ("content", "columns", "line", "notes"),
    [
        ("version 1.00\ntitle\tcid\tpicture\n宝贝名称\t宝贝类目\t新图片\nx\t1\t\n", ("title", "cid", "picture"), 4, 0),
        ("sep=;\n标题;价格\nx;1\n", ("标题", "价格"), 3, 0),
        ("\n\n标题,价格\nx,1\n", ("标题", "价格"), 4, 0),
        ("某店商品表,,\n导出时间,2026-01-01,\n编号,标题,价格\nx,y,1\n", ("编号", "标题", "价格"), 4, 1),
        ("标题,,标题\nx,y,1\n", ("标题", "column_2", "标题 (2)"), 2, 0),
        ("\ufeff标题|价格\nx|1\n", ("标题", "价格"), 2, 0),
    ],
)
def test_the_header_is_found(tmp_path: Path, content: str, columns: tuple[str, ...], line: int, notes: int) -> None:
    path = tmp_path / "a.csv"
    path.write_text(content, "utf-8")
    source = open_source(path)
    assert source.format.columns == columns
    assert next(source.chunks()).first_line == line
    assert len(source.notes) == notes


def test_lines_above_the_header_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("仿真枪专卖\n编号,标题\n1,a\n", "utf-8")
    (note,) = open_source(path).notes
    assert "仿真枪专卖" in note.zh
    assert "仿真枪专卖" in note.en


def test_columns_that_are_no_text_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("编号,标题,主图,商品链接,licences,副标题\n", "utf-8")
    assert open_source(path).unscreened == ("编号", "主图", "商品链接", "licences")


def test_lines_that_end_with_a_carriage_return_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("标题,价格\rx,1\ry,2\r".encode())
    assert sum(chunk.rows for chunk in open_source(path).chunks()) == 2


def test_big5_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("商品編號,商品名稱,商品描述\n1,模擬槍,體驗優質\n".encode("big5"))
    assert open_source(path).format.encoding == "big5hkscs"


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    path = tmp_path / "a.json"
    path.write_text('[{"title": "a"}]', "utf-16")
    source = open_source(path)
    assert sum(chunk.rows for chunk in source.chunks()) == 1
    assert list(folder.iterdir()) == []


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
        ("array.json", b'[{"title": "x"}]', "jsonl"),
        ("array.jsonl", b'[{"title": "x"}]', "jsonl"),
        ("wide.csv", "title\n".encode("utf-16"), "csv"),
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
        ("packed.jsonl", b"\x1f\x8b\x08"),
        ("numbers.json", b"[1, 2]"),
        ("feed.xml", b"<?xml version='1.0'?><rss><item><title>x</title></item></rss>"),
        ("feed", b"<feed><entry/></feed>"),
        ("table.csv", b"<html><table><tr><td>title,x</td></tr></table>"),
        ("words", b"just words"),
        ("quote.csv", b'"title\nx\n'),
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
