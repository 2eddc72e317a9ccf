"""What of a listing nobody looked at: it is named, and the listing is held for a person. Pure."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence

import msgspec

from anbao.detect import pictures
from anbao.detect.fields import Fields
from anbao.model.listing import MAX_UNJUDGED, Listing, Unjudged
from anbao.rules.policy import Verdict

REASON = "listing.unjudged"


class UnjudgedParts(msgspec.Struct, frozen=True):
    """The parts of one listing that were not judged, at most ``MAX_UNJUDGED`` of them, and the pictures that its texts
    show and that are looked at.
    """

    unjudged: tuple[Unjudged, ...] = ()
    cut: int = 0
    embedded: tuple[str, ...] = ()

    def pictures(self, listing: Listing) -> int:
        """How many pictures are decided on by themselves."""
        return len(pictures.sources(listing.pictures, self.embedded)) if listing.pictures else len(self.embedded)


NOTHING = UnjudgedParts()


def of(
    listings: Sequence[Listing],
    read: Fields,
    stopped: Mapping[int, int],
    given: Mapping[int, Sequence[Unjudged]] | None = None,
) -> dict[int, UnjudgedParts]:
    """What is held or shown beside the texts, by listing; nothing of most. ``stopped``: where searches ended,
    ``given``: what could not be read, by listing.
    """
    given = given or {}
    found = {}
    for field, start in stopped.items():
        row = bisect_right(read.ends, field)
        read.unjudged.setdefault(row, []).append(read.left_from(field, start))
    for row, listing in enumerate(listings):
        if not listing.pictures and row not in read.pictures and row not in read.unjudged and row not in given:
            continue
        left = [*given.get(row, ()), *read.unjudged.get(row, ()), *pictures.left_out(listing.pictures)]
        embedded, others = pictures.embedded_sources(listing.pictures, read.pictures.get(row, ()))
        left += pictures.not_shown(others)
        if left or embedded:
            found[row] = UnjudgedParts(tuple(left[:MAX_UNJUDGED]), max(0, len(left) - MAX_UNJUDGED), embedded)
    return found


def raised(verdict: Verdict, held: UnjudgedParts) -> Verdict:
    """The verdict, at least a review where something was not judged."""
    if not held.unjudged:
        return verdict
    return Verdict("block" if verdict.outcome == "block" else "review", (REASON, *verdict.reasons))
