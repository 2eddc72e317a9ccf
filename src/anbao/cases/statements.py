"""The parties' statements in a case (an appeal, a message, a request for help), revealed to the person who decides it.

The ledger holds commitments, and every other interface shows those; each access to the words is an entry. Only values
of the parties are opened: a commitment that somebody copied into their words stays closed.
"""

from collections.abc import Callable, Sequence

from anbao.cases.reading import Case
from anbao.engine.core import Core
from anbao.engine.work import Work
from anbao.ledger import Stored
from anbao.model.base import JsonObject, Noun
from anbao.model.events import LedgerEvent
from anbao.model.events.cases import CaseAdded, CaseRevealed
from anbao.text import Text

_BROAD = frozenset({"consumer", "hazard", "listing", "measure", "merchant", "order", "violation"})
"""Subjects of which far more is recorded than what the case is about."""
_NARROWED = _BROAD | {"case"}


_OURS = frozenset({"ends_at", "token", "track"})
"""What the engine noted beside the statement."""


class OpenedStatement(Noun, frozen=True, kw_only=True):
    """One entry in which a party stated something, with the values of the parties in the clear."""

    actor: str
    at: int
    entry: int
    kind: str
    title: Text
    told: JsonObject


class OpenedStatements(Noun, frozen=True, kw_only=True):
    """Statements in ledger order; ``entry`` records the access."""

    entry: int
    words: tuple[OpenedStatement, ...]


def read(core: Core, work: Work, case: Case, *, person: str, actor: str) -> OpenedStatements:
    """Reveal the statements to ``person``, and record the access."""
    added = core.ledger.entries(work.conn, kind=CaseAdded.KIND, subject=("case", case.id)) if case.count > 1 else ()
    named = [case.subjects, *(one.subjects for one in added)]
    each = ((role, name) for subjects in named for role, name in subjects.items() if role not in _NARROWED)
    narrow = list(dict.fromkeys(each))

    def revealed(entries: tuple[int, ...]) -> CaseRevealed:
        return CaseRevealed(case=case.id, entries=entries, others=dict(case.subjects), person=person)

    return read_about(core, work, narrow, revealed, actor)


def read_about(
    core: Core,
    work: Work,
    about: Sequence[tuple[str, str]],
    revealed: Callable[[tuple[int, ...]], LedgerEvent],
    actor: str,
) -> OpenedStatements:
    """Reveal the statements about some subjects, and record what ``revealed`` makes of the entries that were opened."""
    found: dict[int, Stored] = {}
    for subject in about:
        found |= {one.index: one for one in core.ledger.entries(work.conn, subject=subject, limit=1_000)}
    persons = {f"{role}:{name}" for role, name in about} | {f"complainant:{name}" for _, name in about}
    words: list[OpenedStatement] = []
    for index in sorted(found):
        one = _words(core, work, found[index], persons)
        if one and all(one.told != other.told for other in words):
            words.append(one)
    index = work.append(revealed(tuple(one.entry for one in words)), actor=actor)
    return OpenedStatements(entry=index, words=tuple(words))


def _words(core: Core, work: Work, stored: Stored, persons: set[str]) -> OpenedStatement | None:
    """An entry with its values opened; None where it holds none of the parties'."""
    entry = stored.entry()
    parties = {f"{role}:{entry.subjects[role]}" for role in ("consumer", "merchant") if role in entry.subjects}
    opened = core.vault.opened(work.conn, entry.body, persons | parties)
    if opened == entry.body:
        return None
    stated = {key: value for key, value in opened.items() if key not in _OURS and value not in ("", [], None, False)}
    title = core.pack.kind(stored.kind).title
    return OpenedStatement(
        actor=entry.actor, at=stored.at, entry=stored.index, kind=stored.kind, title=title, told=stated
    )
