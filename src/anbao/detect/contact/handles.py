"""Contact details in one field: telephone numbers, accounts of messengers, invitations to them, mail addresses."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import product

from anbao.detect.contact.book import ContactChannel, Contacts
from anbao.detect.contact.reading import FieldReading
from anbao.detect.contact.sighting import Sighting
from anbao.detect.likeness.fold import fold
from anbao.detect.text.sound import LATIN
from anbao.model.listing import Channel

PHONE, MESSENGER, MAIL = "contact.phone", "contact.messenger", "contact.mail"

_MOBILE = re.compile(r"(?<!\d)(?:(?:00)?86 ?)?(1 ?[3-9](?: ?\d){9})(?!\d)")
_FIXED = re.compile(r"(?<!\d)(0(?:10|2\d|[3-9]\d\d) ?[2-8](?: ?\d){6,7}|[48]00 ?(?:\d ?){6}\d)(?!\d)")
_MAIL = re.compile(r"[\w.+-]{2,64}\s?@\s?(?:[\w-]+\s?[.。]\s?)+[a-z]{2,10}", re.IGNORECASE)
_WORD = re.compile(r"(?=[0-9a-z]*[0-9]|[a-z]{6})[0-9a-z]{5,24}")
_NUMBER = re.compile(r"[1-9][0-9]{4,11}")
_PAIR = re.compile(r"\d(?=\d)")
_TEN = re.compile(r"\d{10}")
_BEFORE_NUMBER = 10
PLUS = "+＋➕"

_FILLED = 6
"""How many filling words may stand between a name and an account."""


class HandleFinder:
    """Finds contact details; built once from the book.

    ``cues``: words without which there is no name in a text. ``emoji``: pictures that stand for a channel's name,
    ``behind``: pictures that do so behind certain characters. ``added``: first characters of names, which a plus may
    introduce.
    """

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts
        self._official = frozenset(contacts.official)
        self._not_contact = tuple(fold(word) for word in contacts.not_contact)
        before, after = _any(contacts.before), _any(contacts.after)
        filler = f"(?:{_any(contacts.fillers)}){{0,{_FILLED}}}"
        self._mail_at = _any(contacts.mail_at)
        self._spelled_mail = re.compile(
            f"[0-9a-z]{{4,30}}(?:{self._mail_at})(?:{_any(contacts.mail_hosts)})(?:点|dot)?(?:com|cn|net)"
        )
        self._channels = [_Names(channel, before, after, filler) for channel in contacts.channels]
        hosts = {fold(at) + fold(host) for at in contacts.mail_at for host in contacts.mail_hosts}
        self.cues = frozenset(cue for names in self._channels for cue in names.cues) | hosts
        self.emoji = {char: n for n, names in enumerate(self._channels) for char in names.channel.emoji}
        self.behind = {
            char: dict.fromkeys(before, n)
            for n, names in enumerate(self._channels)
            for char, before in names.channel.emoji_behind.items()
        }
        self._pictures = frozenset(self.emoji) | frozenset(self.behind)
        first = {name[0] for names in self._channels for name in names.cues | names.short}
        self.added = "".join(sorted({form for char in first for form in _forms(char)}))

    def find(self, reading: FieldReading) -> Iterator[Sighting]:
        """All contact details, in no order; the same ones may be seen twice."""
        yield from self._numbers(reading)
        for names in self._channels:
            yield from names.find(reading)
        yield from self._by_emoji(reading)
        yield from self._mails(reading)

    def _numbers(self, reading: FieldReading) -> Iterator[Sighting]:
        if not _TEN.search(reading.digits):
            return
        spaced, back = _spaced(reading)
        for pattern, name in ((_MOBILE, "mobile"), (_FIXED, "fixed")):
            for found in pattern.finditer(spaced):
                start, end = back[found.start(1)], back[found.end(1) - 1] + 1
                number = reading.digits[start:end]
                led = reading.text[max(0, start - _BEFORE_NUMBER) : start]
                if number in self._official or any(word in led for word in self._not_contact):
                    continue
                if name == "fixed" and reading.channel(start, end, number) == "homophone":
                    continue
                first, last, surface = reading.span(start, end)
                yield Sighting(PHONE, name, reading.channel(start, end, number), first, last, surface, True)

    def _by_emoji(self, reading: FieldReading) -> Iterator[Sighting]:
        """A picture for a name, an account behind it or an invitation before."""
        if self._pictures.isdisjoint(reading.original):
            return
        for place, char in enumerate(reading.original):
            if char not in self._pictures:
                continue
            following = bisect_right(reading.places, place)
            led = reading.text[max(0, following - 3) : following]
            number = self.emoji.get(char)
            if number is None:
                number = self.behind[char].get(led[-1:])
                led = led[:-1]
            if number is None:
                continue
            names = self._channels[number]
            end = names.account_end(reading, following)
            if end or (led and names.invites(led)) or names.follows(reading, following):
                last = reading.places[end - 1] + 1 if end else place + 1
                yield Sighting(
                    MESSENGER, names.channel.id, "homophone", place, last, reading.original[place:last], bool(end)
                )

    def _mails(self, reading: FieldReading) -> Iterator[Sighting]:
        for found in _MAIL.finditer(reading.half) if "@" in reading.half else ():
            surface = reading.original[found.start() : found.end()]
            channel: Channel = "exact" if surface == found[0] else "normalised"
            yield Sighting(MAIL, "mail", channel, found.start(), found.end(), surface, True)
        for found in self._spelled_mail.finditer(reading.text):
            first, last, surface = reading.span(found.start(), found.end())
            yield Sighting(MAIL, "mail", "spaced", first, last, surface, True)


class _Names:
    """One messenger's names, and how they are sought."""

    def __init__(self, channel: ContactChannel, before: str, after: str, filler: str) -> None:
        self.channel = channel
        composed = ("".join(parts) for parts in product(*channel.composed)) if channel.composed else ()
        long = {fold(name) for name in (*channel.names, *composed)}
        harmless = {fold(word) for word in channel.harmless}
        self._plain = {fold(channel.title.zh), fold(channel.title.en), channel.id}
        self.cues = {name for name in long if name not in harmless} | _combined(channel.short, before.split("|"))
        self.cues |= {fold(word) for word in channel.short if len(word) > 1 and word.isascii()}
        name, short = _any(long - harmless), _any(fold(word) for word in channel.short)
        account = _WORD.pattern if channel.handle == "word" else _NUMBER.pattern
        self._account = re.compile(f"{filler}({account})")
        self._invites = re.compile(f"(?:{before})$")
        self._named = re.compile(f"(?P<name>{name})")
        self._short = re.compile(f"(?P<name>{short})")
        self._invited = re.compile(f"(?P<before>{before})(?:{filler})(?P<name>{name}|{short})")
        self._followed = re.compile(f"(?:{after})")
        self._harmless = [(fold(word), fold(word)) for word in channel.harmless]
        self.short = frozenset(fold(word) for word in channel.short) - long

    def invites(self, led: str) -> bool:
        return bool(self._invites.search(led))

    def follows(self, reading: FieldReading, start: int) -> bool:
        """Whether what stands at ``start`` makes an invitation of the name before it."""
        return bool(self._followed.match(reading.text, start))

    def account_end(self, reading: FieldReading, start: int) -> int:
        """Where the account that begins at ``start`` ends; 0 where there is none."""
        found = self._account.match(reading.digits, start)
        return found.end() if found and not reading.breaks(found.start(1), found.end(1)) else 0

    def find(self, reading: FieldReading) -> Iterator[Sighting]:
        for found in self._named.finditer(reading.text):
            if self._is_harmless(reading, found.start("name"), found.end("name")):
                continue
            start, end = found.span("name")
            account = self.account_end(reading, end)
            if account or (self.follows(reading, end) and not reading.breaks(start, end + 1)):
                yield self._seen(reading, start, end, account)
        for found in self._short.finditer(reading.text):
            start, end = found.span("name")
            if start and reading.text[start - 1] in LATIN and not reading.gap(start):
                continue
            plus = reading.original[reading.places[start] - 1] in PLUS if reading.places[start] else False
            account = self.account_end(reading, end)
            if account and (plus or reading.gap(end) or reading.text[end] not in LATIN):
                yield self._seen(reading, start, end, account)
            elif plus and self._stands_alone(reading, end):
                yield self._seen(reading, start, end, 0)
        for found in self._invited.finditer(reading.text):
            start, end = found.span("name")
            if self._is_harmless(reading, start, end) or reading.breaks(found.start(), end):
                continue
            short = found["name"] in self.short
            account = self.account_end(reading, end)
            if short and not account and not self._stands_alone(reading, end):
                continue
            yield self._seen(reading, found.start(), end, account)

    def _seen(self, reading: FieldReading, start: int, end: int, account: int) -> Sighting:
        first, last, surface = reading.span(start, account or end)
        name = reading.text[start:end]
        channel = reading.channel(start, end)
        if not any(plain in name for plain in self._plain):
            channel = "homophone"
        return Sighting(MESSENGER, self.channel.id, channel, first, last, surface, bool(account))

    def _stands_alone(self, reading: FieldReading, end: int) -> bool:
        """Whether a short name is not the beginning of another word: nothing, a mark, or an inviting word follows."""
        if end == len(reading.text) or reading.gap(end):
            return True
        return self.follows(reading, end)

    def _is_harmless(self, reading: FieldReading, start: int, end: int) -> bool:
        around = reading.text[max(0, start - 4) : end + 4]
        return any(word in around for word, _ in self._harmless)


