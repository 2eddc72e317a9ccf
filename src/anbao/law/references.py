"""References to the law: one syntax for people, packs and the API.

``cn.ecommerce_law.2018/38.2``  this version, article 38, paragraph 2
``cn.ecommerce_law/38``         the family: the version in force on the day that is asked for
``cn.ecommerce_law.38``         the same; a dot may stand for the slash
``cn.ecommerce_law.2018``       the whole instrument
"""

import re
from collections.abc import Container

import msgspec

from anbao.errors import InvalidInput
from anbao.text import Text

_VERSION = re.compile(r"\.\d{4}(_\d{4})?$")
_PLACE = re.compile(r"(\d+)(?:\.(\d+))?")


class Reference(msgspec.Struct, frozen=True):
    """``name``: an instrument's id or a family's; ``article`` None: the whole; ``paragraph`` counts from 1."""

    name: str
    article: int | None = None
    paragraph: int | None = None

    def __str__(self) -> str:
        if self.article is None:
            return self.name
        return f"{self.name}/{self.article}" + (f".{self.paragraph}" if self.paragraph else "")


def family_of(instrument: str) -> str:
    """An instrument's id without the year of its version."""
    return _VERSION.sub("", instrument)


def parse_reference(text: str, known: Container[str]) -> Reference:
    """Read a reference; ``known`` holds the ids of instruments and families. Raises InvalidInput."""
    text = text.strip()
    if text in known:
        return Reference(text)
    name, slash, place = text.partition("/")
    if not slash:
        for cut in (2, 1):
            parts = text.rsplit(".", cut)
            if len(parts) == cut + 1 and parts[0] in known:
                name, place = parts[0], ".".join(parts[1:])
                break
    if name not in known:
        raise InvalidInput(
            Text(f"没有法律文件 {name}", f"there is no instrument {name}"),
            hint=Text("用 anbao law list 查看收录的法律文件", "see anbao law list for the instruments"),
            field="ref",
        )
    match = _PLACE.fullmatch(place)
    if match is None:
        raise InvalidInput(
            Text(f"看不懂条款 {text}", f"cannot read the provision {text}"),
            hint=Text("写法如 cn.ecommerce_law.2018/38.2", "write it like cn.ecommerce_law.2018/38.2"),
            field="ref",
        )
    return Reference(name, int(match[1]), int(match[2]) if match[2] else None)
