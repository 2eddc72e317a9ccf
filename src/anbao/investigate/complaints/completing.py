"""A notice that lacked something is completed (补正): the same complaint, checked again, put before a person again."""

from typing import Annotated

import msgspec
from msgspec import Meta

from anbao.cases import reading as cases
from anbao.cases.deciding import reopen
from anbao.engine.core import Core
from anbao.engine.readmodels import listings
from anbao.engine.work import Work
from anbao.errors import Conflict, InvalidInput
from anbao.investigate.complaints import notices, reading, records, weighing
from anbao.investigate.complaints.records import KnownComplaint
from anbao.investigate.complaints.rules import ComplaintRules
from anbao.model.base import Noun, PersonName, Phone, Statement
from anbao.model.complaint import MAX_ATTACHMENTS, Attachment, Contact, Reference
from anbao.model.events import made_of
from anbao.model.events.complaints import ComplaintAccepted, ComplaintCompleted
from anbao.text import Text

_REASON = "通知已补正 · the notice was completed"


class Completion(Noun, frozen=True, kw_only=True):
    """What was wanting. What is given here takes the place of what was stated before; attachments are added."""

    attachments: Annotated[tuple[Attachment, ...], Meta(max_length=MAX_ATTACHMENTS)] = ()
    contact: Contact | None = None
    link: Annotated[str, Meta(max_length=2_000)] = ""
    listing: Reference = ""
    merchant: Reference = ""
    name: PersonName | None = None
    phone: Phone | None = None
    proof: Statement | None = None
    right: Annotated[str, Meta(max_length=200)] = ""


def complete(
    core: Core, work: Work, rules: ComplaintRules, one: KnownComplaint, given: Completion, actor: str
) -> tuple[str, ...]:
    """Add to a notice that lacks something; what it still lacks. Raises Conflict, InvalidInput."""
    notice = notices.find(work.conn, one.id)
    if notice is None or notice.state != "lacking":
        raise Conflict(Text("此投诉无须补正", "this complaint lacks nothing that could be added"))
    if not any(getattr(given, name) for name in given.__struct_fields__):
        raise InvalidInput(Text("须写明补正的内容", "say what is added"), field="proof")
    listing, merchant = given.listing or one.listing, given.merchant or one.merchant
    if listing and not merchant:
        merchant = listings.known(work.conn, listing).merchant
    person = _person(core.ledger.entry(work.conn, one.entry).subjects, one.id)
    sealed = core.vault.seal_noun(work.conn, given, person)
    event = made_of(ComplaintCompleted, sealed, complaint=one.id, goods=listing, seller=merchant)
    index = work.append(event, actor=actor)
    one = records.find(work.conn, one.id)
    lacking = missing(core, work, one, rules)
    notices.open_notice(core, work, one, lacking, index)
    if not lacking and (one.listing or one.merchant):
        work.append(ComplaintAccepted(**one.about), actor="engine")
    _put_before_a_person(work, one)
    return lacking


def missing(core: Core, work: Work, one: KnownComplaint, rules: ComplaintRules) -> tuple[str, ...]:
    """What a notice needs and this one, with all that was added to it, does not hold."""
    held = reading.received(core, work, one)
    target = {"listing": one.listing or held.listing, "merchant": one.merchant or held.merchant}
    return weighing.lacking(msgspec.structs.replace(held, **target), rules.notices[one.track])


def _put_before_a_person(work: Work, one: KnownComplaint) -> None:
    for case in cases.about(work.conn, "complaint", one.id):
        if case.kind == "notice_check" and case.state == "closed":
            reopen(work, case, person="engine", reason=_REASON, actor="engine")


def _person(subjects: dict[str, str], name: str) -> str:
    consumer = subjects.get("consumer", "")
    return f"consumer:{consumer}" if consumer else f"complainant:{name}"
