"""Finds the terms of a lexicon in many fields at once.

- ``start``, ``end`` and ``surface`` always speak of the original field: ``field[start:end] == surface``.
- A hit inside an occurrence of one of its term's exceptions is dropped, and nothing else is.
- Among hits of one category, one that lies inside another falls away, unless only the other is a guess by sound.
- Scanning many fields together gives what scanning each alone gives.
"""

from collections.abc import Sequence

import daachorse
import msgspec
import numpy as np

from anbao.model.listing import Channel, Finding
from anbao.prevent.text.fold import Page, fold_many, fold_page
from anbao.prevent.text.gaps import is_clause, is_disguise, visible
from anbao.prevent.text.lexicon import Lexicon
from anbao.prevent.text.sequences import Places, SequenceIndex
from anbao.prevent.text.sound import ALPHABET, LETTERS, read, sounds, spellings

DETECTOR = "lexicon"
SHORTEST_SOUND = 3
"""Fewest syllables (a letter counts as one) of a term that is sought by its sound."""

SHORTEST_CHINESE = 2
"""Fewest Chinese characters of such a term."""

SHORTEST_SPELLING = 6
"""Fewest Latin letters of a spelled term."""

_RANK: dict[Channel, int] = {"exact": 0, "normalised": 1, "spaced": 2, "pinyin": 3, "homophone": 4}
_GUESSED = frozenset({"pinyin", "homophone"})
_LATIN = frozenset(ALPHABET)


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
        self._terms = lexicon.terms
        self._folded = fold_many([term.term for term in self._terms])
        self._exceptions = {
            place: tuple(fold_many(term.exceptions)) for place, term in enumerate(self._terms) if term.exceptions
        }
        patterns: dict[str, list[int]] = {}
        for place, text in enumerate(self._folded):
            if text:
                patterns.setdefault(text, []).append(place)
        self._owners = list(patterns.values())
        self._marked = {
            owner: frozenset(self._terms[place].term for place in places)
            for owner, (text, places) in enumerate(patterns.items())
            if any(len(self._terms[place].term) != len(text) for place in places)
        }
        self._automaton = daachorse.CharwiseDoubleArrayAhoCorasick(list(patterns)) if patterns else None
        self._index_sounds(list(patterns))

    def _index_sounds(self, patterns: list[str]) -> None:
        table = sounds()
        heard: list[Sequence[int]] = []
        spelled: list[Sequence[int]] = []
        self._heard_owner: list[int] = []
        self._spelled_owner: list[int] = []
        self._spelled_steps: list[frozenset[int]] = []
        symbol_of = {syllable: int(table.symbols[ord(char)]) for char, syllable in table.syllables.items()}
        symbol_of |= {letter: place for place, letter in enumerate(ALPHABET, 1)}
        for owner, term in enumerate(patterns):
            if len(term) < SHORTEST_SOUND or sum(char not in _LATIN for char in term) < SHORTEST_CHINESE:
                continue
            readings = read(term)
            if readings is None:
                continue
            for reading in readings[: 1 if readings[0] == readings[1] else 2]:
                heard.append([symbol_of[syllable] for syllable in reading])
                self._heard_owner.append(owner)
                for latin in spellings(reading):
                    if len(latin) >= SHORTEST_SPELLING:
                        spelled.append([symbol_of[letter] for letter in latin])
                        self._spelled_owner.append(owner)
                        self._spelled_steps.append(_ends(reading))
        self._heard = SequenceIndex(heard, width=SHORTEST_SOUND, size=table.size)
        self._spelled = SequenceIndex(spelled, width=SHORTEST_SPELLING, size=LETTERS)

    def scan(self, fields: Sequence[str]) -> list[list[Hit]]:
        """The hits of each field, sorted by start, end, category and term."""
        found: list[list[Hit]] = [[] for _ in fields]
        if not fields or self._automaton is None:
            return found
        page = fold_page(fields)
        for start, end, owner in self._automaton.find_overlapping(page.text):
            channel = _written(page, start, end, self._marked.get(owner, frozenset()))
            if channel is not None:
                self._add(found, page, owner, channel, start, end)
        symbols = sounds().symbols.take(page.codes, mode="clip")
        for place, number in zip(*map(Places.tolist, self._heard.find(symbols)), strict=True):
            owner = self._heard_owner[number]
            end = place + len(self._folded[self._owners[owner][0]])
            if page.text[place:end] != self._folded[self._owners[owner][0]] and _written(page, place, end):
                self._add(found, page, owner, "homophone", place, end)
        words = _word_starts(page, symbols)
        if words.size:
            letters = np.where(symbols < LETTERS, symbols, 0).astype(np.uint32)
            for place, number in zip(*map(Places.tolist, self._spelled.find(letters, words)), strict=True):
                self._add_spelled(found, page, place, number)
        for hits in found:
            if len(hits) > 1:
                hits[:] = self._outermost(hits)
        return found

    def _add_spelled(self, found: list[list[Hit]], page: Page, start: int, number: int) -> None:
        steps = self._spelled_steps[number]
        end = start + max(steps)
        gaps = _gaps(page, start, end)
        between_syllables = all(not gap or place in steps for place, gap in enumerate(gaps, 1))
        fits = not any(map(is_clause, gaps)) if between_syllables else all(gaps) and len(set(gaps)) == 1
        if fits and _on_word_boundaries(page, start, end, gaps):
            self._add(found, page, self._spelled_owner[number], "pinyin", start, end)

    def _add(self, found: list[list[Hit]], page: Page, owner: int, channel: Channel, start: int, end: int) -> None:
        first, last = int(page.places[start]), int(page.places[end - 1]) + 1
        surface = page.original[first:last]
        field = int(page.starts.searchsorted(first, "right")) - 1
        offset = int(page.starts[field])
        for place in self._owners[owner]:
            exceptions = self._exceptions.get(place)
            if exceptions and _is_excepted(page, start, end, exceptions):
                continue
            exact = channel not in _GUESSED and surface == self._terms[place].term
            found[field].append(Hit(place, "exact" if exact else channel, first - offset, last - offset, surface))

    def _outermost(self, hits: list[Hit]) -> list[Hit]:
        """Sorted, without those that lie inside another of their category; a guess does not hide what is written."""
        terms = self._terms
        hits.sort(key=lambda hit: (hit.start, -hit.end, _RANK[hit.channel], hit.term))
        reach: dict[str, int] = {}
        written_reach: dict[str, int] = {}
        kept = []
        for hit in hits:
            category = terms[hit.term].category
            guessed = hit.channel in _GUESSED
            if hit.end > (reach if guessed else written_reach).get(category, -1):
                kept.append(hit)
                reach[category] = max(hit.end, reach.get(category, -1))
                if not guessed:
                    written_reach[category] = hit.end
        kept.sort(key=lambda hit: (hit.start, hit.end, terms[hit.term].category, hit.term))
        return kept


def _ends(reading: list[str]) -> frozenset[int]:
    """Where each syllable ends in the spelling."""
    ends, total = set(), 0
    for syllable in reading:
        total += len(syllable)
        ends.add(total)
    return frozenset(ends)


def _word_starts(page: Page, symbols: np.ndarray) -> Places:
    """Where a Latin word begins in the folded text."""
    letters = (symbols > 0) & (symbols < LETTERS)
    if not letters.any():
        return np.empty(0, np.intp)
    starts = letters.copy()
    starts[1:] &= ~letters[:-1] | (np.diff(page.places) > 1)
    return np.flatnonzero(starts)


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


def _is_excepted(page: Page, start: int, end: int, exceptions: tuple[str, ...]) -> bool:
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
