"""A complaint comes in: received, acknowledged at once, weighed, joined to the same, flagged, and given to a person.

- Each complaint is acknowledged and answered, also the flagged and the joined ones: nothing is dropped.
- The complainant's words, name and contact are personal: the entry holds commitments.
- All of it is one transaction, with the hazard that the complaint makes suspect and the case for a person.
"""

import secrets
from collections.abc import Callable
from hashlib import sha256

from anbao.cases import reading
from anbao.engine.core import Core
from anbao.engine.readmodels import listings, orders
from anbao.engine.values import LATEST
from anbao.engine.work import Work
from anbao.errors import InvalidInput
from anbao.investigate.complaints import joining, notices, records, suspecting, traces, weighing
from anbao.investigate.complaints.records import KnownComplaint
from anbao.investigate.complaints.rules import AbuseThresholds, ComplaintRules, Table
from anbao.law.deadlines import due_at
from anbao.model.base import legal_time
from anbao.model.complaint import Complaint, Filed
from anbao.model.events import made_of
from anbao.model.events.complaints import (
    ComplaintAccepted,
    ComplaintAcknowledged,
    ComplaintFlagged,
    ComplaintJoined,
    ComplaintReceived,
    ComplaintTriaged,
)
from anbao.model.identity import refuse_person_number
from anbao.store import Connection
from anbao.text import Text

ENGINE = "engine"

Look = Callable[[Work, str], int]
"""The worst severity that the screening lexicon finds in a text, 0 where it finds nothing."""

_HOUR = 3_600_000

_TOKEN_BYTES = 24


def file(
    core: Core,
    work: Work,
    rules: ComplaintRules,
    table: Table,
    look: Look,
    complaint: Complaint,
    *,
    origin: str,
    actor: str,
    at: int,
) -> Filed:
    """Take a complaint in; what the complainant gets. ``origin`` is where it came from, "" where that is not known.

    Raises InvalidInput where it is about nothing.
    """
    for field in ("link", "merchant", "right"):
        refuse_person_number(field, getattr(complaint, field), phones=True)
    refuse_person_number("reporter.merchant", complaint.reporter.merchant, phones=True)
    complaint = _placed(core, work.conn, complaint)
    track = weighing.track_of(complaint)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    name = f"TS{legal_time(at):%Y%m%d}-{secrets.token_hex(5).upper()}"
    known = listings.known(work.conn, complaint.listing).category
    category = core.catalogue.find(known) if known else None
    cosmetics = category is not None and category.fact == "cosmetics"
    received = work.append(_received(core, work, complaint, name, token, cosmetics=cosmetics), actor=actor, at=at)
    one = records.find(work.conn, name)
    work.append(ComplaintAcknowledged(receipt=name, **one.about), actor=ENGINE)
    triage = weighing.triage(
        complaint,
        rules,
        table,
        lexicon=look(work, complaint.text),
        life_health=category is not None and category.life_health,
    )
    work.append(ComplaintTriaged(triage=triage, **one.about), actor=ENGINE)
    hazard = suspecting.suspect(core, work, one, triage) if triage.hazard else ""
    lead = None if track else joining.find_lead(work.conn, rules.patterns, one, complaint, hazard, at)
    if lead is not None:
        joined = ComplaintJoined(lead=lead.complaint, likeness=lead.likeness, matter=lead.matter, **one.about)
        work.append(joined, actor=ENGINE)
    if signs := _signs(core, work.conn, rules.patterns, one, complaint, origin, at):
        work.append(ComplaintFlagged(reasons=tuple(signs), **one.about), actor=ENGINE)
    traces.add(core, work, one, complaint, origin, at)
    missing = weighing.lacking(complaint, rules.notices[track]) if track else ()
    if not missing and (one.listing or one.merchant):
        work.append(ComplaintAccepted(**one.about), actor=ENGINE)
    if track:
        notices.open_notice(core, work, one, missing, received)
    weighed = joining.WeighedComplaint(
        hazard=hazard, one=records.find(work.conn, name), received=received, signs=signs, triage=triage
    )
    due: int | None = _own_due(core, work.conn, at)
    if track:
        due = reading.find(work.conn, joining.open_case(work, weighed, joining.NOTICE)).due_at
    elif lead is None:
        joining.open_case(work, weighed)
    else:
        joining.add(work, lead, weighed)
    return Filed(
        due_at=due,
        entry=received,
        joined=lead.complaint if lead else "",
        lacking=missing,
        receipt=name,
        severity=triage.severity,
        token=token,
    )


