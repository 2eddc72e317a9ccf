"""A picture's reading → findings → the decision on it. Pure: the same case gives the same bytes."""

from urllib.parse import urlsplit

import msgspec

from anbao.detect import contact
from anbao.detect.picture.candidates import ListingStanding, why_text
from anbao.detect.text import finding
from anbao.law.catalogue import Catalogue
from anbao.model.listing import MAX_FINDINGS, OUTCOMES, WRITTEN, Finding, Outcome
from anbao.model.picture import (
    Box,
    PictureFinding,
    PictureProblem,
    PictureReading,
    PictureRules,
    PictureScreened,
    WhyText,
)
from anbao.prevent.pictures.dangers import Dangers, KnownPicture
from anbao.rules.policy import PICTURE_FACTS, PictureFact, PolicyFacts
from anbao.rules.rulesets import Ruleset

SURE = 90
"""Per cent of confidence from which on a line counts as written; below it a term in it is only a guess."""

_MATRIX = frozenset({"QR Code", "Micro QR Code", "rMQR Code", "Data Matrix", "Aztec", "PDF417", "MaxiCode"})
"""Codes that hold a text or an address, other than the numbers of goods."""

UNREADABLE, CODE, HAZARD = "picture.unreadable", "picture.code", "picture.hazard"
"""Kinds of findings; the catalogue has their weight."""


class PictureCase(msgspec.Struct, frozen=True, kw_only=True):
    """One picture of one listing. ``reading`` is None where the bytes never came, and ``problem`` says why.

    ``why``: why its text is read, where that was decided before. ``harmless``: the dangers that the offer was found not
    to be (``clearances``); a picture that lies elsewhere may have been changed since, and is held against them all.
    """

    category: str
    entry: int = -1
    harmless: frozenset[str] = frozenset()
    place: int
    problem: PictureProblem = ""
    reading: PictureReading | None
    screened: int
    source: str
    standing: ListingStanding
    why: WhyText | None = None


class _Seen(msgspec.Struct, frozen=True):
    """A finding, and the facts of the policy that it stands for."""

    finding: PictureFinding
    contact: int = 0
    fact: PictureFact = ""
    strong: int = 0
    weak: int = 0


def judge(case: PictureCase, ruleset: Ruleset, dangers: Dangers, rules: PictureRules) -> PictureScreened:
    """The decision on the case."""
    reading = case.reading
    problem = case.problem if reading is None else reading.problem
    seen: list[_Seen] = []
    why: WhyText = ""
    if reading is None or problem:
        problem_text = reading.why if reading is not None else case.source
        seen.append(_Seen(_finding(ruleset.catalogue, UNREADABLE, term=problem, text=problem_text), fact="unread"))
    else:
        harmless = case.harmless if case.source == reading.picture else frozenset()
        seen += _hazards(reading, ruleset.catalogue, dangers, rules, harmless)
        seen += _texts(reading, ruleset)
        why = why_text(reading, case.standing, rules, found=bool(seen)) if case.why is None else case.why
    verdict = ruleset.policy.decide(
        PolicyFacts(
            contact=max((one.contact for one in seen), default=0),
            picture=max((one.fact for one in seen), key=PICTURE_FACTS.index, default=""),
            strong=max((one.strong for one in seen), default=0),
            weak=max((one.weak for one in seen), default=0),
        )
    )
    return PictureScreened(
        before=case.standing.outcome,
        category=case.category,
        findings=tuple(one.finding for one in seen[:MAX_FINDINGS]),
        findings_cut=max(0, len(seen) - MAX_FINDINGS),
        outcome=verdict.outcome,
        pdq=reading.pdq if reading is not None else "",
        place=case.place,
        problem=problem,
        raised=is_worse(verdict.outcome, case.standing.outcome),
        reading=case.entry,
        reasons=verdict.reasons,
        rules=rules,
        screened=case.screened,
        severity=max((one.finding.severity for one in seen), default=0),
        source=case.source,
        text=why,
        text_pending=bool(why) and reading is not None and not reading.text_read,
        versions=ruleset.versions,
    )


