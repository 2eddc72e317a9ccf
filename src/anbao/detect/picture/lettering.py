"""Text in pictures: whether there may be any (a millisecond), and what it says (RapidOCR, a second)."""

import logging
import threading
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import numpy as np
from PIL import Image

from anbao.detect.picture.codes import box_around, printable
from anbao.detect.picture.decode import Picture
from anbao.errors import StoreError
from anbao.model.picture import TextLine
from anbao.text import Text

SIDE = 800
STEP = 32
"""Levels of 256 between neighbouring pixels that make an edge."""

TILE = (8, 32)
DENSE = 0.14
"""Share of edges that makes a tile dense. Lettering leaves several edges per character, all along a line."""

MAX_LINES = 60
MAX_TEXT = 500
MIN_CONFIDENCE = 50
"""Per cent; below it the reader guesses."""

READER = f"rapidocr {version('rapidocr')}"


def text_likeness(picture: Picture) -> int:
    """How many pairs of neighbouring tiles are dense with upright edges, as lettering is; 0 where there is surely none.

    Colours are looked at each by itself: red on grey may have no step in luminance.
    """
    image = picture.image
    if max(image.size) > SIDE:
        image = image.copy()
        image.thumbnail((SIDE, SIDE), Image.Resampling.BOX, reducing_gap=2)
    pixels = np.asarray(image).astype(np.int16)
    edges = np.any(np.abs(np.diff(pixels, axis=1)) > STEP, axis=2)
    rows, columns = edges.shape[0] // TILE[0], edges.shape[1] // TILE[1]
    if not rows or columns < 2:
        return 0
    tiles = edges[: rows * TILE[0], : columns * TILE[1]].reshape(rows, TILE[0], columns, TILE[1])
    dense = tiles.mean(axis=(1, 3)) > DENSE
    return int((dense[:, 1:] & dense[:, :-1]).sum())


def read_lines(picture: Picture) -> tuple[TextLine, ...]:
    """The lines of text, from the top down. Raises StoreError where the models are not installed."""
    found = _engine().read(np.asarray(picture.image)[:, :, ::-1].copy())
    if found.txts is None:
        return ()
    lines = [
        TextLine(
            box=box_around([(float(x) * picture.scale, float(y) * picture.scale) for x, y in corners]),
            confidence=round(100 * float(score)),
            text=printable(str(text))[:MAX_TEXT],
        )
        for text, score, corners in zip(found.txts, found.scores, found.boxes, strict=True)
        if text.strip() and 100 * score >= MIN_CONFIDENCE
    ]
    lines.sort(key=lambda line: (line.box.top, line.box.left, line.text))
    return tuple(lines[:MAX_LINES])


class _Engine:
    """The models of RapidOCR's wheel, on one core. Named by path, so that nothing is ever downloaded."""

    def __init__(self) -> None:
        from rapidocr import RapidOCR

        folder = files("rapidocr") / "models"
        models = {part: [one for one in folder.iterdir() if f"_{part}_" in one.name] for part in ("det", "cls", "rec")}
        if not all(len(found) == 1 for found in models.values()):
            raise StoreError(
                Text("rapidocr 安装包内没有文字识别模型", "the installed rapidocr holds no models"),
                hint=Text("请从 wheel 安装 rapidocr", "install rapidocr from its wheel"),
            )
        threads = dict.fromkeys(
            ("EngineConfig.onnxruntime.intra_op_num_threads", "EngineConfig.onnxruntime.inter_op_num_threads"), 1
        )
        paths = {f"{part.capitalize()}.model_path": str(found[0]) for part, found in models.items()}
        self._ocr: Any = RapidOCR(params={"Global.log_level": "critical", **threads, **paths})
        logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
        self._one_at_a_time = threading.Lock()

    def read(self, pixels: Any) -> Any:
        with self._one_at_a_time:
            return self._ocr(pixels)


_starting = threading.Lock()


def _engine() -> _Engine:
    with _starting:
        return _started()


@cache
def _started() -> _Engine:
    return _Engine()
