"""Screens listings: text, credentials, the merchant's standing → findings → one decision.

Pure: the same input gives the same bytes.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import cast

import msgspec

from anbao.law.catalogue import Category, StandingKind
from anbao.likeness.fold import fold_page
from anbao.model.hazard import Match
from anbao.model.listing import MAX_FINDINGS, WRITTEN, Finding, Listing, ListingRecord, ListingScreened
from anbao.model.merchant import CredentialCheck
from anbao.prevent import contact, guard, learning, standing
from anbao.prevent.admission import CredentialFact, credentials_problem, remembered
from anbao.prevent.exceptions import is_excused
from anbao.prevent.policy import MerchantFact, PolicyFacts, Verdict
from anbao.prevent.rulesets import Ruleset
from anbao.prevent.standing import NOBODY, Merchants, OnFile
from anbao.prevent.text import finding

CREDENTIAL_SEVERITY = 4
FORBIDDEN = "category.forbidden"

_FIELDS = ("title", "description")


_Standings = Sequence[tuple[StandingKind, str]]


def screen(listings: Sequence[Listing], ruleset: Ruleset, merchants: Merchants, on: date) -> list[ListingScreened]:
    """One decision per listing, in order. ``on`` is the legal day on which licences must be in force.

    Where neither a merchant nor a licence is named there is nobody to ask, and only the text is judged.
    """
    barred = {
        name: found
        for name, one in merchants.items()
        if one.bars and (found := standing.kinds_of(one.bars, ruleset.catalogue))
    }
    texts: list[str] = []
    for listing in listings:
        texts.append(listing.title)
        texts.append(listing.description)
    page = fold_page(texts)
    hits = ruleset.matcher.scan(texts, page)
    known = guard.match(ruleset.guarded, listings, page)
    sightings = ruleset.contact.scan(texts, page) if ruleset.contact else [[] for _ in texts]
    scored = learning.findings(ruleset.model, listings) if ruleset.model else {}
    versions = ruleset.versions
    categories: dict[str, Category | None] = {"": None}
    screened = []
    place = 0
    for row, listing in enumerate(listings):
        name = listing.category
        if name not in categories:
            categories[name] = ruleset.catalogue.find(name)
        seen = sightings[place] or sightings[place + 1]
        clean = not hits[place] and not hits[place + 1] and not seen and row not in known and row not in scored
        if not name and clean and listing.merchant not in barred:
            screened.append(
                ListingScreened(
                    listing=_record(listing), outcome="pass", pictures=len(listing.pictures), versions=versions
                )
            )
        else:
            known_of = merchants.get(listing.merchant, NOBODY)
            findings = [
                finding(hit, _FIELDS[side], ruleset.lexicon)
                for side in (0, 1)
                for hit in hits[place + side]
                if not is_excused(ruleset.lexicon.terms[hit.term], name, known_of.licences, ruleset.catalogue, on)
            ]
            if ruleset.contact and seen:
                for side in (0, 1):
                    findings += contact.findings(sightings[place + side], _FIELDS[side], ruleset.contact.book)
            if row in scored:
                findings.append(scored[row])
            standings = barred.get(listing.merchant, ())
            screened.append(
                _decide(listing, findings, known.get(row, []), standings, categories[name], ruleset, known_of, on)
            )
        place += 2
    return screened


def _decide(
    listing: Listing,
    findings: list[Finding],
    matches: Sequence[Match],
    standings: _Standings,
    category: Category | None,
    ruleset: Ruleset,
    merchant: OnFile,
    on: date,
) -> ListingScreened:
    credential: CredentialFact = ""
    if category is not None and category.requires and (listing.merchant or listing.licences):
        held = (*merchant.licences, *listing.licences)
        credential, checks = credentials_problem(held, category, ruleset.catalogue, on)
        findings += _credential_findings(checks)
    if category is not None and category.forbidden and category.is_forbidden(on):
        findings.append(
            Finding(
                category=FORBIDDEN,
                detector="category",
                provisions=category.forbidden.provisions,
                severity=CREDENTIAL_SEVERITY,
                source=remembered(category.forbidden),
                term=category.id,
            )
        )
    findings += standing.findings(standings)
    findings += guard.findings(matches)
    notices = category.notices if category is not None else ()
    facts = PolicyFacts(
        strong=_worst(one for one in findings if one.detector == "lexicon" and one.channel in WRITTEN),
        weak=_worst(one for one in findings if one.detector == "lexicon" and one.channel not in WRITTEN),
        model=any(one.detector == learning.DETECTOR for one in findings),
        contact=_worst(one for one in findings if one.detector == contact.DETECTOR),
        credential=credential,
        forbidden=category is not None and category.is_forbidden(on),
        life_health=category is not None and category.life_health,
        notices=len(notices),
        unknown_category=bool(listing.category) and category is None,
        merchant=cast(MerchantFact, standings[0][0].id) if standings else "",
    )
    verdict = ruleset.policy.decide(facts)
    verdict = guard.raised(standing.raised(verdict, standings), matches)
    return ListingScreened(
        category=category.id if category is not None else listing.category,
        findings=tuple(findings[:MAX_FINDINGS]),
        findings_cut=max(0, len(findings) - MAX_FINDINGS),
        listing=_record(listing),
        notices=notices,
        outcome=verdict.outcome,
        pictures=len(listing.pictures),
        reasons=verdict.reasons,
        severity=_worst(findings),
        unlawful=_is_unlawful(verdict, facts, ruleset),
        versions=ruleset.versions,
    )


def _is_unlawful(verdict: Verdict, facts: PolicyFacts, ruleset: Ruleset) -> bool:
    """Whether a block rests on the goods themselves, and not only on where their merchant stands."""
    if verdict.outcome != "block":
        return False
    if not all(reason.startswith("merchant.") for reason in verdict.reasons):
        return True
    alone = msgspec.structs.replace(facts, merchant="")
    return ruleset.policy.decide(alone).outcome == "block"


def _credential_findings(checks: Iterable[CredentialCheck]) -> list[Finding]:
    return [
        Finding(
            category=f"credential.{check.problem}",
            detector="credential",
            provisions=check.provisions,
            severity=CREDENTIAL_SEVERITY,
            source=check.source,
            surface=check.number,
            term=check.kind,
        )
        for check in checks
        if check.problem
    ]


def _worst(findings: Iterable[Finding]) -> int:
    return max((one.severity for one in findings), default=0)


def _record(listing: Listing) -> ListingRecord:
    if not listing.extra and not listing.facts and not listing.texts:
        return cast(ListingRecord, listing)  # the same fields to the same bytes, without a copy
    return ListingRecord(
        category=listing.category,
        description=listing.description,
        extra=tuple(listing.extra.items()),
        facts=tuple(sorted(listing.facts.items())),
        id=listing.id,
        licences=listing.licences,
        merchant=listing.merchant,
        pictures=listing.pictures,
        texts=tuple(listing.texts.items()),
        title=listing.title,
    )
