"""Codes and lettering in pictures, with their places."""

import numpy as np
import pytest
from PIL import Image

from anbao.detect.picture.decode import decode
from anbao.detect.picture.lettering import text_likeness
from anbao.detect.picture.reading import read
from anbao.simulator.pictures import jpeg, product, with_qr, with_text


@pytest.mark.parametrize("turned", [0, 90, 180])
def test_a_qr_code_is_read_and_placed(turned: int) -> None:
    image = with_qr(product(3), "https://u.example.com/9f3").rotate(turned, expand=True)
    [code] = read(jpeg(image)).codes
    assert code.text == "https://u.example.com/9f3"
    assert code.format == "QR Code"
    center = (code.box.left + code.box.right) // 2, (code.box.top + code.box.bottom) // 2
    expected = {0: (660, 660), 90: (660, 140), 180: (140, 140)}[turned]
    assert np.abs(np.subtract(center, expected)).max() < 25


def test_places_count_pixels_of_the_upload_not_of_what_was_stored() -> None:
    [code] = read(jpeg(with_qr(product(3), "x" * 30).resize((3200, 3200)))).codes
    assert abs((code.box.left + code.box.right) / 2 - 2640) < 60


def test_codes_in_chinese_and_odd_bytes_are_text() -> None:
    assert read(jpeg(with_qr(product(4), "加微信 领红包 🧧"))).codes[0].text == "加微信 领红包 🧧"
    assert "\0" not in "".join(code.text for code in read(jpeg(with_qr(product(4), "a\0b"))).codes)


def test_a_plain_product_holds_no_code_and_looks_like_no_text() -> None:
    for seed in range(6):
        reading = read(jpeg(product(seed)))
        assert reading.codes == ()
        assert reading.text_like == 0


@pytest.mark.parametrize(("size", "colour"), [(20, "white"), (34, "red"), (60, "black")])
def test_lettering_is_suspected_read_and_placed(size: int, colour: str) -> None:
    data = jpeg(with_text(product(5), "WeChat: shop8818", size=size, colour=colour), 92)
    assert text_likeness(decode(data)) >= 3
    reading = read(data, text=True)
    [line] = [line for line in reading.lines if "shop8818" in line.text]
    assert line.confidence > 80
    assert abs(line.box.left - 40) < 12
    assert 660 <= line.box.top < line.box.bottom <= 770
    assert reading.text_read
    assert "rapidocr" in reading.reader


def test_the_same_bytes_have_the_same_reading() -> None:
    data = jpeg(with_qr(with_text(product(6), "tel 13800138000"), "hello"))
    assert read(data, text=True) == read(data, text=True)


def test_a_tiny_picture_is_no_text() -> None:
    assert text_likeness(decode(jpeg(Image.new("RGB", (6, 6))))) == 0
