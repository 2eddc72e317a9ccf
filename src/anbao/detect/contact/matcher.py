"""Finds contact details, links and tricks in many fields at once.

- ``start``, ``end`` and ``surface`` speak of the original field: ``field[start:end] == surface`` (of a link, its host).
- All fields are folded and scanned once, together; only those with a cue, a long run of digits or a distinctive mark
  are looked at closely.
- What stands inside the address of a picture is none: such addresses hold names and numbers of their own.
- Scanning many fields together gives what scanning each alone gives.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from anbao.detect.contact.book import FraudBook
from anbao.detect.contact.handles import MAIL, PLUS, HandleFinder
from anbao.detect.contact.links import LinkFinder
from anbao.detect.contact.reading import DigitReader, FieldReading, half_width
from anbao.detect.contact.sighting import Sighting
from anbao.detect.contact.tricks import Ready, TrickFinder
from anbao.detect.likeness.fold import BREAK, LIMIT, Page, fold_page
from anbao.detect.text.exact import ExactMatcher
from anbao.detect.text.patterns import as_patterns

Places = NDArray[np.intp]

_SHORTEST_RUN = 7
"""Digits in a row that are worth a look."""

_HANDLE, _LINK = 1, 2
"""What a field leads to: contact details, links."""

_DOT, _ASIDE, _MARK, _PLUS, _ADDED, _HEART = 1, 2, 4, 8, 16, 32
_HOST_AFTER_DOT = "中公网在商集我"
"""First characters of endings in Chinese."""


class ContactMatcher:
    """A book made ready for scanning; it never changes."""

    def __init__(self, book: FraudBook) -> None:
        self.book = book
        self._digits = DigitReader(book.contacts)
        self._handles = HandleFinder(book.contacts)
        self._links = LinkFinder(book.links, book.own_domains)
        self._tricks = TrickFinder(book.tricks)
        self.cues = sorted((self._handles.cues | self._links.cues | self._tricks.cues) - {""})
        self._masks = [self._tricks.masks.get(cue, 0) for cue in self.cues]
        self._leads = [_HANDLE * (cue in self._handles.cues) | _LINK * (cue in self._links.cues) for cue in self.cues]
        self._exact = ExactMatcher(as_patterns(self.cues, [0] * len(self.cues)))
        self._is_digit = np.zeros(LIMIT + 1, np.bool_)
        self._is_digit[list(map(ord, "0123456789" + self._digits.characters))] = True
        self._marks = _mark_table(
            "@＠" + "".join(self._handles.emoji), self._handles.added, "".join(self._handles.behind)
        )

    def scan(self, fields: Sequence[str], page: Page | None = None) -> list[list[Sighting]]:
        """The sightings of each field, sorted by start, end, kind and name. ``page``: the fields, already folded."""
        found: list[list[Sighting]] = [[] for _ in fields]
        if not fields:
            return found
        page = fold_page(fields) if page is None else page
        ends = np.flatnonzero(page.codes == BREAK)
        leads: defaultdict[int, int] = defaultdict(int)
        masks: defaultdict[int, int] = defaultdict(int)
        words: defaultdict[int, list[tuple[int, int, int]]] = defaultdict(list)
        possible_with = cache(self._tricks.possible)
        hits = list(self._exact.seen(page))
        for hit, field in zip(hits, ends.searchsorted([hit[0] for hit in hits]).tolist(), strict=True):
            number = hit[2]
            leads[field] |= self._leads[number]
            if mask := self._masks[number]:
                masks[field] |= mask
                words[field].append(hit)
        for field in ends.searchsorted(self._runs(page)).tolist():
            leads[field] |= _HANDLE
        for field, lead in self._marked(page):
            leads[field] |= lead
        for field, lead in leads.items():
            mask = masks.get(field, 0) | (self._tricks.any_marker if lead else 0)
            possible = possible_with(mask) if mask else []
            if lead or possible:
                found[field] = self._look(fields[field], page, field, ends, lead, possible, words.get(field, []))
        return found

    def _look(
        self,
        original: str,
        page: Page,
        field: int,
        ends: Places,
        lead: int,
        possible: list[Ready],
        words: list[tuple[int, int, int]],
    ) -> list[Sighting]:
        first = int(ends[field - 1]) + 1 if field else 0
        last = int(ends[field]) if field < ends.size else page.codes.size
        text = page.text[first:last]
        places = (page.places[first:last] - int(page.starts[field])).tolist()
        reading = FieldReading(original, half_width(original), text, self._digits.read(text) if lead else text, places)
        seen: list[Sighting] = []
        if lead & _HANDLE:
            pictures = self._links.pictures.spans(reading.half)
            seen += (
                one
                for one in self._handles.find(reading)
                if not any(start <= one.start and one.end <= end for start, end in pictures)
                and not (one.kind == MAIL and self._links.pictures.is_file(one.surface))
            )
        if lead & _LINK:
            seen += self._links.find(reading)
        seen = _outermost(seen)
        if possible:
            cues_at: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
            for start, end, number in words:
                if not reading.breaks(start - first, end - first):
                    cues_at[self.cues[number]].append((start - first, end - first))
            seen += self._tricks.find(reading, possible, cues_at, seen)
        return sorted(seen, key=lambda one: (one.start, one.end, one.kind, one.name))

    def _runs(self, page: Page) -> Places:
        """Where long runs of digits, in any writing, begin."""
        digits = np.flatnonzero(self._is_digit.take(page.codes, mode="clip"))
        begins = np.flatnonzero(np.diff(digits, prepend=-2) > 1)
        long: Places = digits[begins[np.diff(begins, append=digits.size) >= _SHORTEST_RUN]]
        return long

    def _marked(self, page: Page) -> Iterator[tuple[int, int]]:
        """Fields with @, a picture or a plus that marks a name, or a dot before a letter; what that leads to."""
        codes = np.frombuffer(page.original.encode("utf-32-le", "surrogatepass"), np.uint32)
        marks = self._marks.take(codes, mode="clip")
        dots = np.flatnonzero(marks[1:-1] & _DOT) + 1
        dots = dots[(marks[dots + 1] & _ASIDE) > 0]
        plus = np.flatnonzero(marks[:-1] & _PLUS)
        plus = plus[(marks[plus + 1] & _ADDED) > 0]
        hearts = np.flatnonzero(marks[1:] & _HEART) + 1
        hearts = hearts[(marks[hearts - 1] & _ADDED) > 0]
        for places, lead in (
            (hearts, _HANDLE),
            (dots, _LINK),
            (plus, _HANDLE),
            (np.flatnonzero(marks & _MARK), _HANDLE),
        ):
            for field in (page.starts.searchsorted(places, "right") - 1).tolist():
                yield field, lead


def _mark_table(marks: str, added: str, behind: str) -> NDArray[np.uint8]:
    """The marks of each code point; ``added``: what begins a name behind a plus or before one of ``behind``."""
    table = np.zeros(max(map(ord, marks + added + behind + PLUS)) + 2, np.uint8)
    if behind:
        table[list(map(ord, behind))] = _HEART
    table[list(map(ord, PLUS))] = _PLUS
    table[list(map(ord, added))] |= _ADDED
    table[list(map(ord, ".。．｡"))] = _DOT
    for low, high in (("a", "z"), ("A", "Z"), ("ａ", "ｚ"), ("Ａ", "Ｚ")):
        table[ord(low) : ord(high) + 1] |= _ASIDE
    table[list(map(ord, _HOST_AFTER_DOT))] |= _ASIDE
    table[list(map(ord, marks))] |= _MARK
    return table


def _outermost(sightings: list[Sighting]) -> list[Sighting]:
    """Without those that lie inside another of their kind."""
    chosen: list[Sighting] = []
    reach: dict[str, int] = {}
    for one in sorted(set(sightings), key=lambda one: (one.start, -one.end, one.channel, one.name)):
        if one.end > reach.get(one.kind, -1):
            reach[one.kind] = one.end
            chosen.append(one)
    return chosen
