"""Bytes from anywhere → pixels, within bounds.

- Limits are checked on the header, before memory is given to pixels.
- Whatever the bytes, the result is a ``Picture`` or ``BadPicture``.
- Of a picture that moves the first frame, the last and some between are decoded, at most ``MAX_FRAMES``. Where that
  would take more than ``MAX_MOVED`` pixels, it is too large to be looked at.
- A JPEG is decoded at a half, quarter or eighth of its size where that is still larger than what is asked for.
"""

import io
import re
import struct
import warnings
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from anbao.detect.picture.errors import BadPicture

Gray = NDArray[np.uint8]
"""Luminance, (height, width)."""

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
"""What sellers upload. Each further decoder is a further surface of attack."""

MAX_BYTES = 20 << 20
MAX_PIXELS = 50_000_000
"""A 50-megapixel camera. Decoding this much takes under a second and 150 MB."""

MAX_FRAMES = 12
"""Frames looked at of a picture that moves."""

MAX_MOVED = 400_000_000
"""Pixels of all frames up to the last one: each frame is drawn over the one before. Two seconds or so."""

MAX_SCANS = 100
"""Scans of a progressive JPEG: each costs a pass over all pixels however few its bytes; cameras and tools write 10."""

MIN_SIDE = 5
"""Pixels; below it no hash is defined."""

SIDE = 1_600
"""Longest side of what is stored: enough for a QR code or a line of text that a person can read on a telephone."""

_START_OF_SCAN = re.compile(rb"\xff\xda")
_DAMAGE: tuple[type[BaseException], ...] = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    OverflowError,
    RecursionError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
)
"""What Pillow's decoders were seen to raise, or may, on damaged bytes."""


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A decoded picture. ``width`` and ``height`` are those of the upload, upright; ``image`` may be smaller (RGB).

    ``others``: more frames of a picture that moves, each with its number from 0, of which ``image`` is the first.
    """

    format: str
    frames: int
    height: int
    image: Any
    others: tuple[tuple[int, Any], ...] = ()
    width: int

    @property
    def scale(self) -> float:
        """Pixels of the upload per pixel of ``image``."""
        return max(self.width, self.height) / float(max(self.image.size))

    def gray(self) -> Gray:
        """Luminance (0.299 R + 0.587 G + 0.114 B) of ``image``."""
        return np.asarray(self.image.convert("L"))


def decode(data: bytes) -> Picture:
    """The picture in these bytes, upright, transparent parts on white. Raises BadPicture."""
    if len(data) > MAX_BYTES:
        raise BadPicture("too_large", f"{len(data)} bytes, limit {MAX_BYTES}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _decoded(data)
        except Image.DecompressionBombError as error:
            raise BadPicture("too_many_pixels", str(error)) from error
        except UnidentifiedImageError as error:
            raise BadPicture("unknown_format", "none of " + ", ".join(FORMATS)) from error
        except _DAMAGE as error:
            raise BadPicture("undecodable", str(error) or type(error).__name__) from error


def _decoded(data: bytes) -> Picture:
    with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
        form = str(opened.format)
        width, height = opened.size
        frames = int(getattr(opened, "n_frames", 1))
        if width * height > MAX_PIXELS:
            raise BadPicture("too_many_pixels", f"{width} × {height} pixels, limit {MAX_PIXELS}")
        if form == "JPEG" and sum(1 for _ in _START_OF_SCAN.finditer(data)) > MAX_SCANS:
            raise BadPicture("too_many_pixels", f"more than {MAX_SCANS} scans")
        if min(width, height) < MIN_SIDE:
            raise BadPicture("undecodable", f"{width} × {height} pixels hold no picture")
        opened.draft("RGB", (SIDE, SIDE))
        image: Image.Image = opened
        image.load()
        image = _opaque(image)
        upright = ImageOps.exif_transpose(image)
        if upright.size != image.size:
            width, height = height, width
        if max(upright.size) > SIDE:
            upright.thumbnail((SIDE, SIDE), Image.Resampling.BOX, reducing_gap=None)
        others = _others(opened, frames) if frames > 1 else ()
        return Picture(format=form, frames=frames, height=height, image=upright, others=others, width=width)


def chosen_frames(frames: int) -> list[int]:
    """Which frames are looked at: all of a few, else the first, the last and some between, evenly spread."""
    count = min(frames, MAX_FRAMES)
    return sorted({place * (frames - 1) // max(1, count - 1) for place in range(count)})


def _others(opened: Image.Image, frames: int) -> tuple[tuple[int, Image.Image], ...]:
    """The chosen frames behind the first."""
    if opened.width * opened.height * frames > MAX_MOVED:
        raise BadPicture("too_many_pixels", f"{frames} frames of {opened.width} × {opened.height} pixels")
    found = []
    for number in chosen_frames(frames)[1:]:
        opened.seek(number)
        image = _opaque(opened.copy())
        if max(image.size) > SIDE:
            image.thumbnail((SIDE, SIDE), Image.Resampling.BOX, reducing_gap=None)
        found.append((number, image))
    return tuple(found)


def _opaque(image: Image.Image) -> Image.Image:
    """In RGB; what shines through is white, as on a shop's page."""
    exif = image.getexif()
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layer = image.convert("RGBA")
        flat = Image.new("RGBA", layer.size, "white")
        flat.alpha_composite(layer)
        image = flat
    elif image.mode.startswith("I"):
        image = Image.fromarray((np.asarray(image, dtype=np.float64) / 257).clip(0, 255).astype(np.uint8))
    image = image.convert("RGB")
    image.getexif()[_ORIENTATION] = exif.get(_ORIENTATION, 1)
    return image


_ORIENTATION = 0x0112
