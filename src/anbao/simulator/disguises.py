"""How sellers write a forbidden term so that a word list does not see it.

Each disguise says whether the screening of today promises to see through it (``beyond`` = it does not), and the fewest
characters a term must have for that. A new disguise is one function and one line in ``DISGUISES``.
"""

from collections.abc import Callable
from functools import cache, lru_cache
from random import Random
from string import ascii_lowercase

import msgspec
from opencc import OpenCC
from pypinyin import Style, lazy_pinyin

Rewrite = Callable[[str, Random], str]

_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
_MARKS = "·-_*|/~^"
_EMOJI = "🔥💥🌟🎁💎🍀✨👍"
_COMBINING = "\u0301\u0307\u0323\u0336\u20dd"
_DIGITS = {"气": "7", "石": "4", "三": "3", "酒": "9", "发": "8", "义": "1", "二": "2", "八": "8", "刘": "6"}
"""Characters and a digit that sounds like them."""

_PARTS = {
    "枪": "木仓", "炸": "火乍", "弹": "弓单", "烟": "火因", "假": "亻叚", "账": "贝长", "钞": "钅少", "证": "讠正",
    "刷": "尸巾刂", "氰": "气青", "化": "亻匕", "钾": "钅甲", "硝": "石肖", "酸": "酉夋", "铵": "钅安", "粉": "米分",
    "麻": "广林", "针": "钅十", "孔": "子乚", "摄": "扌聂", "像": "亻象", "听": "口斤", "信": "亻言", "伪": "亻为",
    "护": "扌户", "银": "钅艮", "据": "扌居", "赌": "贝者", "博": "十尃", "彩": "采彡", "雷": "雨田", "管": "竹官",
    "药": "艹约", "剂": "齐刂", "棍": "木昆", "弩": "奴弓", "码": "石马", "蔽": "艹敝",
}  # fmt: skip
"""Characters taken apart into the parts that a reader puts together again."""

_LOOK_ALIKES = {
    "枪": "抢", "弹": "惮", "炸": "诈", "药": "葯", "刀": "刁", "毒": "毐", "假": "暇", "证": "诬", "票": "栗",
    "刷": "涮", "针": "钉", "听": "吶", "伪": "沩", "器": "噐", "雷": "雪", "管": "菅", "冰": "氷", "麻": "痳",
    "烟": "咽", "像": "象", "水": "氺", "卡": "咔", "币": "帀", "氰": "氢", "化": "花", "钾": "押", "粉": "纷",
    "套": "奎", "弩": "驽",
}  # fmt: skip
"""Characters that look like another."""

_LATIN_LOOK_ALIKES = str.maketrans("ABCEHKMOPTXaceopx", "АВСЕНКМОРТХасеорх")


class Disguise(msgspec.Struct, frozen=True, kw_only=True):
    """One way of writing a term. ``shortest`` counts the characters from which it is promised to be found."""

    beyond: bool = False
    name: str
    rewrite: Rewrite
    shortest: int = 2

    def apply(self, term: str, rng: Random) -> str | None:
        """The term in disguise, or None where this disguise cannot be promised for it or leaves it as it is."""
        if len(term) < self.shortest:
            return None
        surface = self.rewrite(term, rng)
        return surface if surface != term else None


@lru_cache(maxsize=1)
def _to_traditional() -> OpenCC:
    return OpenCC("s2t")


@cache
def _same_sound() -> dict[str, str]:
    """Common characters (GB 2312, level 1) by their usual reading without tone."""
    sounds: dict[str, str] = {}
    for row in range(0xB0, 0xD8):
        for cell in range(0xA1, 0xFF):
            if char := bytes((row, cell)).decode("gb2312", errors="ignore"):
                sound = lazy_pinyin(char)[0]
                sounds[sound] = sounds.get(sound, "") + char
    return sounds


def _traditional(term: str, rng: Random) -> str:
    return str(_to_traditional().convert(term))


def _full_width(term: str, rng: Random) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in term)


def _case(term: str, rng: Random) -> str:
    return term.swapcase()


def _between(marks: str) -> Rewrite:
    def rewrite(term: str, rng: Random) -> str:
        return rng.choice(marks).join(term)

    return rewrite


def _zero_width(term: str, rng: Random) -> str:
    return "".join(char + rng.choice(_ZERO_WIDTH) for char in term[:-1]) + term[-1]


def _pinyin(term: str, rng: Random) -> str:
    return "".join(lazy_pinyin(term))


