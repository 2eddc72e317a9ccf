"""Symbols that make a term what it is: ``C++``, ``3.5mm``, ``**子``, an emoji. Folding drops them; here they stay.

- Required: every symbol and emoji, and marks such as ``*``, ``#``, ``%``. Hyphens, colons, full stops and slashes
  divide words, and are required only between two digits; inside a Latin name (``.NET``, ``A/B``) all but hyphens are.
  Commas, brackets and quotes are not. Where one symbol between two characters is required, all there are.
- A symbol counts in any of its forms: full width, compatibility forms, other signs of the same look, emoji with or
  without variation selector and skin tone. Spaces and unseen characters between are allowed.
- A guess (by sound, look, order …) must show the required symbols too, in their order.
- A term of nothing but symbols is matched by them alone. One of marks without an emoji or another sign (``***``) is
  refused, since it would be found in nearly every text.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

import daachorse
import numpy as np

from anbao.detect.likeness.fold import BREAK, LIMIT, Codes, Page, fold, fold_table
from anbao.text import Text

_FORMS = {
    "*": "∗⁎✱✲✳❋٭✻✼※",
    "+": "➕✚✛✜",
    "-": "−➖",
    ".": "。․•‧·・",
    ":": "∶꞉",
    "/": "⁄∕╱",
    "#": "♯",
    "~": "∼〜～",
    "×": "✖✕⨯✘❌",
    "÷": "➗",
    "=": "🟰",
    "❤": "♥❣",
    "★": "⭐☆🌟",
    "!": "❗❕",
    "?": "❓❔",
}
"""Signs, and others that people write for them."""

_SAME = {form: sign for sign, forms in _FORMS.items() for form in forms}
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_IN_NAMES = frozenset(".:/\\_")
"""Marks that belong to a number between two digits, and to a Latin name inside it or before it."""

_DIVIDING = frozenset(".,;:!?-–—'\"()[]{}<>/\\|_~、，；《》「」『』【】〔〕…")
"""Marks that divide words, and are no part of a term."""

_PLAIN = "\x01"
"""Stands, in the text of symbols, for the letters that part them."""


@cache
def _folded(char: str) -> str:
    return fold(char)


@cache
def form_of(char: str) -> str:
    """The one form of a symbol; empty for what no one sees, for spaces, and for what folding keeps."""
    code = ord(char)
    if code == BREAK or code in _SKIN_TONES or (code < LIMIT and fold_table()[code]):
        return ""
    plain = "".join(
        part
        for part in unicodedata.normalize("NFKC", char)
        if not unicodedata.category(part).startswith(("M", "C", "Z"))
    )
    if len(plain) == 1 and unicodedata.category(plain) == "Pd":
        return "-"
    return _SAME.get(plain, plain)


def form(text: str) -> str:
    """The symbols of a text in their one form."""
    return "".join(map(form_of, text))


class Signature:
    """What a term requires besides its folded characters.

    ``gaps``: for each place from 0 (before the first character) to the length (after the last) the symbols required.
    """

    def __init__(self, gaps: dict[int, str], length: int) -> None:
        self.gaps = gaps
        self.length = length
        self.inner = any(0 < place < length for place in gaps)

    def without(self, gaps: Sequence[str], raw: Sequence[str]) -> list[str] | None:
        """The inner gaps without what is required in them; None where it does not stand there.

        ``raw``: what stands between each two characters; ``gaps``: the same without what no one sees.
        """
        left = list(gaps)
        for place, wanted in self.gaps.items():
            if 0 < place < self.length:
                found = form(raw[place - 1])
                if wanted not in found:
                    return None
                rest = found.replace(wanted, "", 1)
                left[place - 1] = rest
        return left

    def is_shown(self, surface: str) -> bool:
        """Whether a guess shows the symbols required inside the term, in their order."""
        signs = iter(form(surface))
        inner = (wanted for place, wanted in sorted(self.gaps.items()) if 0 < place < self.length)
        return all(one in signs for wanted in inner for one in wanted)

    def before(self, original: str, first: int, lowest: int) -> int | None:
        """Where the term begins with its symbols before the character at ``first``; None where they are not there."""
        wanted = self.gaps.get(0, "")
        place = first
        while wanted:
            place -= 1
            if place < lowest:
                return None
            one = form_of(original[place])
            if one:
                if not wanted.endswith(one):
                    return None
                wanted = wanted[: -len(one)]
            elif not _is_passed_over(original[place]):
                return None
        return place

    def after(self, original: str, last: int) -> int | None:
        """Where the term ends with its symbols after the character before ``last``; None where they are not there."""
        wanted = self.gaps.get(self.length, "")
        place = last
        while wanted:
            if place >= len(original):
                return None
            one = form_of(original[place])
            if one:
                if not wanted.startswith(one):
                    return None
                wanted = wanted[len(one) :]
            elif not _is_passed_over(original[place]):
                return None
            place += 1
        return place


def _is_passed_over(char: str) -> bool:
    """Whether a character may stand between a term and its symbols: a space, or what no one sees."""
    return char != "\n" and (ord(char) in _SKIN_TONES or (not _folded(char) and not form_of(char)))


def signature(term: str) -> Signature | None:
    """What a term requires besides its folded characters; None where it requires nothing."""
    if all(map(_folded, term)):
        return None
    gaps: dict[int, str] = {}
    required: set[int] = set()
    length = 0
    for place, char in enumerate(term):
        if _folded(char):
            length += 1
        elif sign := form_of(char):
            gaps[length] = gaps.get(length, "") + sign
            if _is_required(term, place):
                required.add(length)
    return Signature({place: gaps[place] for place in required}, length) if required else None


def literal(term: str) -> str:
    """The symbols by which a term without any letter is found; empty where it has a letter, or too little is left."""
    if any(map(_folded, term)):
        return ""
    signs = form(term)
    return signs if any(unicodedata.category(sign) == "So" for sign in signs) else ""


def is_matchable(term: str) -> bool:
    """Whether anything is left of a term by which it can be found."""
    return any(map(_folded, term)) or bool(literal(term))


def _is_required(term: str, place: int) -> bool:
    char = term[place]
    sign = form_of(char)
    if not sign:
        return False
    before = next(filter(None, map(_folded, reversed(term[:place]))), "")
    after = next(filter(None, map(_folded, term[place + 1 :])), "")
    if sign in _IN_NAMES or sign == "-":
        if before.isdigit() and after.isdigit():
            return True
        return sign != "-" and _is_latin(after) and (not before or _is_latin(before))
    return not _DIVIDING.issuperset(sign) and unicodedata.category(char) not in ("Pd", "Ps", "Pe", "Pi", "Pf")


def _is_latin(folded: str) -> bool:
    return folded.isascii() and folded.isalnum()


class Literals:
    """Terms of nothing but symbols, to be found in the symbols of a page."""

    def __init__(self, signs: Iterable[tuple[str, int]]) -> None:
        """``signs``: what ``literal`` gives, with the number of the term."""
        self._known: dict[str, list[int]] = {}
        for sign, number in signs:
            self._known.setdefault(sign, []).append(number)
        self._automaton = daachorse.CharwiseDoubleArrayAhoCorasick(list(self._known)) if self._known else None

    def find(self, page: Page) -> Iterator[tuple[int, int, list[int]]]:
        """Where they stand in ``page.original``: start, end, numbers of the terms."""
        if self._automaton is None:
            return
        codes = np.minimum(np.frombuffer(page.original.encode("utf-32-le", "surrogatepass"), np.uint32), LIMIT)
        at = np.flatnonzero(_may_be_symbol()[codes])
        if not at.size:
            return
        letters = np.cumsum(fold_table()[codes] > 0)[at]
        text: list[str] = []
        places: list[int] = []
        for place, parted in zip(at.tolist(), np.diff(letters, prepend=letters[:1]).tolist(), strict=True):
            one = form_of(page.original[place])
            text.append(_PLAIN + one if parted else one)
            places += [place] * (len(one) + bool(parted))
        signs = list(self._known)
        for start, end, which in self._automaton.find_overlapping("".join(text)):
            first, last = places[start], places[end - 1] + 1
            if self._field(page, first) == self._field(page, last - 1):
                yield first, last, self._known[signs[which]]

    @staticmethod
    def _field(page: Page, place: int) -> int:
        return int(page.starts.searchsorted(place, "right"))


@cache
def _may_be_symbol() -> Codes:
    """1 for each code point that folding removes and that may be seen."""
    table = np.zeros(LIMIT + 1, np.uint32)
    removed = np.flatnonzero(fold_table()[:LIMIT] == 0)
    table[[code for code in removed.tolist() if not 0xD800 <= code < 0xE000 and form_of(chr(code))]] = 1
    return table


def describe_symbols(term: str) -> Text | None:
    """What will be matched for a term with symbols or marks; None for a term without any."""
    if all(map(_folded, term)):
        return None
    folded = fold(term)
    if not folded:
        signs = literal(term)
        return Text(
            f"只匹配符号“{signs}”（任何写法）", f"matched by the symbols “{signs}” alone, in any of their forms"
        )
    signed = signature(term)
    if signed is not None:
        where = _spelled_out(folded, signed)
        return Text(
            f"只匹配原样出现的“{where}”（符号可用任何写法，其间可有空格），不匹配“{folded}”",
            f"matched only as “{where}” (symbols in any of their forms, spaces between allowed); not as “{folded}”",
        )
    if any(form_of(char) for char in term):
        return Text(f"其中的标点可有可无：也匹配“{folded}”", f"its marks may be left out: matched as “{folded}” too")
    return None


def _spelled_out(folded: str, signed: Signature) -> str:
    return "".join(signed.gaps.get(place, "") + folded[place : place + 1] for place in range(len(folded) + 1))
