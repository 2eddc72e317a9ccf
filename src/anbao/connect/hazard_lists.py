"""Lists of recalls and judgments (CSV or JSON) → suspicions: which column is what, and what is wrong with which row."""

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from anbao import localfiles
from anbao.connect.files.encoding import detect_encoding
from anbao.errors import InvalidInput
from anbao.investigate.fingerprints import checked, says_enough
from anbao.model.hazard import Fingerprint, FingerprintKind, HazardSource, Suspicion
from anbao.text import Text

MAX_BYTES = 64 << 20

_NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id", "编号", "召回编号", "案号", "recall number", "recall id", "number"),
    "title": ("title", "标题", "名称", "召回标题", "案由"),
    "product": (
        "product",
        "产品",
        "产品名称",
        "商品名称",
        "product description",
        "product descrpition",
        "product name",
    ),
    "basis": ("basis", "依据", "文书号", "公告号", "url", "网址"),
    "severity": ("severity", "危险等级", "等级"),
    "category": ("category", "类目", "类别"),
    "advice": ("advice", "处置建议", "remedy", "消费者措施"),
    "barcode": ("barcode", "条码", "条形码", "gtin", "upc", "ean"),
    "licence": ("licence", "license", "许可证号", "批准文号", "注册证号"),
    "batch": ("batch", "批号", "批次", "lot"),
    "model": ("model", "型号", "规格型号"),
    "brand": ("brand", "品牌", "brand name"),
    "picture": ("picture", "图片指纹", "pdq"),
    "merchant": ("merchant", "商家", "店铺"),
    "link": ("link", "商品链接"),
}
FIELDS = tuple(_NAMES)

_KINDS: tuple[FingerprintKind, ...] = ("barcode", "licence", "batch", "model", "brand", "picture", "merchant", "link")
_BETWEEN = re.compile(r"[|;；、\n]+")
_NOTICES = (
    re.compile(r".+? recalls (?P<product>.+?)(?: due to| because|;|$)", re.IGNORECASE),
    re.compile(r"(?P<product>.+?) recalled(?: due to| because|;|$)", re.IGNORECASE),
)
"""Headlines of recall notices, in which the product stands between its maker and its danger."""

_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
"""The first bytes of Excel's files."""

