"""Writes terms in disguise, independently of the matcher: own tables, own fonts, own idea of what sounds alike.

- Same sound: characters near each other in GB 2312, whose first level is sorted by sound, that share a reading.
- Same look: tables made by ``look_alikes.py ink`` from fonts that the product's table was not made from.
- Parts: any decomposition of the file, also of a part again.
"""

import csv
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import cast

import msgspec
from opencc import OpenCC
from pypinyin import Style, lazy_pinyin, pinyin

HERE = Path(__file__).parent
SHARED = HERE.parents[1] / "shared" / "data"

Rewrite = Callable[[str, Random, "Means"], str]

_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_COMBINING = "\u0300\u0301\u0307\u0323\u0336\u0337\u20dd"
_MARKS = "·-_*|/~^+=#.。、,"
_EMOJI = "🔥💥🌟🎁💎🍀✨👍😀❤🚀🐶"
_CYRILLIC = dict(zip("ABCEHKMOPTXaceopxyi", "АВСЕНКМОРТХасеорхуі", strict=True))
_GREEK = dict(zip("ABEHIKMNOPTXYZovu", "ΑΒΕΗΙΚΜΝΟΡΤΧΥΖονυ", strict=True))
_DIGITS = {
    "0": "零灵铃领凌林", "1": "一医衣易仪药要", "2": "二儿耳尔爱", "3": "三伞散山善", "4": "四死私丝司是师式失石",
    "5": "五无物武务误我", "6": "六流留路炉露鹿", "7": "七气汽器奇骑期欺", "8": "八发把爸", "9": "九酒救旧久",
}  # fmt: skip
_STROKES = frozenset("一丨丶丿乀㇏乁乚亅㇆㇉乛冂𠃊")
"""No one takes a character apart down to strokes."""

_VARIANTS = {
    "炸": "煠", "烟": "菸煙", "枪": "鎗槍", "器": "噐", "证": "證証", "币": "幣", "猎": "獵猟", "药": "藥葯薬",
    "银": "銀", "弹": "彈弾", "钞": "鈔", "码": "碼", "气": "氣気", "听": "聽聴", "号": "號", "发": "發発", "军": "軍",
    "铅": "鉛", "鉴": "鑒鑑", "剂": "劑剤", "图": "圖図", "读": "讀読", "总": "總総", "关": "關関", "应": "應応",
}  # fmt: skip


class Means(msgspec.Struct, frozen=True):
    """What one half, tuning or measuring, draws upon: a table of look-alikes, and how many of each are taken."""

    look: dict[str, str]
    nearest: int


def means(half: str) -> Means:
    """For ``tuning`` or ``measuring``."""
    lines = (HERE / "data" / f"look_alikes_{half}.txt").read_text("utf-8").splitlines()
    return Means({line[0]: line[1:] for line in lines}, 2)


@cache
def _by_sound() -> str:
    pairs = (bytes((row, cell)) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF))
    return "".join(pair.decode("gb2312", errors="ignore") for pair in pairs)


@cache
def _same_sound(char: str, sound: str) -> str:
    """Common characters near this one in the standard's order that can be read so."""
    order = _by_sound()
    place = order.find(char)
    if place < 0:
        return ""
    near = order[max(0, place - 12) : place + 13]
    return "".join(
        other
        for other in near
        if other != char
        and sound in {one for ways in pinyin(other, style=Style.NORMAL, heteronym=True) for one in ways}
    )


@cache
def _parts() -> dict[str, list[list[str]]]:
    known: dict[str, list[list[str]]] = {}
    for line in (SHARED / "disguise" / "chaizi-jt.txt").read_text("utf-8").splitlines():
        char, *ways = line.split("\t")
        known[char] = [parts for way in ways if 2 <= len(parts := way.split()) <= 3 and not _STROKES & set(parts)]
    return known


@cache
def _converter(scheme: str) -> OpenCC:
    return OpenCC(scheme)


def _some(term: str, rng: Random, fits: Callable[[str], bool]) -> set[int]:
    """Places, at least one, of characters that fit: each with even chance."""
    able = [place for place, char in enumerate(term) if fits(char)]
    chosen = {place for place in able if rng.random() < 0.5}
    return chosen or set(rng.sample(able, min(1, len(able))))


_EACH = cast(Callable[[str], str], list)
"""Characters without a sound stand for themselves, each alone; pypinyin takes lists here, its type does not say so."""


def _sounds(term: str) -> list[str]:
    """One for each character; Latin letters stand for themselves."""
    return [sound for ways in pinyin(term, style=Style.NORMAL, errors=_EACH) for sound in ways[:1]]


def traditional(term: str, rng: Random, means: Means) -> str:
    return str(_converter(rng.choice(("s2t", "s2tw", "s2hk"))).convert(term))


def variants(term: str, rng: Random, means: Means) -> str:
    return "".join(rng.choice(_VARIANTS.get(char, char)) for char in term)


def full_width(term: str, rng: Random, means: Means) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in term)


def unseen(term: str, rng: Random, means: Means) -> str:
    return "".join(char + rng.choice(_ZERO_WIDTH) * rng.randint(0, 2) for char in term[:-1]) + "\u200b" + term[-1]


def combining(term: str, rng: Random, means: Means) -> str:
    return "".join(char + rng.choice(_COMBINING) for char in term)


