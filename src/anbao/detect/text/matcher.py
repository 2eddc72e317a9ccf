"""Finds the terms of a lexicon in many fields at once.

- ``start``, ``end`` and ``surface`` always speak of the original field: ``field[start:end] == surface``.
- A hit inside an occurrence of one of its term's exceptions is dropped; a guess also inside any other term's.
- Among hits of one category, one that lies inside another falls away, unless only the other is a guess, or a context
  rule lowers the other below it; and so does a guess inside a term of any category that is written there.
- The pack's context rules lower a hit, or drop it (``contexts``).
- Scanning many fields together gives what scanning each alone gives.
"""

import copy
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

import daachorse

from anbao.detect.likeness.fold import Page, fold_many, fold_page
from anbao.detect.text.anagram import AnagramMatcher
from anbao.detect.text.confusable import ConfusableMatcher
from anbao.detect.text.contexts import Contexts, Field, HitPlace
from anbao.detect.text.decomposition import DecompositionMatcher
from anbao.detect.text.exact import ExactMatcher
from anbao.detect.text.gaps import is_clause, is_disguise, visible
from anbao.detect.text.hits import Hit
from anbao.detect.text.latin import LatinMatcher
from anbao.detect.text.lexicon import Lexicon
from anbao.detect.text.patterns import as_patterns
from anbao.detect.text.phonetic import PhoneticMatcher
from anbao.detect.text.sound import LATIN, sounds
from anbao.detect.text.spoken import speak
from anbao.detect.text.symbols import Literals, Signature, literal, signature
from anbao.law.term_contexts import ContextRule
from anbao.model.listing import CHANNELS, WRITTEN, Channel

_RANK: dict[Channel, int] = {channel: rank for rank, channel in enumerate(CHANNELS)}
_LATIN = frozenset(LATIN)


class Matcher:
    """A lexicon, and the context rules of a pack, made ready for scanning; it never changes."""

    def __init__(self, lexicon: Lexicon, rules: Sequence[ContextRule] = ()) -> None:
        self.lexicon = lexicon
        self._terms = terms = lexicon.terms
        self._signatures = {place: signed for place, term in enumerate(terms) if (signed := signature(term.term))}
        patterns: dict[str, list[int]] = {}
        for place, folded in enumerate(fold_many([term.term for term in terms])):
            if folded:
                patterns.setdefault(folded, []).append(place)
        self._literals = Literals((signs, place) for place in self._signatures if (signs := literal(terms[place].term)))
        self._contexts = Contexts(rules, patterns, _is_excepted)
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
        self._exact = ExactMatcher(known)
        self._phonetic = PhoneticMatcher(known, spoken)
        self._latin = LatinMatcher(known, spoken, self._exact, self._phonetic)
        self._order = AnagramMatcher(known)
        self._parts = DecompositionMatcher(known, self._exact)
        self._shapes = ConfusableMatcher(known)

    def with_rules(self, rules: Sequence[ContextRule]) -> "Matcher":
        """The same lexicon under other context rules, without building it anew."""
        other = copy.copy(self)
        other._contexts = Contexts(rules, frozenset(self._patterns), _is_excepted)
        return other

    def scan(self, fields: Sequence[str], page: Page | None = None) -> list[list[Hit]]:
        """The hits of each field, sorted by start, end, category and term. ``page``: the fields, already folded."""
        found: list[list[Hit]] = [[] for _ in fields]
        if not fields or not self._terms:
            return found
        page = fold_page(fields) if page is None else page
        scan = _Scan(page, found, {}, [], {})
        for first, last, places in self._literals.find(page):
            for place in places:
                self._keep(scan, place, "normalised", (first, last), None)
        if not self._patterns:
            return _settled(scan, self._outermost)
        for start, end, number in self._exact.seen(page):
            self._seen(scan, number, start, end)
        for spans in scan.written.values():
            spans.sort()
        symbols = sounds().symbols.take(page.codes, mode="clip")
        for start, end, number in self._phonetic.heard(page, symbols):
            if page.text[start:end] != self._patterns[number] and _written(page, start, end):
                self._guess(scan, number, "homophone", start, end)
        for start, end, number, steps in self._phonetic.spelled(page, symbols):
            if _spelled(page, start, end, steps):
                self._guess(scan, number, "pinyin", start, end)
        for guess in chain(
            self._latin.find(page, symbols),
            self._parts.split(page),
            self._shapes.resembling(page),
            self._order.swapped(page),
        ):
            if _stands_together(page, guess.start, guess.end):
                self._guess(scan, guess.number, guess.channel, guess.start, guess.end)
        return _settled(scan, self._outermost)

    def _seen(self, scan: "_Scan", number: int, start: int, end: int) -> None:
        """A pattern as it is written; each of its terms with the symbols that it requires."""
        page = scan.page
        where = HitPlace(page, start, end, self._patterns[number])
        marked = self._marked.get(number, frozenset())
        channels: dict[Signature | None, Channel | None] = {}
        for place in self._owners[number]:
            signed = self._signatures.get(place)
            span = _span(page, start, end, signed)
            if span is None:
                continue
            if signed not in channels:
                channels[signed] = _written(page, start, end, marked, signed)
            if channel := channels[signed]:
                self._keep(scan, place, channel, span, where)

    def _guess(self, scan: "_Scan", number: int, channel: Channel, start: int, end: int) -> None:
        page = scan.page
        if self._harmless.cover(page.text, start, end):
            return
        where = HitPlace(page, start, end, self._patterns[number])
        for place in self._owners[number]:
            signed = self._signatures.get(place)
            span = _span(page, start, end, signed)
            if span is None or _overlaps(span, scan.written.get(place, [])):
                continue  # only repeats what is written
            if signed is None or signed.is_shown(page.original[span[0] : span[1]]):
                self._keep(scan, place, channel, span, where)

    def _keep(self, scan: "_Scan", place: int, channel: Channel, span: "_Span", where: HitPlace | None) -> None:
        """Keep a hit, as far as exceptions and context rules leave it. ``where``: its folded characters, if any."""
        page = scan.page
        term = self._terms[place]
        exceptions = self._exceptions.get(place)
        if exceptions and where is not None and _is_excepted(page, where.start, where.end, exceptions):
            return
        first, last = span
        surface = page.original[first:last]
        if channel in WRITTEN and surface == term.term:
            channel = "exact"
        context, lowered, needs_support = "", 0, False
        if where is not None:
            rule, needs_support = self._contexts.judge(where, scan.fields, (term.category, term.term, channel))
            if rule is not None and rule.lowers_to < term.severity:
                if not rule.lowers_to:
                    return
                context, lowered = rule.id, rule.lowers_to
        field = int(page.starts.searchsorted(first, "right")) - 1
        offset = int(page.starts[field])
        hit = Hit(place, channel, first - offset, last - offset, surface, context, lowered)
        scan.found[field].append(hit)
        if channel in WRITTEN:
            scan.written.setdefault(place, []).append(span)
        if needs_support:
            scan.unsupported.setdefault(field, set()).add(hit)

    def _outermost(self, hits: list[Hit]) -> list[Hit]:
        """Sorted, without those that lie inside another of their category, and without guesses inside what is written.

        A guess does not hide what is written.
        """
        terms = self._terms
        hits.sort(key=lambda hit: (hit.start, -hit.end, _RANK[hit.channel], hit.term))
        lowered: dict[str, int] = {}
        reach: dict[str, int] = {}
        written_reach: dict[str, int] = {}
        written_end = -1
        chosen = []
        for hit in hits:
            category = terms[hit.term].category
            if hit.channel in WRITTEN:
                inside = hit.end <= written_reach.get(category, -1)
                if inside and (hit.lowered or terms[hit.term].severity) <= lowered.get(category, hit.end + 9):
                    continue
                written_reach[category] = max(hit.end, written_reach.get(category, -1))
                lowered[category] = hit.lowered or 9
                written_end = max(hit.end, written_end)
            elif hit.end <= max(written_end, reach.get(category, -1)):
                continue
            chosen.append(hit)
            reach[category] = max(hit.end, reach.get(category, -1))
        chosen.sort(key=lambda hit: (hit.start, hit.end, terms[hit.term].category, hit.term))
        return chosen


