"""What is done about a complaint: accepted, forwarded to the merchant, answered by it, handled.

Forwarding states what the merchant must answer, and no more: where the complainant is concealed, neither their words
nor order, consumer or attachments leave, but a summary that a person wrote.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from anbao.engine.core import Core
from anbao.engine.outbox import Effect, send
from anbao.engine.work import Work
from anbao.errors import Conflict, InvalidInput
from anbao.investigate.complaints import notices, reading, records
from anbao.investigate.complaints.records import KnownComplaint
from anbao.ledger import Stored
from anbao.model.base import JsonValue, Noun, PersonName, Statement
from anbao.model.complaint import MAX_ATTACHMENTS, Attachment, Contact
from anbao.model.events import made_of
from anbao.model.events.complaints import (
    ComplaintAccepted,
    ComplaintForwarded,
    ComplaintHandled,
    ComplaintStated,
    SealedReporter,
)
from anbao.model.events.delivery import EffectDelivered
from anbao.text import Text

MERCHANT_TOPIC = "merchant.complaint"
ANSWER_TOPIC = "complainant.answer"


class MerchantStatement(Noun, frozen=True, kw_only=True):
    """What the merchant says. ``counter``: it declares that there is no infringement; then it must say why."""

    attachments: Annotated[tuple[Attachment, ...], Meta(max_length=MAX_ATTACHMENTS)] = ()
    contact: Contact | None = None
    counter: bool = False
    name: PersonName | None = None
    text: Statement


def accept(work: Work, one: KnownComplaint, actor: str) -> int:
    """Accept it; the entry's index. Raises Conflict where it was accepted before."""
    if one.state != "received":
        raise Conflict(Text(f"投诉 {one.id} 已受理", f"the complaint {one.id} was accepted before"))
    return work.append(ComplaintAccepted(**one.about), actor=actor)


def forward(core: Core, work: Work, one: KnownComplaint, *, summary: str, actor: str) -> int:
    """Send it to the merchant; the entry's index.

    Raises Conflict where nobody is known to send it to, or a notice lacks what the law asks; InvalidInput where the
    complainant is concealed and no summary is given.
    """
    if not one.merchant:
        raise Conflict(Text("不知道是哪个商家", "it is not known which merchant it is about"))
    if one.state in ("joined", "handled"):
        raise Conflict(
            Text(f"投诉 {one.id} 已{_WORDS[one.state].zh}", f"the complaint {one.id} is {_WORDS[one.state].en}")
        )
    notice = notices.find(work.conn, one.id)
    if notice is not None and notice.state == "lacking":
        raise Conflict(Text("通知欠缺法定要件，先补正", "the notice lacks what the law asks of it"))
    if one.conceal and not summary.strip():
        raise InvalidInput(
            Text("投诉人要求保密，须由人写明摘要后转送", "the complainant is concealed: write a summary to forward"),
            field="summary",
        )
    content = _forwarded(core, work, one, summary)
    event = ComplaintForwarded(concealed=one.conceal, reveals=content.reveal, summary=summary, **one.about)
    index = work.append(event, actor=actor)
    notices.forwarded(work, one, actor)
    send(work, index, content)
    return index


def state(core: Core, work: Work, one: KnownComplaint, statement: MerchantStatement, actor: str) -> int:
    """Record what the merchant says; the entry's index. Raises Conflict, InvalidInput."""
    if one.state == "joined" or (one.state == "handled" and not one.track):
        raise Conflict(
            Text(f"投诉 {one.id} 已{_WORDS[one.state].zh}", f"the complaint {one.id} is {_WORDS[one.state].en}")
        )
    if statement.counter:
        _check_counter(work, one, statement)
    person = f"merchant:{one.merchant}" if one.merchant else f"complaint:{one.id}"
    sealed = core.vault.seal_noun(work.conn, statement, person)
    stated = made_of(ComplaintStated, sealed, **one.about)
    index = work.append(stated, actor=actor)
    if statement.counter:
        notices.counter(core, work, one, stated, actor)
    return index


def handle(
    core: Core,
    work: Work,
    one: KnownComplaint,
    outcome: str,
    answer: str,
    person: str,
    actor: str,
    *,
    again: bool = False,
) -> None:
    """Answer it, and each complaint that was joined to it; what was answered before only where ``again``."""
    for each in (one, *records.joined_to(work.conn, one.id)):
        if each.state == "handled" and not again:
            continue
        event = ComplaintHandled(answer=answer, outcome=outcome, person=person, **each.about)
        index = work.append(event, actor=actor)
        content, reveal = reading.contact(core, work, each)
        effect_body = {**content, "answer": answer, "outcome": outcome, "receipt": each.id}
        send(
            work,
            index,
            Effect(topic=ANSWER_TOPIC, subjects={"complaint": each.id}, body=effect_body, reveal=reveal),
        )


def follow_delivery(core: Core, work: Work, stored: Stored) -> None:
    """``effect.delivered`` of a counter-statement → the waiting period begins."""
    event = stored.event(EffectDelivered)
    if event.topic == notices.COUNTER_TOPIC:
        one = records.find(work.conn, event.others["complaint"])
        notice = notices.find(work.conn, one.id)
        if notice is not None and notice.state == "countered":
            notices.delivered(core, work, one, stored.actor, stored.at)


def _check_counter(work: Work, one: KnownComplaint, statement: MerchantStatement) -> None:
    notice = notices.find(work.conn, one.id)
    if notice is None or notice.state not in ("notified", "measured"):
        raise Conflict(Text("此投诉现在不能提交不侵权声明", "no counter-statement can be made to this complaint now"))
    if notice.track == "tort" and not (statement.name and statement.contact):
        raise InvalidInput(
            Text("声明须有真实身份信息", "a counter-statement needs the user's real identity"), field="name"
        )


def _forwarded(core: Core, work: Work, one: KnownComplaint, summary: str) -> Effect:
    """What the merchant gets. A right holder's notice goes on whole; a consumer's words without name and contact."""
    subjects = one.subjects
    body: dict[str, JsonValue] = {"concern": one.concern, "summary": summary}
    if one.conceal:
        return Effect(topic=MERCHANT_TOPIC, subjects=subjects, body=body)
    held = reading.received(core, work, one)
    body |= {"attachments": msgspec.to_builtins(held.attachments), "text": held.text}
    reveal = ["text"]
    if held.purchase:
        subjects = {**subjects, "order": held.purchase}
    if one.track:
        who = held.reporter or SealedReporter()
        given = {"contact": who.contact, "name": who.name, "phone": who.phone, "proof": held.proof, "right": held.right}
        body |= {key: value for key, value in given.items() if value}
        reveal += [key for key in ("contact", "name", "phone", "proof") if key in body]
    return Effect(topic=MERCHANT_TOPIC, subjects=subjects, body=body, reveal=tuple(reveal))


_WORDS = {"joined": Text("合并处理", "handled with another"), "handled": Text("处理完毕", "handled already")}
