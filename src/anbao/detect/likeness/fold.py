"""Folds text: full width, compatibility forms, case, accents and traditional characters become one form, marks vanish.

One look-up table over code points does it all; what it maps to 0 is removed, and the indexes that remain are the way
back to the original. Folding is idempotent. Sources: Unicode normalisation (UAX #15), OpenCC's character tables.
"""

import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from itertools import accumulate, chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint32]

LIMIT = 0x323B0
"""End of the last block of Chinese characters; what lies above is no letter that a listing needs, and is removed."""

BREAK = 0x0A
"""Stands between fields; no folded text holds it."""

_REMOVED = 0
_REMOVED_CATEGORIES = ("C", "P", "S", "Z", "Mn", "Me")
_BREAK_TEXT = chr(BREAK)


class Page(NamedTuple):
    """Many fields, folded into one text.

    ``original``: the fields joined by BREAK; ``starts``: where each field starts in it; ``text`` and ``codes``: the
    folded text, as a string and as code points; ``places``: for each folded character its index in ``original``.
    """

    original: str
    starts: NDArray[np.intp]
    text: str
    codes: Codes
    places: NDArray[np.intp]


def fold(text: str) -> str:
    """The folded form of one text, in which terms are compared."""
    codes = fold_table().take(_code_points(text), mode="clip")
    return _to_text(codes[codes != _REMOVED])


def fold_places(text: str) -> NDArray[np.intp]:
    """Where the characters of a text stand that its folded form holds."""
    return np.flatnonzero(fold_table().take(_code_points(text), mode="clip"))


def fold_many(texts: Sequence[str]) -> list[str]:
    """The folded form of each text, in one go."""
    return fold_page(texts).text.split(_BREAK_TEXT) if texts else []


def fold_page(fields: Sequence[str]) -> Page:
    """Fold all fields at once."""
    original = _BREAK_TEXT.join(fields)
    ends = np.fromiter(accumulate(map(len, fields), lambda total, length: total + length + 1), np.intp, len(fields))
    starts = np.empty_like(ends)
    starts[:1] = 0
    starts[1:] = ends[:-1] + 1
    codes = fold_table().take(_code_points(original), mode="clip")
    # The table removes line feeds, so those between fields are put back.
    codes[ends[:-1]] = BREAK
    places = np.flatnonzero(codes)
    if places.size < codes.size:
        codes = codes[places]
    return Page(original, starts, _to_text(codes), codes, places)


@cache
def fold_table() -> Codes:
    """What each code point below LIMIT becomes; 0 where it is removed. The last item stands for all above."""
    table = np.arange(LIMIT + 1, dtype=np.uint32)
    # Surrogates and the private use area.
    table[0xD800:0xF900] = _REMOVED
    table[LIMIT] = _REMOVED
    for code in _codes_with_forms():
        table[code] = _plain_form(chr(code))
    table = _simplified().take(table)
    # Until nothing changes any more: what folding gives must fold to itself.
    while not np.array_equal(again := table.take(table), table):
        table = again
    table.setflags(write=False)
    return table


@cache
def fold_digest() -> str:
    """The first 16 hex digits of SHA-256 over the table: which way of folding this is."""
    return hashlib.sha256(fold_table().astype("<u4").tobytes()).hexdigest()[:16]


def _codes_with_forms() -> Iterator[int]:
    """All but unified ideographs, Hangul syllables, surrogates and private use, which have no other form."""
    return chain(
        range(0x3400), range(0xA000, 0xAC00), range(0xD7A4, 0xD800), range(0xF900, 0x20000), range(0x2F800, 0x2FA20)
    )


def _plain_form(char: str) -> int:
    removed = _is_removed(char)
    parts = [part for part in unicodedata.normalize("NFKD", char) if not _is_removed(part)]
    if len(parts) == 1:
        lower = parts[0].lower()
        return ord(lower) if len(lower) == 1 else ord(parts[0])
    return _REMOVED if removed else ord(char)


def _is_removed(char: str) -> bool:
    return unicodedata.category(char).startswith(_REMOVED_CATEGORIES)


def _simplified() -> Codes:
    """The simplified character of each traditional, regional or Japanese form; of all others the character itself."""
    table = np.arange(LIMIT + 1, dtype=np.uint32)
    known: set[str] = set()
    for traditional, simplified in _pairs("TSCharacters.txt"):
        table[ord(traditional)] = ord(simplified[0])
        known.update(traditional, simplified[0])
    for name in ("TWVariants.txt", "HKVariants.txt", "JPVariants.txt"):
        for standard, variants in _pairs(name):
            for variant in variants:
                if variant not in known:
                    table[ord(variant)] = table[ord(standard)]
    return table


def _pairs(name: str) -> Iterator[tuple[str, list[str]]]:
    for line in (resources.files("opencc") / "dictionary" / name).read_text("utf-8").splitlines():
        left, _, right = line.partition("\t")
        forms = [form for form in right.split() if len(form) == 1]
        if len(left) == 1 and forms:
            yield left, forms


def _code_points(text: str) -> Codes:
    # Half surrogates, which JSON can carry in, must not raise; the table removes them.
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _to_text(codes: Codes) -> str:
    return codes.tobytes().decode("utf-32-le")
