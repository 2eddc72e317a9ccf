"""Screens listings: texts, credentials, the merchant's standing → findings → one decision.

Pure: the same input gives the same bytes.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple, cast

from msgspec.structs import replace

from anbao.detect import contact, fields
from anbao.detect.text import finding
from anbao.law.catalogue import Category, StandingKind
from anbao.model.hazard import Match
from anbao.model.listing import (
    MAX_FINDINGS,
    READING,
    WRITTEN,
    Finding,
    Listing,
    ListingRecord,
    ListingScreened,
    Unjudged,
)
from anbao.model.merchant import CredentialCheck
from anbao.prevent.listings import guard, standing, unjudged
from anbao.prevent.listings.records import gravest
from anbao.prevent.listings.standing import NOBODY, Merchants, OnFile, on_file
from anbao.prevent.merchants.admission import CredentialFact, credentials_problem, remembered
from anbao.rules import learning
from anbao.rules.exceptions import is_excused
from anbao.rules.policy import MerchantFact, PolicyFacts, Verdict
from anbao.rules.rulesets import Ruleset
from anbao.store import Connection

if TYPE_CHECKING:
    from anbao.detect.looking import FieldHits

CREDENTIAL_SEVERITY = 4
FORBIDDEN = "category.forbidden"

_Standings = Sequence[tuple[StandingKind, str]]


def screen(
    listings: Sequence[Listing],
    ruleset: Ruleset,
    merchants: Merchants,
    on: date,
    reading: int = READING,
    unread: Mapping[int, Sequence[Unjudged]] | None = None,
) -> list[ListingScreened]:
    """One decision per listing, in order. ``on`` is the legal day on which licences must be in force.

    Where neither a merchant nor a licence is named there is nobody to ask, and only the texts are judged. ``reading``:
    how these are read; a replay reads as its entry did. ``unread``: what could not be read of a listing, by its place.
    """
    barred = {
        name: found
        for name, one in merchants.items()
        if one.bars and (found := standing.kinds_of(one.bars, ruleset.catalogue))
    }
    read = fields.read(listings, reading)
    from anbao.detect.looking import look  # loads the matchers and their tables

    seen = look(read, ruleset.matcher, ruleset.contact)
    known = guard.match(ruleset.guarded, listings, read, seen.pages)
    scored = learning.findings(ruleset.model, listings, reading) if ruleset.model else {}
    held = unjudged.of(listings, read, seen.stopped, unread) if reading else {}
    categories: dict[str, Category | None] = {"": None}
    # Where nothing was found and the category asks for no licence, the decision follows from the category alone: it is
    # made for the first such listing of each.
    plain: dict[str, ListingScreened] = {}
    screened = []
    hit = seen.rows(read)
    touched = hit | known.keys() | scored.keys() | held.keys()
    for row, listing in enumerate(listings):
        name = listing.category
        if name not in categories:
            categories[name] = ruleset.catalogue.find(name)
        clean = row not in touched and listing.merchant not in barred and not (name and listing.pictures)
        if clean and name in plain:
            screened.append(replace(plain[name], listing=_record(listing), pictures=len(listing.pictures)))
            continue
        if clean and not name:
            decision = ListingScreened(
                listing=_record(listing),
                outcome="pass",
                pictures=len(listing.pictures),
                reading=reading,
                versions=ruleset.versions,
            )
        else:
            known_of = merchants.get(listing.merchant, NOBODY)
            findings, cut = _seen(seen, read, row, ruleset, name, known_of, on) if row in hit else ([], 0)
            if row in scored:
                findings.append(scored[row])
            decision = _decide(
                listing,
                findings,
                [fields.placed(read, row, one) for one in guard.findings(known.get(row, []))],
                known.get(row, []),
                barred.get(listing.merchant, ()),
                categories[name],
                ruleset,
                known_of,
                on,
                held.get(row, unjudged.NOTHING),
                cut,
                reading,
            )
        if clean and ((category := categories[name]) is None or not category.requires):
            plain[name] = decision
        screened.append(decision)
    return screened


def _seen(
    seen: "FieldHits", read: fields.Fields, row: int, ruleset: Ruleset, category: str, merchant: OnFile, on: date
) -> tuple[list[Finding], int]:
    """What was found in a listing's texts, terms before contact details, and how much more of the same was."""
    found: list[Finding] = []
    cut = 0
    for field in read.of(row):
        for hit in seen.hits.get(field, ()):
            if not is_excused(ruleset.lexicon.terms[hit.term], category, merchant.licences, ruleset.catalogue, on):
                found.append(read.place(field, finding(hit, read.names[field], ruleset.lexicon)))
        for term, more in seen.more.get(field, {}).items():
            if not is_excused(ruleset.lexicon.terms[term], category, merchant.licences, ruleset.catalogue, on):
                cut += more
    if ruleset.contact:
        for field in read.of(row):
            if field in seen.sightings:
                found_contacts = contact.findings(seen.sightings[field], read.names[field], ruleset.contact.book)
                found += [read.place(field, one) for one in found_contacts]
    return found, cut


