"""What the parties told, opened for the person who works on a complaint; each reading is an entry.

The ledger holds commitments of words, names and contacts, and every other door shows those. Who decides must know what
was said; so it is opened for a named person, and that they read it can be shown (个人信息保护法 51).
"""

from typing import Any

from anbao.cases.told import OpenedStatements, read_about
from anbao.engine.core import Core
from anbao.engine.work import Work
from anbao.investigate.complaints import records
from anbao.investigate.complaints.records import KnownComplaint

READ = "complaint.read"

_WHO = ("contact", "name", "phone")


def read(core: Core, work: Work, one: KnownComplaint, person: str, actor: str) -> OpenedStatements:
    """Open what was told about it and those joined to it to ``person``, and record that."""
    about = [("complaint", each.id) for each in (one, *records.joined_to(work.conn, one.id))]
    return read_about(core, work, about, person, actor, READ, one.subjects)


def told(core: Core, work: Work, one: KnownComplaint) -> dict[str, Any]:
    """All that the complainant told, first and later, as the ledger holds it: personal values as commitments."""
    held = dict(core.ledger.entry(work.conn, one.entry).entry().body)
    for stored in core.ledger.entries(work.conn, subject=("complaint", one.id), kind=records.COMPLETED):
        more = stored.entry().body
        who = {key: more[key] for key in _WHO if key in more}
        held |= {key: value for key, value in more.items() if key not in (*_WHO, "attachments")}
        held["reporter"] = {**held.get("reporter", {}), **who}
        held["attachments"] = [*held.get("attachments", []), *more.get("attachments", [])]
    return held


def contact(core: Core, work: Work, one: KnownComplaint) -> tuple[dict[str, Any], tuple[str, ...]]:
    """How the platform can reach the complainant: commitments, and the names of those that open when they leave."""
    who = told(core, work, one).get("reporter", {})
    given = {key: who[key] for key in ("buyer", "contact", "phone") if key in who}
    return given, tuple(given)
