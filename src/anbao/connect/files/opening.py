"""Opening a listing file: what kind it is, how it is encoded, and which columns it has."""

import stat
from collections.abc import Sequence
from pathlib import Path

import msgspec

from anbao.connect.files.cut import CsvCutter
from anbao.connect.files.decode import split_cells
from anbao.connect.files.headers import choose_columns
from anbao.connect.files.records import MAX_RECORD, Encoding, Format, Kind, Mapping
from anbao.connect.files.source import ByteSource, Source
from anbao.errors import InvalidInput
from anbao.text import Text

_HEAD = MAX_RECORD
"""Bytes at the beginning of a file from which encoding and columns are taken."""

_BOM = b"\xef\xbb\xbf"
_DELIMITERS = (",", "\t", ";", "|")
_KINDS: dict[str, Kind] = {
    ".jsonl": "jsonl",
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
    b"\xff\xfe": (
        Text("这是 UTF-16 编码的文件。", "This file is encoded in UTF-16."),
        Text(
            "请另存为 UTF-8，例如：iconv -f UTF-16 -t UTF-8", "Save it as UTF-8, for example: iconv -f UTF-16 -t UTF-8"
        ),
    ),
}
_FOREIGN[b"\xfe\xff"] = _FOREIGN[b"\xff\xfe"]


def open_source(path: Path | str, mapping: Mapping | None = None) -> Source:
    """The listing file at ``path``, by its suffix (.jsonl .ndjson .csv .tsv .txt .parquet), else by its content.

    ``mapping`` names columns; those that it leaves open are guessed from the headers. Raises ``InvalidInput`` with a
    hint for a file that cannot be read, is empty, is of another kind, or has no column that can be the title.
    """
    path = Path(path)
    head, size = _head(path)
    for magic, (what, hint) in _FOREIGN.items():
        if head.startswith(magic):
            raise InvalidInput(what, hint=hint, field="file")
    kind = _KINDS.get(path.suffix.lower())
    if kind == "parquet" or head.startswith(b"PAR1"):
        from anbao.connect.files.parquet import ParquetSource

        return ParquetSource(path, mapping)
    start = len(_BOM) if head.startswith(_BOM) else 0
    head = head[start:]
    whole = start + len(head) == size
    if not head.strip():
        raise _empty(path)
    encoding = detect_encoding(head, whole=whole)
    kind = kind or _kind_of(head, path)
    if kind == "csv":
        return _open_csv(path, head, start, encoding, mapping, whole=whole)
    columns = _json_columns(head, encoding, path) if kind == "jsonl" else ("title",)
    layout = Format(kind, columns, encoding)
    return ByteSource(path, layout, choose_columns(columns, mapping), start, 1)


def detect_encoding(head: bytes, *, whole: bool) -> Encoding:
    """UTF-8, unless most lines that are not ASCII are GB18030 and not UTF-8. ``whole``: ``head`` is all of the file."""
    lines = head.split(b"\n")
    foreign = [line for line in (lines if whole or len(lines) == 1 else lines[:-1]) if not line.isascii()]
    utf8 = sum(_decodes(line, "utf-8") for line in foreign)
    if utf8 * 2 >= len(foreign):
        return "utf-8"
    return "gb18030" if sum(_decodes(line, "gb18030") for line in foreign) > utf8 else "utf-8"


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _head(path: Path) -> tuple[bytes, int]:
    """The first bytes of a file, and its size."""
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
    return head, about.st_size


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
    if text.startswith(b"{"):
        return "jsonl"
    first_line = text.split(b"\n", 1)[0]
    if not text.startswith(b"[") and b"\0" not in head and any(mark.encode() in first_line for mark in _DELIMITERS):
        return "csv"
    raise (
        _not_rows(path)
        if text.startswith(b"[")
        else InvalidInput(
            Text(f"看不出 {path.name} 是什么格式。", f"The kind of {path.name} cannot be recognised."),
            hint=Text(
                "可以读取 .jsonl、.csv、.tsv、.parquet，以及每行一个标题的 .txt；请改用其中一个后缀。",
                "Use one of these suffixes: .jsonl, .csv, .tsv, .parquet, or .txt with one title per line.",
            ),
            field="file",
        )
    )


def _not_rows(path: Path) -> InvalidInput:
    return InvalidInput(
        Text(f"{path.name} 的开头没有一行是 JSON 对象。", f"No line at the beginning of {path.name} is a JSON object."),
        hint=Text(
            "每行应是一个 JSON 对象；JSON 数组可以这样转换：jq -c '.[]' 文件名",
            "Each line should be one JSON object; an array can be converted with: jq -c '.[]' FILE",
        ),
        field="file",
    )


def _json_columns(head: bytes, encoding: str, path: Path) -> tuple[str, ...]:
    """The keys of the objects at the beginning, in order of appearance."""
    columns: dict[str, None] = {}
    for line in head.split(b"\n")[:1000]:
        try:
            columns |= dict.fromkeys(msgspec.json.decode(line.decode(encoding), type=dict[str, msgspec.Raw]))
        except (UnicodeDecodeError, msgspec.DecodeError, RecursionError):
            continue
    if not columns:
        raise _not_rows(path)
    return tuple(columns)


def _open_csv(
    path: Path, head: bytes, start: int, encoding: Encoding, mapping: Mapping | None, *, whole: bool
) -> ByteSource:
    blank = len(head) - len(head.lstrip(b"\r\n"))
    first_line = head[blank:].split(b"\n", 1)[0].decode(encoding, "replace")
    delimiter = "\t" if path.suffix.lower() == ".tsv" else max(_DELIMITERS, key=first_line.count)
    cutter = CsvCutter(delimiter)
    ends = cutter.ends(head[blank:], final=whole)
    header = head[blank : blank + int(ends[0])] if len(ends) else b""
    if not header or not cutter.whole(header):
        raise _bad_header(Text("表头的引号没有成对，或表头过长。", "The header has unclosed quotes or is too long."))
    columns = _column_names(split_cells(header.decode(encoding, "replace"), delimiter))
    layout = Format("csv", columns, encoding, delimiter)
    lines = head[: blank + len(header)].count(b"\n")
    chosen = choose_columns(columns, mapping)
    return ByteSource(path, layout, chosen, start + blank + len(header), lines + 1)


def _column_names(cells: Sequence[str]) -> tuple[str, ...]:
    names = tuple(cell.strip() or f"column_{number}" for number, cell in enumerate(cells, 1))
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _bad_header(
            Text(f"列名重复：{'、'.join(twice)}。", f"Columns with the same name: {', '.join(twice)}."),
        )
    return names


def _bad_header(what: Text) -> InvalidInput:
    hint = Text("请改正文件的第一行，每列一个名称。", "Correct the first row of the file: one name per column.")
    return InvalidInput(what, hint=hint, field="file")
