"""Dangers made ready for searching, and what a listing has in common with each: candidates first, then verification.

Invariants
- What a match says depends on the danger and the listing alone, not on which others are searched for or beside it.
- A match on text alone is never ``certain`` unless the danger was confirmed with ``on_likeness``.
- A match's reasons say what agrees and what does not, with its place in the listing.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from anbao.detect.likeness.fold import fold, fold_page
from anbao.detect.likeness.keys import KeyHit, KeyIndex, fold_key
from anbao.detect.likeness.offers import DEFAULT_BOUNDS, Danger, OfferTexts, PictureBounds
from anbao.detect.likeness.pages import Part, pages
from anbao.detect.likeness.pictures import PictureIndex
from anbao.detect.likeness.titles import TitleIndex, compare
from anbao.detect.likeness.verdict import Agreement, Traits, judge, traits
from anbao.model.hazard import Fingerprint, Ground, Match

COVER, COSINE = 600, 500
"""From here on titles are alike, in permille. Chosen on half of the data; ``bench/sweep.py`` measures on the other."""

MOST = 10
"""Matches reported of one listing, the surest first."""

_KEYS = frozenset({"barcode", "licence", "batch", "model", "link"})
_FIELDS = ("title", "description")
_SEPARATOR = "\n"


class _Key(NamedTuple):
    danger: int
    kind: str
    value: str


class DangerIndex:
    """Dangers ready for searching; it never changes.

    ``families``: for a merchant that a danger names, the merchants linked to it.
    """

    def __init__(
        self,
        dangers: Iterable[Danger],
        families: dict[str, frozenset[str]] | None = None,
        bounds: PictureBounds = DEFAULT_BOUNDS,
    ) -> None:
        self.bounds = bounds
        self.dangers = tuple(sorted(dangers, key=lambda one: one.hazard))
        self._traits: list[Traits] = []
        titles: list[str] = []
        self._titled: list[int] = []
        self._keys: list[_Key] = []
        pictures: list[str] = []
        self._pictured: list[int] = []
        self._merchants: dict[str, list[int]] = {}
        for number, danger in enumerate(self.dangers):
            own = traits(danger.fingerprints)
            self._traits.append(own)
            for one in danger.fingerprints:
                if one.kind == "title":
                    titles.append(one.value)
                    self._titled.append(number)
                elif one.kind in _KEYS:
                    self._keys += [_Key(number, one.kind, value) for value in _spellings(one)]
                elif one.kind == "picture":
                    pictures.append(one.value)
                    self._pictured.append(number)
                elif one.kind == "merchant":
                    for merchant in {one.value, *(families or {}).get(one.value, ())}:
                        self._merchants.setdefault(merchant, []).append(number)
            self._keys += [_Key(number, "model", model) for model in sorted(own.titled_models)]
        self._titles = TitleIndex(titles, cover=COVER, cosine=COSINE)
        self._index = KeyIndex([key.value for key in self._keys])
        self._pictures = PictureIndex(pictures, bounds.alike)

    def __len__(self) -> int:
        return len(self.dangers)

    @property
    def has_pictures(self) -> bool:
        """Whether any danger is recognised by a picture."""
        return len(self._pictures) > 0

    def match(self, offers: Sequence[OfferTexts], folded: Sequence[Part] | None = None) -> dict[int, list[Match]]:
        """The matches of those offers that have any, by place; the surest first.

        ``folded``: of each offer the title, the description and its texts, where the caller has them folded already.
        """
        if not self.dangers or not offers:
            return {}
        seen: dict[tuple[int, int], Agreement] = {}
        self._see_titles(offers, seen)
        if self._keys:
            self._see_keys(offers, folded, seen)
        self._see_pictures(offers, seen)
        self._see_merchants(offers, seen)
        found: dict[int, list[Match]] = {}
        for (row, number), one in sorted(seen.items()):
            danger, own = self.dangers[number], self._traits[number]
            if own.titles and not one.cosine:
                one.cover, one.cosine = _likest(own.titles, offers[row].title)
            verdict = judge(own, one, _text(offers[row]), on_likeness=danger.on_likeness)
            if verdict is not None:
                found.setdefault(row, []).append(
                    Match(
                        certainty=verdict,
                        cosine=one.cosine,
                        cover=one.cover,
                        hazard=danger.hazard,
                        reasons=tuple(one.grounds),
                        severity=danger.severity,
                    )
                )
        return {row: sorted(matches, key=rank)[:MOST] for row, matches in found.items()}

    def _see_titles(self, offers: Sequence[OfferTexts], seen: dict[tuple[int, int], Agreement]) -> None:
        for alike in self._titles.search([offer.title for offer in offers]):
            one = seen.setdefault((alike.row, self._titled[alike.title]), Agreement())
            one.see_title(alike.cover, alike.cosine)

    def _see_keys(
        self, offers: Sequence[OfferTexts], folded: Sequence[Part] | None, seen: dict[tuple[int, int], Agreement]
    ) -> None:
        ends = list(accumulate(len(_FIELDS) + len(one.texts) for one in offers))
        for part in pages([text for one in offers for text in _texts(one)]) if folded is None else folded:
            for hit in self._index.search(part.page):
                if part.counts(hit.start):
                    field = part.fields[hit.field]
                    row = bisect_right(ends, field)
                    place = field - (ends[row - 1] if row else 0)
                    name = _FIELDS[place] if place < len(_FIELDS) else offers[row].texts[place - len(_FIELDS)][0]
                    there = hit._replace(start=hit.start + part.offset, end=hit.end + part.offset)
                    self._see_key(seen, row, there, name)
        stating = [row for row, one in enumerate(offers) if one.stated]
        if stating:
            for hit in self._index.search(fold_page([_SEPARATOR.join(offers[row].stated) for row in stating])):
                self._see_key(seen, stating[hit.field], hit, "stated")

    def _see_key(self, seen: dict[tuple[int, int], Agreement], row: int, hit: KeyHit, field: str) -> None:
        key = self._keys[hit.key]
        ground = Ground(end=hit.end, field=field, kind=key.kind, start=hit.start, surface=hit.surface, value=key.value)
        seen.setdefault((row, key.danger), Agreement()).see_key(key.kind, ground)

    def _see_pictures(self, offers: Sequence[OfferTexts], seen: dict[tuple[int, int], Agreement]) -> None:
        rows = [row for row, offer in enumerate(offers) for _ in offer.pictures]
        for near in self._pictures.search([value for offer in offers for value in offer.pictures]):
            one = seen.setdefault((rows[near.row], self._pictured[near.picture]), Agreement())
            one.see_picture(near.bits, same=near.bits <= self.bounds.same)

    def _see_merchants(self, offers: Sequence[OfferTexts], seen: dict[tuple[int, int], Agreement]) -> None:
        """Listings of the danger's merchant or its family, which need be less alike than others."""
        for row, offer in enumerate(offers):
            for number in self._merchants.get(offer.merchant, ()):
                one = seen.setdefault((row, number), Agreement())
                one.see_merchant(offer.merchant, own=offer.merchant in self._traits[number].merchants)


def rank(match: Match) -> tuple[int, int, int, str]:
    """Sorts the surest and gravest matches first."""
    certainty = ("certain", "likely", "possible").index(match.certainty)
    return certainty, -match.severity, -match.cosine, match.hazard


def _spellings(one: Fingerprint) -> list[str]:
    """A key as listings write it: a barcode of 13 digits that begins with 0 is also one of 12."""
    key = fold_key(one.value)
    if one.kind == "link":
        key = fold_key(one.value.split("://", 1)[-1])
    if one.kind == "barcode" and key.isdigit():
        bare = key.lstrip("0")
        return [bare.zfill(length) for length in (8, 12, 13, 14) if len(bare) <= length <= max(13, len(key))]
    return [key] if key else []


def _likest(titles: Sequence[str], listing: str) -> tuple[int, int]:
    """``cover`` and ``cosine`` of the folded title that a listing's is most like."""
    folded = fold(listing)
    return max((compare(title, folded) for title in titles), key=lambda pair: pair[1])


def _texts(offer: OfferTexts) -> Iterator[str]:
    yield offer.title
    yield offer.description
    for _, text in offer.texts:
        yield text


def _text(offer: OfferTexts) -> str:
    return _SEPARATOR.join((*_texts(offer), *offer.stated))
