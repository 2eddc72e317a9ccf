"""Listing files: whatever the chunks, the same listings; a bad row is named and stops nothing."""

import csv
import io
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anbao.connect.files import MAX_RECORD, FileRowError, Partial, open_source
from anbao.model.listing import Listing
from listing_files import Write, assert_chunking_does_not_matter, errors, everything, listings, read, titles, writer


@pytest.fixture
def write(tmp_path: Path) -> Write:
    return writer(tmp_path)


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
        if isinstance(row, FileRowError):
            assert not title.strip()
            assert not description
            continue
        (listing,) = listings([row])
        assert (listing.title, listing.description) == (title, description)
        assert not id.strip() or listing.id == id.strip()


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


def test_every_further_column_is_a_text_under_its_path(write: Write) -> None:
    row = {
        "id": 7,
        "title": "帽",
        "price": 12.50,
        "big": 10**30,
        "tags": ["红", 1.5],
        "attributes": {"材质": "棉", "sku": [{"name": "大", "image": "https://a.cn/1.jpg"}]},
        "none": None,
        "extra": {"old": 1},
        "link": "https://shop.cn/7",
    }
    line = json.dumps(row, ensure_ascii=False).replace("12.5", "12.50")
    (listing,) = read(open_source(write("a.jsonl", line.encode())))
    assert listing == Listing(
        id="7",
        title="帽",
        texts={
            "old": "1",
            "price": "12.50",
            "big": "1" + "0" * 30,
            "tags[0]": "红",
            "tags[1]": "1.5",
            "attributes": "材质",
            "attributes.材质": "棉",
            "attributes.sku[0].name": "大",
        },
        extra={"link": "https://shop.cn/7"},
        pictures=("https://a.cn/1.jpg",),
    )


def test_a_link_column_with_words_is_text(write: Write) -> None:
    (listing,) = listings(read(open_source(write("a.csv", "标题,商品链接\n帽,加我微信买\n".encode()))))
    assert listing.texts == {"商品链接": "加我微信买"}


def test_category_and_merchant_are_texts_too(write: Write) -> None:
    content = '{"id": "1", "title": "a", "category": "仿真枪", "merchant": "m7"}\n'
    plain = listings(read(open_source(write("a.jsonl", content.encode()))))
    table = listings(read(open_source(write("a.csv", "id,title,category,merchant\n1,a,仿真枪,m7\n".encode()))))
    assert plain == table
    assert plain[0].texts == {"category": "仿真枪", "merchant": "m7"}


def test_pictures_of_several_columns_are_one_list(write: Write) -> None:
    content = "标题,主图,主图2,additional_image_link,说明图\n帽,a.jpg,//b.cn/2.png,https://c.cn/3,https://d.cn/4.webp\n"
    (listing,) = listings(read(open_source(write("a.csv", content.encode()))))
    assert listing.pictures == ("a.jpg", "//b.cn/2.png", "https://c.cn/3", "https://d.cn/4.webp")


def test_licences_of_a_product_are_read_from_json_and_from_csv(write: Write) -> None:
    licences = '[{"kind": "food_licence", "number": "JY1"}]'
    from_json = read(open_source(write("a.jsonl", f'{{"id": 1, "title": "a", "licences": {licences}}}'.encode())))
    quoted = licences.replace('"', '""')
    from_csv = read(open_source(write("a.csv", f'id,title,licences\n1,a,"{quoted}"\n1,b,nonsense'.encode())))
    assert from_json[0] == from_csv[0]
    assert isinstance(from_json[0], Listing)
    assert from_json[0].licences[0].number == "JY1"
    assert errors(from_csv) == [(2, 3, "licences")]
    assert listings(from_csv)[1].texts == {"licences": "nonsense"}


