"""The pack's book of fraud: contact details and how they are disguised, links, tricks, and what each is found as."""

import hashlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from anbao.law.cache import read_cached
from anbao.law.yaml_source import YamlSource
from anbao.model.listing import Severity
from anbao.text import Text

Handling = Literal["pass", "warn", "hold"]
"""What becomes of a message: delivered · delivered with a warning beside it · held until a person decides."""

ANY_CONTACT, ANY_LINK, ANY_NUMBER = "@contact", "@link", "@number"
MARKERS = frozenset({ANY_CONTACT, ANY_LINK, ANY_NUMBER})


class HandlingBySender(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The handling of a message by who sends it."""

    merchant: Handling
    consumer: Handling


class FraudKind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is found: its weight, what becomes of a message, what its receiver is shown."""

    id: str
    title: Text
    severity: Severity
    said_by: HandlingBySender
    warning: Text
    provisions: tuple[str, ...]


class ContactChannel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One messenger. ``names`` and ``composed`` are known alone, ``short`` ones only beside an inviting word.

    ``emoji``: pictures for the name; ``emoji_behind``: pictures that make a name of one of these before them.
    """

    id: str
    title: Text
    names: tuple[str, ...]
    short: tuple[str, ...]
    handle: Literal["word", "number"]
    composed: tuple[tuple[str, ...], ...] = ()
    emoji: str = ""
    emoji_behind: dict[str, str] = msgspec.field(default_factory=dict)
    harmless: tuple[str, ...] = ()


class Contacts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How contact details are written. ``digits`` and ``sounds``: characters that stand for each digit."""

    digits: dict[str, str]
    sounds: dict[str, str]
    before: tuple[str, ...]
    after: tuple[str, ...]
    fillers: tuple[str, ...]
    channels: tuple[ContactChannel, ...]
    mail_at: tuple[str, ...]
    mail_hosts: tuple[str, ...]
    not_contact: tuple[str, ...]
    official: tuple[str, ...]


class Links(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How links are written and how addresses are imitated.

    ``words``: endings that are also words of a sentence, ``function_words`` those that stand in any sentence.
    ``not_hosts``: abbreviations with a dot. ``picture_files``: endings of files that are pictures.
    """

    endings: tuple[str, ...]
    dots: tuple[str, ...]
    shorteners: tuple[str, ...]
    look_alikes: dict[str, str]
    luring: tuple[str, ...]
    words: tuple[str, ...] = ()
    function_words: tuple[str, ...] = ()
    not_hosts: tuple[str, ...] = ()
    picture_files: tuple[str, ...] = ()


class Trick(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words that together are a trick: one of each row of ``all``, no more than ``within`` characters apart.

    Within ``unless`` phrases it is a warning against the trick.
    """

    id: str
    kind: str
    all: Annotated[tuple[tuple[str, ...], ...], Meta(min_length=1)]
    within: Annotated[int, Meta(ge=1, le=500)] = 40
    unless: tuple[str, ...] = ()


class FraudBook(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """All of it. ``own_domains`` are the platform's own, and part of what a decision depends on."""

    kinds: tuple[FraudKind, ...]
    contacts: Contacts
    links: Links
    tricks: tuple[Trick, ...]
    own_domains: tuple[str, ...] = ()

    def to_bytes(self) -> bytes:
        """Canonical: the same book gives the same bytes."""
        return msgspec.json.encode(self, order="deterministic")

    @classmethod
    def from_bytes(cls, data: bytes) -> "FraudBook":
        return msgspec.json.decode(data, type=cls)

    @cached_property
    def digest(self) -> str:
        """The first 16 hex digits of SHA-256 over the bytes."""
        return hashlib.sha256(self.to_bytes()).hexdigest()[:16]

    def of_platform(self, domains: tuple[str, ...]) -> "FraudBook":
        """The book of a platform with these domains."""
        return msgspec.structs.replace(self, own_domains=domains)


@read_cached
def load_fraud_book(folder: Path) -> FraudBook:
    """Read the pack's folder ``fraud``. Raises PackError with file and line."""
    kinds = YamlSource(folder / "kinds.yaml").read(tuple[FraudKind, ...])
    contacts = YamlSource(folder / "contacts.yaml").read(Contacts)
    links = YamlSource(folder / "links.yaml").read(Links)
    source = YamlSource(folder / "tricks.yaml")
    tricks = source.read(tuple[Trick, ...])
    known = {kind.id for kind in kinds}
    for place, trick in enumerate(tricks):
        if trick.kind not in known:
            raise source.error(
                Text(f"未知的种类 {trick.kind}", f"no kind of fraud is called {trick.kind}"), place, "kind"
            )
        for marker in _markers(trick):
            if marker not in MARKERS:
                raise source.error(Text(f"未知的标记 {marker}", f"no marker is called {marker}"), place, "all")
    return FraudBook(kinds=kinds, contacts=contacts, links=links, tricks=tricks)


def _markers(trick: Trick) -> Iterator[str]:
    return (word for row in trick.all for word in row if word.startswith("@"))
