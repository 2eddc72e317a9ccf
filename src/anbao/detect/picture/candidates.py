"""Whose text is read: reading takes a second, so it needs a reason, and the reasons are cheap to know.

The decision depends on nothing but the picture's reading, the listing's and the merchant's standing and the rules, so
the same picture of the same listing is treated the same everywhere. The sample finds what the other reasons miss.
"""

import msgspec

from anbao.model.listing import Outcome
from anbao.model.picture import PictureReading, PictureRules, WhyText


class ListingStanding(msgspec.Struct, frozen=True):
    """The listing's outcome so far, and for how many days its merchant is known (-1: not at all)."""

    outcome: Outcome
    known_days: int


def why_text(reading: PictureReading, standing: ListingStanding, rules: PictureRules, *, found: bool) -> WhyText:
    """Why the text of this picture is to be read, or empty. ``found``: something was found in it already."""
    if reading.problem:
        return ""
    if reading.text_like >= rules.text_like:
        return "text_like"
    if found or standing.outcome in ("review", "block"):
        return "suspect"
    if standing.known_days < rules.new_days:
        return "new_merchant"
    if int(reading.picture[:12], 16) % 10_000 < rules.sample:
        return "sampled"
    return ""
