"""What the handlers answer, where it is not a noun of the model."""

import msgspec

from anbao.detect.text import SymbolNote
from anbao.engine.obligations.read import ObligationView
from anbao.law.catalogue import Catalogue
from anbao.model.entry import Entry, Receipt
from anbao.model.listing import Channel, Finding, Outcome, Unjudged, UnjudgedReason, Versions
from anbao.model.picture import Box, PictureProblem, PictureScreened, WhyText
from anbao.prevent.explaining import Explainer
from anbao.prevent.listings.records import ScreenedListing
from anbao.rules.rulesets import Version
from anbao.text import Text
from anbao.warn.notices import RenderedNotice, render


class FindingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A finding with every field written out; ``start`` and ``end`` count characters of the original ``field``.

    ``seen``: in a field with markup what a buyer sees, with its place in the visible text; else empty.
    """

    because: tuple[str, ...]
    category: str
    channel: Channel
    context: str
    detector: str
    end: int
    field: str
    lowered_from: int
    provisions: tuple[str, ...]
    seen: str
    seen_end: int
    seen_start: int
    severity: int
    source: str
    start: int
    surface: str
    term: str
    weight: int


class UnjudgedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A part that nobody looked at, for which the listing is held: of a text from ``start`` on."""

    field: str
    reason: UnjudgedReason
    start: int
    value: str


class NoticeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A risk notice in one version, in both languages."""

    id: str
    version: int
    zh: RenderedNotice
    en: RenderedNotice


class PictureFindingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A finding in a picture; ``box`` counts pixels of the upload, ``start`` and ``end`` characters of ``text``."""

    box: Box | None
    category: str
    channel: Channel
    context: str
    detector: str
    distance: int
    end: int
    lowered_from: int
    provisions: tuple[str, ...]
    severity: int
    start: int
    surface: str
    term: str
    text: str


class PictureDecisionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The decision on one picture of a listing; while ``text_pending``, another follows when its text was read.

    ``why``: its reasons and findings in words.
    """

    place: int
    source: str
    outcome: Outcome
    severity: int
    reasons: tuple[str, ...]
    findings: tuple[PictureFindingAnswer, ...]
    problem: PictureProblem
    text: WhyText
    text_pending: bool
    why: tuple[Text, ...]


class ListingNotice(NoticeAnswer, frozen=True, kw_only=True):
    """A notice filled with a listing's own facts, and the SHA-256 of each text: what to report as shown."""

    rendering_zh: str
    rendering_en: str


class DecisionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The decision on a listing; ``notices`` are ids of what must be shown before an order.

    ``unjudged``: what nobody looked at. ``outcome`` includes the ``pictures`` that had been read before; decisions on
    the others follow. ``why``: the reasons, what was not looked at, then the findings, in words with the provisions
    that they rest on.
    """

    listing: str
    outcome: Outcome
    severity: int
    reasons: tuple[str, ...]
    findings: tuple[FindingAnswer, ...]
    findings_cut: int
    notices: tuple[str, ...]
    pictures: tuple[PictureDecisionAnswer, ...]
    versions: Versions
    receipt: Receipt
    unjudged: tuple[UnjudgedAnswer, ...]
    unjudged_cut: int
    why: tuple[Text, ...]


class ListingAnswer(DecisionAnswer, frozen=True, kw_only=True):
    """The decision on one listing, with the notices' text."""

    notice_texts: tuple[NoticeAnswer, ...]


class BatchLineAnswer(DecisionAnswer, frozen=True, kw_only=True):
    """The decision on one line of a batch."""

    line: int


class EntryIndex(msgspec.Struct, frozen=True, kw_only=True):
    """The index of the entry that was made."""

    entry: int


class MadeId(msgspec.Struct, frozen=True, kw_only=True):
    """The id of what was made."""

    id: str


class ImportedLexicon(msgspec.Struct, frozen=True, kw_only=True):
    """A lexicon stored as a version, not yet in force.

    ``symbols``: what exactly will be matched for each term with symbols or marks.
    """

    digest: str
    entry: int
    terms: int
    symbols: tuple[SymbolNote, ...] = ()


class EntryAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An entry at its place in the ledger."""

    index: int
    entry: Entry


class EntryPage(msgspec.Struct, frozen=True, kw_only=True):
    """Entries in ledger order; ``next`` is the cursor of the next page, null on the last."""

    items: list[EntryAnswer]
    next: str | None


class ObligationPage(msgspec.Struct, frozen=True, kw_only=True):
    """Obligations; ``next`` is the cursor of the next page, null on the last."""

    items: list[ObligationView]
    next: str | None


class VersionPage(msgspec.Struct, frozen=True, kw_only=True):
    """All versions of a lexicon, and which is in force."""

    in_force: str
    items: list[Version]


def finding_answer(one: Finding) -> FindingAnswer:
    return FindingAnswer(
        because=one.because,
        category=one.category,
        channel=one.channel,
        context=one.context,
        detector=one.detector,
        end=one.end,
        field=one.field,
        lowered_from=one.lowered_from,
        provisions=one.provisions,
        seen=one.seen,
        seen_end=one.seen_end,
        seen_start=one.seen_start,
        severity=one.severity,
        source=one.source,
        start=one.start,
        surface=one.surface,
        term=one.term,
        weight=one.weight,
    )


def _unjudged_answer(one: Unjudged) -> UnjudgedAnswer:
    return UnjudgedAnswer(field=one.field, reason=one.reason, start=one.start, value=one.value)


def picture_answer(one: PictureScreened, explainer: Explainer) -> PictureDecisionAnswer:
    return PictureDecisionAnswer(
        place=one.place,
        source=one.source,
        outcome=one.outcome,
        severity=one.severity,
        reasons=one.reasons,
        findings=tuple(PictureFindingAnswer(**msgspec.structs.asdict(found)) for found in one.findings),
        problem=one.problem,
        text=one.text,
        text_pending=one.text_pending,
        why=explainer.why(one.reasons, one.findings),
    )


def notice_answers(catalogue: Catalogue, ids: tuple[str, ...] | None = None) -> tuple[NoticeAnswer, ...]:
    """The notices with these ids, or all that some category demands."""
    if ids is None:
        ids = tuple(dict.fromkeys(name for category in catalogue.categories.values() for name in category.notices))
    found = [notice for notice in map(catalogue.notice, ids) if notice is not None]
    return tuple(
        NoticeAnswer(id=one.id, version=one.version, zh=render(one, "zh"), en=render(one, "en")) for one in found
    )


def listing_notice(zh: RenderedNotice, en: RenderedNotice) -> ListingNotice:
    return ListingNotice(id=zh.id, version=zh.version, zh=zh, en=en, rendering_zh=zh.digest, rendering_en=en.digest)


def listing_answer(screened: ScreenedListing, catalogue: Catalogue, explainer: Explainer) -> ListingAnswer:
    decision = screened.decision
    return ListingAnswer(
        listing=decision.listing.id,
        outcome=screened.outcome,
        severity=decision.severity,
        reasons=decision.reasons,
        findings=tuple(map(finding_answer, decision.findings)),
        findings_cut=decision.findings_cut,
        notices=decision.notices,
        pictures=tuple(picture_answer(one, explainer) for one in screened.pictures),
        versions=decision.versions,
        receipt=screened.receipt,
        unjudged=tuple(map(_unjudged_answer, decision.unjudged)),
        unjudged_cut=decision.unjudged_cut,
        why=explainer.listing(decision),
        notice_texts=notice_answers(catalogue, decision.notices),
    )


def line_answer(screened: ScreenedListing, line: int, explainer: Explainer) -> BatchLineAnswer:
    decision = screened.decision
    return BatchLineAnswer(
        line=line,
        listing=decision.listing.id,
        outcome=screened.outcome,
        severity=decision.severity,
        reasons=decision.reasons,
        findings=tuple(map(finding_answer, decision.findings)),
        findings_cut=decision.findings_cut,
        notices=decision.notices,
        pictures=tuple(picture_answer(one, explainer) for one in screened.pictures),
        versions=decision.versions,
        receipt=screened.receipt,
        unjudged=tuple(map(_unjudged_answer, decision.unjudged)),
        unjudged_cut=decision.unjudged_cut,
        why=explainer.listing(decision),
    )
