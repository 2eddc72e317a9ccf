"""A hazard (危险): a danger suspected or confirmed, what it is recognised by, and where the same was found again."""

from typing import Annotated, Literal

from msgspec import Meta

from anbao.model.base import Id, Noun
from anbao.model.listing import MAX_TITLE, Severity

MAX_FINGERPRINTS = 300
"""A danger picture has about 160 hashes."""

HazardSource = Literal["complaint", "judgment", "recall", "authority", "own"]
"""投诉举报 · 生效裁判 · 召回 · 监管要求 · 平台自查."""

HazardState = Literal["suspected", "confirmed", "dismissed", "lifted"]

FingerprintKind = Literal["barcode", "licence", "batch", "model", "title", "brand", "picture", "merchant", "link"]
"""What a danger is recognised by. ``picture``: a PDQ hash, 64 hex digits."""

Certainty = Literal["certain", "likely", "possible"]
"""``certain`` may be acted upon at once; the others go to a person, ``likely`` before ``possible``."""


class Fingerprint(Noun, frozen=True, kw_only=True):
    """One thing that a danger is recognised by."""

    kind: FingerprintKind
    value: Annotated[str, Meta(min_length=1, max_length=MAX_TITLE)]


class Suspicion(Noun, frozen=True, kw_only=True):
    """A danger as it is first reported; what is not known yet may be left out."""

    advice_en: Annotated[str, Meta(max_length=2_000)] = ""
    advice_zh: Annotated[str, Meta(max_length=2_000)] = ""
    basis: Annotated[str, Meta(max_length=500)] = ""
    category: Annotated[str, Meta(max_length=128)] = ""
    complaint: Annotated[str, Meta(max_length=128)] = ""
    fingerprints: Annotated[tuple[Fingerprint, ...], Meta(max_length=MAX_FINGERPRINTS)] = ()
    id: Id
    listing: Annotated[str, Meta(max_length=128)] = ""
    merchant: Annotated[str, Meta(max_length=128)] = ""
    provisions: tuple[str, ...] = ()
    severity: Severity = 4
    source: HazardSource
    title: Annotated[str, Meta(min_length=1, max_length=MAX_TITLE)]


class Confirmation(Noun, frozen=True, kw_only=True):
    """What a confirmation settles beyond the suspicion; None keeps what stands there.

    ``certain``: a judgment, recall or order settles it, so that removal needs no review; by default so for these
    sources. ``nameable``: it may be named in public. ``on_likeness``: the platform's policy lets a likely match be
    acted upon without a person. ``person``: who confirms it, where several share a key; they may not decide an appeal
    against what follows. ``sold``: some were sold, so that buyers must be warned.
    """

    advice_en: Annotated[str, Meta(max_length=2_000)] | None = None
    advice_zh: Annotated[str, Meta(max_length=2_000)] | None = None
    basis: Annotated[str, Meta(max_length=500)] | None = None
    certain: bool | None = None
    fingerprints: Annotated[tuple[Fingerprint, ...], Meta(max_length=MAX_FINGERPRINTS)] | None = None
    nameable: bool = False
    on_likeness: bool = False
    person: Annotated[str, Meta(max_length=128)] = ""
    severity: Severity | None = None
    sold: bool = False


class HazardRecord(Noun, frozen=True, kw_only=True):
    """Body of ``hazard.suspected`` and ``hazard.confirmed``. Its top-level scalars are the facts that norms read."""

    advice_en: str = ""
    advice_zh: str = ""
    basis: str = ""
    category: str = ""
    certain: bool = False
    fingerprints: tuple[Fingerprint, ...] = ()
    nameable: bool = False
    on_likeness: bool = False
    person: str = ""
    provisions: tuple[str, ...] = ()
    severity: Severity
    sold: bool = False
    source: HazardSource
    title: str


class Ground(Noun, frozen=True, kw_only=True):
    """One reason for a match: what agrees, and where in the listing (characters of the original field).

    ``kind`` is that of the fingerprint, or ``family`` for a merchant linked to the danger's, or ``quantity``.
    ``agrees`` is false for what speaks against it.
    """

    agrees: bool = True
    end: int = 0
    field: str = ""
    kind: str
    start: int = 0
    surface: str = ""
    value: str = ""


class Match(Noun, frozen=True, kw_only=True):
    """That a listing is, or may be, a known danger. ``cover`` and ``cosine``: permille, see ``likeness.titles``."""

    certainty: Certainty
    cosine: int = 0
    cover: int = 0
    hazard: str
    reasons: tuple[Ground, ...]
    severity: Severity


class MatchRecord(Noun, frozen=True, kw_only=True):
    """Body of ``listing.matched_hazard``. ``screened``: the entry whose listing was looked at."""

    certainty: Certainty
    cosine: int = 0
    cover: int = 0
    reasons: tuple[Ground, ...]
    screened: int
    severity: Severity
    sweep: str


class Coverage(Noun, frozen=True, kw_only=True):
    """Body of ``hazard.swept``: what was looked at, and with what.

    All ``looked`` entries ``listing.screened`` before entry ``before`` were looked at, those of ``listings`` listings;
    anyone can count them in the ledger. ``blocked`` matches were off the shelves already, ``outdated`` ones only in a
    version of the listing that has been replaced. ``pictures``: how many pictures' hashes were compared.
    """

    before: int
    blocked: int = 0
    certain: int = 0
    engine: str
    fold: str
    likely: int = 0
    listings: int
    looked: int
    outdated: int = 0
    pictures: int = 0
    possible: int = 0
    rules: int
    sweep: str