def test_quoted_newlines_keep_rows_and_physical_lines_apart(write: Write) -> None:
    source = open_source(write("a.csv", '\ufefftitle,描述\r\n"一\n行","说""明"\r\n\r\n二,\r\n,空\r\n,\r\n'.encode()))
    rows = read(source)
    assert [(one.title, one.description) for one in listings(rows)] == [("一\n行", '说"明'), ("二", ""), ("", "空")]
    assert errors(rows) == [(3, 6, "title"), (4, 7, "title")]


def test_a_stray_quote_hides_nothing(write: Write) -> None:
    rows = read(open_source(write("a.csv", b'title,id\ngood,1\n"never closed,2\nfine,3\n"a"b,4\n5" pipe,5\nlast,6\n')))
    assert errors(rows) == [(2, 3, ""), (4, 5, "")]
    assert titles(rows) == ["good", '"never closed', "fine", '"a"b', '5" pipe', "last"]


def test_cells_beyond_the_header_are_texts(write: Write) -> None:
    rows = read(open_source(write("a.csv", "title,id,price\na,1,2,仿真枪\nb,1,2,,\nc\n".encode())))
    assert errors(rows) == []
    assert titles(rows) == ["a", "b", "c"]
    assert listings(rows)[0].texts == {"price": "2", "column_4": "仿真枪"}


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


def test_a_line_in_a_wrong_encoding_is_read_and_named(write: Write) -> None:
    good = "标题甲,描述\n" * 5
    source = open_source(
        write("a.csv", ("title,description\n" + good).encode() + "乙,坏".encode("gb18030") + b"\nc,d\n")
    )
    rows = read(source)
    assert errors(rows) == [(6, 7, "title")]
    assert titles(rows)[-2:] == ["乙", "c"]
    source = open_source(
        write("a.jsonl", '{"title":"a"}\n{"title":"b","p":"仿真枪\xff"}\n'.encode("latin-1", "replace"))
    )
    source = open_source(write("b.jsonl", '{"title":"b","p":"仿真枪|"}\n'.encode().replace(b"|", b"\xff")))
    rows = read(source)
    assert errors(rows) == [(1, 1, "p")]
    assert listings(rows)[0].texts == {"p": "仿真枪\ufffd"}


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ('{"id": "x", "p": "仿真枪"', ""),
        ('["仿真枪"]', ""),
        ('"仿真枪"', ""),
        ("[" * 100_000 + '"仿真枪"', ""),
        ('{"id": "x", "p": "仿真枪"}', "title"),
        ('{"title": "  ", "description": "仿真枪"}', "title"),
        ('{"title": ["仿真枪"]}', "title"),
        ('{"title": "仿真枪", "id": "%s"}' % ("1" * 129), "id"),
        ('{"title": "a", "description": "仿\\u0000真枪"}', "description"),
        ('{"title": "a", "p": ["仿\\u0000真枪"]}', "p"),
        ('{"title": "仿真枪", "licences": [{}]}', "licences"),
        ('{"title": "\\ud800 仿真枪"}', ""),
    ],
)
def test_what_can_be_read_of_a_bad_row_is_judged_and_the_fault_is_named(write: Write, line: str, field: str) -> None:
    content = f'{{"id": "1", "title": "甲"}}\n\n{line}\n{{"id": "3", "title": "丙", "description": "d"}}\n'
    rows = read(open_source(write("a.jsonl", content.encode())))
    assert [titles(rows)[0], titles(rows)[-1]] == ["甲", "丙"]
    assert errors(rows)[0] == (2, 3, field)
    bad = rows[1]
    assert isinstance(bad, Partial)
    assert "仿真枪" in everything(bad.listing)
    assert bad.listing.id
    for part in bad.parts:
        assert part.reason.zh
        assert part.reason.en != part.reason.zh
        assert "{" not in part.reason.en.replace("({…})", "")


