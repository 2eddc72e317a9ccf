"""Hostile and broken pictures: a problem with a name, within the limits, never anything else."""

import io
import time
import zlib
from pathlib import Path
from struct import pack

import numpy as np
import pytest
import skimage.data
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from anbao.detect.picture import decode as decoding
from anbao.detect.picture.decode import Picture, decode
from anbao.detect.picture.errors import BadPicture
from anbao.detect.picture.reading import read
from anbao.simulator.pictures import jpeg, product, with_qr

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")


def written(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


SMALL = with_qr(product("hostile").resize((160, 160)), "x", share=0.5)
SEEDS = [
    *(written(SMALL, form) for form in FORMATS),
    written(SMALL, "JPEG", progressive=True),
    written(SMALL.convert("CMYK"), "JPEG"),
    written(SMALL.convert("P"), "PNG", transparency=3),
    written(SMALL.convert("RGBA"), "WEBP", lossless=True),
    written(Image.fromarray(np.asarray(SMALL.convert("L")).astype(np.uint16) * 257), "PNG"),
    written(SMALL, "GIF", save_all=True, append_images=[SMALL.rotate(90)]),
]


def png(width: int, height: int, body: bytes) -> bytes:
    """A PNG file that claims this size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    header = pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def problem_of(data: bytes) -> str:
    with pytest.raises(BadPicture) as raised:
        decode(data)
    return raised.value.problem


@pytest.mark.parametrize("data", SEEDS)
def test_each_format_and_mode_is_read(data: bytes) -> None:
    picture = decode(data)
    assert (picture.width, picture.height) == (160, 160)
    assert picture.image.mode == "RGB"
    assert picture.gray().shape == (160, 160)


def test_a_bomb_is_refused_before_its_pixels_are_made() -> None:
    bomb = png(50_000, 50_000, zlib.compress(b"\0" * 10_000_000))
    started = time.perf_counter()
    assert problem_of(bomb) == "too_many_pixels"
    assert time.perf_counter() - started < 1


def test_a_jpeg_of_endless_scans_is_refused() -> None:
    data = written(SMALL, "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    assert problem_of(data[:last] + data[last:-2] * 200 + b"\xff\xd9") == "too_many_pixels"


def test_too_many_bytes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MAX_BYTES", 100)
    assert problem_of(b"\xff" * 101) == "too_large"


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"\0" * 500]
)
def test_what_is_no_picture_has_a_problem(data: bytes) -> None:
    assert problem_of(data) in ("unknown_format", "undecodable")


@pytest.mark.parametrize("form", ["TIFF", "PPM", "ICO", "TGA"])
def test_formats_that_shops_do_not_need_are_not_decoded(form: str) -> None:
    assert problem_of(written(SMALL.resize((32, 32)), form)) == "unknown_format"


def test_a_truncated_picture_has_a_problem() -> None:
    assert problem_of(jpeg(SMALL)[:1500]) == "undecodable"
    assert problem_of(png(10, 10, b"no deflate")) == "undecodable"


def test_a_sliver_has_a_problem_and_not_a_hash() -> None:
    assert problem_of(written(Image.new("RGB", (4, 500)), "PNG")) == "undecodable"


def test_a_picture_is_turned_as_its_camera_says() -> None:
    image = product(7).resize((200, 120))
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = decode(written(image, "JPEG", exif=exif, quality=95))
    assert (turned.width, turned.height) == (120, 200)
    upright = np.asarray(image.rotate(-90, expand=True)).astype(int)
    assert np.abs(np.asarray(turned.image).astype(int) - upright).mean() < 6


def test_what_shines_through_is_white() -> None:
    image = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    assert decode(written(image, "PNG")).image.getpixel((5, 5)) == (255, 255, 255)


def test_a_large_photograph_is_stored_small_and_its_size_known() -> None:
    picture = decode(jpeg(product(2).resize((4000, 3000))))
    assert (picture.width, picture.height) == (4000, 3000)
    assert max(picture.image.size) <= decoding.SIDE
    assert picture.scale == pytest.approx(4000 / picture.image.width)


def test_the_gif_of_a_real_package_is_read() -> None:
    path = Path(skimage.data.__file__).parent / "no_time_for_that_tiny.gif"
    assert decode(path.read_bytes()).frames == 24


mutations = st.lists(
    st.tuples(st.floats(0, 1), st.sampled_from(["flip", "cut", "insert", "repeat"]), st.binary(min_size=1, max_size=8)),
    min_size=1,
    max_size=6,
)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(SEEDS), mutations)
def test_damaged_bytes_give_a_picture_or_a_problem(data: bytes, damage: list[tuple[float, str, bytes]]) -> None:
    made = bytearray(data)
    for where, sort, extra in damage:
        place = int(where * max(0, len(made) - 1))
        if sort == "flip" and made:
            made[place] ^= extra[0] or 1
        elif sort == "cut":
            del made[place : place + 8 * len(extra)]
        elif sort == "insert":
            made[place:place] = extra
        else:
            made[place:place] = made[place : place + 64]
    try:
        assert isinstance(decode(bytes(made)), Picture)
    except BadPicture:
        assert read(bytes(made)).problem


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_have_a_reading(data: bytes) -> None:
    reading = read(data)
    assert reading.problem
    assert len(reading.picture) == 64
