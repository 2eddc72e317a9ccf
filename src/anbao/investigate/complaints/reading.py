"""What the parties stated, revealed to the person who works on a complaint; each access is an entry.

The ledger holds commitments of words, names and contacts, and every other interface shows those. Who decides must know
what was said; so it is opened for a named person, and that they read it can be shown (个人信息保护法 51).
"""

import msgspec

from anbao.cases.statements import OpenedStatements, read_about
from anbao.engine.core import Core
from anbao.engine.work import Work
from anbao.investigate.complaints import records
from anbao.investigate.complaints.records import KnownComplaint
from anbao.model.base import JsonObject
from anbao.model.events.complaints import ComplaintCompleted, ComplaintReceived, ComplaintRevealed, SealedReporter


def read(core: Core, work: Work, one: KnownComplaint, person: str, actor: str) -> OpenedStatements:
    """Reveal the statements about it and those joined to it to ``person``, and record the access."""
    about = [("complaint", each.id) for each in (one, *records.joined_to(work.conn, one.id))]

    def revealed(entries: tuple[int, ...]) -> ComplaintRevealed:
        return ComplaintRevealed(entries=entries, person=person, **one.about)

    return read_about(core, work, about, revealed, actor)


def received(core: Core, work: Work, one: KnownComplaint) -> ComplaintReceived:
    """Returns the complaint as the ledger holds it, with all that was added to it: personal values as commitments."""
    held = core.ledger.entry(work.conn, one.entry).event(ComplaintReceived)
    for stored in core.ledger.entries(work.conn, subject=("complaint", one.id), kind=ComplaintCompleted.KIND):
        more = stored.event(ComplaintCompleted)
        who = held.reporter or SealedReporter()
        held = msgspec.structs.replace(
            held,
            attachments=(*held.attachments, *more.attachments),
            link=more.link or held.link,
            listing=more.listing or held.listing,
            merchant=more.merchant or held.merchant,
            proof=more.proof or held.proof,
            reporter=msgspec.structs.replace(
                who,
                contact=more.contact or who.contact,
                name=more.name or who.name,
                phone=more.phone or who.phone,
            ),
            right=more.right or held.right,
        )
    return held


def contact(core: Core, work: Work, one: KnownComplaint) -> tuple[JsonObject, tuple[str, ...]]:
    """How the platform can reach the complainant: commitments, and the names of those that open when they leave."""
    who = received(core, work, one).reporter or SealedReporter()
    known = {"buyer": who.buyer, "contact": who.contact, "phone": who.phone}
    given = {key: value for key, value in known.items() if value}
    return given, tuple(given)
