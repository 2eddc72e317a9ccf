"""A listing (商品/服务信息), what a detector found in it, and the decision on it."""

from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

from anbao.model.base import Id, Noun
from anbao.model.listing_fact import FactName, FactValue
from anbao.model.merchant import Licence

MAX_TEXT = 1_000_000
"""Characters of one text of a listing; what lies beyond is not judged, and that is said."""

MAX_TITLE = 1_000
"""Characters of a title that stand in an entry where the whole listing does not fit; all of a title is judged."""

MAX_DESCRIPTION = MAX_TEXT
MAX_FINDINGS = 40
"""Findings stored per listing; more are counted in ``findings_cut``."""

Outcome = Literal["pass", "notice", "review", "block"]
OUTCOMES: tuple[Outcome, ...] = ("pass", "notice", "review", "block")

Severity = Annotated[int, Meta(ge=1, le=5)]
"""1 information · 2 low · 3 medium · 4 high · 5 critical (danger to life)."""

Channel = Literal[
    "",
    "exact",
    "normalised",
    "spaced",
    "split",
    "filled",
    "pinyin",
    "half_pinyin",
    "homophone",
    "look_alike",
    "swapped",
    "digits",
    "initials",
]
"""How a term was found, the strongest evidence first; empty for findings that are not in text.

As written · after folding width, case and script · with marks between its characters · with characters taken apart ·
with letters or digits between them · spelled in Latin letters · spelled in part · by characters of the same sound ·
by characters that look alike · in another order · with digits for sounds · by the first letters of its sounds.
"""
CHANNELS: tuple[Channel, ...] = get_args(Channel)[1:]

WRITTEN: frozenset[Channel] = frozenset({"exact", "normalised", "spaced"})
"""Channels in which the term itself stands in the text and which may block; what the others find is a guess."""

MAX_NAME = 128

TextName = Annotated[str, Meta(min_length=1, max_length=MAX_NAME)]
"""What the platform calls a text, such as 副标题 or ``attributes.材质``; findings name it as their field."""

PictureRef = Annotated[str, Meta(pattern=r"^([0-9a-f]{64}|https?://[!-~]{1,2000})$")]
"""An uploaded picture by the SHA-256 of its bytes, or an address to fetch it from."""

MAX_PICTURES = 30

READING = 1
"""How the texts of a listing are read now. 0: title and description, as they stand in the source."""

MAX_UNJUDGED = 40
"""Parts named as not judged; more are counted in ``unjudged_cut``."""


class Listing(Noun, frozen=True, kw_only=True):
    """What is offered. ``texts``: all further texts that a buyer can read, by name; each is screened.

    ``extra``: as ``texts``, to which it is added when it comes in; entries before version 0.2 have it, not screened.
    ``licences``: those of the product. ``pictures``: what is no ``PictureRef`` is not looked at, and that is said.

    ``facts``: what its notices speak of, by the names of the pack's ``facts.yaml``; others are stored and not used.
    """

    TAKES_NUL = True

    category: Annotated[str, Meta(max_length=128)] = ""
    description: str = ""
    extra: dict[str, str] = msgspec.field(default_factory=dict)
    facts: dict[FactName, FactValue] = msgspec.field(default_factory=dict)
    id: Id
    licences: tuple[Licence, ...] = ()
    merchant: Annotated[str, Meta(max_length=128)] = ""
    pictures: tuple[str, ...] = ()
    texts: dict[TextName, str] = msgspec.field(default_factory=dict)
    title: str


class Finding(Noun, frozen=True, kw_only=True):
    """What one detector saw, and where: ``start`` and ``end`` count characters of the original field.

    ``context``: the pack's context rule by which ``severity`` is lower than the term's own, ``lowered_from``.

    ``seen``: in a field with markup what a buyer sees there, with its place in the visible text; elsewhere it is the
    ``surface``. ``because``: the n-grams that spoke most for a model's score, ``weight`` the score in per mille.
    ``source``: the instrument on which it rests where no provision is stored, as remembered (未核对).
    """

    because: tuple[str, ...] = ()
    category: str
    channel: Channel = ""
    context: str = ""
    detector: str
    end: int = 0
    field: str = ""
    lowered_from: int = 0
    provisions: tuple[str, ...] = ()
    seen: str = ""
    seen_end: int = 0
    seen_start: int = 0
    severity: Severity
    source: str = ""
    start: int = 0
    surface: str = ""
    term: str = ""
    weight: int = 0


UnjudgedReason = Literal[
    "too_long",
    "picture_address",
    "too_many_pictures",
    "picture_embedded",
    "too_many_findings",
    "video",
    "unreadable",
    "no_title",
]
"""The text lies beyond ``MAX_TEXT`` · the picture's address is relative, or none to fetch from · more than
``MAX_PICTURES`` · the picture stands in the text itself · a long text holds thousands of findings · nobody
looks at videos · the part could not be read as it stands in a file · there is no title."""

GIVEN_REASONS: frozenset[UnjudgedReason] = frozenset({"unreadable", "no_title"})
"""Those that the listing itself does not show: whoever read it says so."""


class Unjudged(Noun, frozen=True, kw_only=True):
    """A part of a listing that nobody looked at: the field, and of a text from where on; ``value``: what was given."""

    field: str
    reason: UnjudgedReason
    start: int = 0
    value: str = ""


class Versions(Noun, frozen=True, kw_only=True):
    """What a decision was made with; digests are the first 16 hex digits of SHA-256.

    ``fraud``: the book of fraud with the platform's domains; ``hazards``: the ledger's size up to which confirmed
    hazards were learned; ``model``: the classifier. Empty and 0 where there were none.
    """

    engine: str
    fraud: str = ""
    hazards: int = 0
    lexicon: str
    model: str = ""
    pack: str
    policy: str


class ListingRecord(Noun, frozen=True, kw_only=True):
    """A listing as its entry has it: ``texts``, ``extra`` and ``facts`` as pairs, because keys in entries are ASCII.

    ``whole``: where the listing is too large for an entry, the SHA-256 of the record that has all of it; the texts, the
    licences and the pictures are left out here, and the title is cut.
    """

    category: str = ""
    description: str = ""
    extra: tuple[tuple[str, str], ...] = ()
    facts: tuple[tuple[str, FactValue], ...] = ()
    id: str
    licences: tuple[Licence, ...] = ()
    merchant: str = ""
    pictures: tuple[str, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()
    title: str
    whole: str = ""


class ListingScreened(Noun, frozen=True, kw_only=True):
    """Body of ``listing.screened``. Its top-level scalars are the facts that norms read.

    ``severity`` is the worst among the findings, 0 where there are none. ``reasons`` are codes of the policy's rows.
    ``pictures`` counts what is decided on by itself (``listing.picture_screened``): those of the listing, then those
    that its texts show, ``embedded``. ``reading``: how its texts were read (``READING``). ``unjudged``: what nobody
    looked at, for which the listing is held. ``unlawful``: it is blocked for what is offered, and not only for
    where its merchant stands; entries of earlier versions do not say it.
    """

    category: str = ""
    embedded: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    findings_cut: int = 0
    listing: ListingRecord
    notices: tuple[str, ...] = ()
    outcome: Outcome
    pictures: int = 0
    reading: int = 0
    reasons: tuple[str, ...] = ()
    severity: int = 0
    unjudged: tuple[Unjudged, ...] = ()
    unjudged_cut: int = 0
    unlawful: bool = False
    versions: Versions