def _decide(
    listing: Listing,
    findings: list[Finding],
    guarded: list[Finding],
    matches: Sequence[Match],
    standings: _Standings,
    category: Category | None,
    ruleset: Ruleset,
    merchant: OnFile,
    on: date,
    held: unjudged.UnjudgedParts,
    cut: int,
    reading: int,
) -> ListingScreened:
    credential: CredentialFact = ""
    if category is not None and category.requires and (listing.merchant or listing.licences):
        licences = (*merchant.licences, *listing.licences)
        credential, checks = credentials_problem(licences, category, ruleset.catalogue, on)
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
    findings += guarded
    notices = category.notices if category is not None else ()
    worst = _worst(findings)
    facts = PolicyFacts(
        strong=worst.strong,
        weak=worst.weak,
        model=worst.model,
        contact=worst.contact,
        credential=credential,
        forbidden=category is not None and category.is_forbidden(on),
        life_health=category is not None and category.life_health,
        notices=len(notices),
        unknown_category=bool(listing.category) and category is None,
        merchant=cast(MerchantFact, standings[0][0].id) if standings else "",
    )
    verdict = ruleset.policy.decide(facts)
    verdict = guard.raised(standing.raised(verdict, standings), matches)
    verdict = unjudged.raised(verdict, held)
    chosen = findings[:MAX_FINDINGS] if not reading else gravest(findings)
    return ListingScreened(
        category=category.id if category is not None else listing.category,
        embedded=held.embedded,
        findings=tuple(chosen),
        findings_cut=len(findings) - len(chosen) + cut,
        listing=_record(listing),
        notices=notices,
        outcome=verdict.outcome,
        pictures=held.pictures(listing),
        reading=reading,
        reasons=verdict.reasons,
        severity=worst.of_all,
        unjudged=held.unjudged,
        unjudged_cut=held.cut,
        unlawful=_is_unlawful(verdict, facts, ruleset, matches),
        versions=ruleset.versions,
    )


def _is_unlawful(verdict: Verdict, facts: PolicyFacts, ruleset: Ruleset, matches: Sequence[Match]) -> bool:
    """Whether a block rests on the goods themselves, and not only on where their merchant stands.

    The goods alone are judged by asking the policy without the merchant; a known danger blocks whatever it says.
    """
    if verdict.outcome != "block":
        return False
    if matches and matches[0].certainty == "certain":
        return True
    return ruleset.policy.decide(replace(facts, merchant="")).outcome == "block"


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


class _Worst(NamedTuple):
    """The worst severity among findings of each sort, 0 for none; ``model``: whether there is a model's."""

    of_all: int = 0
    strong: int = 0
    weak: int = 0
    contact: int = 0
    model: bool = False


_NO_FINDING = _Worst()


def _worst(findings: Sequence[Finding]) -> _Worst:
    if not findings:
        return _NO_FINDING
    of_all = strong = weak = contacts = 0
    model = False
    for one in findings:
        of_all = max(of_all, one.severity)
        if one.detector == "lexicon":
            if one.channel in WRITTEN:
                strong = max(strong, one.severity)
            else:
                weak = max(weak, one.severity)
        elif one.detector == contact.DETECTOR:
            contacts = max(contacts, one.severity)
        elif one.detector == learning.DETECTOR:
            model = True
    return _Worst(of_all, strong, weak, contacts, model)


def _record(listing: Listing) -> ListingRecord:
    if not listing.extra and not listing.facts and not listing.texts:
        return cast(ListingRecord, listing)  # the same fields to the same bytes, without a copy
    return ListingRecord(
        category=listing.category,
        description=listing.description,
        extra=tuple(listing.extra.items()),
        facts=tuple(sorted(listing.facts.items())) if listing.facts else (),
        id=listing.id,
        licences=listing.licences,
        merchant=listing.merchant,
        pictures=listing.pictures,
        texts=tuple(listing.texts.items()),
        title=listing.title,
    )


def judge(
    conn: Connection, batch: Sequence[Listing], rulesets: Sequence[Ruleset], on: date
) -> list[list[ListingScreened]]:
    """Returns the decisions on listings under each ruleset, with what is on file of their merchants now."""
    merchants = on_file(conn, batch)
    return [list(screen(batch, ruleset, merchants, on)) for ruleset in rulesets]
