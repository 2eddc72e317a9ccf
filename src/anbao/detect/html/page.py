"""Reads a text as HTML: what is shown in the line of the text, what is unseen, and the texts of attributes."""

import re
from functools import lru_cache

from anbao.detect.html.addresses import Addresses
from anbao.detect.html.escapes import REFERENCE, referred
from anbao.detect.html.pieces import Flow, Layer, Pieces
from anbao.detect.html.tags import (
    BLOCKS,
    NAME,
    RAW,
    RCDATA,
    REPLACED,
    SPACE,
    UNSEEN,
    VOID,
    Attribute,
    Open,
    attributes,
    names,
)

_SPECIAL = re.compile(REFERENCE.pattern + r"| *+[\t\n\f\r][\t\n\f\r ]*+| {2,}+")
_COMMENT_END = re.compile(r"--!?>")

_SPOKEN = names(
    "alt title placeholder value label summary aria-label aria-description aria-placeholder content"
    " data-title data-caption data-content data-tip data-tooltip data-text data-alt data-name"
)
"""Attributes whose text is for people."""

_PLAIN = names(
    "align border cellpadding cellspacing class color dir face height id lang rel size target type valign width"
)
"""Attributes that hold neither text nor an address."""

_UNSPOKEN = names("style src href srcset")

_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all"
    r"|(?:font-size|opacity)\s*:\s*0*(?:\.0+)?(?:px|pt|r?em|%)?\s*(?:[;!]|\Z)",
    re.IGNORECASE,
)
_DISPLAY = re.compile(r"(?:\A|;|\s)(?:display\s*:\s*([a-z-]+)|float\s*:\s*(?:left|right))", re.IGNORECASE)
_DATA_SCRIPTS = ("json", "template", "html", "text/plain")
_TINY = re.compile(r"\s*0*[0-3](?:px)?\s*\Z")