def is_worse(outcome: Outcome, than: Outcome) -> bool:
    """Whether an outcome is stricter than another."""
    return OUTCOMES.index(outcome) > OUTCOMES.index(than)


def _hazards(
    reading: PictureReading, catalogue: Catalogue, dangers: Dangers, rules: PictureRules, harmless: frozenset[str]
) -> list[_Seen]:
    hashes = [(reading.pdq, reading.quality), *((one.pdq, one.quality) for one in reading.others)]
    nearest: dict[str, KnownPicture] = {}
    for value, quality in hashes:
        if quality >= rules.quality:
            for known in dangers.near(value, max(rules.same, rules.alike)):
                before = nearest.get(known.hazard)
                if before is None or known.distance < before.distance:
                    nearest[known.hazard] = known
    seen = []
    for known in nearest.values():
        if known.hazard in harmless:
            continue
        found = _finding(
            catalogue,
            HAZARD,
            term=known.hazard,
            distance=known.distance,
            severity=known.weight.severity,
            provisions=known.weight.provisions or None,
        )
        seen.append(_Seen(found, fact="same" if known.distance <= rules.same else "alike"))
    return seen


def _texts(reading: PictureReading, ruleset: Ruleset) -> list[_Seen]:
    """What stands in codes and lines, read like the text of a listing."""
    written = [_Written(one.text, one.box, "code") for one in reading.codes]
    written += [_Written(one.text, one.box, "text", one.confidence) for one in reading.lines]
    own = ruleset.contact.book.own_domains if ruleset.contact else ()
    seen = [
        _Seen(
            _finding(ruleset.catalogue, CODE, detector="code", box=one.box, term=one.format, text=one.text), fact="code"
        )
        for one in reading.codes
        if one.format in _MATRIX and not _leads_home(one.text, own)
    ]
    texts = [one.text for one in written]
    for one, hits in zip(written, ruleset.matcher.scan(texts), strict=True):
        for found in (one.holds(finding(hit, one.detector, ruleset.lexicon)) for hit in hits):
            sure = found.channel in WRITTEN and one.confidence >= SURE
            seen.append(_Seen(found, strong=found.severity if sure else 0, weak=0 if sure else found.severity))
    if ruleset.contact:
        for one, sightings in zip(written, ruleset.contact.scan(texts), strict=True):
            for contact_finding in contact.findings(sightings, one.detector, ruleset.contact.book):
                seen.append(_Seen(one.holds(contact_finding), contact=contact_finding.severity))
    return seen


class _Written(msgspec.Struct, frozen=True):
    """A text in a picture; ``confidence`` in per cent."""

    text: str
    box: Box
    detector: str
    confidence: int = 100

    def holds(self, one: Finding) -> PictureFinding:
        """A finding in the text as one in the picture."""
        return PictureFinding(
            box=self.box,
            category=one.category,
            channel=one.channel,
            context=one.context,
            detector=f"{self.detector}.{one.detector}",
            end=one.end,
            lowered_from=one.lowered_from,
            provisions=one.provisions,
            severity=one.severity,
            start=one.start,
            surface=one.surface,
            term=one.term,
            text=self.text,
        )


def _leads_home(text: str, own: tuple[str, ...]) -> bool:
    """Whether a code is nothing but an address of the platform's own."""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return False
    plain = parts.scheme in ("http", "https") and parts.username is None and text.isascii() and text.isprintable()
    return plain and any(host == domain or host.endswith(f".{domain}") for domain in own)


def _finding(
    catalogue: Catalogue,
    kind: str,
    *,
    term: str,
    box: Box | None = None,
    detector: str = "picture",
    distance: int = 0,
    provisions: tuple[str, ...] | None = None,
    severity: int = 0,
    text: str = "",
) -> PictureFinding:
    weight = catalogue.pictures[kind]
    return PictureFinding(
        box=box,
        category=kind,
        detector=detector,
        distance=distance,
        provisions=weight.provisions if provisions is None else provisions,
        severity=severity or weight.severity,
        term=term,
        text=text,
    )
