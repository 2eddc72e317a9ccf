"""What a text shows when a browser displays it, with the place of each shown character in the source.

- Tags, comments and references vanish: ``仿<b>真</b>&#26538;`` shows 仿真枪. Blocks begin on a new line.
- Below the page, after an empty line, stands what it holds without showing it in the line of its text: elements that
  are hidden, and the texts of attributes such as ``alt`` and ``title``. Search engines read them.
- JSON escapes and percent escapes are read, and markup that is written in them or in references once more.
- Scripts and styles are no text. Where a browser shows their source, since it is escaped, it is text.
- A text without markup shows itself.
"""

import re

import msgspec

from anbao.detect.html.addresses import Addresses
from anbao.detect.html.escapes import is_json, unescaped
from anbao.detect.html.page import PageReader
from anbao.detect.html.pieces import Places

_MARKS = (
    ("<", re.compile(r"<[a-zA-Z/!?]")),
    ("&", re.compile(r"&[#a-zA-Z]")),
    ("%", re.compile(r"%(?:u|[0-9a-fA-F])[0-9a-fA-F]")),
    ("\\", re.compile(r"\\[u/nrt\"]")),
)
_HTML = re.compile(r"&[#a-zA-Z]|<[a-zA-Z/!?]")

_TAG = re.compile(r"</?[a-zA-Z]")

_UPRIGHT = re.compile(r"(?<![^\n])[\u3400-\u9fff]\n(?=[\u3400-\u9fff](?![^\n]))")
"""A line of one Chinese character before another one: writing from top to bottom."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What a source shows.

    ``text``: the shown characters. ``places`` and ``ends``: where the source of each begins and ends; None where the
    text is the source itself. ``pictures`` and ``videos``: their addresses, without those that stand in the source
    themselves (``data:``), of which ``embedded`` is the number. ``links``: addresses of other pages; ``link_spans``:
    where each of them stands in the source.
    """

    text: str
    places: Places | None = None
    ends: Places | None = None
    pictures: tuple[str, ...] = ()
    videos: tuple[str, ...] = ()
    embedded: int = 0
    links: tuple[str, ...] = ()
    link_spans: tuple[tuple[int, int], ...] = ()

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Returns where the shown characters from ``start`` to ``end`` (at least one) stand in the source."""
        if self.places is None or self.ends is None:
            return start, end
        return int(self.places[start:end].min()), int(self.ends[start:end].max())


def show(source: str) -> Shown:
    """Returns what the source shows."""
    if not any(mark in source and pattern.search(source) for mark, pattern in _MARKS):
        return Shown(text=source)
    addresses = Addresses()
    layer = unescaped(source) if is_json(source) else None
    tags = _has_tags(source if layer is None else layer.text)
    layer = PageReader(source, layer, addresses, collapse=tags).read()
    if (below := unescaped(layer.text)) is not None:
        layer = below.below(layer)
    if _HTML.search(layer.text):
        again = not tags and _has_tags(layer.text)
        layer = PageReader(source, layer, addresses, collapse=again).read()
    text = _UPRIGHT.sub(lambda line: line[0][0] + " ", layer.text)
    same = text == source
    return Shown(
        text=text,
        places=None if same else layer.places,
        ends=None if same else layer.ends,
        pictures=tuple(addresses.pictures),
        videos=tuple(addresses.videos),
        embedded=addresses.embedded,
        links=tuple(addresses.links),
        link_spans=tuple(addresses.links.values()),
    )


def _has_tags(text: str) -> bool:
    """Whether the text is HTML, in which white space means nothing."""
    tag = _TAG.search(text)
    return tag is not None and text.rfind(">") > tag.start()
