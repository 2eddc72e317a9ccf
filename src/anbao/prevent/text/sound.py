"""The sound of Chinese characters, without tones: a symbol for each syllable, and its spelling in Latin letters.

Source: pypinyin's character and phrase tables.
"""

from functools import cache
from typing import NamedTuple

import daachorse
import numpy as np
from numpy.typing import NDArray
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

from anbao.prevent.text.fold import LIMIT, fold

Symbols = NDArray[np.uint32]

LATIN = "abcdefghijklmnopqrstuvwxyz0123456789"
LETTERS = len(LATIN) + 1
"""Symbols below this are Latin letters and digits; 0 stands for what has no sound."""

_UMLAUTS = str.maketrans("ǖǘǚǜ", "üüüü")
_LONGEST_SYLLABLE = 6
_UMLAUT_LETTERS = "vu"
"""How people write ü."""


class Sounds(NamedTuple):
    """``symbols``: the symbol of each code point up to LIMIT, by its first reading; ``size``: number of symbols;
    ``widths``: how many Latin letters spell a symbol; ``letters``: these letters, one table for each way of writing ü.
    """

    symbols: Symbols
    size: int
    widths: NDArray[np.intp]
    letters: tuple[Symbols, Symbols]


@cache
def sounds() -> Sounds:
    """The tables, built at first use."""
    first = {code: _toneless(readings.split(",")[0]) for code, readings in PINYIN_DICT.items() if code < LIMIT}
    spelled = ["", *LATIN, *sorted(set(first.values()))]
    letter_symbol = {letter: symbol for symbol, letter in enumerate(LATIN, 1)}
    syllable_symbol = {syllable: symbol for symbol, syllable in enumerate(spelled[LETTERS:], LETTERS)}
    table = np.zeros(LIMIT + 1, np.uint32)
    table[list(map(ord, LATIN))] = np.arange(1, LETTERS)
    table[list(first)] = [syllable_symbol[syllable] for syllable in first.values()]
    table.setflags(write=False)
    ways = []
    for umlaut in _UMLAUT_LETTERS:
        letters = np.zeros((len(spelled), _LONGEST_SYLLABLE), np.uint32)
        for symbol, syllable in enumerate(spelled):
            letters[symbol, : len(syllable)] = [letter_symbol[letter] for letter in syllable.replace("ü", umlaut)]
        ways.append(letters)
    return Sounds(table, len(spelled), np.array(list(map(len, spelled))), (ways[0], ways[1]))


def read_phrases(text: str, symbols: Symbols) -> Symbols:
    """Symbols of a folded text, corrected where a known phrase says how a character of several readings is read."""
    phrases, readings = _phrases()
    corrected = symbols.copy()
    for start, end, number in phrases.find(text):
        corrected[start:end] = readings[number]
    return corrected


@cache
def _phrases() -> tuple[daachorse.CharwiseDoubleArrayAhoCorasick, list[list[int]]]:
    tables = sounds()
    symbol_of = {
        _toneless(reading): int(tables.symbols[code])
        for code, readings in PINYIN_DICT.items()
        if code < LIMIT
        for reading in readings.split(",")[:1]
    }
    known = []
    readings = []
    for phrase, spoken in PHRASES_DICT.items():
        symbols = [symbol_of.get(_toneless(options[0]), 0) for options in spoken]
        if len(symbols) == len(phrase) and all(symbols):
            known.append(phrase)
            readings.append(symbols)
    return daachorse.CharwiseDoubleArrayAhoCorasick(known, daachorse.MATCH_KIND_LEFTMOST_LONGEST), readings


@cache
def _toneless(syllable: str) -> str:
    return "ü".join(map(fold, syllable.translate(_UMLAUTS).split("ü")))
