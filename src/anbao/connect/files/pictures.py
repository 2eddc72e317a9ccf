"""The pictures of a row: addresses and SHA-256 as they stand, files beside the listing file by their bytes.

A file is named by its path from the folder of the listing file and never lies outside of it, so that a file of listings
from a stranger cannot have others of this machine read.
"""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from anbao.model.listing import MAX_PICTURES
from anbao.prevent.picture.decode import MAX_BYTES
from anbao.text import Text

_BETWEEN = re.compile(r"[\s|]+|[,;，；、](?=https?://)")
_REFERENCE = re.compile(r"[0-9a-f]{64}|https?://[!-~]{1,2000}")
_ADDRESS = re.compile(r"(?i:https?|ftp)://|//")
_SUFFIX = r"\.(?:jpe?g|jfif|png|gif|webp|bmp|avif|tiff?|tbi)"
_PICTURE = re.compile(rf"[0-9a-f]{{64}}|(?i:(?:[a-z]+:)?//\S+{_SUFFIX}(?:[_!?#]\S*)?|[^\s<>]{{1,200}}{_SUFFIX})")
_PACKED = re.compile(r"([0-9a-fA-F]{8,40}):\d+:\d+:\|([^;]*);?")
"""A picture of Taobao's 数据包: the name of a file beside it, and its address."""

_PLAIN = "!#$%&'()*+,/:;=?@[]~"
"""What stands in an address as it is; the rest, such as Chinese characters, is percent-encoded."""

_TOO_MANY = Text("有 {count} 张图片，最多 {limit} 张", "{count} pictures, at most {limit}")
_NOT_ADDRESS = Text("不是有效的图片地址：{name}", "not an address of a picture: {name}")
_MISSING = Text("文件目录下没有图片 {name}", "there is no picture {name} in the file's folder")
_TOO_LARGE = Text("图片 {name} 超过 {limit} MB", "the picture {name} is larger than {limit} MB")


class NoPicture(Exception):
    """What a cell names is no picture; ``why`` in both languages."""

    def __init__(self, why: Text) -> None:
        super().__init__(why.en)
        self.why = why


def is_address(text: str) -> bool:
    """Whether a text is one address or file name of a picture, by its looks."""
    return len(text) < 2100 and _PICTURE.fullmatch(text) is not None


def split(cell: object) -> tuple[str, ...]:
    """The pictures that a cell names: separated by spaces, line breaks or "|", or a list."""
    if isinstance(cell, str) and (packed := _PACKED.findall(cell)):
        return tuple(address or f"{name}.tbi" for name, address in packed)
    if isinstance(cell, list):
        return tuple(str(one) for one in cell)
    return tuple(name for name in _BETWEEN.split(cell) if name) if isinstance(cell, str) else ()


def referred(names: tuple[str, ...], folder: Path, keep: Callable[[bytes], str]) -> tuple[str, ...]:
    """The pictures as listings name them; files are handed to ``keep``, which gives their SHA-256. Raises NoPicture."""
    if len(names) > MAX_PICTURES:
        raise NoPicture(_TOO_MANY.format(count=len(names), limit=MAX_PICTURES))
    return tuple(_named(name, folder, keep) for name in names)


def _named(name: str, folder: Path, keep: Callable[[bytes], str]) -> str:
    plain = quote(name, safe=_PLAIN) if _ADDRESS.match(name) else name
    return plain if _REFERENCE.fullmatch(plain) else keep(_bytes(name, folder))


def _bytes(name: str, folder: Path) -> bytes:
    if _ADDRESS.match(name):
        raise NoPicture(_NOT_ADDRESS.format(name=name[:200]))
    try:
        path = (folder / name).resolve()
        if path.is_relative_to(folder.resolve()) and path.is_file():
            if path.stat().st_size > MAX_BYTES:
                raise NoPicture(_TOO_LARGE.format(name=name[:200], limit=MAX_BYTES >> 20))
            return path.read_bytes()
    except (OSError, ValueError):
        pass
    raise NoPicture(_MISSING.format(name=name[:200]))