@pytest.mark.parametrize("length", [MAX_RECORD + 10, 2 * MAX_RECORD])
@pytest.mark.parametrize("end", [b"\nlast\n", b""])
def test_the_beginning_of_an_overlong_line_is_judged(write: Write, length: int, end: bytes) -> None:
    for name, head in (("a.txt", b"first\n"), ("a.csv", b"title\nfirst\n"), ("a.jsonl", b'{"title": "first"}\n')):
        tail = end.replace(b"last", b'{"title": "last"}') if name == "a.jsonl" else end
        source = open_source(write(name, head + "仿真枪".encode() + b"x" * length + tail))
        rows = read(source)
        assert errors(rows)[0] == (2, head.count(b"\n") + 1, "")
        assert everything(listings(rows)[1]).strip().startswith("仿真枪")
        assert [titles(rows)[0], *titles(rows)[2:]] == (["first", "last"] if end else ["first"])
        assert_chunking_does_not_matter(source)


def test_a_quote_that_is_not_closed_within_a_record_spoils_its_first_line(write: Write) -> None:
    rows = b"".join(b"%s %d,%d\n" % (b"title" * 40, row, row) for row in range(45_000))
    source = open_source(write("a.csv", b'title,id\n"open,1\n' + rows + b'"ok",x\n'))
    assert source.size > MAX_RECORD
    got = read(source)
    assert errors(got) == [(1, 2, "")]
    assert len(titles(got)) == 45_002


def test_ids_of_two_files_differ_and_those_of_one_stay(write: Write) -> None:
    first = write("a.csv", "标题\n枪\n".encode())
    again, other = write("b.csv", first.read_bytes()), write("c.csv", "标题\n书\n".encode())
    ids = [[one.id for one in listings(read(open_source(path)))] for path in (first, again, other)]
    assert ids[0] == ids[1] != ids[2]
    assert ids[0][0].startswith("row-")


@pytest.mark.parametrize("number", ["5.58E+11", "5.58e+11", "6,1E+12", "1E+15"])
def test_ids_that_a_spreadsheet_damaged_do_not_key_a_listing(write: Write, number: str) -> None:
    cell = f'"{number}"'
    rows = read(open_source(write("a.csv", f"商品ID,标题\n{cell},甲\n{cell},乙\nB7,丙\n".encode())))
    assert [isinstance(row, Partial) and row.damaged_id for row in rows] == [True, True, False]
    assert len({one.id for one in listings(rows)}) == 3
    assert listings(rows)[0].extra == {"商品ID": number}


def test_variants_are_read_with_their_product(write: Write) -> None:
    header = "Handle,Title,Body (HTML),Option1 Value,Variant SKU,Image Src\n"
    rows = [
        "a,甲,<p>好</p>,红,S1,https://x.cn/1.jpg",
        "a,,,蓝,S2,https://x.cn/2.jpg",
        ",,,,S3,",
        "b,乙,,红,S4,",
        "c,,,绿,,",
    ]
    source = open_source(write("a.csv", (header + "\n".join(rows) + "\n").encode()))
    got = read(source)
    assert [(one.id, one.title, one.texts) for one in listings(got)] == [
        ("a", "甲", {"Option1 Value": "红\n蓝", "Variant SKU": "S1\nS2\nS3"}),
        ("b", "乙", {"Option1 Value": "红", "Variant SKU": "S4"}),
        ("c", "", {"Option1 Value": "绿"}),
    ]
    assert listings(got)[0].pictures == ("https://x.cn/1.jpg", "https://x.cn/2.jpg")
    assert errors(got) == [(3, 6, "Title")]
    assert_chunking_does_not_matter(source)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b", ""]), st.sampled_from(["", "甲", "x\ny"]), st.sampled_from(["", "红"])),
        max_size=12,
    )
)
def test_variants_are_joined_the_same_however_the_file_is_cut(rows: list[tuple[str, str, str]]) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(["Handle", "Title", "Option1 Value"])
    writer.writerows(rows)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes(stream.getvalue().encode())
        source = open_source(path)
        assert source.format.group == (0, 1)
        assert_chunking_does_not_matter(source)
        assert [one for one in titles(read(source)) if one] == [title for _, title, _ in rows if title]
