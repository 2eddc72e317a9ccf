"""Conflicts of interest: who decided before on what a new case is about."""

from collections.abc import Iterable

from anbao.cases import reading
from anbao.cases.deciding import DECISIONS
from anbao.cases.persons import key_of
from anbao.engine.core import Core
from anbao.model.entry import Entry
from anbao.store import Connection

_NOBODY = frozenset({"", "engine", "clock", "bulk"})

About = tuple[str, tuple[str, str]]
"""A kind (of entries, or of cases) and what they are about, as (role, identifier)."""


def deciders(core: Core, conn: Connection, made: Iterable[About], decided: Iterable[About]) -> list[str]:
    """The names and keys of those who made entries of these kinds, and who decided cases of those kinds, each once."""
    entries = [stored.entry() for kind, about in made for stored in core.ledger.entries(conn, kind=kind, subject=about)]
    for kind, about in decided:
        for case in reading.of_kind(conn, kind, *about):
            history = core.ledger.entries(conn, subject=("case", case.id))
            entries += [stored.entry() for stored in history if stored.kind in DECISIONS]
    return list(dict.fromkeys(name for entry in entries for name in _makers(entry) if name not in _NOBODY))


def _makers(entry: Entry) -> tuple[str, ...]:
    """The name and the key of who made an entry of any kind that says who it was."""
    identity, key = (str(entry.body.get(name, "")) for name in ("identity", "key"))
    return str(entry.body.get("person") or entry.actor), key_of(entry.actor, identity, key)
