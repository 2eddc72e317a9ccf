"""Complaints about one matter are one case with a count; and a complaint is one case with the suspicion that it raises.

Invariants
- A complaint is added to an open case about the same danger, or the same listing and concern (the pack says which
  concerns), else to one whose text is nearly its own. Each complainant keeps their receipt, token, deadline and answer.
- A case about a danger is of the kind ``DANGER``: one decision settles the danger and answers all complaints.
- What a complaint says for the first time (harm, another danger, a higher severity) raises the case.
- Notices of infringement are never joined: each right holder has clocks of their own.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from anbao import cases
from anbao.cases import Case, reading
from anbao.engine.core import Core
from anbao.engine.work import Work
from anbao.investigate.complaints import records, traces, weighing
from anbao.investigate.complaints.records import KnownComplaint, State
from anbao.investigate.complaints.rules import AbuseThresholds
from anbao.model.base import Noun
from anbao.model.complaint import Complaint, Danger, Triage
from anbao.model.events.cases import CaseAdded
from anbao.store import Connection
from anbao.text import Text

COMPLAINT, NOTICE = "complaint", "notice_check"
DANGER, SUSPECTED = "danger_complaint", "hazard_suspected"
"""Kinds of cases: a danger that complaints report, and one that is suspected for another reason."""

MATTER_DANGER = "danger"
HARM, GRAVER, OTHER_DANGER = "harm.done", "graver", "danger."
"""What a complaint may be the first to say, in the codes of the pack's reasons; a danger's name follows the last."""

MOST = 200
"""Complaints of a case that are listed; its count says how many there are."""
_MOST_READ = 100_000

_DAY = 24 * 3_600_000
_COMPARED = 200
"""Earlier complaints about the same that a new one is compared with, the newest first."""


class Lead(NamedTuple):
    """The complaint and open case that another is added to.

    ``matter``: what both are about, a concern or ``danger``; "" where their texts are alike. ``likeness``: permille.
    """

    case: Case
    complaint: str
    matter: str = ""
    likeness: int = 0


class WeighedComplaint(NamedTuple):
    """A complaint as it was weighed. ``hazard``: the danger that it reports, if suspected; ``signs``: codes."""

    hazard: str
    one: KnownComplaint
    received: int
    signs: Sequence[str]
    triage: Triage


def find_lead(
    conn: Connection, patterns: AbuseThresholds, one: KnownComplaint, complaint: Complaint, hazard: str, at: int
) -> Lead | None:
    """The open case about the same matter; None where there is none."""
    for case in reading.of_kind(conn, DANGER, "hazard", hazard, unclosed=True) if hazard else []:
        if _takes_more(case):
            return Lead(case, case.subjects["complaint"], MATTER_DANGER)
    if one.listing and one.concern in patterns.joined_concerns:
        for name in records.open_about(conn, one.listing, one.concern):
            if name != one.id and (known := open_case_of(conn, name)) is not None:
                return Lead(known, name, one.concern)
    return _alike(conn, patterns, one, complaint, at)


def open_case_of(conn: Connection, complaint: str) -> Case | None:
    """The case of a complaint, while nothing that was decided about it takes effect."""
    for kind in (DANGER, COMPLAINT):
        for case in reading.of_kind(conn, kind, "complaint", complaint, unclosed=True):
            if _takes_more(case):
                return case
    return None


def open_case(work: Work, weighed: WeighedComplaint, kind: str = "") -> str:
    """Open the case of a complaint that is added to none, of this kind or as its matter is; its id."""
    one, raises = weighed.one, not kind and _raises(work.conn, weighed)
    return cases.open(
        work,
        kind=kind or (DANGER if raises else COMPLAINT),
        subjects={**one.subjects, "hazard": weighed.hazard} if raises else one.subjects,
        severity=weighed.triage.severity,
        about=weighed.received,
        cause=one.id,
        proposals=["confirm"] if raises else (),
        reasons=[*weighed.triage.reasons, *weighed.signs],
    )


def add(work: Work, lead: Lead, weighed: WeighedComplaint) -> None:
    """Add a complaint to the case of another; the case is about its danger from now on, too."""
    one, triage = weighed.one, weighed.triage
    widens = lead.case.kind == COMPLAINT and _raises(work.conn, weighed)
    news = _news(work.conn, lead, weighed)
    reasons = [*triage.reasons, *weighed.signs]
    cases.add_report(
        work, lead.case, one.subjects, about=weighed.received, severity=triage.severity, news=news, reasons=reasons
    )
    if widens:
        case = reading.find(work.conn, lead.case.id)
        cases.widen(work, case, DANGER, {"hazard": weighed.hazard}, about=weighed.received, severity=triage.severity)


class ComplaintInCase(Noun, frozen=True, kw_only=True):
    """A complaint that a case answers. ``news``: what it was the first to say."""

    at: int
    complaint: str
    danger: Danger
    harmed: bool
    news: tuple[Text, ...]
    severity: int
    state: State


def in_case(core: Core, conn: Connection, case: Case, words: Mapping[str, Text]) -> list[ComplaintInCase]:
    """The complaints that a case answers, the gravest first, at most ``MOST``; ``words`` are those of the codes."""
    if case.kind not in (COMPLAINT, DANGER) or "complaint" not in case.subjects:
        return []
    added = core.ledger.entries(conn, kind=CaseAdded.KIND, subject=("case", case.id), limit=_MOST_READ)
    news = {one.subjects["complaint"]: one.event(CaseAdded).news for one in added}
    lead = case.subjects["complaint"]
    each = [records.find(conn, lead), *records.joined_to(conn, lead)]
    found = [
        ComplaintInCase(
            at=one.at,
            complaint=one.id,
            danger=one.danger,
            harmed=one.harmed,
            news=tuple(words[code] for code in news.get(one.id, ()) if code in words),
            severity=one.severity,
            state=one.state,
        )
        for one in each
        if one.id == lead or one.id in news
    ]
    return sorted(found, key=lambda one: (-one.severity, one.at, one.complaint))[:MOST]


def has_case(conn: Connection, hazard: str) -> bool:
    """Whether a case about a danger waits."""
    return any(reading.of_kind(conn, kind, "hazard", hazard, unclosed=True) for kind in (DANGER, SUSPECTED))


def _raises(conn: Connection, weighed: WeighedComplaint) -> bool:
    """Whether the case of a complaint is that of its danger, too: it is suspected, and no case about it waits."""
    return bool(weighed.hazard) and not has_case(conn, weighed.hazard)


def _takes_more(case: Case) -> bool:
    return case.state != "second" or case.waits


def _news(conn: Connection, lead: Lead, weighed: WeighedComplaint) -> list[str]:
    """What none of the complaints before this one said."""
    one = weighed.one
    news = []
    if one.harmed and not records.is_reported(conn, lead.complaint, one.id):
        news.append(HARM)
    if one.danger and not records.is_reported(conn, lead.complaint, one.id, danger=one.danger):
        news.append(OTHER_DANGER + one.danger)
    if weighed.triage.severity > lead.case.severity:
        news.append(GRAVER)
    return news


def _alike(
    conn: Connection, patterns: AbuseThresholds, one: KnownComplaint, complaint: Complaint, at: int
) -> Lead | None:
    since = at - patterns.joined_days * _DAY
    nearby = traces.near(conn, traces.subject_of(one, complaint), since, _COMPARED)
    leads = records.leads_of(conn, [name for name, _ in nearby])
    others = [(leads[name], gist) for name, gist in nearby if name in leads]
    found = weighing.likest(weighing.sketch(complaint.text), others, patterns.joined_from)
    if found is None:
        return None
    name, likeness = found
    case = open_case_of(conn, name)
    return None if case is None else Lead(case, name, likeness=likeness)
