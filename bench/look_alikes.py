"""Which Chinese characters people take for each other, found by comparing their drawings in a font.

Prints one line for each character: itself, then those that it may be taken for, the nearest first.

- ``close`` made the product's table, from a sans and a serif of Noto CJK: the cosine of the blurred drawings, and how
  far the ink of one lies from the ink of the other.
- ``ink`` made the tables for tuning and measuring, from WenQuanYi Zen Hei and AR PL UMing: the correlation of black and
  white after each stroke was thickened by a pixel.

Use: python bench/look_alikes.py close|ink FONT[:FACE] ... > FILE
"""

import argparse
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import binary_dilation, distance_transform_edt, gaussian_filter

from anbao.detect.likeness.fold import fold_table

Drawings = NDArray[np.float32]
Metric = Callable[[Drawings, Drawings], Drawings]

SIZE = 40
BLUR = 1.0
DISTANCE_WEIGHT = 0.5
FARTHEST = 6
ROWS = 500


def common() -> list[str]:
    """The 6,763 characters of GB 2312, as folding leaves them."""
    table = fold_table()
    pairs = (bytes((row, cell)) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF))
    chars = {char for pair in pairs if (char := pair.decode("gb2312", errors="ignore"))}
    return sorted(char for char in chars if table[ord(char)] == ord(char))


def folded_ideographs() -> list[str]:
    """All unified ideographs of the first block that folding leaves as they are."""
    table = fold_table()
    return [chr(code) for code in range(0x4E00, 0xA000) if table[code] == code]


def drawings(chars: list[str], font: str) -> Drawings:
    """One row of SIZE × SIZE pixels for each character; empty where the font lacks it."""
    path, _, face = font.partition(":")
    pen = ImageFont.truetype(path, SIZE - 6, index=int(face or 0))
    missing = _draw("\U0010fffe", pen).tobytes()
    rows = np.zeros((len(chars), SIZE * SIZE), np.float32)
    for place, char in enumerate(chars):
        image = _draw(char, pen)
        if image.tobytes() != missing:
            rows[place] = np.asarray(image, np.float32).ravel() / 255
    return rows


def _draw(char: str, pen: ImageFont.FreeTypeFont) -> Image.Image:
    image = Image.new("L", (SIZE, SIZE))
    ImageDraw.Draw(image).text((SIZE / 2, SIZE / 2), char, 255, pen, anchor="mm")
    return image


def close(left: Drawings, right: Drawings) -> Drawings:
    """Cosine of the blurred drawings, less half the mean distance (pixels) from ink to ink, the larger of both ways."""
    distance = np.maximum(_distances(left, right), _distances(right, left).T)
    likeness = _cosine(_blurred(left), _blurred(right)) - DISTANCE_WEIGHT * distance
    return likeness.astype(np.float32)


def ink(left: Drawings, right: Drawings) -> Drawings:
    """Correlation of the thickened drawings."""
    return _cosine(_thickened(left), _thickened(right))


def _blurred(rows: Drawings) -> Drawings:
    return np.stack([gaussian_filter(row.reshape(SIZE, SIZE), BLUR).ravel() for row in rows])


def _thickened(rows: Drawings) -> Drawings:
    return np.array([binary_dilation(row.reshape(SIZE, SIZE) > 0.5).ravel() for row in rows], np.float32)


def _cosine(left: Drawings, right: Drawings) -> Drawings:
    """Of the rows less their means."""

    def directions(rows: Drawings) -> Drawings:
        centred = rows - rows.mean(axis=1, keepdims=True)
        lengths = np.linalg.norm(centred, axis=1, keepdims=True)
        result: Drawings = (centred / np.where(lengths > 0, lengths, 1)).astype(np.float32)
        return result

    result: Drawings = directions(left) @ directions(right).T
    return result


def _distances(left: Drawings, right: Drawings) -> Drawings:
    """From each pixel of ink of the left to the nearest ink of the right, on average."""
    black = (left > 0.5).astype(np.float32)
    far = [distance_transform_edt(row.reshape(SIZE, SIZE) <= 0.5).ravel() for row in right]
    result: Drawings = (black @ np.minimum(np.array(far, np.float32), FARTHEST).T) / np.maximum(
        black.sum(axis=1, keepdims=True), 1
    )
    return result


METRICS: dict[str, Metric] = {"close": close, "ink": ink}


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser()
    options.add_argument("metric", choices=METRICS)
    options.add_argument("fonts", nargs="+")
    options.add_argument("--most", type=int, default=24, help="characters on a line")
    options.add_argument("--least", type=float, default=0.0, help="the weakest likeness that counts")
    options.add_argument("--common", action="store_true", help="only lines of common characters")
    chosen = options.parse_args()
    metric = METRICS[chosen.metric]
    targets = common()
    sources = targets if chosen.common else folded_ideographs()
    fonts = [(drawings(sources, font), drawings(targets, font)) for font in chosen.fonts]
    for start in range(0, len(sources), ROWS):
        parts = [metric(left[start : start + ROWS], right) for left, right in fonts]
        likeness = np.mean(parts, axis=0)
        for source, row in zip(sources[start : start + ROWS], likeness, strict=True):
            nearest = (place for place in np.argsort(-row)[: chosen.most + 1] if row[place] >= chosen.least)
            found = [targets[place] for place in nearest if targets[place] != source][: chosen.most]
            if found:
                print(source + "".join(found))


if __name__ == "__main__":
    main()
