"""Cases: opened, assigned, decided, confirmed by a second person, opened again; and decisions on many at once."""

import msgspec

from anbao.model.base import JsonObject
from anbao.model.events.base import LedgerEvent, OtherSubjects, Subject


class CaseEvent(LedgerEvent, frozen=True, kw_only=True):
    """What every entry of a case names: ``others`` are the subjects that the case is about."""

    case: Subject
    others: OtherSubjects


class CaseOpened(CaseEvent, frozen=True, kw_only=True):
    """A person must decide something. ``about``: the entry that gave rise to it; ``due``: UTC ms."""

    KIND = "case.opened"

    about: int
    barred: str = ""
    case_kind: str
    due: int | None = None
    proposals: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    severity: int


class CaseAdded(CaseEvent, frozen=True, kw_only=True):
    """Another report was added to a case: it is decided with it. ``about``: the entry of the report.

    ``news``: codes of what it says that no report before it did; ``severity``: its own, to which the case is raised.
    """

    KIND = "case.added"

    about: int
    case_kind: str
    news: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    severity: int


class CaseWidened(CaseEvent, frozen=True, kw_only=True):
    """A case is about more than it was: it is of the kind ``case_kind`` now, and about ``others``, too.

    ``about``: the entry because of which; ``was``: the kind until then.
    """

    KIND = "case.widened"

    about: int
    case_kind: str
    severity: int
    was: str


class CaseAssigned(CaseEvent, frozen=True, kw_only=True):
    """A case was given to a person ("" to nobody), ``before`` being who had it."""

    KIND = "case.assigned"

    before: str = msgspec.field(name="from", default="")
    by: str = ""
    note: str = ""
    to: str = ""


class CaseDecided(CaseEvent, frozen=True, kw_only=True):
    """A person decided. ``carried_out``: the act did what follows; ``waits``: until a second person agrees.

    ``details``: what the act needs beside the outcome. ``key``: the key that ordered a decision in bulk.
    """

    KIND = "case.decided"

    about: int
    bulk: Subject = ""
    carried_out: bool = False
    case_kind: str
    details: JsonObject = msgspec.field(default_factory=dict)
    identity: str = ""
    key: str = ""
    outcome: str
    person: str
    reason: str
    second_look: bool
    waits: bool = False


class CaseConfirmed(CaseEvent, frozen=True, kw_only=True):
    """A second person agreed. ``takes_effect``: it is this that puts the decision into effect."""

    KIND = "case.confirmed"

    about: int | None = None
    carried_out: bool = False
    case_kind: str
    details: JsonObject = msgspec.field(default_factory=dict)
    first_person: str = ""
    identity: str = ""
    outcome: str
    person: str
    reason: str
    takes_effect: bool = False


class CaseReopened(CaseEvent, frozen=True, kw_only=True):
    """A case is open again: ``asked``, because two persons disagree (``first`` is the outcome of the first), or because
    a report came in that says something new (``news``) before a decision took effect.
    """

    KIND = "case.reopened"

    case_kind: str
    cause: str
    first: str = ""
    first_person: str = ""
    identity: str = ""
    outcome: str = ""
    person: str
    reason: str


class CaseRevealed(CaseEvent, frozen=True, kw_only=True):
    """What the parties stated in these entries was revealed to a person."""

    KIND = "case.read"

    entries: tuple[int, ...]
    person: str


class BulkOrdered(LedgerEvent, frozen=True, kw_only=True):
    """A person decided many cases at once; it takes effect at ``leaves_at`` (UTC ms). ``refused``: case and why."""

    KIND = "bulk.ordered"

    bulk: Subject
    cases: tuple[str, ...]
    identity: str = ""
    leaves_at: int
    outcome: str
    person: str
    reason: str
    refused: tuple[tuple[str, str], ...]


class BulkUndone(LedgerEvent, frozen=True, kw_only=True):
    """A decision in bulk was taken back before it took effect."""

    KIND = "bulk.undone"

    bulk: Subject
    person: str
    reason: str


class BulkFinished(LedgerEvent, frozen=True, kw_only=True):
    """All that was left of a decision in bulk has taken effect."""

    KIND = "bulk.finished"

    bulk: Subject
    person: str
