"""Opening a case: once per kind, subjects and cause, as an entry or, for held listings, as part of their screening."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

import msgspec

from anbao.engine.work import Work
from anbao.errors import InvalidInput
from anbao.model.events.cases import CaseOpened
from anbao.store.bulk import sql
from anbao.text import Text

_MAIN_ROLE = "listing"


def open_case(
    work: Work,
    *,
    kind: str,
    subjects: Mapping[str, str],
    severity: int,
    about: int,
    cause: str = "",
    due_at: int | None = None,
    reasons: Sequence[str] = (),
    proposals: Sequence[str] = (),
    barred: str = "",
    actor: str = "engine",
) -> str:
    """Open a case about the entry ``about``; its id. The same kind, subjects and cause open it once only.

    ``cause`` is the entry by default; name another (a hazard's id) where several entries may give rise to one case.
    ``due_at`` is UTC ms, by default what the kind's setting gives. ``proposals`` are outcomes, the likeliest first;
    ``reasons`` say why. ``barred`` is a person who may not decide it.
    Raises InvalidInput for no subject or another severity than 1 to 5.
    """
    if not subjects:
        raise InvalidInput(Text("事项至少涉及一个对象", "a case is about something"), field="subjects")
    if not 1 <= severity <= 5:
        raise InvalidInput(Text("严重度为 1 至 5", "severity is 1 to 5"), field="severity")
    name = case_id(kind, subjects, cause or str(about))
    if sql(work.conn, "SELECT 1 FROM case_file WHERE id = ?", (name,)).first():
        return name
    event = CaseOpened(
        about=about,
        barred=barred,
        case=name,
        case_kind=kind,
        due=due_at or None,
        others=dict(subjects),
        proposals=tuple(proposals),
        reasons=tuple(reasons),
        severity=severity,
    )
    work.append(event, actor=actor)
    return name


def case_id(kind: str, subjects: Mapping[str, str], cause: str) -> str:
    """The id that kind, subjects and cause always have."""
    identity = msgspec.json.encode([kind, sorted(subjects.items()), cause])
    return f"{kind}-{sha256(identity).hexdigest()[:20]}"


def main_subject(subjects: Mapping[str, str]) -> str:
    """What a case is found by: its listing, else the first of its subjects by role."""
    role = _MAIN_ROLE if _MAIN_ROLE in subjects else min(subjects)
    return f"{role}:{subjects[role]}"
