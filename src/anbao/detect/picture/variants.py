"""The hashes of a dangerous picture: as it is, and as its disguises will hash.

Who searches pays for every picture, who confirms a danger pays once. So a listing's picture has one hash, and a
danger's has one for each likely disguise: turned, mirrored, cut at the edges, framed. What lies between two of these is
caught by the distance that the search allows. Recall by disguise: ``bench/pictures.py``.
"""

from collections.abc import Iterator

import numpy as np

from anbao.detect.picture.decode import Gray, Picture
from anbao.detect.picture.pdq import hash_of, reduced, sample, transform

CROPS = (
    *((0.95, 0.95, 3), (0.9, 0.9, 5), (0.9, 0.95, 3), (0.95, 0.9, 3)),
    *((0.9, 1.0, 3), (1.0, 0.9, 3), (0.8, 0.8, 3)),
)
"""Shares of height and width that a crop keeps, and how many places it is taken from along each axis."""

FRAMES = (0.03, 0.06, 0.1, 0.15)
"""Widths of a frame, as shares of the side."""

SHADES = (0, 128, 255)
"""Luminance of a frame."""


def variants(picture: Picture) -> tuple[str, ...]:
    """The hashes of a picture and its likely disguises, in hex, the picture's own first; about 160, in 50 ms."""
    gray = reduced(picture)
    found: dict[str, None] = {}
    for one in _disguised(gray):
        found[hash_of(transform(sample(np.ascontiguousarray(one)))).tobytes().hex()] = None
    return tuple(found)


def _disguised(gray: Gray) -> Iterator[Gray]:
    yield gray
    yield gray[:, ::-1]
    for turns in (1, 2, 3):
        yield np.rot90(gray, turns)
    for one in (*_crops(gray), *_framed(gray)):
        yield one
        yield one[:, ::-1]


def _crops(gray: Gray) -> Iterator[Gray]:
    height, width = gray.shape
    for share_down, share_across, places in CROPS:
        rows, columns = round(height * share_down), round(width * share_across)
        for down in np.linspace(0, 1, places if rows < height else 1):
            for across in np.linspace(0, 1, places if columns < width else 1):
                top, left = round((height - rows) * down), round((width - columns) * across)
                yield gray[top : top + rows, left : left + columns]


def _framed(gray: Gray) -> Iterator[Gray]:
    height, width = gray.shape
    for share in FRAMES:
        sides = ((max(1, round(height * share)),) * 2, (max(1, round(width * share)),) * 2)
        for shade in SHADES:
            yield np.pad(gray, sides, constant_values=shade)