def _homophone(term: str, rng: Random) -> str:
    """Characters that are read in an unusual way in this term stay as they are."""
    written = []
    heard = iter(lazy_pinyin(term, errors="ignore"))
    for char in term:
        usual = "".join(lazy_pinyin(char, errors="ignore"))
        others = _same_sound()[usual].replace(char, "") if usual and next(heard) == usual else ""
        written.append(rng.choice(others) if others else char)
    return "".join(written)


def _half_pinyin(term: str, rng: Random) -> str:
    """One character away from Latin letters."""
    place = rng.choice([at for at in range(len(term)) if not any(map(str.isascii, term[max(0, at - 1) : at + 2]))])
    return term[:place] + lazy_pinyin(term)[_syllable(term, place)] + term[place + 1 :]


def _syllable(term: str, place: int) -> int:
    """Which of the readings of a term belongs to the character at a place; a run of Latin letters has one."""
    return len(lazy_pinyin(term[: place + 1])) - 1


def _initials(term: str, rng: Random) -> str:
    return "".join(lazy_pinyin(term, style=Style.FIRST_LETTER))


def _some_initials(term: str, rng: Random) -> str:
    """The last character shortened."""
    return term[:-1] + lazy_pinyin(term[-1], style=Style.FIRST_LETTER)[0]


def _filled(term: str, rng: Random) -> str:
    if any(char.isascii() for char in term):
        return term
    return "".join(char + rng.choice(ascii_lowercase) for char in term[:-1]) + term[-1]


def _combining(term: str, rng: Random) -> str:
    return "".join(char + rng.choice(_COMBINING) for char in term)


def _split(term: str, rng: Random) -> str:
    return "".join(_PARTS.get(char, char) for char in term)


def _look_alike(term: str, rng: Random) -> str:
    """One character inside the term, or its Latin letters."""
    written = term.translate(_LATIN_LOOK_ALIKES)
    able = [place for place, char in enumerate(term[:-1]) if place and char in _LOOK_ALIKES]
    if written == term and able:
        place = rng.choice(able)
        written = term[:place] + _LOOK_ALIKES[term[place]] + term[place + 1 :]
    return written


def _look_alike_throughout(term: str, rng: Random) -> str:
    return "".join(_LOOK_ALIKES.get(char, char) for char in term.translate(_LATIN_LOOK_ALIKES))


def _digits(term: str, rng: Random) -> str:
    able = [place for place, char in enumerate(term) if char in _DIGITS]
    if not able:
        return term
    place = rng.choice(able)
    return term[:place] + _DIGITS[term[place]] + term[place + 1 :]


def _reversed(term: str, rng: Random) -> str:
    return term[::-1]


def _swapped(term: str, rng: Random) -> str:
    place = rng.randrange(len(term) - 1)
    return term[:place] + term[place + 1] + term[place] + term[place + 2 :]


def _reversed_pinyin(term: str, rng: Random) -> str:
    return "".join(lazy_pinyin(term[::-1]))


DISGUISES = (
    Disguise(name="traditional", rewrite=_traditional),
    Disguise(name="full_width", rewrite=_full_width),
    Disguise(name="case", rewrite=_case),
    Disguise(name="zero_width", rewrite=_zero_width),
    Disguise(name="combining", rewrite=_combining),
    Disguise(name="punctuated", rewrite=_between(_MARKS)),
    Disguise(name="emoji", rewrite=_between(_EMOJI)),
    Disguise(name="spaced", rewrite=_between(" \u3000"), shortest=3),
    Disguise(name="filled", rewrite=_filled),
    Disguise(name="pinyin", rewrite=_pinyin, shortest=3),
    Disguise(name="half_pinyin", rewrite=_half_pinyin, shortest=3),
    Disguise(name="homophone", rewrite=_homophone, shortest=3),
    Disguise(name="initials", rewrite=_initials, shortest=4),
    Disguise(name="some_initials", rewrite=_some_initials, shortest=3),
    Disguise(name="split_characters", rewrite=_split),
    Disguise(name="look_alike_glyphs", rewrite=_look_alike, shortest=5),
    Disguise(name="digits", rewrite=_digits, shortest=3),
    Disguise(name="reversed", rewrite=_reversed, shortest=3),
    Disguise(name="swapped", rewrite=_swapped, shortest=3),
    Disguise(name="look_alike_throughout", rewrite=_look_alike_throughout, beyond=True),
    Disguise(name="reversed_pinyin", rewrite=_reversed_pinyin, beyond=True),
)


def disguise(term: str, rng: Random, *, beyond: bool = False) -> tuple[str, Disguise] | None:
    """The term in one of the promised (or ``beyond``) disguises that change it; None if none does."""
    for one in rng.sample(DISGUISES, len(DISGUISES)):
        if one.beyond == beyond and (surface := one.apply(term, rng)) is not None:
            return surface, one
    return None
