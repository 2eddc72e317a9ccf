"""Pictures: recall by disguise against false matches, pictures a second, and search against memory bandwidth.

Photographs are those inside the wheels of scikit-image and scikit-learn. Recall: a danger's variants against one hash
of each disguised upload. Unrelated: every photograph against the dangers of all others, and patches of it, which share
its light and grain. Speeds are ratios to a baseline of the same run. Use: python bench/pictures.py [--hashes 1000000]
"""

import argparse
import io
import os
import random
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import skimage.data
import sklearn.datasets
from PIL import Image, ImageDraw, ImageFont, ImageOps

from anbao.detect.likeness.hashes import BYTES, HashIndex
from anbao.detect.picture.codes import read_codes
from anbao.detect.picture.decode import decode
from anbao.detect.picture.lettering import read_lines, text_likeness
from anbao.detect.picture.pdq import pdq
from anbao.detect.picture.variants import variants
from anbao.simulator.pictures import jpeg, product, with_text

SAME, ALIKE = 31, 56
QUALITY = 50
PATCHES = 20
NAMES = (
    *("coffee.png", "camera.png", "astronaut.png", "chelsea.png", "rocket.jpg", "motorcycle_left.png", "coins.png"),
    *("hubble_deep_field.jpg", "page.png", "text.png", "moon.png", "ihc.png", "retina.jpg", "horse.png", "brick.png"),
    *("grass.png", "gravel.png", "cell.png", "color.png", "logo.png", "phantom.png"),
)

Disguise = Callable[[Image.Image], Image.Image]


def photographs() -> dict[str, Image.Image]:
    """Real photographs and a few drawings, by name."""
    folders: list[tuple[Path, tuple[str, ...]]] = [(Path(skimage.data.__file__).parent, NAMES)]
    folders.append((Path(sklearn.datasets.__file__).parent / "images", ("china.jpg", "flower.jpg")))
    return {name: Image.open(folder / name).convert("RGB") for folder, names in folders for name in names}


def compressed(quality: int) -> Disguise:
    """Saved as JPEG of this quality."""
    return lambda image: Image.open(io.BytesIO(jpeg(image, quality))).convert("RGB")


def scaled(across: float, down: float) -> Disguise:
    """Resized by these factors."""
    return lambda image: image.resize((round(image.width * across), round(image.height * down)))


def cut(left: float, top: float, right: float, bottom: float) -> Disguise:
    """Without these shares of the sides."""
    return lambda image: image.crop(
        (
            round(image.width * left),
            round(image.height * top),
            round(image.width * (1 - right)),
            round(image.height * (1 - bottom)),
        )
    )


def framed(share: float, colour: str) -> Disguise:
    """With a frame; ``share`` of the longer side."""
    return lambda image: ImageOps.expand(image, border=round(max(image.size) * share), fill=colour)


