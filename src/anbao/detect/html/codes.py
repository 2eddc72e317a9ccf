"""Distinguishes numbers, codes and addresses of pictures from what people write to each other. Pure."""

import re
from functools import lru_cache

_BARE = re.compile(r"\s*(?:[0-9a-zA-Z.,:/_#*×+-]{1,64}|[0-9 .,:/×*-]{1,64})\s*")
_PICTURE = re.compile(r"(?:https?:)?//[!-~]{1,2000}\.(?:jpe?g|png|gif|webp|bmp|avif)(?:[_?#!@][!-~]*)?", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s|,;]+(?=(?:https?:)?//)")
_LAST = re.compile(r"[^.\[\]]+(?=(?:\[\d*\])*$)")
"""The last step of a path."""

_CONTACT = re.compile(
    r"联系|电话|手机|微信|客服|热线|账号|qq|phone|mobile|tel|contact|wechat|weixin|fax", re.IGNORECASE
)
"""Names of contact details: nothing under them is a bare number."""

_TEXT = re.compile(r"名|标题|说明|备注|name|title|text|desc|note|remark", re.IGNORECASE)
"""Names of texts, such as SKU名称."""

_COUNTED = re.compile(
    r"价|金额|编号|编码|条码|条形码|货号|款号|型号|批号|批次|单号|证号|备案号|注册号|执行标准|库存|数量|销量|重量|毛重|净重|净含量"
    r"|尺寸|体积|长度|宽度|高度|运费|时间|日期|邮编|序号"
    r"|(?i:(?<![a-z])(?:ids?|sku|spu|barcode|ean|upc|gtin|isbn|prices?|cost|amount|stock|qty|quantity|inventory|number|num"
    r"|no|weight|width|height|length|size|grams|volume|date|time|timestamp|position|rank|sort|version)(?![a-z]))"
    r"|[a-z](?:Id|Sku|Code|Price|Cost|Amount|Stock|Qty|Quantity|Number|No|Weight|Size|Date|Time)(?![a-z])|(?i:code)"
)
"""Names that say what a number counts or numbers."""


def is_bare(text: str) -> bool:
    """Whether a text is nothing but a number or a code."""
    return bool(_BARE.fullmatch(text))


def is_code(name: str, text: str) -> bool:
    """Whether a text is a number or code that is no contact detail, by its value and by its field's name."""
    if not is_bare(text):
        return False
    is_contact, is_counted = _says(name)
    return not is_contact and (is_counted or is_barcode(text.strip()))


@lru_cache(maxsize=4_096)
def _says(name: str) -> tuple[bool, bool]:
    """Whether a field's name is that of a contact detail, and whether it says what a number counts or numbers."""
    last = _LAST.search(name)
    counted = last is not None and not _TEXT.search(last[0]) and bool(_COUNTED.search(last[0]))
    return bool(_CONTACT.search(name)), counted


def is_barcode(text: str) -> bool:
    """Whether digits are a GTIN-8, -12, -13 or -14 with its check digit (GS1 General Specifications 7.9)."""
    if len(text) not in (8, 12, 13, 14) or not (text.isascii() and text.isdigit()):
        return False
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(text))) % 10 == 0


def picture_addresses(text: str) -> list[str]:
    """The addresses of pictures of which a text consists; none where it holds anything else."""
    if not text[:9].lstrip().lower().startswith(("//", "http")):
        return []
    pieces = _BETWEEN.split(text.strip())
    return pieces if all(map(_PICTURE.fullmatch, pieces)) else []
