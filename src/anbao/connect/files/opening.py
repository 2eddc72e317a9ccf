"""Opening a listing file: what kind it is, how it is encoded, and which columns it has."""

import re
import stat
from pathlib import Path

import msgspec

from anbao.connect.files.document import Document, is_document
from anbao.connect.files.encoding import FromWide, LineEnds, ToUtf8, detect_encoding, wide_encoding
from anbao.connect.files.headers import choose_columns, group_of
from anbao.connect.files.records import Encoding, Format, Kind, Mapping
from anbao.connect.files.source import ByteSource, Data, Source, short_digest
from anbao.connect.files.table import DELIMITERS, find_header
from anbao.errors import InvalidInput
from anbao.text import Text

_HEAD = 1024 * 1024
"""Bytes at the beginning of a file from which encoding and columns are taken."""

_BOM = b"\xef\xbb\xbf"
_KINDS: dict[str, Kind] = {
    ".jsonl": "jsonl",
    ".json": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "text",
    ".parquet": "parquet",
}
_FOREIGN: dict[bytes, tuple[Text, Text]] = {
    b"PK\x03\x04": (
        Text("这是 Excel 工作簿或压缩包。", "This is an Excel workbook or a zip archive."),
        Text("请在 Excel 中另存为“CSV UTF-8”，或先解压。", "Save it as “CSV UTF-8” in Excel, or unpack it first."),
    ),
    b"\xd0\xcf\x11\xe0": (
        Text("这是旧版 Excel 文件。", "This is an old Excel file."),
        Text("请在 Excel 中另存为“CSV UTF-8”。", "Save it as “CSV UTF-8” in Excel."),
    ),
    b"\x1f\x8b": (
        Text("这是 gzip 压缩文件。", "This is a gzip file."),
        Text("请先解压，例如：gunzip -k 文件名", "Unpack it first, for example: gunzip -k FILE"),
    ),
    b"\x28\xb5\x2f\xfd": (
        Text("这是 zstd 压缩文件。", "This is a zstd file."),
        Text("请先解压，例如：zstd -d 文件名", "Unpack it first, for example: zstd -d FILE"),
    ),
}
_XML = (
    Text("这是 XML 或 HTML 文件。", "This is an XML or HTML file."),
    Text(
        "请导出为 CSV、TSV、JSON 或 Parquet；网页表格请在 Excel 中另存为“CSV UTF-8”。",
        "Export it as CSV, TSV, JSON or Parquet; save a table of a web page as “CSV UTF-8” in Excel.",
    ),
)


def open_source(path: Path | str, mapping: Mapping | None = None) -> Source:
    """The listing file at ``path``, by its suffix (.jsonl .ndjson .json .csv .tsv .txt .parquet), else by its content.

    ``mapping`` names columns; those that it leaves open are guessed from the headers. Raises ``InvalidInput`` with a
    hint for a file that cannot be read, is empty, is of another kind, or has no column that can be the title.
    """
    path = Path(path)
    head = _head(path)
    for magic, (what, hint) in _FOREIGN.items():
        if head.startswith(magic):
            raise InvalidInput(what, hint=hint, field="file")
    kind = _KINDS.get(path.suffix.lower())
    if kind == "parquet" or head.startswith(b"PAR1"):
        from anbao.connect.files.parquet import ParquetSource

        return ParquetSource(path, mapping)
    data = Data(path)
    if wide := wide_encoding(head):
        data = data.converted(FromWide(wide))
    elif b"\n" not in head and b"\r" in head.rstrip(b"\r"):
        data = data.converted(LineEnds())
    return _open_bytes(path, data, kind, mapping)


def _open_bytes(path: Path, data: Data, kind: Kind | None, mapping: Mapping | None) -> Source:
    """A file that has lines of bytes of characters."""
    head, start, whole = _beginning(data)
    if not head.strip():
        raise _empty(path)
    if kind not in ("csv", "text") and _looks_like_xml(head):
        raise InvalidInput(_XML[0], hint=_XML[1], field="file")
    encoding = detect_encoding(head, whole=whole)
    ids = short_digest(path)
    kind = kind or _kind_of(head, path)
    if kind == "csv":
        if head.lstrip()[:9].lower().startswith((b"<!doctype", b"<?xml", b"<html", b"<table", b"<meta")):
            raise InvalidInput(_XML[0], hint=_XML[1], field="file")
        return _open_csv(path, data, head, start, encoding, mapping, ids, whole=whole)
    notes: tuple[Text, ...] = ()
    if kind == "jsonl" and is_document(head if encoding == "utf-8" else head.decode(encoding, "replace").encode()):
        if encoding != "utf-8":
            data, encoding = data.converted(ToUtf8(encoding)), "utf-8"
        document = Document()
        data = data.converted(document)
        head, start, whole = _beginning(data)
        notes = _outside(document)
    columns = _json_columns(head, encoding, path) if kind == "jsonl" else ("title",)
    layout = Format(kind, columns, encoding, ids=ids)
    return ByteSource(path, layout, choose_columns(columns, mapping), start, 1, data, notes)


