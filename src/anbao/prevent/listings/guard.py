"""Keeps confirmed hazards from coming back: new listings are held against all that are in force.

- What is guarded against stands in ``rules.dangers``.
- A certain match blocks, whatever the policy's table says; an uncertain one is looked at by a person, never more.
- Pictures are guarded when they have been read; see ``prevent.pictures``.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from anbao.detect.fields import Fields
from anbao.detect.likeness.offers import OfferTexts
from anbao.model.hazard import Match
from anbao.model.listing import Finding, Listing
from anbao.rules.clearances import cleared_of
from anbao.rules.dangers import Guarded
from anbao.rules.policy import Verdict

if TYPE_CHECKING:
    from anbao.detect.likeness.pages import Part

DETECTOR = "hazard"
KNOWN, ALIKE = "hazard.known", "hazard.alike"
"""Reasons of a decision: the danger itself, and what is like it."""

CERTAIN_SEVERITY = 5
_MOST_UNCERTAIN = 4


def match(
    guarded: Guarded, listings: Sequence[Listing], read: Fields, folded: "Sequence[Part] | None" = None
) -> dict[int, list[Match]]:
    """The known dangers that listings are or may be, by their place. ``folded``: what was read of them."""
    if not len(guarded.index):
        return {}
    found = guarded.index.match([_offer(listing, read, row) for row, listing in enumerate(listings)], folded)
    if guarded.cleared:
        for place in list(found):
            harmless = cleared_of(guarded.cleared, listings[place])
            found[place] = [one for one in found[place] if one.hazard not in harmless]
            if not found[place]:
                del found[place]
    return found


def findings(matches: Iterable[Match]) -> list[Finding]:
    """What agrees, one finding for each reason; the category is ``hazard.`` and what kind of thing it is."""
    return [
        Finding(
            category=f"{DETECTOR}.{ground.kind}",
            detector=DETECTOR,
            end=ground.end,
            field=ground.field,
            severity=CERTAIN_SEVERITY if one.certainty == "certain" else min(one.severity, _MOST_UNCERTAIN),
            start=ground.start,
            surface=ground.surface or ground.value,
            term=one.hazard,
        )
        for one in matches
        for ground in one.reasons
        if ground.agrees
    ]


def raised(verdict: Verdict, matches: Sequence[Match]) -> Verdict:
    """The verdict, made stricter where the listing is or may be a known danger."""
    if not matches:
        return verdict
    if matches[0].certainty == "certain":
        return Verdict("block", (KNOWN, *verdict.reasons))
    return Verdict("block" if verdict.outcome == "block" else "review", (ALIKE, *verdict.reasons))


def _offer(listing: Listing, read: Fields, row: int) -> OfferTexts:
    stated: tuple[str, ...] = ()
    if listing.extra or listing.licences:
        stated = (*listing.extra.values(), *(licence.number for licence in listing.licences))
    title, description, *more = read.of(row)
    return OfferTexts(
        description=read.texts[description],
        merchant=listing.merchant,
        stated=stated,
        texts=tuple((read.names[field], read.texts[field]) for field in more),
        title=read.texts[title],
    )
