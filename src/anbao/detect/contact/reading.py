"""One field as the detectors read it: folded, with its way back to the original, digits made plain.

``half``: the original in half width. ``text``: folded. ``digits``: the same length, other ways to write a digit
(numerals, and in runs also sounds and shapes) replaced by it. ``places``: for each folded character its index in
``original``.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from anbao.detect.contact.book import Contacts
from anbao.detect.likeness.fold import fold
from anbao.detect.text.gaps import is_clause, visible
from anbao.model.listing import Channel

_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


class FieldReading(NamedTuple):
    """A field under scrutiny."""

    original: str
    half: str
    text: str
    digits: str
    places: list[int]

    def gap(self, place: int) -> str:
        """What is seen in the original between a folded character and the one before; of the first, nothing."""
        return visible(self.original[self.places[place - 1] + 1 : self.places[place]]) if place else ""

    def span(self, start: int, end: int) -> tuple[int, int, str]:
        """Start, end and surface in the original of the folded characters from ``start`` to ``end``."""
        first, last = self.places[start], self.places[end - 1] + 1
        return first, last, self.original[first:last]

    def breaks(self, start: int, end: int) -> bool:
        """Whether a clause ends inside."""
        return any(is_clause(self.gap(place)) for place in range(start + 1, end))

    def channel(self, start: int, end: int, plain: str = "") -> Channel:
        """How these folded characters stand in the original; ``plain`` is what they are read as."""
        surface = self.span(start, end)[2]
        if self.text[start:end] != self.digits[start:end] and any(
            char.isalpha() and char not in NUMERALS for char in changed(self.text[start:end], self.digits[start:end])
        ):
            return "homophone"
        if surface == (plain or self.text[start:end]):
            return "exact"
        if any(self.gap(place) for place in range(start + 1, end)):
            return "spaced"
        return "normalised"


def half_width(text: str) -> str:
    """The text with full-width Latin letters, digits and marks in half width, of the same length."""
    return text if text.isascii() else text.translate(_HALF_WIDTH)


NUMERALS = frozenset("零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖弌弍弎两")
"""Characters that are digits, not only sound like them."""


def changed(text: str, digits: str) -> str:
    """The characters that were read as digits."""
    return "".join(one for one, other in zip(text, digits, strict=True) if one != other)


class DigitReader:
    """Makes digits plain."""

    def __init__(self, contacts: Contacts) -> None:
        self._numerals = _table(contacts.digits)
        self._sounds = {**_table(contacts.sounds), **self._numerals}
        likely = "".join(map(re.escape, self._every))
        self._run = re.compile(f"[0-9{likely}]{{5,}}")

    @property
    def _every(self) -> str:
        return "".join(chr(code) for code in self._sounds)

    @property
    def characters(self) -> str:
        """All that may stand for a digit besides the digits."""
        return self._every

    def read(self, text: str) -> str:
        """The folded text with digits made plain; sounds count only in runs, half of which are digits or numerals, or
        that stand for a mobile number as they are.
        """
        plain = text.translate(self._numerals)

        def run(found: re.Match[str]) -> str:
            before = found[0]
            sure = sum(char in "0123456789" for char in before.translate(self._numerals))
            after = before.translate(self._sounds)
            if 2 * sure >= len(before) or (len(before) >= 11 and _MOBILE.search(after)):
                return after
            return before.translate(self._numerals)

        return self._run.sub(run, text) if self._run.search(text) else plain


_MOBILE = re.compile(r"1[3-9]\d{9}")


def _table(written: Mapping[str, str]) -> dict[int, str]:
    """Code point of each folded character → the digit."""
    return {ord(char): digit for digit, chars in written.items() for char in fold(chars) if char not in "0123456789"}
