"""Links in one field, and whether they imitate the platform's own addresses.

A host imitates an own domain where its name, read as look-alike characters, is the own name or hardly differs; where it
holds the own name among other words; or where it shows the own domain in front of another one. Sources: punycode and
IDN (RFC 3492, RFC 5890), Unicode's confusables (UTS 39).
"""

import re
import unicodedata
from bisect import bisect_left, insort
from collections.abc import Iterator
from functools import lru_cache

from anbao.detect.contact.book import Links
from anbao.detect.contact.reading import FieldReading
from anbao.detect.contact.sighting import Sighting
from anbao.detect.likeness.fold import fold

LINK, FALSE_LINK = "contact.link", "fraud.false_link"

SECOND_LEVELS = frozenset(["com", "net", "org", "gov", "edu", "ac", "co"])
"""Labels below which domains are registered, as in ``com.cn``."""

_SHORTEST_EDITED = 5
"""A name shorter than this must be the same but for look-alikes; one edit would make it another word."""
_LETTERS = "a-zA-Z0-9\u00c0-\u024f\u0370-\u03ff\u0400-\u058f"
"""Letters of hosts: Latin, and the scripts that hold its look-alikes. Chinese hosts count behind ``http://``."""

_LONG = 9
_ADDRESS = re.compile(r"(?:https?:)?//[\w-]+\.[!#-&*-;=?@\[\]_a-zA-Z~]+", re.ASCII | re.IGNORECASE)
_TAIL = re.compile(r"[/?#][^\s\u4e00-\u9fff，。；、！？\"'<>]*")


_LAST_STOP = re.compile(r"(?P<before> ?)[.。｡](?P<after> ?)(?=[^.。｡]*\Z)")
_WORD_BEHIND = re.compile(r",? [a-z]{2,}")
_WORD_BEFORE = re.compile(r"[a-z],? \Z")


