"""Common words: whether a term found in a text is a word there, or the accident of two words side by side.

``data/words.txt`` are common words of Chinese, ``data/goods_words.txt`` names of goods; a word that holds a term of the
lexicon counts for nothing.
"""

from collections.abc import Container
from functools import cache
from importlib import resources

LONGEST = 4
"""Characters of a word."""


@cache
def words() -> frozenset[str]:
    """All common words, folded as they are written: simplified."""
    folder = resources.files(__package__) / "data"
    return frozenset(
        word
        for name in ("words.txt", "goods_words.txt")
        for word in (folder / name).read_text("utf-8").split()
        if len(word) <= LONGEST
    )


def is_across_words(text: str, start: int, end: int, terms: Container[str]) -> bool:
    """Whether the characters from ``start`` to ``end`` are the end of one common word and the beginning of the next."""
    for cut in range(max(start + 1, end - LONGEST + 1), min(end, start + LONGEST)):
        left = any(_is_word(text[first:cut], terms) for first in range(max(0, cut - LONGEST), start))
        if left and any(_is_word(text[cut:last], terms) for last in range(end + 1, min(len(text), cut + LONGEST) + 1)):
            return True
    return False


def is_of_common_words(text: str, start: int, end: int, pattern: str, terms: Container[str]) -> bool:
    """Whether each character in which the text differs from the pattern is part of a common word inside the place."""
    return all(
        text[place] == pattern[place - start] or _is_in_word(text, start, end, place, terms)
        for place in range(start, end)
    )


def _is_in_word(text: str, start: int, end: int, place: int, terms: Container[str]) -> bool:
    return any(
        _is_word(text[first:last], terms)
        for first in range(max(start, place - LONGEST + 1), place + 1)
        for last in range(max(first + 2, place + 1), min(end, first + LONGEST) + 1)
    )


def _is_word(text: str, terms: Container[str]) -> bool:
    return text in words() and not any(
        text[first:last] in terms for first in range(len(text)) for last in range(first + 1, len(text) + 1)
    )
