"""What is added to a case that waits: one matter is one case, with a count of the reports that it answers.

Invariants
- What is added makes a case no less grave and due no later.
- What a report says for the first time is not decided unseen: a decision that has not taken effect yet is made anew.
"""

from collections.abc import Mapping, Sequence

from anbao.cases.reading import Case
from anbao.engine.work import Work
from anbao.model.events.cases import CaseAdded, CaseReopened, CaseWidened

NEWS = "news"
"""Why a case was reopened."""

_ENGINE = "engine"
_SOMETHING_NEW = "有新情况，须重新决定 · something new was reported: decide again"


def add_report(
    work: Work,
    case: Case,
    subjects: Mapping[str, str],
    *,
    about: int,
    severity: int,
    news: Sequence[str] = (),
    reasons: Sequence[str] = (),
) -> None:
    """Add a report to a case that is not closed; ``subjects`` are those of the report, ``about`` is its entry."""
    event = CaseAdded(
        about=about,
        case=case.id,
        case_kind=case.kind,
        news=tuple(news),
        others=dict(subjects),
        reasons=tuple(reasons),
        severity=severity,
    )
    work.append(event, actor=_ENGINE)
    if news:
        _decide_anew(work, case)


def widen(work: Work, case: Case, kind: str, subjects: Mapping[str, str], *, about: int, severity: int) -> None:
    """Make a case that is not closed one of another kind, which is about ``subjects``, too."""
    event = CaseWidened(
        about=about, case=case.id, case_kind=kind, others=dict(subjects), severity=severity, was=case.kind
    )
    work.append(event, actor=_ENGINE)
    _decide_anew(work, case)


def _decide_anew(work: Work, case: Case) -> None:
    if case.state != "open":
        event = CaseReopened(
            case=case.id,
            case_kind=case.kind,
            cause=NEWS,
            others=case.subjects,
            person=_ENGINE,
            reason=_SOMETHING_NEW,
        )
        work.append(event, actor=_ENGINE)
