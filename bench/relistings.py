"""Listings in which a danger comes back: real Chinese titles, rewritten as a seller would who wants not to be found.

Ways of rewriting used for choosing thresholds (``TUNING``) and for measuring (``MEASURING``) are different ones, and so
are the titles. What else stands in a listing (barcode, licence, picture) is made up and disguised here, too.
"""

import random
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path

import msgspec
from pypinyin import lazy_pinyin

from anbao.detect.likeness.offers import OfferTexts

TITLES = Path(__file__).parents[2] / "shared/data/titles/titles_zh.txt"
_PRAISE = ("正品", "包邮", "新款", "厂家直销", "特价", "热卖", "现货", "清仓", "爆款", "官方", "限时抢购", "送运费险")
_MARKS = "·-_*~|+/ 、。●★"
_EMOJI = "🔥✨💥👍🎁❤️⚡"

Rewrite = Callable[[str, random.Random], str]


class Relisting(msgspec.Struct, frozen=True):
    """A title as it came back: which danger it hides, and how."""

    danger: int
    title: str
    way: str


def real_titles(seed: int = 1) -> list[str]:
    """The real titles, each once, shuffled."""
    found = sorted(set(TITLES.read_text(encoding="utf-8").split("\n")) - {""})
    random.Random(seed).shuffle(found)
    return found


def _praised(title: str, dice: random.Random) -> str:
    before, after = dice.sample(_PRAISE, dice.randint(1, 2)), dice.sample(_PRAISE, dice.randint(1, 2))
    return "".join(before) + title + "".join(after)


def _marked(title: str, dice: random.Random) -> str:
    return "".join(char + (dice.choice(_MARKS) if dice.random() < 0.4 else "") for char in title)


def _traditional(title: str, dice: random.Random) -> str:
    known = _pairs("STCharacters.txt")
    return "".join(known.get(char, char) if dice.random() < 0.7 else char for char in title)


