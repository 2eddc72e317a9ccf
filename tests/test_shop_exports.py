"""No product file of a shop system passes in silence: the gun is found in its column, or the file is refused."""

from pathlib import Path

import msgspec
import pytest

from anbao.cli.root import run
from shop_exports import EXPORTS, GUN
from shop_tables import MAGENTO, SHOPIFY, TAOBAO, TAOBAO_ZH, WOO, Export, table


@pytest.fixture(autouse=True)
def language(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.setenv("ANBAO_STORAGE", f"file://{tmp_path}/objects")


def screened(
    export: Export, store_url: str, folder: Path, capfd: pytest.CaptureFixture[str]
) -> tuple[int, list[str], str]:
    """The exit status, the fields in which the gun was found, and what was said."""
    file, output = folder / export.name, folder / "out.jsonl"
    file.write_bytes(export.content)
    command = ["--lang", "zh", "screen", str(file), "--store", store_url, "--workers", "1"]
    capfd.readouterr()
    status = run([*command, "--format", "jsonl", "--output", str(output)])
    said = capfd.readouterr()
    rows = [msgspec.json.decode(line) for line in output.read_bytes().splitlines()] if output.exists() else []
    fields = [found["field"] for row in rows for found in row.get("findings", ()) if found["term"] == GUN]
    return status, fields, said.out + said.err + output.read_text() if output.exists() else said.out + said.err


def test_there_are_more_than_forty_shapes() -> None:
    assert len({export.name for export in EXPORTS}) == len(EXPORTS) >= 40


@pytest.mark.parametrize("export", EXPORTS, ids=[export.name for export in EXPORTS])
def test_no_export_passes_in_silence(
    export: Export, sqlite_opened_url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    status, fields, said = screened(export, sqlite_opened_url, tmp_path, capfd)
    assert status in (1, 2)
    assert export.named in said
    if export.field:
        assert status == 1
        assert export.field in fields
    else:
        assert not fields
        assert status == 2 or "未审核" in said


@pytest.mark.parametrize(
    "content",
    [
        table(
            SHOPIFY,
            {
                "Handle": "tee",
                "Title": "纯棉短袖",
                "Body (HTML)": "<p>舒适&nbsp;透气</p>",
                "Tags": "夏",
                "Published": "TRUE",
            },
            {"Handle": "tee", "Option1 Value": "红", "Variant Barcode": "6901234567892", "Variant Price": "39.00"},
        ),
        table(WOO, {"ID": "9", "Name": "纯棉短袖", "Regular price": "39", "In stock?": "1", "Weight (kg)": "0.2"}),
        table(MAGENTO, {"sku": "TS-1", "name": "纯棉短袖", "price": "39.0000", "url_key": "tee", "qty": "13800"}),
        table(
            TAOBAO,
            {
                "title": "纯棉短袖",
                "cid": "50010850",
                "price": "39.00",
                "num_id": "558123456789",
                "description": "<p>好</p>",
            },
            sep="\t",
            encoding="gbk",
            above="version 1.00\r\n",
            again=TAOBAO_ZH,
        ),
        table(
            "商品ID,标题,商品链接,价格",
            {"商品ID": "1", "标题": "短袖", "商品链接": "https://item.example.com/1", "价格": "13912345678"},
        ),
    ],
)
def test_a_harmless_export_passes(
    content: bytes, sqlite_opened_url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    status, fields, said = screened(Export("clean.csv", content, ""), sqlite_opened_url, tmp_path, capfd)
    assert (status, fields) == (0, []), said


def test_repeated_and_damaged_identifiers_are_named(
    sqlite_opened_url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    content = "编号,标题,商品链接\n1,短袖,\n1,长袖,\n5.58E+11,书,\n5.58E+11,笔,\n".encode()
    _, _, said = screened(Export("ids.csv", content, ""), sqlite_opened_url, tmp_path, capfd)
    assert "1 行的编号在文件中已出现过" in said
    assert "2 个编号已被表格软件改成 5.58E+11" in said
    assert "未按文字审核的列（编号、图片、本站链接、许可证）：编号、商品链接" in said


CASES = Path(__file__).parents[2] / "shared" / "cases"


@pytest.mark.skipif(not CASES.exists(), reason="the files that failed are not here")
@pytest.mark.parametrize(
    ("name", "fields", "said"),
    [
        ("extra.csv", ["副标题", "卖点", "规格", "SKU名称", "关键词", "品牌"], "编号"),
        ("alimama.csv", ["title"], "5.58E+11"),
        ("pics.csv", ["title"] * 4, "ftp://x/a.jpg"),
        ("nul.csv", ["title"], "NUL"),
        ("quotes.csv", ["编号"], "引号"),
        ("duphdr.csv", ["标题 (2)"], ""),
        ("sci.csv", ["title"], "5.58E+11"),
        ("shopA.csv", ["title"], ""),
        ("shopify.csv", ["description", "description", "Tags", "Option1 Value", "SEO Title"], ""),
        ("taobao_gbk.csv", ["title"], ""),
        ("utf16bom.csv", ["title"], ""),
        ("array.json", [], ""),
    ],
)
def test_files_that_failed_give_what_they_must(
    name: str, fields: list[str], said: str, sqlite_opened_url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    export = Export(name, (CASES / name).read_bytes(), "")
    status, found, told = screened(export, sqlite_opened_url, tmp_path, capfd)
    assert status == (1 if fields or said else 0)
    assert found == fields
    assert said in told


@pytest.mark.parametrize("export", EXPORTS[::12], ids=[export.name for export in EXPORTS[::12]])
def test_both_databases_give_the_same(
    export: Export, store_url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    status, fields, _ = screened(export, store_url, tmp_path, capfd)
    assert status in (1, 2)
    assert (export.field in fields) if export.field else not fields
    if export.field:
        assert run(["replay", "--all", "--store", store_url]) == 0
        assert run(["verify", "--store", store_url]) == 0
