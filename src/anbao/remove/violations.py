"""Violations of merchants, and the ladder of penalties that answers them.

Invariants
- One danger found again and again at one merchant is one violation, until its removal was confirmed; what the merchant,
  or one linked to it, lists after that is a new one of the highest severity.
- Earlier violations count for the merchant and for those linked to it; what was withdrawn counts no more.
- Heavy measures are proposed to a person; which ones is said by the pack.
"""

from collections.abc import Sequence
from hashlib import sha256

import msgspec

from anbao.engine.readmodels import families
from anbao.engine.work import Work
from anbao.law.deadlines import latest_start
from anbao.ledger import search
from anbao.model.events.remove import LadderApplied, ViolationFound, ViolationServiceEnded, ViolationStopped
from anbao.remove import records
from anbao.remove.measures import MeasureOrder, RemovalContext, take
from anbao.remove.proposals import propose
from anbao.remove.records import ENGINE, Violation
from anbao.remove.rules import LadderFacts
from anbao.store import Connection

MOST_LINKED = 500
MOST_NAMED = 100
"""Measures that one entry names; of more it says how many they were."""

HIGHEST = 5
REMOVALS = frozenset({"shield", "takedown"})
_SHARED_CAP = "merchant.shared_identifier_cap"
_ENDING = frozenset({"suspension", "closure"})
_GENERAL = "safety"
"""The field of a violation to which no law of its own applies."""


class ViolationReason(msgspec.Struct, frozen=True, kw_only=True):
    """A danger found at a merchant: ``about`` is its entry, ``screened`` that of the listing's last screening."""

    about: int
    category: str
    facts: str
    hazard: str
    listing: str
    merchant: str
    screened: int
    severity: int


def note(context: RemovalContext, work: Work, found: ViolationReason) -> str:
    """The violation that a finding belongs to: a new one, or one already known; its id."""
    known = _known(work.conn, found)
    relapse = _is_relapse(context, work.conn, work.now, found, known)
    if found.merchant and known and not relapse:
        return known[-1].id
    return _found(context, work, found, relapse=relapse)


def note_relapse(context: RemovalContext, work: Work, found: ViolationReason) -> str:
    """The violation that a finding is, where it is a relapse; empty where it is none."""
    if _is_relapse(context, work.conn, work.now, found, _known(work.conn, found)):
        return _found(context, work, found, relapse=True)
    return ""


def _known(conn: Connection, found: ViolationReason) -> list[Violation]:
    if not found.merchant:
        return []
    where = "hazard = ? AND merchant = ? AND state <> 'withdrawn'"
    return records.violations(conn, where, found.hazard, found.merchant)


def _found(context: RemovalContext, work: Work, found: ViolationReason, *, relapse: bool) -> str:
    severity = HIGHEST if relapse else found.severity
    name = (
        "violation-"
        + sha256(f"{found.hazard}:{found.merchant}:{found.listing}:{found.about}".encode()).hexdigest()[:16]
    )
    category = context.core.catalogue.find(found.category)
    fact = category.fact if category else ""
    event = ViolationFound(
        about=found.about,
        facts=found.facts,
        field=fact if context.rules.must_end(fact) else _GENERAL,
        hazard=found.hazard,
        listing=found.listing,
        merchant=found.merchant,
        relapse=relapse,
        serious=severity >= HIGHEST,
        severity=severity,
        violation=name,
    )
    work.append(event, actor=ENGINE)
    return name


def climb(
    context: RemovalContext, work: Work, violation: str, *, facts: str, relapse: bool, about: int, person: str
) -> None:
    """Answer a violation of a merchant with what the ladder says."""
    one = records.violation_of(work.conn, violation)
    if not one.merchant:
        return
    must_end = one.serious and context.rules.must_end(one.field)
    earlier = len(_counted_before(context, work.conn, one))
    asked = LadderFacts(severity=one.severity, earlier=earlier, relapse=relapse, must_end=must_end)
    step = context.rules.ladder.step(asked)
    applied = LadderApplied(
        earlier=earlier,
        merchant=one.merchant,
        must_end=must_end,
        relapse=relapse,
        severity=one.severity,
        step=step.id,
        violation=violation,
    )
    work.append(applied, actor=ENGINE)
    for measures, act in ((step.take, True), (step.propose, False)):
        for kind in measures:
            order = MeasureOrder(
                evidence=(about,),
                facts=facts or step.title.zh,
                hazard=one.hazard,
                measure=kind,
                merchant=one.merchant,
                violation=violation,
            )
            if act:
                take(context, work, order, person=person, actor=ENGINE)
            else:
                propose(context, work, order)


def settle(work: Work, violation: str) -> None:
    """Record that a violation was stopped once nothing of it is left on sale, and that the service was ended."""
    one = records.violation_of(work.conn, violation)
    if one.state == "found" and not records.stands(work.conn, ("taken", "failed"), REMOVALS, violation=violation):
        done, removed = records.of_kinds(work.conn, violation, sorted(REMOVALS), MOST_NAMED)
        stopped = ViolationStopped(kept_out=not removed, measures=done, removed=removed, violation=violation)
        work.append(stopped, actor=ENGINE)
    if not one.serious:
        return
    ending = tuple(
        each.id
        for kind in sorted(_ENDING)
        for each in records.standing(work.conn, merchant=one.merchant, kind=kind, violation=violation)
        if each.state == "confirmed"
    )
    if ending and search.newest_of_few(work.conn, [ViolationServiceEnded.KIND], ("violation", violation)) is None:
        work.append(ViolationServiceEnded(measures=ending, violation=violation), actor=ENGINE)


def family(context: RemovalContext, conn: Connection, merchant: str, now: int) -> list[str]:
    """A merchant and those that share identifiers with it, also through others."""
    cap = context.core.parameters.number(conn, _SHARED_CAP, now)
    return sorted(families.family(conn, [merchant], cap))[:MOST_LINKED]


def _counted_before(context: RemovalContext, conn: Connection, one: Violation) -> list[Violation]:
    since = latest_start(one.at, context.rules.ladder.counted_within, context.core.pack.calendar)
    related = family(context, conn, one.merchant, one.at)
    marks = ", ".join("?" for _ in related)
    where = f"merchant IN ({marks}) AND state <> 'withdrawn' AND entry < ? AND at >= ?"
    return records.violations(conn, where, *related, one.entry, since)


def _is_relapse(
    context: RemovalContext, conn: Connection, now: int, found: ViolationReason, known: Sequence[Violation]
) -> bool:
    """Whether the listing was submitted after a removal of the same danger had been confirmed: of the merchant's latest
    violation, or, for its first, at a merchant linked to it.
    """
    if not found.merchant:
        return False
    if known:
        return records.was_removed_before(conn, found.hazard, found.screened, violation=known[-1].id)
    related = family(context, conn, found.merchant, now)
    return records.was_removed_before(conn, found.hazard, found.screened, merchants=related)