def _beginning(data: Data) -> tuple[bytes, int, bool]:
    """The first bytes behind a byte order mark, where they begin, and whether they are all."""
    with data.open() as stream:
        head = stream.read(_HEAD)
    start = len(_BOM) if head.startswith(_BOM) else 0
    return head[start:], start, len(head) == data.size


def _looks_like_xml(head: bytes) -> bool:
    return re.match(rb"\s*<(?:[?!]|[A-Za-z])", head) is not None


def _outside(document: Document) -> tuple[Text, ...]:
    if not document.outside:
        return ()
    keys = list(document.outside)[:20]
    return (
        Text(
            f"商品以外的内容未审核：{'、'.join(keys)}",
            f"not screened, because it stands beside the listings: {', '.join(keys)}",
        ),
    )


def _head(path: Path) -> bytes:
    """The first bytes of a file."""
    try:
        about = path.stat()
        if stat.S_ISREG(about.st_mode):
            with path.open("rb") as stream:
                head = stream.read(_HEAD)
    except OSError as error:
        raise InvalidInput(
            Text(f"无法读取文件 {path}：{error.strerror}。", f"The file {path} cannot be read: {error.strerror}."),
            hint=Text("请检查路径和读取权限。", "Check the path and the permission to read it."),
            field="file",
        ) from error
    if not stat.S_ISREG(about.st_mode):
        raise InvalidInput(
            Text(f"{path} 不是普通文件。", f"{path} is not a regular file."),
            hint=Text("请给出一个文件；管道中的数据请先存成文件。", "Give a file; save what comes from a pipe first."),
            field="file",
        )
    if not head:
        raise _empty(path)
    return head


def _empty(path: Path) -> InvalidInput:
    return InvalidInput(
        Text(f"文件 {path.name} 是空的。", f"The file {path.name} is empty."),
        hint=Text(
            "每行一件商品；CSV 的第一行是列名。", "One listing per row; the first row of a CSV names its columns."
        ),
        field="file",
    )


def _kind_of(head: bytes, path: Path) -> Kind:
    """The kind of a file whose suffix says nothing."""
    text = head.lstrip()
    if text.startswith((b"{", b"[")):
        return "jsonl"
    if any(mark.encode() in line for line in text.split(b"\n", 5)[:5] for mark in DELIMITERS):
        return "csv"
    raise (
        InvalidInput(
            Text(f"看不出 {path.name} 是什么格式。", f"The kind of {path.name} cannot be recognised."),
            hint=Text(
                "可以读取 .jsonl、.json、.csv、.tsv、.parquet，以及每行一个标题的 .txt；请改用其中一个后缀。",
                "Use one of these suffixes: .jsonl, .json, .csv, .tsv, .parquet, or .txt with one title per line.",
            ),
            field="file",
        )
    )


def _not_rows(path: Path) -> InvalidInput:
    return InvalidInput(
        Text(f"{path.name} 中没有找到 JSON 对象。", f"No JSON object was found in {path.name}."),
        hint=Text(
            "每行应是一个 JSON 对象，或者整个文件是 JSON 对象的数组。",
            "Each line should be one JSON object, or the whole file an array of JSON objects.",
        ),
        field="file",
    )


def _json_columns(head: bytes, encoding: str, path: Path) -> tuple[str, ...]:
    """The keys of the objects at the beginning, in order of appearance."""
    columns: dict[str, None] = {}
    for line in head.split(b"\n")[:1000]:
        try:
            columns |= dict.fromkeys(msgspec.json.decode(line.decode(encoding, "replace"), type=dict[str, msgspec.Raw]))
        except (msgspec.DecodeError, RecursionError):
            continue
    if not columns:
        raise _not_rows(path)
    return tuple(columns)


def _open_csv(
    path: Path,
    data: Data,
    head: bytes,
    start: int,
    encoding: Encoding,
    mapping: Mapping | None,
    ids: str,
    *,
    whole: bool,
) -> ByteSource:
    delimiters = ("\t", *(mark for mark in DELIMITERS if mark != "\t")) if path.suffix.lower() == ".tsv" else DELIMITERS
    header = find_header(head, encoding, delimiters, mapping, whole=whole)
    if not header.sure and encoding == "gb18030":
        other = find_header(head, "big5hkscs", delimiters, mapping, whole=whole)
        if other.sure:
            header, encoding = other, "big5hkscs"
    chosen = choose_columns(header.columns, mapping)
    group = group_of(header.columns, chosen)
    layout = Format("csv", header.columns, encoding, header.delimiter, ids, group)
    lines = head[: header.end].count(b"\n")
    return ByteSource(path, layout, chosen, start + header.end, lines + 1, data, _above(header.above))


def _above(texts: tuple[str, ...]) -> tuple[Text, ...]:
    if not texts:
        return ()
    shown = " / ".join(text[:80] for text in texts[:5])
    return (Text(f"表头上方的文字未审核：{shown}", f"not screened, because it stands above the header: {shown}"),)