_LONGEST_PRODUCT = 120
_DEFAULT_SEVERITY = 4


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a list: its line from 1, and the suspicion, or what is wrong."""

    row: int
    suspicion: Suspicion | None = None
    problem: Text | None = None


class HazardList(msgspec.Struct, frozen=True, kw_only=True):
    """A list that was read. ``mapping``: the column behind each field that was recognised or named."""

    columns: tuple[str, ...]
    mapping: dict[str, str]
    rows: tuple[Listed, ...]


def read_list(data: bytes, source: HazardSource, given: Mapping[str, str] | None = None) -> HazardList:
    """Read a list. ``given`` names columns for fields, over what the headers say. Raises InvalidInput."""
    if len(data) > MAX_BYTES:
        raise _refused(Text("文件过大", "the file is too large"))
    records = list(_records(data))
    columns = tuple(dict.fromkeys(name for record in records for name in record))
    mapping = _mapping(columns, given or {})
    if "title" not in mapping and "product" not in mapping:
        raise InvalidInput(
            Text("找不到标题或产品列", "no column is the title or the product"),
            hint=Text(
                f"用 --map product=列名 指定；列有：{'、'.join(columns)}",
                f"name it with --map product=COLUMN; there are: {', '.join(columns)}",
            ),
            field="map",
        )
    rows = tuple(_listed(place, record, mapping, source) for place, record in enumerate(records, 1))
    return HazardList(columns=columns, mapping=mapping, rows=rows)


def read_file(path: Path, source: HazardSource, given: Mapping[str, str] | None = None) -> HazardList:
    """As ``read_list``, out of a file. Raises InvalidInput."""
    return read_list(localfiles.read(path), source, given)


def parse_mapping(pairs: Sequence[str]) -> dict[str, str]:
    """``field=column`` pairs. Raises InvalidInput."""
    found = {}
    for pair in pairs:
        field, sign, column = pair.partition("=")
        if not sign or field not in FIELDS:
            raise InvalidInput(
                Text(f"不是列对应：{pair}", f"not a mapping: {pair}"),
                hint=Text(
                    f"写作 字段=列名；字段有 {'、'.join(FIELDS)}", f"write FIELD=COLUMN; fields: {', '.join(FIELDS)}"
                ),
                field="map",
            )
        found[field] = column
    return found


def _records(data: bytes) -> Iterator[dict[str, str]]:
    if not data.strip():
        raise _refused(Text("文件是空的", "the file is empty"))
    if data[:4] in (_ZIP, _OLD_EXCEL):
        raise _refused(
            Text("这是 Excel 工作簿或压缩包", "this is an Excel workbook or a zip archive"),
            Text("请在 Excel 中另存为“CSV UTF-8”", "save it as “CSV UTF-8” in Excel"),
        )
    try:
        text = data.decode(detect_encoding(data, whole=True)).lstrip("\ufeff")
    except UnicodeDecodeError:
        raise _refused(
            Text("文件既不是 UTF-8 也不是 GB 18030 编码", "the file is neither UTF-8 nor GB 18030"),
            Text("请另存为 UTF-8 的 CSV 或 JSON", "save it as CSV or JSON in UTF-8"),
        ) from None
    if "\0" in text:
        raise _refused(
            Text("文件含有 NUL，不是文本", "the file holds NUL and is no text"),
            Text("请给出 CSV 或 JSON 文件", "give a file of CSV or JSON"),
        )
    if text.lstrip()[:1] in "[{":
        yield from _json_records(text)
        return
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""))
        for record in reader:
            yield {name: (value or "").strip() for name, value in record.items() if name and isinstance(value, str)}
    except csv.Error as error:
        raise _refused(Text(f"CSV 格式错误：{error}", f"no CSV: {error}")) from error


def _json_records(text: str) -> Iterator[dict[str, str]]:
    try:
        content: Any = (
            msgspec.json.decode(text)
            if text.lstrip().startswith("[")
            else [msgspec.json.decode(line) for line in text.splitlines() if line.strip()]
        )
        found = msgspec.convert(content, list[dict[str, Any]])
        records = [{name: _cell(value) for name, value in record.items()} for record in found]
    except msgspec.MsgspecError as error:
        raise _refused(
            Text(f"不是 JSON 数组或逐行 JSON：{error}", f"neither a JSON array nor JSON lines: {error}")
        ) from error
    except RecursionError:
        raise _refused(Text("JSON 嵌套过深", "the JSON is nested too deep")) from None
    if any("\0" in text for record in records for pair in record.items() for text in pair):
        raise _refused(Text("文字含有 NUL，无法存证", "text holds NUL, which cannot be stored"))
    yield from records


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return "|".join(map(_cell, value))
    return "" if value is None else str(value).strip()


def _mapping(columns: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    for field, column in given.items():
        if column not in columns:
            raise InvalidInput(
                Text(f"没有列 {column}", f"there is no column {column}"),
                hint=Text(f"列有：{'、'.join(columns)}", f"there are: {', '.join(columns)}"),
                field=field,
            )
    by_name = {re.sub(r"[_\s-]+", " ", column).strip().lower(): column for column in reversed(columns)}
    found = {}
    for field, names in _NAMES.items():
        known = given.get(field) or next((by_name[name] for name in names if name in by_name), None)
        if known is not None:
            found[field] = known
    return found


def _listed(place: int, record: Mapping[str, str], mapping: Mapping[str, str], source: HazardSource) -> Listed:
    cells = {field: record.get(column, "") for field, column in mapping.items()}
    title = cells.get("title") or cells.get("product", "")
    if not title:
        return Listed(row=place, problem=Text("没有标题", "there is no title"))
    name = cells.get("id") or hashlib.sha256(repr(sorted(record.items())).encode()).hexdigest()[:16]
    try:
        suspicion = msgspec.convert(
            {
                "advice_zh": cells.get("advice", "")[:2_000],
                "basis": cells.get("basis", "")[:500],
                "category": cells.get("category", "")[:128],
                "fingerprints": checked(_fingerprints(cells)),
                "id": f"{source}.{name}"[:128],
                "severity": int(cells.get("severity") or _DEFAULT_SEVERITY),
                "source": source,
                "title": title[:1_000],
            },
            Suspicion,
        )
    except InvalidInput as error:
        return Listed(row=place, problem=error.what)
    except ValueError as error:
        return Listed(row=place, problem=Text(f"内容不符：{error}", f"does not fit: {error}"))
    return Listed(row=place, suspicion=suspicion)


def _fingerprints(cells: Mapping[str, str]) -> list[Fingerprint]:
    product = cells.get("product", "")
    if not product:
        headlines = (notice.match(cells.get("title", "")) for notice in _NOTICES)
        product = next((headline["product"] for headline in headlines if headline), "")
    found = [Fingerprint(kind="title", value=name)] if says_enough(name := _shortened(product)) else []
    for kind in _KINDS:
        values = (value.strip() for value in _BETWEEN.split(cells.get(kind, "")))
        found += [Fingerprint(kind=kind, value=value) for value in values if value]
    return found


def _shortened(product: str) -> str:
    """The beginning of a long description, which names the thing; the rest describes packings and makers."""
    line = " ".join(product.split())
    return line if len(line) <= _LONGEST_PRODUCT else line[:_LONGEST_PRODUCT].rsplit(" ", 1)[0]


def _refused(what: Text, hint: Text | None = None) -> InvalidInput:
    return InvalidInput(
        what, hint=hint or Text("须为 CSV 或 JSON 文件", "a file of CSV or JSON is wanted"), field="file"
    )