class PageReader:
    """Reads one text once.

    ``base``: what the text was made of, where it is not the source itself. What is not shown is left out only where the
    source says so by a ``<`` of its own: an escaped one may be shown as it is. ``collapse``: white space becomes one
    space.
    """

    def __init__(self, source: str, base: Layer | None, addresses: Addresses, *, collapse: bool) -> None:
        self._source = source
        self._base = base
        self._text = source if base is None else base.text
        self._addresses = addresses
        self._collapse = collapse
        self._shown, self._unseen, self._spoken = Flow(), Flow(), Flow()
        self._open = Open()
        self._media = 0
        self._no_end: set[str] = set()
        self._cdata = False

    def read(self) -> Layer:
        """Returns the shown text, the unseen and the texts of attributes, with an empty line between them."""
        text = self._text
        place = 0
        while (mark := text.find("<", place)) >= 0:
            if mark > place:
                self._data(place, mark)
            place = self._marked(mark)
        self._data(place, len(text))
        pieces = Pieces()
        for flow in (self._shown, self._unseen, self._spoken):
            pieces.extend(flow.pieces)
        return pieces.layer().below(self._base)

    @property
    def shown(self) -> str:
        """The shown text alone."""
        return self._shown.pieces.layer().text

    @property
    def _flow(self) -> Flow:
        return self._unseen if self._open.unseen else self._shown

    def _marked(self, mark: int) -> int:
        """Reads what begins with ``<``; returns where to read on."""
        text = self._text
        following = text[mark + 1 : mark + 2]
        if following == "!":
            return self._declaration(mark)
        if following == "?":
            return self._comment(mark, mark + 1, ">")
        named = NAME.match(text, mark)
        if named is None:
            if following == "/" and mark + 2 < len(text):
                return mark + 3 if text[mark + 2] == ">" else self._comment(mark, mark + 2, ">")
            self._flow.literal("<", mark)
            return mark + 1
        name = named[1].lower()
        place = named.end()
        closed = text[place : place + 1] == ">"
        found: list[Attribute] = []
        if closed:
            place += 1
        elif self._lacks(">", mark):
            place = len(text)
        else:
            found, place, closed = attributes(text, place)
        if not closed:
            self._flow.literal(text[mark:place], mark)
            return place
        if following == "/":
            self._end(name, mark, place)
            return place
        return self._start(name, found, mark, place)

    def _lacks(self, ending: str, place: int) -> bool:
        """Whether no such ending comes; found out once."""
        if ending not in self._no_end and self._text.find(ending, place) < 0:
            self._no_end.add(ending)
        return ending in self._no_end

    def _start(self, name: str, found: list[Attribute], mark: int, place: int) -> int:
        style = ""
        hidden = name in UNSEEN
        tiny = False
        for one in found:
            if one.name == "style":
                style = one.value
                hidden = hidden or _is_hiding(style)
            elif one.name == "hidden":
                hidden = True
            elif one.name in ("width", "height"):
                tiny = tiny or _TINY.match(one.value) is not None
        self._open.begin(name, hidden)
        if not hidden:
            display = _display(name, style) if style else "block" if name in BLOCKS else "inline"
            if display == "block":
                self._flow.line(mark, place)
            elif display != "inline":
                self._flow.space(mark, place)
        if hidden and name not in VOID:
            self._unseen.line(mark, place)
        if name in REPLACED or (name == "img" and not tiny):
            self._flow.space(mark, place)
        if name in ("video", "audio"):
            self._media += 1
        if found:
            self._attributes(name, found, not self._is_literal(mark))
        if not name.isascii():
            self._speak(mark + 1, mark + 1 + len(name))
        if name in RAW or name in RCDATA or name == "plaintext":
            return self._content(name, found, mark, place)
        return place

    def _end(self, name: str, mark: int, place: int) -> None:
        hidden = self._open.end(name)
        if hidden:
            self._unseen.line(mark, place)
        elif name in BLOCKS:
            self._flow.line(mark, place)
        elif name in REPLACED:
            self._flow.space(mark, place)
        if name in ("video", "audio"):
            self._media = max(0, self._media - 1)

    def _declaration(self, mark: int) -> int:
        text = self._text
        if text.startswith("<!--", mark):
            if "-->" not in self._no_end:
                end = _COMMENT_END.search(text, mark + 2)
                if end and end.start() < mark + 4 and end[0] != "-->":
                    end = _COMMENT_END.search(text, mark + 4)
                if end:
                    self._left_out(mark, min(mark + 4, end.start()), end.start())
                    return end.end()
                self._no_end.add("-->")
            return self._never_closed(mark, mark + 4)
        if text.startswith("<![CDATA[", mark):
            self._cdata = True
            return mark + 9
        return self._comment(mark, mark + 2, ">")

    def _comment(self, mark: int, start: int, ending: str) -> int:
        if self._lacks(ending, start):
            return self._never_closed(mark, start)
        end = self._text.find(ending, start)
        self._left_out(mark, start, end)
        return end + len(ending)

    def _never_closed(self, mark: int, start: int) -> int:
        """A browser shows nothing from here on. It is read on as unseen."""
        self._unseen.line(mark, start)
        self._open.begin("!", True)
        return start

    def _left_out(self, mark: int, start: int, end: int) -> None:
        """A comment: left out, unless its mark was escaped."""
        if end > start and not self._is_literal(mark):
            self._unseen.line(mark, start)
            self._run(self._unseen, start, end)
            self._unseen.line(end, end)

    def _content(self, name: str, found: list[Attribute], mark: int, place: int) -> int:
        """The content of an element that holds no tags."""
        text = self._text
        key = f"</{name}"
        end = None
        if key not in self._no_end:
            end = re.compile(rf"{key}(?=[\t\n\f\r />])", re.IGNORECASE).search(text, place)
            if end is None:
                self._no_end.add(key)
        if end is None:
            if name in ("script", "style"):
                return self._never_closed(mark, place)
            if name != "plaintext":
                return place
        last = end.start() if end else len(text)
        if name == "style":
            self._addresses.of_style(text[place:last])
        if name in RCDATA:
            self._data(place, last)
        elif name not in ("script", "style"):
            self._run(self._flow, place, last)
        elif not self._is_literal(mark) or any(
            one.name == "type" and any(kind in one.value.lower() for kind in _DATA_SCRIPTS) for one in found
        ):
            self._unseen.line(mark, place)
            self._run(self._unseen, place, last)
            self._unseen.line(last, last)
        return last

    def _is_literal(self, mark: int) -> bool:
        return self._base is None or self._source[int(self._base.places[mark])] == "<"

    def _run(self, flow: Flow, start: int, end: int) -> None:
        if end > start:
            flow.literal(self._text[start:end], start)

    def _data(self, start: int, end: int) -> None:
        """Text between tags. The marks around CDATA are left out, which some feeds leave in."""
        if self._cdata and (mark := self._text.find("]]>", start, end)) >= 0:
            self._cdata = False
            self._data(start, mark)
            start = mark + 3
        if end > start:
            self._write(self._flow, start, end, self._collapse)

    def _write(self, flow: Flow, start: int, end: int, collapse: bool, *, in_value: bool = False) -> None:
        text, begin, last = self._text, start, end
        if collapse:
            while start < end and text[start] in SPACE:
                start += 1
            if start > begin:
                flow.space(begin, start)
            while last > start and text[last - 1] in SPACE:
                last -= 1
        done = start
        for found in _SPECIAL.finditer(text, start, last) if start < last else ():
            first, behind = found.span()
            if text[first] == "&":
                if in_value:
                    read = referred(found[0], in_value=True, after=text[behind : behind + 1] if behind < end else "")
                else:
                    read = referred(found[0])
                if read is None:
                    continue
                if first > done:
                    flow.literal(text[done:first], done)
                done = first + read[1]
                flow.add(read[0], first, done)
            elif collapse:
                if first > done:
                    flow.literal(text[done:first], done)
                flow.space(first, behind)
                done = behind
        if last > done:
            flow.literal(text[done:last], done)
        if last < end:
            flow.space(last, end)

    def _attributes(self, tag: str, found: list[Attribute], escaped: bool) -> None:
        named = ""
        for one in found:
            name = one.name
            if not name.isascii():
                self._speak(one.named, one.named + len(name))
            if not one.value or name in _PLAIN:
                continue
            if tag == "meta":
                if name in ("name", "property", "http-equiv"):
                    named += one.value.lower()
                    continue
                if name == "content" and self._addresses.of_meta(named, self._plain(one.value), self._span(one)):
                    continue
            else:
                self._addresses.of_attribute(
                    tag, one, self._plain(one.value), self._span(one), in_video=self._media > 0
                )
            if name in _SPOKEN or (
                (escaped or name.startswith("data-")) and name not in _UNSPOKEN and not one.value.isascii()
            ):
                self._spoken.line(one.start, one.start)
                self._write(self._spoken, one.start, one.start + len(one.value), self._collapse, in_value=True)
                self._spoken.line(one.start, one.start)

    def _speak(self, start: int, end: int) -> None:
        self._spoken.line(start, start)
        self._run(self._spoken, start, end)
        self._spoken.line(end, end)

    @staticmethod
    def _plain(value: str) -> str:
        """The value without references."""
        if "&" not in value:
            return value.strip(SPACE)

        def char(found: re.Match[str]) -> str:
            read = referred(found[0], in_value=True, after=value[found.end() : found.end() + 1])
            return found[0] if read is None else read[0] + found[0][read[1] :]

        return REFERENCE.sub(char, value).strip(SPACE)

    def _span(self, one: Attribute) -> tuple[int, int]:
        """Where the value stands in the source."""
        start, end = one.start, one.start + len(one.value)
        if self._base is None:
            return start, end
        return int(self._base.places[start]), int(self._base.ends[end - 1])


@lru_cache(maxsize=1024)
def _is_hiding(style: str) -> bool:
    """Whether an element of this style is not shown."""
    return _HIDING.search(style) is not None


@lru_cache(maxsize=1024)
def _display(name: str, style: str) -> str:
    """How the element is laid out: as a block, in the line, or as a thing of its own in the line."""
    if style and name != "br" and (found := _DISPLAY.search(style)):
        display = (found[1] or "float").lower()
        return display if display == "inline" or display.startswith("inline-") or display == "float" else "block"
    return "block" if name in BLOCKS else "inline"
