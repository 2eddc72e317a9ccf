"""PDQ: a perceptual hash of 256 bits, with a quality (Meta, "The TMK+PDQF Video-Hashing Algorithm and the PDQ
Image-Hashing Algorithm", 2019).

Luminance is blurred by two box filters along each axis (a tent), sampled at 64 × 64 points, and of its cosine transform
the coefficients 1 to 16 of each axis remain; a bit says whether a coefficient lies above their median.

All before the median is linear, and the same along each axis. So each axis has one matrix, made once per length:
``coefficients = D · S(h) · gray · S(w)ᵀ · Dᵀ``, S (sparse) sampling what was blurred and D the transform.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from anbao.detect.likeness.hashes import BITS
from anbao.detect.picture.decode import Gray, Picture

if TYPE_CHECKING:
    from scipy.sparse import csr_array

SIDE = 512
"""Larger pictures are first made this small, as the reference does."""

_SAMPLES = 64
_FREQUENCIES = 16
_PASSES = 2

Samples = NDArray[np.float32]
"""(64, 64): the blurred picture."""

Coefficients = NDArray[np.float32]
"""(16, 16): frequencies 1 to 16 down and across."""


class Pdq(msgspec.Struct, frozen=True):
    """``hash``: 64 hex digits. ``quality``: 0 (no detail to recognise it by) to 100; below 50 a match means little."""

    hash: str
    quality: int


def pdq(picture: Picture) -> Pdq:
    """The hash of a picture."""
    sampled = sample(reduced(picture))
    return Pdq(hash_of(transform(sampled)).tobytes().hex(), quality(sampled))


def reduced(picture: Picture) -> Gray:
    """Luminance at 512 × 512 at the most; the sides shrink each by itself."""
    image = picture.image
    if max(image.size) > SIDE:
        image = image.resize((min(image.width, SIDE), min(image.height, SIDE)), Image.Resampling.BOX)
    return np.asarray(image.convert("L"))


def sample(gray: Gray) -> Samples:
    """The blurred picture at 64 × 64 points."""
    height, width = gray.shape
    down = _sampling(height) @ gray.astype(np.float32)
    return np.asarray((_sampling(width) @ down.T).T, np.float32)


def transform(sampled: Samples) -> Coefficients:
    """The coefficients that the hash is made of."""
    matrix = _cosines()
    return np.asarray(matrix @ sampled @ matrix.T, np.float32)


def hash_of(coefficients: Coefficients) -> NDArray[np.uint8]:
    """The 32 bytes of the hash; the first coefficient is the last bit."""
    flat = coefficients.ravel()
    # The lower of the two middle values: 128 bits are set unless coefficients are equal.
    median = np.partition(flat, BITS // 2 - 1)[BITS // 2 - 1]
    return np.packbits(flat > median, bitorder="little")[::-1]


def quality(sampled: Samples) -> int:
    """How much detail the picture has: the sum of the steps between neighbours that can be seen, 0 to 100."""
    # Steps in whole per cent of full scale, the fraction cut off; both this and 90 are the reference's.
    steps = sum(
        int(np.abs(np.diff(sampled, axis=axis) * np.float32(100 / 255)).astype(np.int32).sum()) for axis in (0, 1)
    )
    return min(steps // 90, 100)


@lru_cache(maxsize=256)
def _sampling(length: int) -> "csr_array":
    """(64, length): two passes of the box filter, seen at 64 points."""
    # The middle of each of 64 equal stretches.
    places = ((np.arange(_SAMPLES) + 0.5) * length / _SAMPLES).astype(int)
    return _means(places, length) @ _means(np.arange(length), length)


def _means(places: NDArray[np.int64], length: int) -> "csr_array":
    """(places, length): the mean over a window, cut off at the ends; an even window reaches one further ahead."""
    from scipy.sparse import csr_array  # loaded late: most commands see no picture

    # A 128th of the side, rounded up: two passes blur over about one sample's stretch.
    window = -(-length // (_PASSES * _SAMPLES))
    behind, ahead = (window - 1) // 2, window // 2
    offset = np.arange(length)[None, :] - places[:, None]
    inside = ((offset >= -behind) & (offset <= ahead)).astype(np.float32)
    return csr_array(inside / inside.sum(axis=1, keepdims=True))


@lru_cache(maxsize=1)
def _cosines() -> NDArray[np.float32]:
    """(16, 64): rows 1 to 16 of the discrete cosine transform."""
    row, column = np.arange(1, _FREQUENCIES + 1)[:, None], np.arange(_SAMPLES)[None, :]
    scale = np.sqrt(2 / _SAMPLES)
    return np.asarray(scale * np.cos(np.pi / (2 * _SAMPLES) * row * (2 * column + 1)), dtype=np.float32)