def _of_order(core: Core, conn: Connection, complaint: Complaint) -> tuple[str, str]:
    """Listing and merchant of a complaint's order, of its buyer's lines where the buyer is known.

    Empty where lines name several: the complaint does not say which of them it is about.
    """
    lines = orders.lines_of(conn, complaint.order)
    buyer = complaint.reporter.buyer
    consumer = core.vault.consumer(conn, buyer) if buyer else ""
    own = [line for line in lines if line.consumer == consumer] or lines
    goods, sellers = {line.listing for line in own}, {line.merchant for line in own}
    return (goods.pop() if len(goods) == 1 else "", sellers.pop() if len(sellers) == 1 else "")


def _placed(core: Core, conn: Connection, complaint: Complaint) -> Complaint:
    """With the listing of its order and the merchant of its listing, as far as the platform knows them."""
    if not (complaint.listing or complaint.merchant or complaint.order or complaint.message or complaint.link.strip()):
        raise InvalidInput(
            Text("须写明投诉的对象", "say what the complaint is about"),
            hint=Text("商品、商家、订单、消息、链接之一", "a listing, merchant, order, message or link"),
            field="listing",
        )
    listing, merchant = complaint.listing, ""
    if not listing and complaint.order:
        listing, merchant = _of_order(core, conn, complaint)
    merchant = complaint.merchant or merchant
    if not merchant and listing:
        merchant = listings.known(conn, listing).merchant
    conceal = complaint.conceal or complaint.source == "anonymous"
    changes = {"conceal": conceal, "listing": listing, "merchant": merchant}
    return Complaint(**{**{name: getattr(complaint, name) for name in complaint.__struct_fields__}, **changes})


def _received(
    core: Core, work: Work, complaint: Complaint, name: str, token: str, *, cosmetics: bool
) -> ComplaintReceived:
    buyer = complaint.reporter.buyer
    consumer = core.vault.consumer(work.conn, buyer) if buyer else ""
    return made_of(
        ComplaintReceived,
        core.vault.seal_noun(work.conn, complaint, f"consumer:{consumer}" if consumer else f"complainant:{name}"),
        by_merchant=complaint.reporter.merchant,
        chat=complaint.message,
        complaint=name,
        consumer=consumer,
        cosmetics=cosmetics,
        goods=complaint.listing,
        purchase=complaint.order,
        seller=complaint.merchant,
        token=sha256(token.encode()).hexdigest(),
        track=weighing.track_of(complaint),
    )


def _signs(
    core: Core,
    conn: Connection,
    patterns: AbuseThresholds,
    one: KnownComplaint,
    complaint: Complaint,
    origin: str,
    at: int,
) -> list[str]:
    """Reasons for which a complaint looks false or organised."""
    since = at - patterns.window_hours * _HOUR
    signs = []
    by_origin = traces.of_origin(core, conn, origin, since) if origin else 0
    by_person = records.count_of(conn, one.complainant, since=since) - 1  # this one
    if max(by_origin, by_person if one.complainant else 0) + 1 >= patterns.from_one_source:
        signs.append("one_source")
    if traces.of_text(conn, complaint.text, since) + 1 >= patterns.same_text:
        signs.append("same_text")
    if not one.complainant:
        return signs
    rejected = records.count_of(conn, one.complainant, outcomes=("rejected",))
    upheld = records.count_of(conn, one.complainant, outcomes=("upheld", "partly"))
    if rejected >= patterns.rejected_before and not upheld:
        signs.append("rejected_before")
    if one.complainant.startswith("merchant:") and by_person + 1 >= patterns.of_competitor:
        signs.append("competitor")
    return signs


def _own_due(core: Core, conn: Connection, at: int) -> int:
    """Until when this complainant is answered, whatever their complaint is decided with (UTC ms)."""
    setting = core.pack.case_kind(joining.COMPLAINT).due
    return due_at(at, core.settings.in_force(conn, setting, at, before=LATEST), core.pack.calendar)
