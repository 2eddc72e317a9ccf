"""What the parties told, opened for the person who works on a complaint; each reading is an entry.

The ledger holds commitments of words, names and contacts, and every other door shows those. Who decides must know what
was said; so it is opened for a named person, and that they read it can be shown (个人信息保护法 51).
"""

from collections.abc import Sequence
from typing import Any

from anbao.core import Core
from anbao.investigate.complaints import records
from anbao.investigate.complaints.records import Known
from anbao.ledger import Stored
from anbao.model.base import Noun
from anbao.text import Text
from anbao.work import Work

READ = "complaint.read"

_OURS = frozenset({"ends_at", "token", "track"})
"""What the engine noted beside what was told."""

_WHO = ("contact", "name", "phone")

_TOLD = frozenset(
    {
        records.RECEIVED,
        records.COMPLETED,
        records.STATED,
        *(f"{track}.{act}" for track in records.ROLES for act in ("proceedings_known", "proceedings_ended")),
    }
)


class Words(Noun, frozen=True, kw_only=True):
    """One entry in which somebody told something; ``told`` with its personal values, what was erased as commitment."""

    actor: str
    at: int
    complaint: str
    entry: int
    kind: str
    title: Text
    told: dict[str, Any]


class Told(Noun, frozen=True, kw_only=True):
    """All that was told about a complaint and those joined to it; ``entry`` records that it was read."""

    complaint: str
    entry: int
    words: tuple[Words, ...]


def read(core: Core, work: Work, one: Known, person: str, actor: str) -> Told:
    """Open what was told to ``person``, and record that."""
    work.flush()
    names = (one.id, *(each.id for each in records.joined_to(work.conn, one.id)))
    found = [(name, stored) for name in names for stored in _told(core, work, name)]
    words = tuple(_words(core, work, name, stored) for name, stored in found)
    body = {"entries": [each.entry for each in words], "person": person}
    return Told(complaint=one.id, entry=records.note(work, READ, one, body, actor), words=words)


def told(core: Core, work: Work, one: Known) -> dict[str, Any]:
    """All that the complainant told, first and later, as the ledger holds it: personal values as commitments."""
    work.flush()
    held = dict(core.ledger.entry(work.conn, one.entry).entry().body)
    for stored in core.ledger.entries(work.conn, subject=("complaint", one.id), kind=records.COMPLETED):
        more = stored.entry().body
        who = {key: more[key] for key in _WHO if key in more}
        held |= {key: value for key, value in more.items() if key not in (*_WHO, "attachments")}
        held["reporter"] = {**held.get("reporter", {}), **who}
        held["attachments"] = [*held.get("attachments", []), *more.get("attachments", [])]
    return held


def contact(core: Core, work: Work, one: Known) -> tuple[dict[str, Any], tuple[str, ...]]:
    """How the platform can reach the complainant: commitments, and the names of those that open when they leave."""
    who = told(core, work, one).get("reporter", {})
    given = {key: who[key] for key in ("buyer", "contact", "phone") if key in who}
    return given, tuple(given)


def _told(core: Core, work: Work, name: str) -> Sequence[Stored]:
    history = core.ledger.entries(work.conn, subject=("complaint", name), limit=1_000)
    return [stored for stored in history if stored.kind in _TOLD]


def _words(core: Core, work: Work, name: str, stored: Stored) -> Words:
    entry = stored.entry()
    persons = {f"complainant:{name}", f"complaint:{name}"}
    persons |= {f"{role}:{entry.subjects[role]}" for role in ("consumer", "merchant") if role in entry.subjects}
    told = {key: value for key, value in entry.body.items() if key not in _OURS and value not in ("", [], None, False)}
    return Words(
        actor=entry.actor,
        at=entry.at,
        complaint=name,
        entry=stored.index,
        kind=entry.kind,
        title=core.pack.kind(entry.kind).title,
        told=core.vault.opened(work.conn, told, persons),
    )