def _swapped(title: str, dice: random.Random) -> str:
    cut = dice.randint(len(title) // 3, 2 * len(title) // 3)
    return title[cut:] + title[:cut]


def _dropped(title: str, dice: random.Random) -> str:
    length = max(2, len(title) // 5)
    start = dice.randrange(max(1, len(title) - length))
    return title[:start] + title[start + length :]


def _same_sound(title: str, dice: random.Random) -> str:
    known = _by_sound()
    return "".join(
        dice.choice(known.get(lazy_pinyin(char)[0], [char])) if dice.random() < 0.12 else char for char in title
    )


def _emoji(title: str, dice: random.Random) -> str:
    return "".join(char + (dice.choice(_EMOJI) if dice.random() < 0.5 else "") for char in title)


def _shuffled(title: str, dice: random.Random) -> str:
    size = max(4, len(title) // 4)
    parts = [title[start : start + size] for start in range(0, len(title), size)]
    dice.shuffle(parts)
    return "".join(parts)


def _spelled(title: str, dice: random.Random) -> str:
    start = dice.randrange(max(1, len(title) - 2))
    return title[:start] + "".join(lazy_pinyin(title[start : start + 2])) + title[start + 2 :]


def _cut_and_praised(title: str, dice: random.Random) -> str:
    return _praised(_dropped(title, dice), dice)


def _full_width(title: str, dice: random.Random) -> str:
    wide = "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in title)
    return "\u200b".join(wide) if dice.random() < 0.5 else wide


def _reworded(title: str, dice: random.Random) -> str:
    """Every tenth character another one."""
    return "".join(dice.choice(title) if dice.random() < 0.1 else char for char in title)


TUNING: dict[str, Rewrite] = {
    "praise around it": _praised,
    "marks between": _marked,
    "traditional": _traditional,
    "halves swapped": _swapped,
    "a fifth left out": _dropped,
    "same sound, 12 %": _same_sound,
}
MEASURING: dict[str, Rewrite] = {
    "emoji between": _emoji,
    "four parts shuffled": _shuffled,
    "a word spelled": _spelled,
    "cut and praised": _cut_and_praised,
    "full width, unseen marks": _full_width,
    "reworded, 10 %": _reworded,
    "two at once": lambda title, dice: _shuffled(_spelled(title, dice), dice),
}


def relisted(dangers: list[str], ways: dict[str, Rewrite], seed: int) -> list[Relisting]:
    """Each danger once in each way."""
    dice = random.Random(seed)
    return [
        Relisting(number, rewrite(title, dice), way)
        for way, rewrite in ways.items()
        for number, title in enumerate(dangers)
    ]


def many_titles(count: int, source: list[str], seed: int) -> list[str]:
    """More titles than there are: the head of one real title and the tail of another."""
    dice = random.Random(seed)
    made = []
    for _ in range(count):
        one, other = dice.choice(source), dice.choice(source)
        cut = dice.randrange(len(one) + 1)
        made.append(one[:cut] + other[cut:])
    return made


_cache: dict[str, dict[str, str]] = {}
_sounds: dict[str, list[str]] = {}


def _pairs(name: str) -> dict[str, str]:
    if name not in _cache:
        lines = (resources.files("opencc") / "dictionary" / name).read_text("utf-8").splitlines()
        split = (line.split("\t") for line in lines if "\t" in line)
        _cache[name] = {left: right.split()[0] for left, right in split if len(left) == 1}
    return _cache[name]


def _by_sound() -> dict[str, list[str]]:
    if not _sounds:
        for code in range(0x4E00, 0x4E00 + 6000):
            _sounds.setdefault(lazy_pinyin(chr(code))[0], []).append(chr(code))
    return _sounds


class Keys(msgspec.Struct, frozen=True):
    """What else a danger is recognised by."""

    barcode: str
    licence: str
    picture: str

    @classmethod
    def of(cls, dice: random.Random) -> "Keys":
        """Made up, with the barcode's check digit right."""
        body = f"69{dice.randrange(10**10):010}"
        check = (10 - sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))) % 10
        return cls(f"{body}{check}", f"国药准字H{dice.randrange(10**8):08}", f"{dice.getrandbits(256):064x}")

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Kind and value of each."""
        yield "barcode", self.barcode
        yield "licence", self.licence
        yield "picture", self.picture


def offered(one: Relisting, keys: Keys, kind: str, dice: random.Random) -> OfferTexts:
    """The relisting; by ``barcode`` and ``licence`` it shows the number, dressed up, and by ``picture`` the picture.

    A picture is a made-up hash with up to 24 bits flipped; how real disguises hash is for ``bench/pictures.py`` to say.
    """
    if kind == "picture":
        return OfferTexts(title=one.title, pictures=(_blurred(keys.picture, dice.randint(0, 24), dice),))
    if kind == "text":
        return OfferTexts(title=one.title)
    number = _dressed(keys.barcode if kind == "barcode" else keys.licence, dice)
    return OfferTexts(
        title=one.title, description=f"全新现货 {'条码' if kind == 'barcode' else '批准文号'}：{number} 七天退换"
    )


def harmless(title: str, near: Keys, kind: str, dice: random.Random) -> OfferTexts:
    """Another product with a number that differs in one digit from a danger's, or a picture of its own."""
    if kind == "picture":
        return OfferTexts(title=title, pictures=(f"{dice.getrandbits(256):064x}",))
    if kind == "text":
        return OfferTexts(title=title)
    number = near.barcode if kind == "barcode" else near.licence
    place = dice.randrange(len(number) - 6, len(number))
    other = number[:place] + str((int(number[place]) + dice.randint(1, 9)) % 10) + number[place + 1 :]
    return OfferTexts(
        title=title, description=f"全新现货 {'条码' if kind == 'barcode' else '批准文号'}：{_dressed(other, dice)}"
    )


def _dressed(number: str, dice: random.Random) -> str:
    """A number as a seller writes it who does not want it to be searched for."""
    way = dice.randrange(4)
    if way == 0:
        return number
    if way == 1:
        return "".join(char + (dice.choice("- ·/") if dice.random() < 0.3 else "") for char in number)
    if way == 2:
        return "".join(chr(ord(char) + 0xFEE0) if char.isascii() else char for char in number)
    return "".join(dice.choice(("①②③④⑤⑥⑦⑧⑨"[int(char) - 1], char)) if char in "123456789" else char for char in number)


def _blurred(value: str, bits: int, dice: random.Random) -> str:
    flipped = sum(1 << place for place in dice.sample(range(256), bits))
    return f"{int(value, 16) ^ flipped:064x}"
