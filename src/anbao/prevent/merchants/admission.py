"""Whether a merchant may sell on the platform, and whether its credentials carry a listing (电子商务法 27, 38.2).

Pure: the same application, catalogue and day give the same answer, with the checks in the same order: identity as the
pack lists it, licences as stated, then each category's requirements in the order asked for.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Literal

import msgspec

from anbao.detect.credentials import check_credential, check_licence, fold_number
from anbao.law.catalogue import Catalogue, Category, CredentialFormat, Requirement
from anbao.model.merchant import Admission, CredentialCheck, Licence, Merchant, Problem
from anbao.model.registry import RegistryState
from anbao.model.sourced import Sourced

IDENTITY = "identity"
"""``required_by`` of the checks that every merchant must pass."""

CredentialFact = Literal["", "missing", "expired", "invalid"]

Answers = Mapping[tuple[str, str], RegistryState]
"""What outside registries said of numbers: by kind, and the number as checks show it (empty where it is personal)."""

NO_ANSWERS: Answers = {}

NEVER_ISSUED = frozenset({"check_digit", "unknown"})
NEVER_IDLE = frozenset({"format", "revoked", "mismatch"})
"""What is wrong with a licence even where no category asked for it."""


def assess_merchant(
    merchant: Merchant, catalogue: Catalogue, on: date, answers: Answers = NO_ANSWERS
) -> tuple[Admission, tuple[CredentialCheck, ...]]:
    """Check an application on a day of Asia/Shanghai.

    ``refused``: the number was never issued, since its check digit is wrong or its registry does not know it, or a
    category asked for may not be sold online. ``held``: something is missing, malformed, revoked, somebody else's or
    not in force and can be put right. Licences that no category asked for hold nothing up by having run out. Categories
    that the catalogue does not know demand nothing.
    """
    asked = (catalogue.find(name) for name in merchant.categories)
    categories = tuple({category.id: category for category in asked if category}.values())
    checks = (
        *_check_identity(merchant, catalogue, any(category.is_licensed for category in categories), on, answers),
        *(_check_stated(licence, catalogue, on, answers) for licence in merchant.licences),
        *(
            check
            for category in categories
            for check in _check_category(merchant.licences, category, catalogue, on, answers)
        ),
    )
    if any(check.problem in NEVER_ISSUED for check in checks) or any(one.is_forbidden(on) for one in categories):
        return "refused", checks
    if any(check.problem and (check.required_by or check.problem in NEVER_IDLE) for check in checks):
        return "held", checks
    return "verified", checks


def credentials_problem(
    licences: Iterable[Licence], category: Category, catalogue: Catalogue, on: date
) -> tuple[CredentialFact, tuple[CredentialCheck, ...]]:
    """The worst that is wrong with the credentials for a listing in ``category``: invalid, then expired, then missing.

    ``licences`` are the merchant's and those stated with the listing.
    """
    stated = tuple(licences)
    checks = tuple(_check_requirement(need, stated, category, catalogue, on) for need in category.requires)
    problems = {check.problem for check in checks}
    if problems & {"format", "check_digit", "void", "not_yet_valid"}:
        return "invalid", checks
    if "expired" in problems:
        return "expired", checks
    return ("missing" if "missing" in problems else ""), checks


def _check_identity(
    merchant: Merchant, catalogue: Catalogue, licensed: bool, on: date, answers: Answers
) -> Iterator[CredentialCheck]:
    for rule in catalogue.identity:
        value: str = getattr(merchant, rule.field) or ""
        form = catalogue.formats.get(rule.credential)
        kind = rule.credential or rule.field
        if value:
            number = _shown(form, value) if form else ""
            problem = check_credential(form, value, on) if form else ""
            problem = problem or _answered(answers, kind, number)
            yield CredentialCheck(
                kind=kind,
                number=number,
                problem=problem,
                provisions=rule.provisions,
                required_by=IDENTITY,
                source=remembered(rule),
            )
        elif merchant.kind in rule.of or (licensed and merchant.kind in rule.of_licensed):
            yield CredentialCheck(
                kind=kind,
                problem="missing",
                provisions=rule.provisions,
                required_by=IDENTITY,
                source=remembered(rule),
            )


def _check_stated(licence: Licence, catalogue: Catalogue, on: date, answers: Answers) -> CredentialCheck:
    form = catalogue.formats.get(licence.kind)
    if form is None:
        return CredentialCheck(kind=licence.kind, problem="format")
    number = _shown(form, licence.number)
    problem = check_licence(form, licence, on) or _answered(answers, licence.kind, number)
    return CredentialCheck(kind=licence.kind, number=number, problem=problem)


def _check_category(
    licences: tuple[Licence, ...], category: Category, catalogue: Catalogue, on: date, answers: Answers
) -> Iterator[CredentialCheck]:
    if category.forbidden and category.is_forbidden(on):
        yield CredentialCheck(
            kind="category",
            number=category.id,
            problem="void",
            provisions=category.forbidden.provisions,
            required_by=category.id,
            source=remembered(category.forbidden),
        )
    for requirement in category.requires:
        if requirement.of == "merchant":
            yield _check_requirement(requirement, licences, category, catalogue, on, answers)


def _check_requirement(
    requirement: Requirement,
    licences: tuple[Licence, ...],
    category: Category,
    catalogue: Catalogue,
    on: date,
    answers: Answers = NO_ANSWERS,
) -> CredentialCheck:
    """The first licence that meets the requirement, else what is wrong with the first that would, else ``missing``."""
    checks = [
        msgspec.structs.replace(
            _check_stated(licence, catalogue, on, answers),
            provisions=requirement.provisions,
            required_by=category.id,
            source=remembered(requirement),
        )
        for licence in licences
        if licence.kind in requirement.any_of and re.search(requirement.matching, fold_number(licence.number))
    ]
    missing = CredentialCheck(
        kind=requirement.any_of[0],
        problem="missing",
        provisions=requirement.provisions,
        required_by=category.id,
        source=remembered(requirement),
    )
    return next((check for check in checks if not check.problem), next(iter(checks), missing))


def remembered(fact: Sourced) -> str:
    """The instrument on which a fact of law rests by memory alone; empty where a provision is stored."""
    return fact.source if fact.confidence == "memory" else ""


def _answered(answers: Answers, kind: str, number: str) -> Problem:
    state = answers.get((kind, number), "valid")
    return "" if state == "valid" else state


def _shown(form: CredentialFormat, number: str) -> str:
    """The number as checked; empty where it is personal information."""
    return "" if form.personal else fold_number(number)
