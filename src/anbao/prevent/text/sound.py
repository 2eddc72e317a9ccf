"""The sound of Chinese characters, without tones: a symbol for each syllable, and its spelling in Latin letters.

Source: pypinyin's character and phrase tables.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

from anbao.prevent.text.fold import LIMIT, Codes, fold

ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
LETTERS = len(ALPHABET) + 1
"""Number of letter symbols; 0 stands for everything else."""

_LONGEST_PHRASE = 8
_UMLAUTS = str.maketrans("ǖǘǚǜ", "üüüü")


class Sounds(NamedTuple):
    """``symbols``: the symbol of each code point up to LIMIT (letters first, then syllables, 0 for all else);
    ``size``: number of symbols; ``syllables``: the first reading of each character.
    """

    symbols: Codes
    size: int
    syllables: dict[str, str]


@cache
def sounds() -> Sounds:
    """The tables, built at first use."""
    syllables = {
        chr(code): _toneless(readings.split(",")[0]) for code, readings in PINYIN_DICT.items() if code < LIMIT
    }
    order = {syllable: LETTERS + place for place, syllable in enumerate(sorted(set(syllables.values())))}
    table = np.zeros(LIMIT + 1, np.uint32)
    for place, letter in enumerate(ALPHABET):
        table[ord(letter)] = place + 1
    for char, syllable in syllables.items():
        table[ord(char)] = order[syllable]
    table.setflags(write=False)
    return Sounds(table, LETTERS + len(order), syllables)


def read(term: str) -> tuple[list[str], list[str]] | None:
    """Two readings of a folded term, a syllable or letter per character: by its characters alone, and by the phrases in it.

    None where a character has no sound.
    """
    syllables = sounds().syllables
    plain = [syllables.get(char, char if char in ALPHABET else "") for char in term]
    if not all(plain):
        return None
    return plain, _by_phrases(term, plain)


def spellings(reading: list[str]) -> set[str]:
    """How a reading is written in Latin letters: ü as v and as u."""
    latin = "".join(reading)
    return {latin.replace("ü", "v"), latin.replace("ü", "u")} if "ü" in latin else {latin}


def _by_phrases(term: str, plain: list[str]) -> list[str]:
    reading = list(plain)
    start = 0
    while start < len(term) - 1:
        for end in range(min(len(term), start + _LONGEST_PHRASE), start + 1, -1):
            phrase = PHRASES_DICT.get(term[start:end])
            if phrase is not None and len(phrase) == end - start:
                reading[start:end] = [_toneless(options[0]) for options in phrase]
                start = end - 1
                break
        start += 1
    return reading


@cache
def _toneless(syllable: str) -> str:
    return "ü".join(map(fold, syllable.translate(_UMLAUTS).split("ü")))