def _spaced(reading: FieldReading) -> tuple[str, list[int]]:
    """The digits with a space where a mark stands between two of them, a comma where a clause ends; and the way back.

    Where marks set apart each digit of a run they are no marks.
    """
    digits = reading.digits
    characters = list(digits)
    back = list(range(len(digits)))
    added = 0
    for pair in _PAIR.finditer(digits):
        place = pair.start() + 1
        if gap := reading.gap(place):
            alone = place < 2 or not digits[place - 2].isdigit() or bool(reading.gap(place - 1))
            characters.insert(place + added, " " if alone or not _ends(gap) else ",")
            back.insert(place + added, place)
            added += 1
    return "".join(characters), back


def _ends(gap: str) -> bool:
    return any(mark in "，,。；;、：:！!？?\n\r" for mark in gap)


def _any(words: Sequence[str] | set[str] | Iterator[str]) -> str:
    """An alternation, the longest first."""
    return "|".join(sorted({re.escape(fold(word)) for word in words}, key=lambda word: (-len(word), word)))


def _combined(short: Sequence[str], before: Sequence[str]) -> set[str]:
    return {word + fold(name) for word in before for name in short}


def _forms(char: str) -> set[str]:
    """A character in either case and width."""
    cases = {char, char.upper()}
    return cases | {chr(ord(one) + 0xFEE0) for one in cases if "!" <= one <= "~"}
