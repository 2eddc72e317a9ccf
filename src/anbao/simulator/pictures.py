"""Product pictures as sellers upload them: drawn, not photographed; with contacts hidden in them, and a dangerous
product's picture with the disguises in which it comes back.

The same seed gives the same picture. Lettering is Latin and digits, in the font that Pillow carries.
"""

import io
import math
import random
from collections.abc import Callable, Iterator
from typing import Literal

import numpy as np
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

SIDE = 800
"""Pixels of a picture's side; what shops ask for."""

Disguise = Literal[
    "recompressed", "resized", "watermark", "crop", "corner_crop", "border", "dark_border", "mirror", "mirror_crop"
]
DISGUISES: tuple[Disguise, ...] = (
    "recompressed",
    "resized",
    "watermark",
    "crop",
    "corner_crop",
    "border",
    "dark_border",
    "mirror",
    "mirror_crop",
)


def product(seed: int | str) -> Image.Image:
    """A product on a backdrop: a few shapes with shade, a label, the grain of a camera."""
    dice = random.Random(f"product {seed}")
    image = _backdrop(dice)
    draw = ImageDraw.Draw(image)
    for _ in range(dice.randint(7, 11)):
        _part(draw, dice)
    for bar in range(dice.randint(4, 7)):
        height = 60 + bar * 110
        draw.rectangle((dice.randint(60, 200), height, dice.randint(500, 740), height + 35), fill=_colour(dice, 0, 255))
    left, top = dice.randint(200, 400), dice.randint(250, 500)
    draw.rectangle((left, top, left + dice.randint(80, 220), top + dice.randint(40, 120)), fill=_colour(dice, 200, 255))
    grain = np.random.default_rng(dice.getrandbits(32)).normal(0, 3, (SIDE, SIDE, 1))
    soft = np.asarray(image.filter(ImageFilter.GaussianBlur(1.2)), dtype=np.float64)
    return Image.fromarray((soft + grain).clip(0, 255).astype(np.uint8))


def with_text(image: Image.Image, text: str, *, size: int = 34, colour: str = "white") -> Image.Image:
    """The picture with a line of text laid over it, low on the left."""
    made = image.copy()
    draw = ImageDraw.Draw(made)
    draw.text((image.width // 20, round(image.height * 0.85)), text, font=ImageFont.load_default(size), fill=colour)
    return made


def with_qr(image: Image.Image, payload: str, *, share: float = 0.25) -> Image.Image:
    """The picture with a QR code in its lower right corner, ``share`` of the width wide."""
    side = round(image.width * share)
    barcode = zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.QRCode)
    code = Image.fromarray(np.array(barcode.to_image(scale=8))).convert("RGB")
    made = image.copy()
    made.paste(code.resize((side, side)), (image.width - side - image.width // 20, round(image.height * 0.95) - side))
    return made


def disguised(image: Image.Image, disguise: Disguise) -> Image.Image:
    """The picture as a seller uploads it again, so that it is not recognised."""
    return _DISGUISES[disguise](image)


def disguises(image: Image.Image) -> Iterator[tuple[Disguise, Image.Image]]:
    """Each disguise of a picture."""
    for one in DISGUISES:
        yield one, disguised(image, one)


def jpeg(image: Image.Image, quality: int = 85) -> bytes:
    """The picture as a JPEG file."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _backdrop(dice: random.Random) -> Image.Image:
    from_shade, to_shade = dice.randint(120, 250), dice.randint(60, 200)
    turn = dice.uniform(0, 2 * math.pi)
    across, down = np.meshgrid(np.linspace(-1, 1, SIDE), np.linspace(-1, 1, SIDE))
    ramp = (np.cos(turn) * across + np.sin(turn) * down + 1.5) / 3
    tint = np.array([dice.uniform(0.8, 1) for _ in range(3)])
    shades = (from_shade + (to_shade - from_shade) * ramp)[:, :, None] * tint
    return Image.fromarray(shades.clip(0, 255).astype(np.uint8))


def _part(draw: ImageDraw.ImageDraw, dice: random.Random) -> None:
    across, down = dice.randint(150, 650), dice.randint(150, 650)
    wide, high = dice.randint(60, 280), dice.randint(60, 280)
    colour = _colour(dice, 20, 230)
    sort = dice.randrange(3)
    if sort == 0:
        draw.ellipse((across - wide, down - high, across + wide, down + high), fill=colour)
    elif sort == 1:
        draw.rounded_rectangle((across - wide, down - high, across + wide, down + high), radius=30, fill=colour)
    else:
        corners = [
            (across + wide * math.cos(angle), down + high * math.sin(angle))
            for angle in sorted(dice.uniform(0, 2 * math.pi) for _ in range(dice.randint(3, 6)))
        ]
        draw.polygon(corners, fill=colour)


def _colour(dice: random.Random, low: int, high: int) -> tuple[int, int, int]:
    return dice.randint(low, high), dice.randint(low, high), dice.randint(low, high)


def _cut(left: float, top: float, right: float, bottom: float) -> Callable[[Image.Image], Image.Image]:
    """Without these shares of the sides."""
    return lambda image: image.crop(
        (
            round(image.width * left),
            round(image.height * top),
            round(image.width * (1 - right)),
            round(image.height * (1 - bottom)),
        )
    )


def _framed(share: float, colour: str) -> Callable[[Image.Image], Image.Image]:
    return lambda image: ImageOps.expand(image, border=round(max(image.size) * share), fill=colour)


def _watermarked(image: Image.Image) -> Image.Image:
    made = image.copy()
    draw = ImageDraw.Draw(made, "RGBA")
    font = ImageFont.load_default(max(12, image.height // 14))
    for down in range(image.height // 8, image.height, image.height // 3):
        for across in range(0, image.width, image.width // 2):
            draw.text((across, down), "GOOD SHOP", font=font, fill=(255, 255, 255, 90))
    return made


def _recompressed(image: Image.Image) -> Image.Image:
    return Image.open(io.BytesIO(jpeg(image, 30))).convert("RGB")


_DISGUISES: dict[Disguise, Callable[[Image.Image], Image.Image]] = {
    "recompressed": _recompressed,
    "resized": lambda image: image.resize((image.width // 2, image.height // 2)),
    "watermark": _watermarked,
    "crop": _cut(0.05, 0.05, 0.05, 0.05),
    "corner_crop": _cut(0.1, 0.1, 0, 0),
    "border": _framed(0.06, "white"),
    "dark_border": _framed(0.05, "black"),
    "mirror": ImageOps.mirror,
    "mirror_crop": lambda image: _cut(0.05, 0.05, 0.05, 0.05)(ImageOps.mirror(image)),
}
