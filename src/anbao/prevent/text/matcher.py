"""Finds the terms of a lexicon in many fields at once.

- ``start``, ``end`` and ``surface`` always speak of the original field: ``field[start:end] == surface``.
- A hit inside an occurrence of one of its term's exceptions is dropped; a guess also inside any other term's.
- Among hits of one category, one that lies inside another falls away, unless only the other is a guess; and so does a
  guess inside a term of any category that is written there.
- Scanning many fields together gives what scanning each alone gives.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import chain

import daachorse
import msgspec

from anbao.likeness.fold import Page, fold_many, fold_page
from anbao.model.listing import CHANNELS, WRITTEN, Channel, Finding
from anbao.prevent.text.ear import Ear
from anbao.prevent.text.eye import Eye
from anbao.prevent.text.gaps import is_clause, is_disguise, visible
from anbao.prevent.text.latin import Latin
from anbao.prevent.text.lexicon import Lexicon
from anbao.prevent.text.order import Order
from anbao.prevent.text.parts import Parts
from anbao.prevent.text.patterns import as_patterns
from anbao.prevent.text.shapes import Shapes
from anbao.prevent.text.sound import LATIN, sounds
from anbao.prevent.text.spoken import speak

DETECTOR = "lexicon"

_RANK: dict[Channel, int] = {channel: rank for rank, channel in enumerate(CHANNELS)}
_LATIN = frozenset(LATIN)


class Hit(msgspec.Struct, frozen=True):
    """A term in a field; ``term`` is its index in the lexicon."""

    term: int
    channel: Channel
    start: int
    end: int
    surface: str


def finding(hit: Hit, field: str, lexicon: Lexicon) -> Finding:
    """The finding that a hit in this field stands for."""
    term = lexicon.terms[hit.term]
    return Finding(
        category=term.category,
        channel=hit.channel,
        detector=DETECTOR,
        end=hit.end,
        field=field,
        provisions=term.provisions,
        severity=term.severity,
        start=hit.start,
        surface=hit.surface,
        term=term.term,
    )


class Matcher:
    """A lexicon made ready for scanning; it never changes."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._terms = terms = lexicon.terms
        patterns: dict[str, list[int]] = {}
        for place, folded in enumerate(fold_many([term.term for term in terms])):
            if folded:
                patterns.setdefault(folded, []).append(place)
        self._patterns = list(patterns)
        self._owners = list(patterns.values())
        self._marked = {
            number: frozenset(terms[place].term for place in places)
            for number, (pattern, places) in enumerate(patterns.items())
            if len(terms[places[0]].term) != len(pattern) or len(places) > 1
        }
        phrases = fold_many([phrase for term in terms for phrase in term.exceptions])
        self._exceptions: dict[int, list[str]] = {}
        for place, term in enumerate(terms):
            if term.exceptions:
                self._exceptions[place] = phrases[: len(term.exceptions)]
                del phrases[: len(term.exceptions)]
        known = as_patterns(self._patterns, [max(terms[place].severity for place in places) for places in self._owners])
        spoken = speak("\n".join([*self._patterns, ""]), known)
        self._harmless = _Phrases(phrase for phrases in self._exceptions.values() for phrase in phrases)
        self._eye = Eye(known)
        self._ear = Ear(known, spoken)
        self._latin = Latin(known, spoken, self._eye, self._ear)
        self._order = Order(known)
        self._parts = Parts(known, self._eye)
        self._shapes = Shapes(known)

    def scan(self, fields: Sequence[str], page: Page | None = None) -> list[list[Hit]]:
        """The hits of each field, sorted by start, end, category and term. ``page``: the fields, already folded."""
        found: list[list[Hit]] = [[] for _ in fields]
        if not fields or not self._patterns:
            return found
        page = fold_page(fields) if page is None else page
        for start, end, number in self._eye.seen(page):
            if channel := _written(page, start, end, self._marked.get(number, frozenset())):
                self._add(found, page, number, channel, start, end)
        symbols = sounds().symbols.take(page.codes, mode="clip")
        for start, end, number in self._ear.heard(page, symbols):
            if page.text[start:end] != self._patterns[number] and _written(page, start, end):
                self._guess(found, page, number, "homophone", start, end)
        for start, end, number, steps in self._ear.spelled(page, symbols):
            if _spelled(page, start, end, steps):
                self._guess(found, page, number, "pinyin", start, end)
        for guess in chain(
            self._latin.find(page, symbols),
            self._parts.split(page),
            self._shapes.resembling(page),
            self._order.swapped(page),
        ):
            if _stands_together(page, guess.start, guess.end):
                self._guess(found, page, guess.number, guess.channel, guess.start, guess.end)
        for hits in found:
            if len(hits) > 1:
                hits[:] = self._outermost(hits)
        return found

    def _guess(self, found: list[list[Hit]], page: Page, number: int, channel: Channel, start: int, end: int) -> None:
        if not self._harmless.cover(page.text, start, end):
            self._add(found, page, number, channel, start, end)

    def _add(self, found: list[list[Hit]], page: Page, number: int, channel: Channel, start: int, end: int) -> None:
        first, last = int(page.places[start]), int(page.places[end - 1]) + 1
        surface = page.original[first:last]
        field = int(page.starts.searchsorted(first, "right")) - 1
        offset = int(page.starts[field])
        for place in self._owners[number]:
            exceptions = self._exceptions.get(place)
            if exceptions and _is_excepted(page, start, end, exceptions):
                continue
            exact = channel in WRITTEN and surface == self._terms[place].term
            found[field].append(Hit(place, "exact" if exact else channel, first - offset, last - offset, surface))

    def _outermost(self, hits: list[Hit]) -> list[Hit]:
        """Sorted, without those that lie inside another of their category, and without guesses that only repeat what is
        written: inside a written term, or beside one of the same term. A guess does not hide what is written.
        """
        terms = self._terms
        hits.sort(key=lambda hit: (hit.start, -hit.end, _RANK[hit.channel], hit.term))
        written: dict[int, list[Hit]] = {}
        for hit in hits:
            if hit.channel in WRITTEN:
                written.setdefault(hit.term, []).append(hit)
        reach: dict[str, int] = {}
        written_reach: dict[str, int] = {}
        written_end = -1
        kept = []
        for hit in hits:
            category = terms[hit.term].category
            if hit.channel in WRITTEN:
                if hit.end <= written_reach.get(category, -1):
                    continue
                written_reach[category] = hit.end
                written_end = max(hit.end, written_end)
            elif hit.end <= max(written_end, reach.get(category, -1)) or _overlaps(hit, written.get(hit.term, [])):
                continue
            kept.append(hit)
            reach[category] = max(hit.end, reach.get(category, -1))
        kept.sort(key=lambda hit: (hit.start, hit.end, terms[hit.term].category, hit.term))
        return kept


