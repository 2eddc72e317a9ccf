"""QR codes and bar codes in a picture, read by zxing-cpp."""

from typing import Any

import numpy as np
import zxingcpp

from anbao.detect.picture.decode import Gray
from anbao.model.picture import Box, Code

MAX_CODES = 10
MAX_TEXT = 2_000
"""Characters stored of what a code says; a QR code holds 4,296 at the most."""


def read_codes(gray: Gray, scale: float) -> tuple[Code, ...]:
    """The codes, from the top down. ``scale``: pixels of the upload per pixel of ``gray``."""
    found = [_code(one, scale) for one in zxingcpp.read_barcodes(np.ascontiguousarray(gray)) if one.valid and one.text]
    found.sort(key=lambda code: (code.box.top, code.box.left, code.text))
    return tuple(found[:MAX_CODES])


def _code(found: Any, scale: float) -> Code:
    place = found.position
    corners = (place.top_left, place.top_right, place.bottom_left, place.bottom_right)
    return Code(
        box=box_around([(corner.x * scale, corner.y * scale) for corner in corners]),
        format=str(found.format),
        text=printable(found.text)[:MAX_TEXT],
    )


def box_around(corners: list[tuple[float, float]]) -> Box:
    """The upright box around these points."""
    across, down = [x for x, _ in corners], [y for _, y in corners]
    return Box(
        bottom=max(0, round(max(down))),
        left=max(0, round(min(across))),
        right=max(0, round(max(across))),
        top=max(0, round(min(down))),
    )


def printable(text: str) -> str:
    """Without what an entry or PostgreSQL cannot hold."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "")
