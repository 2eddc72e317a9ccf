"""Pictures (商品图片): what a machine reads in one, and the decision on it as part of a listing."""

from typing import Literal

from anbao.model.base import Noun
from anbao.model.listing import Channel, Outcome, PictureRef, Severity, Versions

PictureProblem = Literal[
    "", "too_large", "too_many_pixels", "unknown_format", "undecodable", "unreachable", "forbidden_address"
]
"""Too many bytes · too many pixels, frames or scans · none of the formats taken · broken · could not be fetched ·
an address that may not be fetched."""

WhyText = Literal["", "text_like", "suspect", "new_merchant", "sampled"]
"""Why the text of a picture is read: there may be text in it · its listing is held already · its merchant has few
listings · by lot. Empty: it is not read."""


class Box(Noun, frozen=True, kw_only=True):
    """A place in a picture, in pixels of the upload, upright; from (left, top) to (right, bottom)."""

    bottom: int
    left: int
    right: int
    top: int


class Code(Noun, frozen=True, kw_only=True):
    """A QR code or bar code and what it says."""

    box: Box
    format: str
    text: str


class TextLine(Noun, frozen=True, kw_only=True):
    """A line of text in a picture; ``confidence`` in per cent."""

    box: Box
    confidence: int
    text: str


class Frame(Noun, frozen=True, kw_only=True):
    """Another frame of a picture that moves, by its number from 0."""

    number: int
    pdq: str
    quality: int = 0


class PictureReading(Noun, frozen=True, kw_only=True):
    """Body of ``picture.read``: all that decisions need of the bytes ``picture`` (SHA-256).

    ``text_like``: places that look like lettering. ``text_read``: whether ``lines`` was asked for. ``reader``: versions
    of what read it. ``others``: of a picture that moves, frames that differ from the first and each other; ``codes``,
    ``lines`` and ``text_like`` are of all of them. Where there is a ``problem``, ``why`` says more and the rest is
    empty.
    """

    codes: tuple[Code, ...] = ()
    format: str = ""
    frames: int = 0
    height: int = 0
    lines: tuple[TextLine, ...] = ()
    others: tuple[Frame, ...] = ()
    pdq: str = ""
    picture: str
    problem: PictureProblem = ""
    quality: int = 0
    reader: str
    size: int = 0
    text_like: int = 0
    text_read: bool = False
    why: str = ""
    width: int = 0


class PictureFinding(Noun, frozen=True, kw_only=True):
    """What one detector saw in a picture, and where.

    ``start`` and ``end`` count characters of ``text``, the line or code in ``box``; ``distance``: bits from the hash of
    the hazard that ``term`` names; ``context`` and ``lowered_from``: as in ``Finding``.
    """

    box: Box | None = None
    category: str
    channel: Channel = ""
    context: str = ""
    detector: str
    distance: int = 0
    end: int = 0
    lowered_from: int = 0
    provisions: tuple[str, ...] = ()
    severity: Severity
    start: int = 0
    surface: str = ""
    term: str = ""
    text: str = ""


class PictureRules(Noun, frozen=True, kw_only=True):
    """The platform's own numbers (parameters ``picture.…``); each decision names those that it was made by.

    ``same``: bits of 256 within which a hash is that of the danger's picture; ``alike``: within which a person looks.
    ``quality``: below it a hash says nothing. ``text_like``: places that look like lettering from which on text is
    read. ``new_days``: so long a merchant counts as new. ``sample``: of 10,000 pictures that give no cause, how many
    are read all the same, chosen by SHA-256.
    """

    alike: int
    new_days: int
    quality: int
    same: int
    sample: int
    text_like: int


class PictureScreened(Noun, frozen=True, kw_only=True):
    """Body of ``listing.picture_screened``: the decision on one picture of a listing, the ``place``-th from 0.

    ``before``: the listing's outcome until then; ``raised``: it was milder. ``screened``: the entry of the listing's
    version that it belongs to. ``reading``: the entry with what was read, -1 where the bytes never came. ``text``: why
    its text is read; while ``text_pending``, another decision follows.
    """

    before: Outcome
    category: str = ""
    findings: tuple[PictureFinding, ...] = ()
    findings_cut: int = 0
    outcome: Outcome
    pdq: str = ""
    place: int
    problem: PictureProblem = ""
    raised: bool = False
    reading: int
    reasons: tuple[str, ...] = ()
    rules: PictureRules
    screened: int
    severity: int = 0
    source: PictureRef
    text: WhyText = ""
    text_pending: bool = False
    versions: Versions
