"""A hazard (危险): a danger suspected or confirmed, what it is recognised by, and where the same was found again."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from anbao.errors import InvalidInput
from anbao.model.base import Id, Noun
from anbao.model.listing import MAX_TITLE, Severity
from anbao.model.options import ActingPerson, Option
from anbao.text import Text

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


def read_fingerprint(text: str) -> Fingerprint:
    """``kind=value``, as the command line takes it. Raises InvalidInput."""
    kind, sign, value = text.partition("=")
    try:
        if not sign:
            raise msgspec.ValidationError("expected kind=value")
        return msgspec.convert({"kind": kind.strip(), "value": value.strip()}, Fingerprint)
    except msgspec.ValidationError as error:
        raise InvalidInput(
            Text(f"不是指纹：{text}", f"not a fingerprint: {text}"),
            hint=Text("写作 barcode=6901234567892、title=… 等", "write barcode=6901234567892, title=… and the like"),
            field="fingerprints",
        ) from error


_PRINTS = Option(
    "指纹，可多次：barcode、licence、batch、model、title、brand、picture、merchant、link",
    "what it is recognised by, may be repeated: barcode, licence, batch, model, title, brand, picture, …",
    flags=("--fingerprint", "-f"),
    metavar="KIND=VALUE",
    read=read_fingerprint,
)
Fingerprints = Annotated[tuple[Fingerprint, ...], Meta(max_length=MAX_FINGERPRINTS), _PRINTS]

_ADVICE_ZH = Option("给消费者的建议，中文", "advice to consumers, in Chinese", flags=("--advice",))
_ADVICE_EN = Option("给消费者的建议，英文", "advice to consumers, in English")
AdviceZh = Annotated[str, Meta(max_length=2_000), _ADVICE_ZH]
AdviceEn = Annotated[str, Meta(max_length=2_000), _ADVICE_EN]
Basis = Annotated[
    str, Meta(max_length=500), Option("依据：检测报告、文书编号", "what shows it: a test report, a docket, a notice")
]
Grade = Annotated[Severity, Option("危险等级", "how grave it is")]


class Suspicion(Noun, frozen=True, kw_only=True):
    """A danger as it is first reported; what is not known yet may be left out."""

    advice_en: AdviceEn = ""
    advice_zh: AdviceZh = ""
    basis: Basis = ""
    category: Annotated[str, Meta(max_length=128), Option("类目", "its category")] = ""
    complaint: Annotated[str, Meta(max_length=128), Option("所据投诉", "the complaint that it rests on")] = ""
    fingerprints: Fingerprints = ()
    id: Annotated[Id, Option("编号", "its id", argument=True)]
    listing: Annotated[
        str,
        Meta(max_length=128),
        Option("该商品即危险，取其标题、商家为指纹", "a listing that is the danger, of which fingerprints are taken"),
    ] = ""
    merchant: Annotated[str, Meta(max_length=128), Option("商家", "its merchant")] = ""
    provisions: Annotated[tuple[str, ...], Option("所涉法条，可多次", "provisions, may be repeated")] = ()
    severity: Grade = 4
    source: Annotated[HazardSource, Option("来源", "where it comes from", default="own")]
    title: Annotated[str, Meta(min_length=1, max_length=MAX_TITLE), Option("名称", "what it is called")]


class Confirmation(Noun, frozen=True, kw_only=True):
    """What a confirmation settles beyond the suspicion; None keeps what stands there.

    ``certain``: a judgment, recall or order settles it, so that removal needs no review; by default so for these
    sources. ``nameable``: it may be named in public. ``on_likeness``: the platform's policy lets a likely match be
    acted upon without a person. ``person``: who confirms it, where several share a key; they may not decide an appeal
    against what follows. ``sold``: some were sold, so that buyers must be warned.
    """

    advice_en: AdviceEn | None = None
    advice_zh: AdviceZh | None = None
    basis: Basis | None = None
    certain: Annotated[bool | None, Option("已有裁判、召回或要求认定", "a judgment, recall or order settles it")] = None
    fingerprints: Fingerprints | None = None
    nameable: Annotated[bool, Option("可公开点名", "it may be named in public")] = False
    on_likeness: Annotated[
        bool, Option("很可能相同者也可不经人工直接处置", "likely matches may be acted upon without a person")
    ] = False
    person: ActingPerson = ""
    severity: Grade | None = None
    sold: Annotated[bool, Option("已有售出", "some were sold")] = False


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
    anyone can count them in the ledger. ``blocked`` matches were off sale already, ``outdated`` ones only in a
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