def punctuated(term: str, rng: Random, means: Means) -> str:
    return rng.choice(_MARKS).join(term)


def spaced(term: str, rng: Random, means: Means) -> str:
    return rng.choice((" ", "  ", "\u3000")).join(term)


def emoji(term: str, rng: Random, means: Means) -> str:
    if rng.random() < 0.5:
        place = rng.randrange(1, len(term))
        return term[:place] + rng.choice(_EMOJI) + term[place:]
    return "".join(char + rng.choice(_EMOJI) for char in term[:-1]) + term[-1]


def letters_between(term: str, rng: Random, means: Means) -> str:
    if any(char.isascii() for char in term):
        return term
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    if rng.random() < 0.5:
        place = rng.randrange(1, len(term))
        return term[:place] + "".join(rng.choices(letters, k=rng.randint(1, 2))) + term[place:]
    return "".join(char + rng.choice(letters) for char in term[:-1]) + term[-1]


def homophones(term: str, rng: Random, means: Means) -> str:
    sounds = _sounds(term)
    if len(sounds) != len(term):
        return term
    options = [_same_sound(char, sound) for char, sound in zip(term, sounds, strict=True)]
    return "".join(rng.choice(other) if other else char for char, other in zip(term, options, strict=True))


def some_homophones(term: str, rng: Random, means: Means) -> str:
    sounds = _sounds(term)
    if len(sounds) != len(term):
        return term
    other = {char: _same_sound(char, sound) for char, sound in zip(term, sounds, strict=True)}
    chosen = _some(term, rng, lambda char: bool(other[char]))
    return "".join(rng.choice(other[char]) if place in chosen else char for place, char in enumerate(term))


def whole_pinyin(term: str, rng: Random, means: Means) -> str:
    words = lazy_pinyin(term)
    way = rng.randrange(4)
    if way == 0:
        return " ".join(words)
    if way == 1:
        return "".join(word.capitalize() for word in words)
    return "".join(words)


def half_pinyin(term: str, rng: Random, means: Means) -> str:
    sounds = _sounds(term)
    if len(sounds) != len(term):
        return term
    chosen = _some(term, rng, lambda char: not char.isascii())
    if len(chosen) == len(term):
        chosen.pop()
    return "".join(sounds[place] if place in chosen else char for place, char in enumerate(term))


def initials(term: str, rng: Random, means: Means) -> str:
    written = "".join(lazy_pinyin(term, style=Style.FIRST_LETTER))
    return written.upper() if rng.random() < 0.5 else written


def some_initials(term: str, rng: Random, means: Means) -> str:
    firsts = lazy_pinyin(term, style=Style.FIRST_LETTER, errors=_EACH)
    chosen = _some(term, rng, lambda char: not char.isascii())
    if len(chosen) == len(term):
        chosen.pop()
    return "".join(firsts[place] if place in chosen else char for place, char in enumerate(term))


def split(term: str, rng: Random, means: Means) -> str:
    known = _parts()

    def taken_apart(char: str, again: float) -> str:
        parts = rng.choice(known[char])
        return "".join(taken_apart(one, 0) if known.get(one) and rng.random() < again else one for one in parts)

    chosen = _some(term, rng, lambda char: bool(known.get(char)))
    return "".join(taken_apart(char, 0.1) if place in chosen else char for place, char in enumerate(term))


def look_alikes(term: str, rng: Random, means: Means) -> str:
    def others(char: str) -> str:
        return means.look.get(char, "")[: means.nearest] or _CYRILLIC.get(char, "") + _GREEK.get(char, "")

    chosen = _some(term, rng, lambda char: bool(others(char)))
    return "".join(rng.choice(others(char)) if place in chosen else char for place, char in enumerate(term))


def digits(term: str, rng: Random, means: Means) -> str:
    heard = {char: digit for digit, chars in _DIGITS.items() for char in chars}
    chosen = _some(term, rng, lambda char: char in heard)
    return "".join(heard[char] if place in chosen else char for place, char in enumerate(term))


def backwards(term: str, rng: Random, means: Means) -> str:
    return term[::-1]


def swapped(term: str, rng: Random, means: Means) -> str:
    if rng.random() < 0.3:
        half = len(term) // 2
        return term[half:] + term[:half]
    place = rng.randrange(len(term) - 1)
    return term[:place] + term[place + 1] + term[place] + term[place + 2 :]


DISGUISES: dict[str, Rewrite] = {
    one.__name__: one
    for one in (
        traditional, variants, full_width, unseen, combining, punctuated, spaced, emoji, letters_between, homophones,
        some_homophones, whole_pinyin, half_pinyin, initials, some_initials, split, look_alikes, digits, backwards,
        swapped,
    )
}  # fmt: skip


def clean_texts() -> dict[str, list[str]]:
    """Real titles and reviews in which nobody hid anything."""
    with (SHARED / "reviews" / "reviews_zh.csv").open(encoding="utf-8", newline="") as file:
        reviews = [row["review"] for row in csv.DictReader(file)]
    plain = (SHARED / "disguise" / "plain_reviews_train.txt").read_text("utf-8").splitlines()
    return {
        "titles": (SHARED / "titles" / "titles_zh.txt").read_text("utf-8").splitlines(),
        "reviews": reviews,
        "short reviews": [line.replace(" ", "") for line in plain],
    }
