"""PDQ against a plain reading of its description, the hashes of disguises, and the search."""

import io
import math
from pathlib import Path

import numpy as np
import pytest
import skimage.data
import sklearn.datasets
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from anbao.detect.likeness.hashes import HashIndex, HashMatch, distance, parse
from anbao.detect.picture.decode import decode
from anbao.detect.picture.pdq import hash_of, pdq, quality, reduced, sample, transform
from anbao.detect.picture.variants import variants
from anbao.simulator.pictures import DISGUISES, Disguise, disguised, jpeg, product

PHOTOS = (
    *(
        Path(skimage.data.__file__).parent / name
        for name in ("coffee.png", "chelsea.png", "astronaut.png", "coins.png")
    ),
    *(Path(sklearn.datasets.__file__).parent / "images" / name for name in ("china.jpg", "flower.jpg")),
)


def box(row: list[float], window: int) -> list[float]:
    """One pass of the box filter, value by value."""
    behind, ahead = (window - 1) // 2, window // 2
    made = []
    for place in range(len(row)):
        inside = row[max(0, place - behind) : place + ahead + 1]
        made.append(sum(inside) / len(inside))
    return made


def plain_samples(gray: list[list[float]]) -> list[list[float]]:
    """Two passes of box filters along rows and columns, then 64 × 64 points: loops only."""
    for _ in range(2):
        gray = [box(row, math.ceil(len(row) / 128)) for row in gray]
        turned = [list(column) for column in zip(*gray, strict=True)]
        turned = [box(row, math.ceil(len(row) / 128)) for row in turned]
        gray = [list(column) for column in zip(*turned, strict=True)]
    height, width = len(gray), len(gray[0])
    return [[gray[int((i + 0.5) * height / 64)][int((j + 0.5) * width / 64)] for j in range(64)] for i in range(64)]


def plain_bits(samples: list[list[float]]) -> list[bool]:
    """Cosine transform, frequencies 1 to 16, compared with their lower median: loops only."""
    wave = [[math.sqrt(2 / 64) * math.cos(math.pi / 128 * i * (2 * k + 1)) for k in range(64)] for i in range(1, 17)]
    half = [[sum(w * samples[k][j] for k, w in enumerate(row)) for j in range(64)] for row in wave]
    found = [sum(h * w for h, w in zip(line, row, strict=True)) for line in half for row in wave]
    median = sorted(found)[127]
    return [value > median for value in found]


@pytest.mark.parametrize("size", [(64, 64), (90, 131), (200, 77), (5, 300)])
def test_the_hash_is_what_the_description_says(size: tuple[int, int]) -> None:
    gray = np.random.default_rng(1).integers(0, 256, size, dtype=np.uint8)
    samples = sample(gray)
    expected = plain_samples(gray.astype(float).tolist())
    assert np.allclose(samples, expected, atol=1e-2)
    bits = plain_bits(expected)
    value = hash_of(transform(samples)).tobytes().hex()
    wanted = sum(bit << place for place, bit in enumerate(bits))
    assert (int(value, 16) ^ wanted).bit_count() <= 2, "only coefficients at the median may round otherwise"


def test_quality_counts_the_steps_that_can_be_seen() -> None:
    flat = np.full((64, 64), 90, np.float32)
    steps = np.tile(np.array([0, 255], np.float32), (64, 32))
    assert quality(flat) == 0
    assert quality(steps) == 100
    one_step = np.zeros((64, 64), np.float32)
    one_step[:, 32:] = 255
    assert quality(one_step) == 64 * 100 // 90


@pytest.mark.parametrize("path", PHOTOS, ids=lambda path: path.name)
def test_a_photograph_that_is_compressed_and_shrunk_keeps_its_hash(path: Path) -> None:
    image = Image.open(path).convert("RGB")
    before = pdq(decode(path.read_bytes()))
    after = pdq(decode(jpeg(image.resize((image.width * 3 // 4, image.height * 3 // 4)), 40)))
    assert before.quality > 50
    assert distance(before.hash, after.hash) <= 31


def test_photographs_of_other_things_are_far_apart() -> None:
    hashes = [pdq(decode(path.read_bytes())).hash for path in PHOTOS]
    assert min(distance(a, b) for a in hashes for b in hashes if a != b) > 80


@pytest.fixture(scope="module")
def dangers() -> list[HashIndex]:
    return [HashIndex.of(variants(decode(jpeg(product(seed))))) for seed in range(4)]


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_disguised_picture_is_near_a_hash_of_its_original_and_far_from_others(
    disguise: Disguise, dangers: list[HashIndex]
) -> None:
    for seed in range(4):
        again = pdq(decode(jpeg(disguised(product(seed), disguise)))).hash
        for place, danger in enumerate(dangers):
            assert bool(danger.within(again, 31)) == (place == seed)


def test_the_first_variant_is_the_picture_itself() -> None:
    picture = decode(jpeg(product("x")))
    found = variants(picture)
    assert found[0] == pdq(picture).hash
    assert len(found) == len(set(found)) > 100


def test_a_hash_from_outside_is_read_or_refused() -> None:
    value = hash_of(transform(sample(reduced(decode(jpeg(product(1))))))).tobytes().hex()
    assert parse(value.upper()).tobytes().hex() == value
    for wrong in ("", "00", "z" * 64, "0" * 62):
        with pytest.raises(ValueError, match="hex"):
            parse(wrong)


@st.composite
def near_hashes(draw: st.DrawFn) -> tuple[list[str], str, int]:
    """Hashes a few or many bits from a query, and a distance."""
    query = draw(st.integers(0, 2**256 - 1))
    masks = draw(st.lists(st.sets(st.integers(0, 255), max_size=90), max_size=40))
    hashes = [f"{query ^ sum(1 << bit for bit in mask):064x}" for mask in masks]
    return hashes, f"{query:064x}", draw(st.integers(0, 100))


@settings(max_examples=150, deadline=None)
@given(near_hashes())
def test_the_search_finds_what_comparing_each_would(case: tuple[list[str], str, int]) -> None:
    hashes, query, limit = case
    index = HashIndex.of(hashes)
    expected = [HashMatch(row, distance(one, query)) for row, one in enumerate(hashes)]
    expected = sorted((one for one in expected if one.distance <= limit), key=lambda one: (one.distance, one.row))
    assert index.within(query, limit) == expected
    assert len(index) == len(hashes)


def test_the_search_crosses_the_borders_of_its_blocks() -> None:
    rows = np.random.default_rng(2).integers(0, 256, (100_001, 32), dtype=np.uint8)
    index = HashIndex(rows)
    for row in (0, 32_767, 32_768, 65_536, 100_000):
        wanted = bytearray(rows[row].tobytes())
        wanted[3] ^= 0b101
        assert index.within(bytes(wanted).hex(), 31) == [HashMatch(row, 2)]


def test_a_mirrored_upload_in_another_format_is_still_the_danger() -> None:
    danger = HashIndex.of(variants(decode(PHOTOS[0].read_bytes())))
    buffer = io.BytesIO()
    disguised(Image.open(PHOTOS[0]).convert("RGB"), "mirror").save(buffer, "WEBP", quality=60)
    assert danger.within(pdq(decode(buffer.getvalue())).hash, 31)