_Span = tuple[int, int]
"""Where a hit begins and ends in the original of a page."""


def _overlaps(span: _Span, others: list[_Span]) -> bool:
    """Whether the span shares a character with one of the others: sorted, and none inside another."""
    after = bisect_right(others, span[0], key=lambda other: other[1])
    return after < len(others) and others[after][0] < span[1]


class _Scan(NamedTuple):
    """What one scan has found so far.

    ``unsupported``: of each field the hits that need another one beside them; ``fields``: those that context rules
    were asked about; ``written``: of each term where it stands as written.
    """

    page: Page
    found: list[list[Hit]]
    unsupported: dict[int, set[Hit]]
    fields: list[Field]
    written: dict[int, list[_Span]]


def _settled(scan: _Scan, outermost: Callable[[list[Hit]], list[Hit]]) -> list[list[Hit]]:
    """The hits of each field in order, without those that nothing supports and those that others hide."""
    for field, doubtful in scan.unsupported.items():
        if doubtful.issuperset(scan.found[field]):
            scan.found[field].clear()
    for hits in scan.found:
        if len(hits) > 1:
            hits[:] = outermost(hits)
    return scan.found


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


def _span(page: Page, start: int, end: int, signed: Signature | None = None) -> _Span | None:
    """Where the folded characters, and the symbols required around them, stand in the original; None where not."""
    first, last = int(page.places[start]), int(page.places[end - 1]) + 1
    if signed is None:
        return first, last
    lowest = int(page.starts[int(page.starts.searchsorted(first, "right")) - 1])
    begin, finish = signed.before(page.original, first, lowest), signed.after(page.original, last)
    return None if begin is None or finish is None else (begin, finish)


def _written(
    page: Page, start: int, end: int, marked: frozenset[str] = frozenset(), signed: Signature | None = None
) -> Channel | None:
    """How the folded characters from ``start`` to ``end`` stand in the original; None where they form no one word.

    ``marked``: ways of writing the term that hold marks of their own; ``signed``: the symbols that must stand there.
    """
    text = page.text
    gaps: list[str] | None = None
    first, last = int(page.places[start]), int(page.places[end - 1])
    if signed is not None and last - first == end - 1 - start and signed.inner:
        return None
    if last - first != end - 1 - start:
        gaps = _gaps(page, start, end)
        if signed is not None:
            gaps = signed.without(gaps, _raw_gaps(page, start, end))
            if gaps is None:
                return None
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


def _raw_gaps(page: Page, start: int, end: int) -> list[str]:
    """All that stands between the folded characters, seen or not."""
    places = page.places[start:end].tolist()
    return [page.original[before + 1 : here] for before, here in pairwise(places)]


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
