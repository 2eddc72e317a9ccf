"""The sound of Chinese characters, without tones: a symbol for each syllable, and its spelling in Latin letters.

Source: pypinyin's character and phrase tables, read as data: imported, it would hold 50 MB for good.
"""

import re
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple, TypeVar

import daachorse
import msgspec
import numpy as np
from numpy.typing import NDArray

from anbao.detect.likeness.fold import LIMIT, fold

T = TypeVar("T")

Symbols = NDArray[np.uint32]

LATIN = "abcdefghijklmnopqrstuvwxyz0123456789"
LETTERS = len(LATIN) + 1
"""Symbols below this are Latin letters and digits; 0 stands for what has no sound."""

LAST_LETTER = 26
"""The symbols above it, up to LETTERS, are digits."""

_UMLAUTS = str.maketrans("ǖǘǚǜ", "üüüü")
_LONGEST_SYLLABLE = 6
_UMLAUT_LETTERS = "vu"
"""How people write ü."""

_SPOKEN_DIGITS = ("零一二三四五六七八九", "洞要两山是我路及发酒", "林雅爱生私屋楼其怕救")
"""Characters that sound like 0 to 9: as they are read, and what else people hear in them."""


class Sounds(NamedTuple):
    """``symbols``: the symbol of each code point up to LIMIT, by its first reading; ``others``: the same, by its second
    where it has one that differs by more than its tone; ``size``: number of symbols; ``widths``: how many Latin letters
    spell a symbol; ``letters``: these letters, one table for each way of writing ü.
    """

    symbols: Symbols
    others: Symbols
    size: int
    widths: NDArray[np.intp]
    letters: tuple[Symbols, Symbols]


@cache
def sounds() -> Sounds:
    """The tables, built at first use."""
    read = _pypinyin("pinyin_dict.json", dict[int, str])
    first = {code: _toneless(readings.split(",")[0]) for code, readings in read.items() if code < LIMIT}
    spelled = ["", *LATIN, *sorted(set(first.values()))]
    letter_symbol = {letter: symbol for symbol, letter in enumerate(LATIN, 1)}
    syllable_symbol = {syllable: symbol for symbol, syllable in enumerate(spelled[LETTERS:], LETTERS)}
    table = np.zeros(LIMIT + 1, np.uint32)
    table[list(map(ord, LATIN))] = np.arange(1, LETTERS)
    table[list(first)] = [syllable_symbol[syllable] for syllable in first.values()]
    others = table.copy()
    for code, readings in read.items():
        if code < LIMIT and "," in readings:
            spoken = dict.fromkeys(map(_toneless, readings.split(",")))
            others[code] = next((known for one in list(spoken)[1:] if (known := syllable_symbol.get(one))), table[code])
    table.setflags(write=False)
    others.setflags(write=False)
    ways = []
    for umlaut in _UMLAUT_LETTERS:
        letters = np.zeros((len(spelled), _LONGEST_SYLLABLE), np.uint32)
        for symbol, syllable in enumerate(spelled):
            letters[symbol, : len(syllable)] = [letter_symbol[letter] for letter in syllable.replace("ü", umlaut)]
        ways.append(letters)
    return Sounds(table, others, len(spelled), np.array(list(map(len, spelled))), (ways[0], ways[1]))


@cache
def spoken_digits() -> tuple[Symbols, ...]:
    """For each way of speaking digits a table: the sound of the digit with that symbol."""
    tables = []
    for spoken in _SPOKEN_DIGITS:
        table = np.zeros(LETTERS, np.uint32)
        table[LAST_LETTER + 1 :] = sounds().symbols[list(map(ord, spoken))]
        tables.append(table)
    return tuple(tables)


@lru_cache(maxsize=1 << 16)
def is_spelling(word: str) -> bool:
    """Whether a word of small Latin letters is nothing but syllables."""
    return len(word) > 1 and _syllables().fullmatch(word) is not None


@cache
def _syllables() -> re.Pattern[str]:
    spelled = {
        "".join(LATIN[letter - 1] for letter in row if letter)
        for table in sounds().letters
        for row in table[LETTERS:].tolist()
    }
    return re.compile(f"(?:{'|'.join(sorted(spelled))})+")


def read_phrases(text: str, symbols: Symbols) -> Symbols:
    """Symbols of a folded text, corrected where a known phrase says how a character of several readings is read."""
    phrases, readings, starts = _phrases()
    corrected = symbols.copy()
    for start, end, number in phrases.find(text):
        first = starts[number]
        corrected[start:end] = readings[first : first + end - start]
    return corrected


@cache
def _phrases() -> tuple[daachorse.CharwiseDoubleArrayAhoCorasick, Symbols, NDArray[np.uint32]]:
    """The phrases; the symbols of all their characters, one phrase behind the other; where each begins in them."""
    tables = sounds()
    symbol_of = {
        _toneless(reading): int(tables.symbols[code])
        for code, readings in _pypinyin("pinyin_dict.json", dict[int, str]).items()
        if code < LIMIT
        for reading in readings.split(",")[:1]
    }
    known: list[str] = []
    readings: list[int] = []
    starts = []
    for phrase, spoken in _pypinyin("phrases_dict.json", dict[str, list[list[str]]]).items():
        symbols = [symbol_of.get(_toneless(options[0]), 0) for options in spoken]
        if len(symbols) == len(phrase) and all(symbols):
            known.append(phrase)
            starts.append(len(readings))
            readings += symbols
    found = daachorse.CharwiseDoubleArrayAhoCorasick(known, daachorse.MATCH_KIND_LEFTMOST_LONGEST)
    return found, np.array(readings, np.uint32), np.array(starts, np.uint32)


def _pypinyin(name: str, kind: type[T]) -> T:
    """A table of the installed pypinyin."""
    spec = find_spec("pypinyin")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("pypinyin is not installed", name="pypinyin")
    return msgspec.json.decode((Path(spec.origin).parent / name).read_bytes(), type=kind)


@cache
def _toneless(syllable: str) -> str:
    return "ü".join(map(fold, syllable.translate(_UMLAUTS).split("ü")))
