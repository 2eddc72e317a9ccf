"""Looks for terms and contact details in the texts of listings, in memory that the longest text bounds."""

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from anbao.detect.contact import ContactMatcher, Sighting
from anbao.detect.fields import Fields
from anbao.detect.likeness.pages import Part, pages
from anbao.detect.text import Hit, Matcher
from anbao.model.listing import MAX_FINDINGS

MOST = 2_000
"""Findings in one long text after which the rest of it is not searched, and is named: a person looks at it anyway, and
a text that is nothing but findings would keep all others waiting.
"""


class FieldHits(msgspec.Struct):
    """What was found, by field. ``more``: of a term that stands in a long text more than ``MAX_FINDINGS`` times, how
    often it does beyond them. ``stopped``: where the search of a long text ended, since it held too much. ``pages``:
    all that was read, where it is one page.
    """

    hits: dict[int, list[Hit]]
    sightings: dict[int, list[Sighting]]
    more: dict[int, dict[int, int]]
    stopped: dict[int, int]
    pages: Sequence[Part] | None = None

    def rows(self, read: Fields) -> set[int]:
        """The listings in which something was found."""
        found = sorted({*self.hits, *self.sightings})
        rows, row = set(), 0
        for field in found:
            while read.ends[row] <= field:
                row += 1
            rows.add(row)
        return rows


def look(read: Fields, matcher: Matcher, contacts: ContactMatcher | None) -> FieldHits:
    """What all texts hold."""
    seen = FieldHits({}, {}, {}, {})
    found: dict[int, int] = {}
    for part in pages(read.texts):
        if part.whole:
            _see(seen, part, read, matcher, contacts)
            if len(part.fields) == len(read.texts):
                seen.pages = [part]
            continue
        [field] = part.fields
        if found.get(field, 0) < MOST:
            found[field] = found.get(field, 0) + _see(seen, part, read, matcher, contacts)
        else:
            seen.stopped.setdefault(field, part.first)
    return seen


def _see(seen: FieldHits, part: Part, read: Fields, matcher: Matcher, contacts: ContactMatcher | None) -> int:
    """Adds what a part holds; how much that was."""
    uses, count = read.uses, 0
    for field, hits in zip(part.fields, matcher.scan(part.texts, part.page), strict=True):
        count += len(hits)
        if hits and uses[field] != "links":
            if part.whole:
                seen.hits[field] = hits
            else:
                _add_hits(seen, field, part, hits)
    if contacts is None:
        return count
    for field, sightings in zip(part.fields, contacts.scan(part.texts, part.page), strict=True):
        count += len(sightings)
        if sightings and uses[field] != "words":
            if part.whole:
                seen.sightings[field] = sightings
            else:
                _add_sightings(seen, field, part, sightings)
    return count


def _add_hits(seen: FieldHits, field: int, part: Part, hits: Sequence[Hit]) -> None:
    stored = seen.hits.setdefault(field, [])
    counts: defaultdict[int, int] = defaultdict(int)
    for hit in stored:
        counts[hit.term] += 1
    for hit in hits:
        if not part.counts(hit.start):
            continue
        counts[hit.term] += 1
        if counts[hit.term] > MAX_FINDINGS:
            more = seen.more.setdefault(field, {})
            more[hit.term] = more.get(hit.term, 0) + 1
        else:
            stored.append(msgspec.structs.replace(hit, start=hit.start + part.offset, end=hit.end + part.offset))
    if not stored:
        del seen.hits[field]


def _add_sightings(seen: FieldHits, field: int, part: Part, sightings: Sequence[Sighting]) -> None:
    found = [
        msgspec.structs.replace(one, start=one.start + part.offset, end=one.end + part.offset)
        for one in sightings
        if part.counts(one.start)
    ]
    if found:
        seen.sightings.setdefault(field, []).extend(found)
