"""Which column is the title, and which the description, category, merchant and id: from Chinese or English headers."""

import unicodedata
from collections.abc import Sequence

from anbao.connect.files.records import FIELDS, Mapping
from anbao.errors import InvalidInput
from anbao.text import Text

_NAMES: dict[str, tuple[str, ...]] = {
    "title": (
        "title",
        *("标题", "商品标题", "商品名称", "商品名", "产品名称", "产品标题", "宝贝标题", "宝贝名称", "服务名称", "品名"),
        *("名称", "product title", "product name", "item title", "item name", "listing title", "goods name", "name"),
    ),
    "description": (
        "description",
        *("描述", "商品描述", "产品描述", "宝贝描述", "服务描述", "详情", "商品详情", "产品详情", "商品介绍", "介绍"),
        *("简介", "内容", "评论", "评价", "desc", "detail", "details", "product description", "item description"),
        *("body", "content", "review"),
    ),
    "category": (
        "category",
        *("类目", "商品类目", "类目名称", "分类", "商品分类", "分类名称", "品类", "类别", "category name", "cat"),
        *("product category", "product type"),
    ),
    "merchant": (
        "merchant",
        *(
            "商家编号",
            "商家id",
            "店铺id",
            "卖家id",
            "商户号",
            "商户编号",
            "merchant id",
            "shop id",
            "seller id",
            "store id",
        ),
        *(
            "商家",
            "商户",
            "店铺",
            "卖家",
            "店铺名称",
            "商家名称",
            "卖家昵称",
            "店铺名",
            "merchant name",
            "shop",
            "seller",
        ),
        *("shop name", "seller name", "store", "vendor"),
    ),
    "pictures": (
        "pictures",
        *(
            "图片",
            "商品图片",
            "宝贝图片",
            "图片地址",
            "图片链接",
            "主图",
            "商品主图",
            "主图链接",
            "picture",
            "picture url",
        ),
        *("picture urls", "image", "images", "image url", "image urls", "image link", "image links"),
    ),
    "id": (
        "id",
        *("商品id", "商品编号", "商品编码", "宝贝id", "产品编号", "产品id", "编号", "编码", "序号", "货号", "item id"),
        *("listing id", "product id", "goods id", "sku id", "sku", "spu", "asin"),
    ),
}
"""Names of each field, best first; compared without regard to width, case, spaces and punctuation."""

_SCREENED = ("title", "description")
"""Fields whose text is searched: to take one of two such columns in silence would leave the other unread."""


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(character for character in plain if character.isalnum())


def choose_columns(columns: Sequence[str], given: Mapping | None) -> Mapping:
    """The mapping for a file with these columns: what is ``given`` stands, the rest is guessed from the names.

    Raises ``InvalidInput`` (field ``map``) where a given column does not exist, where no column or more than one could
    be the title, or more than one the description. A column with the field's own English name settles the matter.
    """
    chosen: dict[str, str] = {}
    for field in FIELDS:
        column = getattr(given, field) if given else None
        if column is None:
            continue
        if column not in columns:
            raise _refused(Text(f"文件中没有“{column}”这一列。", f"The file has no column “{column}”."), columns, field)
        chosen[field] = column
    free = [column for column in columns if column not in chosen.values()]
    for field in FIELDS:
        if field in chosen:
            continue
        matching = _matching(field, free)
        if len(matching) > 1 and field in _SCREENED and _folded(matching[0]) != field:
            several = "、".join(matching), ", ".join(matching)
            raise _refused(
                Text(
                    f"有多列可能是{_LABELS[field].zh}：{several[0]}。",
                    f"More than one column could be the {_LABELS[field].en}: {several[1]}.",
                ),
                columns,
                field,
            )
        if matching:
            chosen[field] = matching[0]
            free.remove(matching[0])
    if "title" not in chosen:
        raise _refused(Text("看不出哪一列是标题。", "No column can be recognised as the title."), columns, "title")
    return Mapping(**chosen)


_LABELS = {"title": Text("标题", "title"), "description": Text("描述", "description")}


def _matching(field: str, columns: Sequence[str]) -> list[str]:
    """The columns with a name of ``field``, best first."""
    folded = {column: _folded(column) for column in columns}
    names = [_folded(name) for name in _NAMES[field]]
    return sorted((column for column in columns if folded[column] in names), key=lambda c: names.index(folded[c]))


def _refused(what: Text, columns: Sequence[str], field: str) -> InvalidInput:
    shown = list(columns[:30]) + (["…"] if len(columns) > 30 else [])
    example = Text(columns[-1], columns[-1]) if columns else Text("列名", "COLUMN")
    return InvalidInput(
        what,
        field="map",
        hint=Text(
            f"文件中的列：{'、'.join(shown)}。请指明，例如：--map {field}={example.zh}",
            f"Columns found: {', '.join(shown)}. Name one, for example: --map {field}={example.en}",
        ),
    )
