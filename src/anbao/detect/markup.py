"""What a text shows when a browser displays it, with the place of each shown character in the source."""

import html
import re

import msgspec
import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]

_MARKS = re.compile(r"&[#a-zA-Z]|<[a-zA-Z/!?]|%(?:u[0-9a-fA-F]|[0-9a-fA-F]{2})|\\[ux/nrt\"]")
_TOKEN = re.compile(r"<[a-zA-Z/!?][^>]*>|&#?[0-9a-zA-Z]+;?")


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What a source shows.

    ``text``: the shown characters. ``places`` and ``ends``: where the source of each begins and ends; None where the
    text is the source itself. ``pictures``: addresses of pictures and videos. ``links``: addresses of other pages;
    ``link_spans``: where each of them stands in the source.
    """

    text: str
    places: Places | None = None
    ends: Places | None = None
    pictures: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    link_spans: tuple[tuple[int, int], ...] = ()

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Returns where the shown characters from ``start`` to ``end`` (not empty) stand in the source."""
        if self.places is None or self.ends is None:
            return start, end
        return int(self.places[start:end].min()), int(self.ends[start:end].max())


def show(source: str) -> Shown:
    """Returns what the source shows."""
    if not _MARKS.search(source):
        return Shown(text=source)
    text, places, ends, done = [], [], [], 0
    for found in _TOKEN.finditer(source):
        for place in range(done, found.start()):
            text.append(source[place])
            places.append(place)
            ends.append(place + 1)
        done = found.end()
        if found[0][0] == "&":
            for char in html.unescape(found[0]):
                text.append(char)
                places.append(found.start())
                ends.append(done)
    for place in range(done, len(source)):
        text.append(source[place])
        places.append(place)
        ends.append(place + 1)
    return Shown(text="".join(text), places=np.array(places, np.int64), ends=np.array(ends, np.int64))