def _overlaps(hit: Hit, others: list[Hit]) -> bool:
    """Whether the hit shares a character with one of the others, none of which lies inside another."""
    after = bisect_right(others, hit.start, key=lambda other: other.end)
    return after < len(others) and others[after].start < hit.end


class _Phrases:
    """Folded phrases that mean no harm."""

    def __init__(self, phrases: Iterable[str]) -> None:
        known = sorted({phrase for phrase in phrases if phrase})
        self._longest = max(map(len, known), default=0)
        self._automaton = daachorse.CharwiseDoubleArrayAhoCorasick(known) if known else None

    def cover(self, text: str, start: int, end: int) -> bool:
        """Whether one of the phrases stands around the characters from ``start`` to ``end``."""
        if self._automaton is None or end - start > self._longest:
            return False
        first = max(0, end - self._longest)
        around = self._automaton.find_overlapping(text[first : start + self._longest])
        return any(first + begin <= start and end <= first + stop for begin, stop, _ in around)


def _spelled(page: Page, start: int, end: int, steps: frozenset[int]) -> bool:
    """Whether Latin letters form whole words, written together, by syllable or one by one.

    ``steps``: how many letters precede the end of each syllable.
    """
    gaps = _gaps(page, start, end)
    if all(not gap or place in steps for place, gap in enumerate(gaps, 1)):
        fits = not any(map(is_clause, gaps))
    else:
        fits = all(gaps) and len(set(gaps)) == 1
    return fits and _on_word_boundaries(page, start, end, gaps)


def _written(page: Page, start: int, end: int, marked: frozenset[str] = frozenset()) -> Channel | None:
    """How the folded characters from ``start`` to ``end`` stand in the original; None where they form no one word.

    ``marked``: ways of writing the term that hold marks of their own.
    """
    text = page.text
    gaps: list[str] | None = None
    first, last = int(page.places[start]), int(page.places[end - 1])
    if last - first != end - 1 - start:
        gaps = _gaps(page, start, end)
        if not any(gaps):
            gaps = None
        elif page.original[first : last + 1] not in marked:
            apart = not (_touches(page, start) and _touches(page, end))
            if not is_disguise(gaps, stands_apart=apart):
                return None
    if (text[start] in _LATIN or text[end - 1] in _LATIN) and not _on_word_boundaries(page, start, end, gaps):
        return None
    return "spaced" if gaps else "normalised"


def _stands_together(page: Page, start: int, end: int) -> bool:
    """Whether the folded characters stand in one clause of one field."""
    if int(page.places[end - 1]) - int(page.places[start]) == end - 1 - start:
        return True
    return not any(map(is_clause, _gaps(page, start, end)))


def _gap(page: Page, place: int) -> str:
    """What is seen between a folded character and the one before."""
    before, here = int(page.places[place - 1]) + 1, int(page.places[place])
    return visible(page.original[before:here]) if here > before else ""


def _gaps(page: Page, start: int, end: int) -> list[str]:
    return [_gap(page, place) for place in range(start + 1, end)]


def _touches(page: Page, place: int) -> bool:
    """Whether the folded characters before and at ``place`` stand side by side in one field."""
    if not 0 < place < len(page.text) or "\n" in page.text[place - 1 : place + 1]:
        return False
    return not _gap(page, place)


def _on_word_boundaries(page: Page, start: int, end: int, gaps: list[str] | None) -> bool:
    """Whether no Latin letter or digit continues the word, at either end that is one."""
    text = page.text
    inner = set(gaps or ())
    for inside, outside, place in ((start, start - 1, start), (end - 1, end, end)):
        if text[inside] in _LATIN and 0 <= outside < len(text) and text[outside] in _LATIN:
            gap = _gap(page, place)
            if not gap or inner == {gap}:
                return False
    return True


def _is_excepted(page: Page, start: int, end: int, exceptions: list[str]) -> bool:
    text = page.text
    surface = text[start:end]
    for phrase in exceptions:
        inside = phrase.find(surface)
        while inside >= 0:
            first = start - inside
            last = first + len(phrase)
            if first >= 0 and text.startswith(phrase, first) and not any(map(is_clause, _gaps(page, first, last))):
                return True
            inside = phrase.find(surface, inside + 1)
    return False