def watermarked(image: Image.Image) -> Image.Image:
    """A shop's name all over, half transparent."""
    made = image.copy()
    draw = ImageDraw.Draw(made, "RGBA")
    font = ImageFont.load_default(max(12, image.height // 12))
    for down in range(0, image.height, image.height // 4):
        for across in range(-image.width // 8, image.width, image.width // 3):
            draw.text((across, down), "SHOP 8818", font=font, fill=(255, 255, 255, 110))
    return made


def bannered(image: Image.Image) -> Image.Image:
    """A red banner over the lowest 18 %."""
    made = image.copy()
    draw = ImageDraw.Draw(made)
    draw.rectangle((0, image.height * 0.82, image.width, image.height), fill=(200, 30, 30))
    font = ImageFont.load_default(max(12, image.height // 10))
    draw.text((10, image.height * 0.84), "SALE TODAY", font=font, fill="white")
    return made


def disguises(dice: random.Random) -> dict[str, Disguise]:
    """What a seller does to a picture."""

    def anywhere(image: Image.Image) -> Image.Image:
        left, top = dice.uniform(0, 0.1), dice.uniform(0, 0.1)
        return cut(left, top, 0.1 - left, 0.1 - top)(image)

    return {
        "JPEG, quality 50": compressed(50),
        "JPEG, quality 20": compressed(20),
        "half the size": scaled(0.5, 0.5),
        "a quarter of the size": scaled(0.25, 0.25),
        "squeezed to 85 %": scaled(0.85, 1),
        "watermark": watermarked,
        "banner of 18 %": bannered,
        "crop 5 % of each side": cut(0.05, 0.05, 0.05, 0.05),
        "crop 10 % on the left": cut(0.1, 0, 0, 0),
        "crop 10 % in a corner": cut(0.1, 0.1, 0, 0),
        "crop 10 % anywhere": anywhere,
        "crop 10 % of each side": cut(0.1, 0.1, 0.1, 0.1),
        "white border 5 %": framed(0.05, "white"),
        "white border 12 %": framed(0.12, "white"),
        "black border 8 %": framed(0.08, "black"),
        "red border 6 %": framed(0.06, "red"),
        "mirror": ImageOps.mirror,
        "turned by 90°": lambda image: image.rotate(90, expand=True),
        "mirror, crop anywhere, JPEG 50": lambda image: compressed(50)(anywhere(ImageOps.mirror(image))),
    }


def nearest(index: HashIndex, image: Image.Image) -> int:
    """Bits to the nearest hash; 256 where the picture's own is not to be compared."""
    found = pdq(decode(png(image)))
    if found.quality < QUALITY:
        return 256
    return next((match.distance for match in index.within(found.hash, 128)), 256)


def png(image: Image.Image) -> bytes:
    """The picture without loss."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def patches(image: Image.Image, dice: random.Random) -> list[Image.Image]:
    """Parts of the picture, a third to six tenths of its sides."""
    made = []
    for _ in range(PATCHES):
        width, height = (round(side * dice.uniform(0.33, 0.6)) for side in image.size)
        left, top = dice.randint(0, image.width - width), dice.randint(0, image.height - height)
        made.append(image.crop((left, top, left + width, top + height)))
    return made


def recall() -> None:
    """Print recall by disguise, and false matches."""
    photos, dice = photographs(), random.Random(1)
    usable = {name: image for name, image in photos.items() if pdq(decode(png(image))).quality >= QUALITY}
    dangers = {name: HashIndex.of(variants(decode(png(image)))) for name, image in usable.items()}
    hashes = sum(map(len, dangers.values())) / len(dangers)
    print(f"{len(dangers)} photographs as dangers, {hashes:.0f} hashes each\n")
    print(f"{'recall':34} same (≤ {SAME})   alike (≤ {ALIKE})")
    for label, disguise in disguises(dice).items():
        bits = [nearest(dangers[name], disguise(image)) for name, image in usable.items()]
        shares = [sum(bit <= limit for bit in bits) / len(bits) for limit in (SAME, ALIKE)]
        print(f"{label:34} {shares[0]:12.2f} {shares[1]:15.2f}")
    unrelated = {
        "whole photographs": [
            (nearest(dangers[other], image)) for name, image in photos.items() for other in dangers if other != name
        ],
        f"{PATCHES} patches of each": [
            nearest(dangers[other], patch)
            for name, image in photos.items()
            for patch in patches(image, dice)
            for other in dangers
            if other != name
        ],
        "drawn products": [
            nearest(HashIndex.of(variants(decode(png(product(one))))), product(other))
            for one in range(12)
            for other in range(12)
            if one != other
        ],
    }
    print()
    for label, bits in unrelated.items():
        false = [sum(bit <= limit for bit in bits) for limit in (SAME, ALIKE)]
        print(f"false, {label:27} {false[0]:12} {false[1]:15}   of {len(bits):,} pairs, nearest {min(bits)}")


def best(job: Callable[[], object], rounds: int = 5, times: int = 1) -> float:
    """Seconds of one run, the best of several rounds."""
    job()
    found = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(times):
            job()
        found = min(found, (time.perf_counter() - start) / times)
    return found


def speed() -> None:
    """Print what each part of reading costs, against decoding alone."""
    image = photographs()["china.jpg"].resize((800, 800))
    data = jpeg(image)
    picture = decode(data)
    lettered = decode(jpeg(with_text(image, "WeChat: shop8818")))
    plain = best(lambda: Image.open(io.BytesIO(data)).convert("RGB"), times=5)
    parts = {
        "decode within bounds": best(lambda: decode(data), times=5),
        "PDQ": best(lambda: pdq(picture), times=5),
        "codes": best(lambda: read_codes(picture.gray(), picture.scale), times=3),
        "likeness of text": best(lambda: text_likeness(picture), times=5),
    }
    print(f"\nJPEG of 800 × 800; baseline: Pillow decodes it in {1e3 * plain:.1f} ms")
    for label, took in parts.items():
        print(f"{label:34} {1e3 * took:8.1f} ms   {took / plain:6.2f} × the baseline")
    whole = sum(parts.values())
    print(f"{'all of these':34} {1e3 * whole:8.1f} ms   {whole / plain:6.2f} ×   {1 / whole:6.0f} pictures/s/core")
    hashing = parts["decode within bounds"] + parts["PDQ"]
    print(
        f"{'decode and PDQ':34} {1e3 * hashing:8.1f} ms   {hashing / plain:6.2f} ×   {1 / hashing:6.0f} pictures/s/core"
    )
    text = best(lambda: read_lines(lettered), rounds=2)
    print(f"{'text, on candidates only':34} {1e3 * text:8.1f} ms   {text / plain:6.2f} ×")
    print(f"{'variants of a danger':34} {1e3 * best(lambda: variants(picture), rounds=3):8.1f} ms")


def search(count: int) -> None:
    """Print the search of many hashes against reading and copying the same bytes."""
    rows = np.random.default_rng(3).integers(0, 256, (count, BYTES), dtype=np.uint8)
    index, copy, words = HashIndex(rows), np.empty_like(rows), rows.view(np.uint64)
    wanted = rows[count // 2].tobytes().hex()
    took = {limit: best(partial(index.within, wanted, limit), rounds=15) for limit in (SAME, ALIKE)}
    summed, copied = best(words.sum, rounds=15), best(lambda: np.copyto(copy, rows), rounds=15)
    print(f"\n{count:,} hashes ({rows.nbytes / 1e6:.0f} MB)")
    print(f"{'numpy sums the bytes':34} {1e3 * summed:8.2f} ms   {rows.nbytes / summed / 1e9:6.1f} GB/s")
    print(f"{'memory copies the bytes':34} {1e3 * copied:8.2f} ms   {rows.nbytes / copied / 1e9:6.1f} GB/s")
    for limit, seconds in took.items():
        print(
            f"search within {limit:2} bits {'':13} {1e3 * seconds:8.2f} ms   {rows.nbytes / seconds / 1e9:6.1f} GB/s"
            f"   {copied / seconds:5.2f} of copying, {summed / seconds:5.2f} of summing"
        )


def main() -> None:
    """Print all figures."""
    options = argparse.ArgumentParser()
    options.add_argument("--hashes", type=int, default=1_000_000)
    recall()
    speed()
    search(options.parse_args().hashes)


if __name__ == "__main__":
    main()
