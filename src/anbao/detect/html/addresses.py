"""Addresses in the attributes of HTML: of pictures and videos, and of other pages."""

import re

from anbao.detect.html.tags import Attribute, names

_PICTURE = names("img image amp-img")
_VIDEO = names("video audio track")
_FRAME = names("iframe frame embed object portal")
_TARGETS = {"a": ("href",), "area": ("href",), "form": ("action",), "button": ("formaction",), "input": ("formaction",)}
_SETS = frozenset(("srcset", "data-srcset", "imagesrcset", "lazy-srcset"))
_SOURCES = re.compile(
    r"(?:data-|lazy-?|_)?(?:ks-)?(?:src|original|lazyload|lazy-?src|lazy|url|image)\Z|xlink:href\Z|href\Z"
)
_BACKGROUND = frozenset(("background", "data-background", "data-bg", "poster", "data-poster"))
_URL = re.compile(r"""url\(\s*+(?:"([^"]*+)"|'([^']*+)'|([^()'"]*+))\s*\)""", re.IGNORECASE)
_CANDIDATE = re.compile(r"[\s,]*+([^\s,]\S*)(?:\s++[^,]*+)?")
_REFRESH = re.compile(r"url\s*=\s*['\"]?([^'\"]+)", re.IGNORECASE)
_LOCATION = re.compile(r"""(?:location(?:\.href)?\s*=|open\(|location\.(?:assign|replace)\()\s*['"]([^'"]+)""")
_HARMLESS = ("#", "javascript:", "about:", "data:", "void(", "?")
_CONTROL = str.maketrans("", "", "\t\n\r")


class Addresses:
    """Collects addresses, each once, in the order of the source. ``links`` gives each its place."""

    def __init__(self) -> None:
        self.pictures: dict[str, None] = {}
        self.videos: dict[str, None] = {}
        self.links: dict[str, tuple[int, int]] = {}
        self.embedded = 0

    def of_style(self, style: str) -> None:
        """Collect the pictures of CSS."""
        for found in _URL.finditer(style) if "(" in style else ():
            self._picture(found[1] or found[2] or found[3] or "")

    def of_attribute(self, tag: str, one: Attribute, value: str, span: tuple[int, int], *, in_video: bool) -> None:
        """Collect what this attribute names; ``value`` is without references, ``span`` its place in the source."""
        name = one.name
        if name == "style":
            self.of_style(value)
        elif name in _SETS:
            for found in _CANDIDATE.finditer(value):
                self._picture(found[1].rstrip(","))
        elif name in _BACKGROUND:
            self._picture(value)
        elif name == "data-background-images":
            for address in re.findall(r'"(?:desktop|mobile)_image\\?"\s*:\s*\\?"([^"\\]*)', value):
                self._picture(address)
        elif name in _TARGETS.get(tag, ()) or (tag in _FRAME and name in ("src", "data", "data-src")):
            self._link(value, span)
        elif tag in _VIDEO or (tag == "source" and in_video):
            if name in ("src", "data-src"):
                self.videos[value.strip()] = None
        elif tag in _PICTURE or (tag in ("input", "source") and name == "src"):
            if _SOURCES.match(name):
                self._picture(value)
        elif name == "onclick":
            for found in _LOCATION.finditer(value):
                self._link(found[1], span)

    def of_meta(self, names: str, content: str, span: tuple[int, int]) -> bool:
        """Collect what a ``meta`` element names; whether its content is an address."""
        if "refresh" in names:
            for found in _REFRESH.finditer(content):
                self._link(found[1], span)
            return True
        if "image" in names:
            self._picture(content)
            return True
        return False

    def _picture(self, address: str) -> None:
        address = address.translate(_CONTROL).strip()
        if address[:5].lower() == "data:":
            self.embedded += 1
        elif address:
            self.pictures.setdefault(address)

    def _link(self, address: str, span: tuple[int, int]) -> None:
        address = address.translate(_CONTROL).strip()
        if address and not address.lower().startswith(_HARMLESS):
            self.links.setdefault(address, span)