class PictureAddresses:
    """Knows addresses of pictures by the ending of their path; built once from the book."""

    def __init__(self, files: tuple[str, ...]) -> None:
        self._files = frozenset(files)
        kinds = "|".join(map(re.escape, files)) or "(?!)"
        self._path = re.compile(rf"[^?#]*\.(?:{kinds})(?:[_!@~][\w!@,=-]*)?(?:[?#]|\Z)", re.IGNORECASE)

    def is_picture(self, address: str) -> bool:
        """Whether an address, or its part behind the host, is that of a picture file."""
        return "/" in address and self._path.match(address) is not None

    def is_file(self, name: str) -> bool:
        """Whether the name ends as that of a picture file."""
        return name.rpartition(".")[2].lower() in self._files

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where addresses of pictures stand in the text."""
        if "//" not in text:
            return []
        return [found.span() for found in _ADDRESS.finditer(text) if self.is_picture(found[0])]


class LinkFinder:
    """Finds links that leave the platform; built once from the book.

    ``cues``: words without which there is no link, unless a dot stands between letters.
    """

    def __init__(self, links: Links, own_domains: tuple[str, ...]) -> None:
        self._own = tuple(domain.lower().strip(".") for domain in own_domains)
        self._own_names = tuple(registered(domain)[0] for domain in self._own)
        self._look_alikes = sorted(links.look_alikes.items(), key=lambda pair: -len(pair[0]))
        self._luring = frozenset(links.luring)
        self._words = frozenset(links.words)
        self._function_words = frozenset(links.function_words)
        self._not_hosts = frozenset(links.not_hosts)
        self.pictures = PictureAddresses(links.picture_files)
        endings = "|".join(sorted(map(re.escape, links.endings), key=len, reverse=True))
        dots = "|".join(map(re.escape, links.dots))
        ascii_label = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
        label = f"[{_LETTERS}](?:[{_LETTERS}-]{{0,61}}[{_LETTERS}])?"
        self._host = re.compile(
            rf"(?<![{_LETTERS}-])(?P<host>(?:{label} ?[.。｡] ?)+(?:{endings}))(?![{_LETTERS}])", re.IGNORECASE
        )
        self._spelled = re.compile(
            rf"(?<![a-zA-Z0-9-])(?P<host>(?:{ascii_label} ?(?:{dots}|[.。｡]) ?)+(?:{endings}))(?![a-zA-Z])",
            re.IGNORECASE,
        )
        self._behind_scheme = re.compile(
            r"h\w\wps? ?[:：] ?/ ?/ ?(?P<host>(?:[\w-]{1,63} ?[.。｡] ?)+(?:\w{2,20}))", re.IGNORECASE
        )
        self._joined = re.compile(rf"www(?P<name>[a-z0-9-]{{2,30}}?)(?P<ending>{endings})(?![a-z])")
        self._dots = (*links.dots, "。", "｡")
        spelled = {fold(dot) + ending for dot in links.dots for ending in links.endings if ending.isascii()}
        self.cues = frozenset({"http", "www", "hxxp"} | spelled)

    def find(self, reading: FieldReading) -> Iterator[Sighting]:
        """Links that are not the platform's own."""
        taken: list[tuple[int, int]] = []
        for pattern in (self._behind_scheme, self._host, self._spelled):
            for found in pattern.finditer(reading.half):
                start, end = found.span("host")
                if _overlaps(taken, start, end):
                    continue
                host = self._plain_host(found["host"])
                if (start and reading.half[start - 1] == "@") or not _is_host(host):
                    continue
                if pattern is not self._behind_scheme and not self._is_address(found, host, reading.half):
                    continue
                insort(taken, (start, end))
                yield from self._judge(host, found.start(), end, reading.original)
        for found in self._joined.finditer(reading.text):
            first, last, surface = reading.span(found.start(), found.end())
            if "." not in surface and not _overlaps(taken, first, last):
                yield from self._judge(f"{found['name']}.{found['ending']}", first, last, reading.original)

    def _judge(self, host: str, start: int, end: int, original: str) -> Iterator[Sighting]:
        if any(host == own or host.endswith("." + own) for own in self._own):
            return
        tail = _TAIL.match(original, end)
        last = tail.end() if tail else end
        kind = FALSE_LINK if self.imitates(host) else LINK
        if kind == LINK and tail and self.pictures.is_picture(tail[0]):
            return
        plain = original[start:end].lower().endswith(host)
        yield Sighting(kind, host, "exact" if plain else "normalised", start, last, original[start:end])

    def _is_address(self, found: re.Match[str], host: str, text: str) -> bool:
        """Whether a host without ``http://`` is one, and no abbreviation and no two sentences without a space."""
        labels = host.split(".")
        if labels[0] == "www" and len(labels) > 2:
            return True
        ending, before = labels[-1], labels[:-1]
        if host in self._not_hosts or all(len(label) == 1 for label in before):
            return False
        if ending not in self._words:
            return True
        written = found["host"]
        start, end = found.span("host")
        stop = _LAST_STOP.search(written)
        if stop is None:
            return True
        if stop["after"] and not stop["before"]:
            return False
        shown = written[stop.end() :]
        if shown.istitle() and not shown.isupper():
            return False
        plain = len(before) == 1 and before[0].isalpha()
        in_sentence = bool(_WORD_BEHIND.match(text, end) or _WORD_BEFORE.search(text[max(0, start - 3) : start]))
        return not (plain and not stop["before"] and ending in self._function_words and in_sentence)

    def imitates(self, host: str) -> bool:
        """Whether a host that is not the platform's own passes itself off as it."""
        shown = _shown(host)
        name, _ = registered(shown)
        labels = shown.split(".")
        read = {self._read(name), self._read(name.replace("-", ""))}
        for own, own_name in zip(self._own, self._own_names, strict=True):
            target = self._read(own_name)
            if (
                target in read
                or self._differs_little(name, own_name)
                or any(self._differs_little(one, target) for one in read)
            ):
                return True
            if own in shown or own.replace(".", "-") in shown or own_name in labels[:-1]:
                return True
            if len(own_name) >= 2 and self._is_dressed(name, own_name):
                return True
        return False

    def _is_dressed(self, name: str, own: str) -> bool:
        """Whether the own name stands in another, between words that imitations put there."""
        for part in {name, self._read(name)}:
            pieces = re.split(r"[-_]", part)
            if own in pieces and len(pieces) > 1:
                return True
            if own in part:
                rest = [piece for piece in re.split(re.escape(own), part) if piece]
                if len(own) >= _SHORTEST_EDITED or all(
                    piece.strip("-0123456789") in self._luring | {""} for piece in rest
                ):
                    return True
        return False

    @staticmethod
    def _differs_little(name: str, own: str) -> bool:
        if len(own) < _SHORTEST_EDITED or name == own:
            return name == own
        return edits(name, own, 2 if len(own) >= _LONG else 1) <= (2 if len(own) >= _LONG else 1)

    def _read(self, name: str) -> str:
        """The name as it looks to a reader."""
        read = "".join(char for char in unicodedata.normalize("NFKD", name.lower()) if not unicodedata.combining(char))
        for written, meant in self._look_alikes:
            read = read.replace(written, meant)
        return read

    def _plain_host(self, written: str) -> str:
        host = unicodedata.normalize("NFKC", re.sub(r"\s", "", written)).lower()
        for dot in self._dots:
            host = host.replace(dot, ".")
        return host


def registered(host: str) -> tuple[str, str]:
    """The label under which a host is registered, and what stands after it: ``("jd", "com.cn")``."""
    labels = host.split(".")
    keep = 2 if len(labels) > 2 and labels[-2] in SECOND_LEVELS and len(labels[-1]) == 2 else 1
    return (labels[-keep - 1] if len(labels) > keep else labels[0]), ".".join(labels[-keep:])


def _shown(host: str) -> str:
    """The host with its punycode labels as the browser would show them."""
    labels = []
    for label in host.split("."):
        try:
            labels.append(label[4:].encode("ascii").decode("punycode") if label.startswith("xn--") else label)
        except (UnicodeError, ValueError):
            labels.append(label)
    return ".".join(labels)


def _overlaps(taken: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether one of the spans, which are in order and apart, shares a character with this one."""
    place = bisect_left(taken, (end, end))
    return place > 0 and taken[place - 1][1] > start


def _is_host(host: str) -> bool:
    """Whether it is a host rather than a number with a point, or an ending under which hosts are registered."""
    name, ending = registered(host)
    if name in SECOND_LEVELS and len(ending) == 2 and "." in host and host.index(".") == len(name):
        return False
    return not name.isdigit() or len(ending) > 2


@lru_cache(maxsize=65_536)
def edits(one: str, other: str, most: int) -> int:
    """Damerau-Levenshtein distance with neighbours swapped (optimal string alignment); above ``most``, ``most`` + 1."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, char in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (char != wanted))
            if i > 1 and j > 1 and char == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)
