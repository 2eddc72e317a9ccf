"""Splits HTML into its tags, as far as their places are needed. Source: HTML Standard §13.2.5 (tokenization).

It differs where a browser would show nothing of the rest: a tag, comment or script that is never closed hides nothing.
"""

import re
from typing import NamedTuple

SPACE = "\t\n\f\r "

NAME = re.compile(r"</?([a-zA-Z][^\t\n\f\r />]*+)")
"""The beginning of a tag; its end may be missing. §13.2.5.6–8."""


def names(written: str) -> frozenset[str]:
    """Returns the names in this text."""
    return frozenset(written.split())


_ATTRIBUTE = re.compile(
    r"[\t\n\f\r /]*+(?:(?P<end>>)|(?P<name>[^\t\n\f\r />][^\t\n\f\r />=]*+)"
    r"(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+(?:"
    r'"(?P<double>[^"]*+)"|'
    r"'(?P<single>[^']*+)'|"
    r"""(?P<open>["'])|"""
    r"(?P<bare>[^\t\n\f\r >]++)|(?=>)))?+)?+"
)
"""One attribute, or the end of the tag; ``open``: a quotation that is never closed. §13.2.5.32–39."""

VOID = names("area base basefont bgsound br col embed frame hr img input link meta param source track wbr")
"""Elements without content. §13.1.2."""

RAW = names("script style xmp iframe noembed noframes")
"""Elements whose content holds no tags and no references. §13.2.6.4, with scripting."""

RCDATA = frozenset(("textarea", "title"))
"""Elements whose content holds references but no tags."""

UNSEEN = names("template noscript rt rp datalist noembed noframes iframe head")
"""Elements whose content a browser does not show in the line of the text around them."""

BLOCKS = names(
    "address article aside blockquote body br caption center col colgroup dd details dialog dir div dl dt fieldset"
    " figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li listing main menu"
    " nav noframes ol optgroup option p plaintext pre search section select summary table tbody td textarea tfoot th"
    " thead title tr ul video xmp"
)
"""Elements that begin and end a line. §15.3."""

REPLACED = names("audio button canvas embed iframe input meter object progress video")
"""Elements that are shown as a thing of their own between the words."""

_CLOSES_P = names(
    "address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer form h1 h2 h3"
    " h4 h5 h6 header hgroup hr listing main menu nav ol p plaintext pre search section summary table ul xmp li"
    " dd dt"
)
_CLOSES = {
    **dict.fromkeys(_CLOSES_P, ("p",)),
    "body": ("head",),
    "li": ("p", "li"),
    "dd": ("p", "dd", "dt"),
    "dt": ("p", "dd", "dt"),
    "option": ("option",),
    "optgroup": ("option", "optgroup"),
    "tr": ("td", "th", "tr"),
    "td": ("td", "th"),
    "th": ("td", "th"),
    "rt": ("rt", "rp"),
    "rp": ("rt", "rp"),
}
_BOUNDS: dict[str, frozenset[str]] = {
    "head": frozenset(),
    "p": frozenset(("button", "td", "th", "table", "caption", "object", "template")),
    "li": frozenset(("ul", "ol", "menu")),
    "dd": frozenset(("dl",)),
    "dt": frozenset(("dl",)),
    "tr": frozenset(("table",)),
    "td": frozenset(("table",)),
    "th": frozenset(("table",)),
    "option": frozenset(("select", "datalist")),
    "optgroup": frozenset(("select",)),
    "rt": frozenset(("ruby",)),
    "rp": frozenset(("ruby",)),
}


class Attribute(NamedTuple):
    """An attribute: its name in lower case, and its value as it is written; where both begin."""

    name: str
    value: str
    start: int
    named: int


def attributes(source: str, place: int) -> tuple[list[Attribute], int, bool]:
    """Returns the attributes from ``place`` on, the end of the tag, and whether it has one.

    Without one the place returned is that from which the source may be read again as text.
    """
    found: dict[str, Attribute] = {}
    match = _ATTRIBUTE.match
    while True:
        one = match(source, place)
        assert one is not None
        kind = one.lastgroup
        if kind == "end":
            return list(found.values()), one.end(), True
        if kind == "open" or kind is None:
            return list(found.values()), one.end(), False
        place = one.end()
        name = one["name"].lower()
        if name in found:
            continue
        if kind == "name":
            found[name] = Attribute(name, "", one.end("name"), one.start("name"))
        else:
            found[name] = Attribute(name, one[kind], one.start(kind), one.start("name"))


_NEAREST = 64
"""Open elements that are looked at for one that is ended by the beginning of another."""


class Open:
    """The elements that are open, as far as it matters which text is unseen. §13.2.4.2–3 in outline."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._unseen: list[bool] = []
        self._counts: dict[str, int] = {}
        self.unseen = 0

    def begin(self, name: str, unseen: bool) -> None:
        """An element begins; those that it ends by its beginning are ended."""
        for ended in _CLOSES.get(name, ()):
            if self._counts.get(ended) and self._is_near(ended):
                self.end(ended)
        if name not in VOID:
            self._names.append(name)
            self._unseen.append(unseen)
            self._counts[name] = self._counts.get(name, 0) + 1
            self.unseen += unseen

    def end(self, name: str) -> bool:
        """The innermost element of this name ends, and all that began in it. Returns whether it made itself unseen."""
        while self._counts.get(name):
            last = self._names.pop()
            unseen = self._unseen.pop()
            self.unseen -= unseen
            self._counts[last] -= 1
            if last == name:
                return unseen
        return False

    def _is_near(self, name: str) -> bool:
        """Whether the element is open without one around it that keeps it from being ended; only the nearest count."""
        bounds = _BOUNDS[name]
        for other in self._names[: -_NEAREST - 1 : -1]:
            if other == name:
                return True
            if other in bounds:
                return False
        return False
