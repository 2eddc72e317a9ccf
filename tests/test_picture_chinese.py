"""Chinese lettering in pictures: characters drawn from strokes, and whole lines where a Chinese font is installed."""

import os
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from anbao.detect.picture.reading import read
from anbao.law.pack import default_pack_path
from anbao.prevent.pictures.service import look_by_pack
from anbao.simulator.pictures import jpeg, product

STROKES: dict[str, list[tuple[float, float, float, float]]] = {
    "中": [(2, 3, 8, 3), (2, 3, 2, 7), (8, 3, 8, 7), (2, 7, 8, 7), (5, 0, 5, 10)],
    "日": [(2.5, 1, 7.5, 1), (2.5, 1, 2.5, 9), (7.5, 1, 7.5, 9), (2.5, 5, 7.5, 5), (2.5, 9, 7.5, 9)],
    "王": [(1.5, 1.5, 8.5, 1.5), (2, 5, 8, 5), (1, 9, 9, 9), (5, 1.5, 5, 9)],
    "上": [(5, 0.5, 5, 9), (5, 4.5, 8.5, 4.5), (1, 9, 9, 9)],
}
"""Straight strokes on a square of ten by ten."""

FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/arphic/uming.ttc",
)
"""Where Debian's packages fonts-noto-cjk, fonts-wqy-* and fonts-arphic-uming put them; ANBAO_CJK_FONT names another."""


def written(text: str, side: int = 60) -> Image.Image:
    image = Image.new("RGB", (side * (len(text) + 2), side * 3), "white")
    draw = ImageDraw.Draw(image)
    for place, character in enumerate(text, 1):
        for x, y, to_x, to_y in STROKES[character]:
            left, unit = place * side + side // 10, side * 0.08
            ends = (left + x * unit, side + y * unit, left + to_x * unit, side + to_y * unit)
            draw.line(ends, fill="black", width=max(2, side // 15))
    return image


def lines(image: Image.Image) -> str:
    return "".join(line.text for line in read(jpeg(image), text=True).lines).replace(" ", "")


def test_characters_drawn_from_strokes_are_read() -> None:
    assert lines(written("王日中上")) == "王日中上"


def chinese_font() -> str:
    found = [one for one in (os.environ.get("ANBAO_CJK_FONT", ""), *FONTS) if one and Path(one).exists()]
    if not found:
        pytest.skip("no Chinese font is installed; ANBAO_CJK_FONT names one")
    return found[0]


@pytest.mark.parametrize(
    ("text", "outcome", "seen"),
    [
        ("加微信 abc12345", "review", "text.contact"),
        ("氰化钾 现货", "block", "text.lexicon"),
        ("夏季新款 包邮", "pass", ""),
    ],
)
def test_what_is_written_in_chinese_on_a_picture_is_judged(text: str, outcome: str, seen: str) -> None:
    image = product(text)
    font = ImageFont.truetype(chinese_font(), 40)
    ImageDraw.Draw(image).text((60, 650), text, font=font, fill="white", stroke_width=2, stroke_fill="black")
    decision = look_by_pack(default_pack_path())(read(jpeg(image), text=True))
    assert decision.outcome == outcome
    assert {one.detector for one in decision.findings} == ({seen} if seen else set())
