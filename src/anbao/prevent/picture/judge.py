"""A picture's reading → findings → the decision on it. Pure: the same case gives the same bytes."""

import msgspec

from anbao.law.catalogue import Catalogue
from anbao.model.listing import MAX_FINDINGS, OUTCOMES, Outcome
from anbao.model.picture import (
    Box,
    PictureFinding,
    PictureProblem,
    PictureReading,
    PictureRules,
    PictureScreened,
    PictureVersions,
    WhyText,
)
from anbao.prevent.picture.candidates import Standing, why_text
from anbao.prevent.picture.codes import MATRIX
from anbao.prevent.picture.dangers import Dangers
from anbao.prevent.picture.lures import lures
from anbao.prevent.policy import PICTURE_FACTS, PictureFact, PolicyFacts
from anbao.prevent.rulesets import Ruleset
from anbao.prevent.text import finding

SURE = 90
"""Per cent of confidence from which on a line counts as written; below it a term in it is only a guess."""

STRONG = frozenset({"exact", "normalised", "spaced"})

UNREADABLE, CODE, CONTACT, HAZARD = "picture.unreadable", "picture.code", "picture.contact", "picture.hazard"
"""Kinds of findings; the catalogue has their weight."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One picture of one listing. ``reading`` is None where the bytes never came, and ``problem`` says why.

    ``why``: why its text is read, where that was decided before.
    """

    category: str
    entry: int = -1
    place: int
    problem: PictureProblem = ""
    reading: PictureReading | None
    screened: int
    source: str
    standing: Standing
    why: WhyText | None = None


class _Seen(msgspec.Struct, frozen=True):
    """A finding, the fact of the policy that it stands for, and whether it is in writing."""

    finding: PictureFinding
    fact: PictureFact = ""
    strong: int = 0
    weak: int = 0


def judge(case: Case, ruleset: Ruleset, dangers: Dangers, rules: PictureRules) -> PictureScreened:
    """The decision on the case."""
    reading = case.reading
    problem = case.problem if reading is None else reading.problem
    seen: list[_Seen] = []
    why: WhyText = ""
    if reading is None or problem:
        told = reading.why if reading is not None else case.source
        seen.append(_Seen(_finding(ruleset.catalogue, UNREADABLE, term=problem, text=told), "unread"))
    else:
        seen += _hazards(reading, ruleset.catalogue, dangers, rules)
        seen += _texts(reading, ruleset)
        why = why_text(reading, case.standing, rules, found=bool(seen)) if case.why is None else case.why
    verdict = ruleset.policy.decide(
        PolicyFacts(
            picture=max((one.fact for one in seen), key=PICTURE_FACTS.index, default=""),
            strong=max((one.strong for one in seen), default=0),
            weak=max((one.weak for one in seen), default=0),
        )
    )
    versions = ruleset.versions
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
        screened=case.screened,
        severity=max((one.finding.severity for one in seen), default=0),
        source=case.source,
        text=why,
        text_pending=bool(why) and reading is not None and not reading.text_read,
        versions=PictureVersions(
            engine=versions.engine,
            hazards=dangers.learned,
            lexicon=versions.lexicon,
            pack=versions.pack,
            policy=versions.policy,
            rules=rules,
        ),
    )


def is_worse(outcome: Outcome, than: Outcome) -> bool:
    """Whether an outcome is stricter than another."""
    return OUTCOMES.index(outcome) > OUTCOMES.index(than)


def _hazards(reading: PictureReading, catalogue: Catalogue, dangers: Dangers, rules: PictureRules) -> list[_Seen]:
    if reading.quality < rules.quality:
        return []
    seen = []
    for known in dangers.near(reading.pdq, max(rules.same, rules.alike)):
        found = _finding(
            catalogue,
            HAZARD,
            term=known.hazard,
            distance=known.distance,
            severity=known.weight.severity,
            provisions=known.weight.provisions or None,
        )
        seen.append(_Seen(found, "same" if known.distance <= rules.same else "alike"))
    return seen


def _texts(reading: PictureReading, ruleset: Ruleset) -> list[_Seen]:
    """What stands in codes and lines, read like the text of a listing."""
    places = [(one.text, one.box, "code", 100) for one in reading.codes]
    places += [(one.text, one.box, "text", one.confidence) for one in reading.lines]
    seen = [
        _Seen(
            _finding(ruleset.catalogue, CODE, detector="code", box=one.box, term=one.format, text=one.text), "contact"
        )
        for one in reading.codes
        if one.format in MATRIX
    ]
    for (text, box, detector, confidence), hits in zip(
        places, ruleset.matcher.scan([text for text, *_ in places]), strict=True
    ):
        for hit in hits:
            term = finding(hit, detector, ruleset.lexicon)
            sure = term.channel in STRONG and confidence >= SURE
            found = PictureFinding(
                box=box,
                category=term.category,
                channel=term.channel,
                detector=f"{detector}.lexicon",
                end=term.end,
                provisions=term.provisions,
                severity=term.severity,
                start=term.start,
                surface=term.surface,
                term=term.term,
                text=text,
            )
            seen.append(_Seen(found, strong=term.severity if sure else 0, weak=0 if sure else term.severity))
        for lure in lures(text):
            found = _finding(
                ruleset.catalogue,
                CONTACT,
                detector=detector,
                box=box,
                term=lure.kind,
                text=text,
                start=lure.start,
                end=lure.end,
            )
            seen.append(_Seen(found, "contact"))
    return seen


def _finding(
    catalogue: Catalogue,
    kind: str,
    *,
    term: str,
    box: Box | None = None,
    detector: str = "picture",
    distance: int = 0,
    end: int = 0,
    provisions: tuple[str, ...] | None = None,
    severity: int = 0,
    start: int = 0,
    text: str = "",
) -> PictureFinding:
    weight = catalogue.pictures[kind]
    return PictureFinding(
        box=box,
        category=kind,
        detector=detector,
        distance=distance,
        end=end,
        provisions=weight.provisions if provisions is None else provisions,
        severity=severity or weight.severity,
        start=start,
        surface=text[start:end],
        term=term,
        text=text,
    )
