"""The pictures of a row: addresses and SHA-256 as they stand, files beside the listing file by their bytes.

A file is named by its path from the folder of the listing file and never lies outside of it, so that a file of listings
from a stranger cannot have others of this machine read.
"""

import re
from collections.abc import Callable
from pathlib import Path

from anbao.detect.picture.decode import MAX_BYTES
from anbao.model.listing import MAX_PICTURES

_BETWEEN = re.compile(r"[\s|]+|[,;，；、](?=https?://)")
_REFERENCE = re.compile(r"[0-9a-f]{64}|https?://[!-~]{1,2000}")
_ADDRESS = re.compile(r"(?i:https?|ftp)://|//")
_SUFFIX = r"\.(?:jpe?g|jfif|png|gif|webp|bmp|avif|tiff?|tbi)"
_PICTURE = re.compile(rf"[0-9a-f]{{64}}|(?i:(?:[a-z]+:)?//\S+{_SUFFIX}(?:[_!?#]\S*)?|[^\s<>]{{1,200}}{_SUFFIX})")
_PACKED = re.compile(r"([0-9a-fA-F]{8,40}):\d+:\d+:\|([^;]*);?")
"""A picture of Taobao's 数据包: the name of a file beside it, and its address."""


def is_address(text: str) -> bool:
    """Whether a text is one address or file name of a picture, by its looks."""
    return ("." in text or len(text) == 64) and len(text) < 2100 and _PICTURE.fullmatch(text) is not None


def split(cell: object) -> tuple[str, ...]:
    """The pictures that a cell names: separated by spaces, line breaks or "|", or a list."""
    if isinstance(cell, str) and (packed := _PACKED.findall(cell)):
        return tuple(address or f"{name}.tbi" for name, address in packed)
    if isinstance(cell, list):
        return tuple(str(one) for one in cell)
    return tuple(name for name in _BETWEEN.split(cell) if name) if isinstance(cell, str) else ()


def referred(names: tuple[str, ...], folder: Path, keep: Callable[[bytes], str]) -> tuple[str, ...]:
    """The pictures as listings name them; files are handed to ``keep``, which gives their SHA-256.

    A name of no file in ``folder`` stays as it is: such a picture is not looked at, and that is said.
    """
    named = []
    places = MAX_PICTURES
    for name in names:
        data = None if places == 0 or _REFERENCE.fullmatch(name) or _ADDRESS.match(name) else _bytes(name, folder)
        places -= data is not None
        named.append(name if data is None else keep(data))
    return tuple(named)


def _bytes(name: str, folder: Path) -> bytes | None:
    try:
        path = (folder / name).resolve()
        if path.is_relative_to(folder.resolve()) and path.is_file() and path.stat().st_size <= MAX_BYTES:
            return path.read_bytes()
    except (OSError, ValueError):
        pass
    return None
