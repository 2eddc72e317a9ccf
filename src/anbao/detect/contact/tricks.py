"""Tricks in one field: words that stand together."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from anbao.detect.contact.book import ANY_CONTACT, ANY_LINK, ANY_NUMBER, MARKERS, Trick
from anbao.detect.contact.reading import FieldReading
from anbao.detect.contact.sighting import Sighting
from anbao.detect.likeness.fold import fold
from anbao.model.listing import Channel

Places = Mapping[str, Sequence[tuple[int, int]]]
"""Where each word or marker stands in the folded text."""

_BY_KIND = {"contact.phone": (ANY_CONTACT, ANY_NUMBER), "contact.link": (ANY_LINK,), "fraud.false_link": (ANY_LINK,)}
_RANK: dict[Channel, int] = {"exact": 0, "normalised": 1, "spaced": 2}


class Ready(NamedTuple):
    """A trick with folded words; ``mask`` has a bit for each of its rows."""

    trick: Trick
    rows: list[frozenset[str]]
    unless: tuple[str, ...]
    mask: int


class TrickFinder:
    """Finds tricks among words that have been found; built once from the book."""

    def __init__(self, tricks: Sequence[Trick]) -> None:
        self._ready: list[Ready] = []
        self.masks: dict[str, int] = {}
        bit = 1
        for trick in tricks:
            rows = [frozenset(word if word in MARKERS else fold(word) for word in row) for row in trick.all]
            mask = 0
            for row in rows:
                for word in row:
                    self.masks[word] = self.masks.get(word, 0) | bit
                mask |= bit
                bit <<= 1
            self._ready.append(Ready(trick, rows, tuple(map(fold, trick.unless)), mask))
        self.cues = frozenset(self.masks.keys() - MARKERS)
        self.any_marker = self.masks.get(ANY_CONTACT, 0) | self.masks.get(ANY_LINK, 0) | self.masks.get(ANY_NUMBER, 0)

    def possible(self, mask: int) -> list[Ready]:
        """The tricks all of whose rows are among those of a field's words."""
        return [one for one in self._ready if mask & one.mask == one.mask]

    def find(
        self, reading: FieldReading, possible: Sequence[Ready], words: Places, seen: Sequence[Sighting]
    ) -> Iterator[Sighting]:
        """The tricks; ``seen`` are the contacts and links found before."""
        places: dict[str, Sequence[tuple[int, int]]] = {**words, **_marked(reading, seen)}
        for trick, rows, unless, _ in possible:
            where = [sorted({span for word in row for span in places.get(word, ())}) for row in rows]
            if not all(where) or any(phrase in reading.text for phrase in unless):
                continue
            spans = _together(where, trick.within)
            if spans is None:
                continue
            start, end = min(span[0] for span in spans), max(span[1] for span in spans)
            first, last, surface = reading.span(start, end)
            channels = [reading.channel(*span) for span in spans]
            channel = max(channels, key=lambda one: _RANK.get(one, 1))
            yield Sighting(trick.kind, trick.id, channel, first, last, surface, True)


def _together(rows: list[list[tuple[int, int]]], within: int) -> list[tuple[int, int]] | None:
    """A span of each row such that they lie close together: the first such, by the first row."""
    for anchor in rows[0]:
        chosen = [anchor]
        for row in rows[1:]:
            near = min(row, key=lambda span: max(span[0] - anchor[1], anchor[0] - span[1]))
            if max(near[0] - anchor[1], anchor[0] - near[1]) > within:
                break
            chosen.append(near)
        else:
            return chosen
    return None


def _marked(reading: FieldReading, seen: Sequence[Sighting]) -> dict[str, list[tuple[int, int]]]:
    """Where contacts and links stand in the folded text."""
    marked: dict[str, list[tuple[int, int]]] = {}
    for one in seen:
        first, last = bisect_left(reading.places, one.start), bisect_left(reading.places, one.end)
        if first == last:
            continue
        for marker in _BY_KIND.get(one.kind, (ANY_CONTACT,)):
            marked.setdefault(marker, []).append((first, last))
    return marked
