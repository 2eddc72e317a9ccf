"""Contact details and links in what is read in a picture."""

import re
from typing import NamedTuple

_LURES = {
    "link": re.compile(
        r"(?:https?://|www\.)[^\s，。]+|\b[\w-]+\.(?:com|cn|net|top|vip|xyz|cc|me|link|shop)\b[^\s，。]*", re.I
    ),
    "phone": re.compile(r"(?<!\d)1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)"),
    "account": re.compile(
        r"(?:微信|薇信|威信|加[vV微]|we\s?chat|weixin|\bv[xX]\b|\bqq\b|telegram|whats\s?app)[\s:：号加]*[\w.-]{4,}",
        re.I,
    ),
}


class Lure(NamedTuple):
    """What leads off the platform, and where in the text."""

    kind: str
    start: int
    end: int


def lures(text: str) -> list[Lure]:
    """The contact details and links of a text, by their start; of those that overlap the first."""
    found = sorted(Lure(kind, *match.span()) for kind, one in _LURES.items() for match in one.finditer(text))
    found.sort(key=lambda lure: (lure.start, -lure.end))
    kept: list[Lure] = []
    for lure in found:
        if not kept or lure.start >= kept[-1].end:
            kept.append(lure)
    return kept
