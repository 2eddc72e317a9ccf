"""A complaint comes in: received, acknowledged at once, weighed, joined to the same, flagged, and given to a person.

- Each complaint is acknowledged and answered, also the flagged and the joined ones: nothing is dropped.
- The complainant's words, name and contact are personal: the entry holds commitments.
- All of it is one transaction, with the hazard that the complaint makes suspect and the case for a person.
"""

import secrets
from collections.abc import Callable
from hashlib import sha256

from anbao import cases
from anbao.cases import reading
from anbao.engine.core import Core
from anbao.engine.work import Work
from anbao.errors import InvalidInput
from anbao.investigate import hazards, screenings
from anbao.investigate.complaints import notices, records, weighing
from anbao.investigate.complaints.records import KnownComplaint
from anbao.investigate.complaints.rules import AbuseThresholds, ComplaintRules, Table
from anbao.investigate.fingerprints import checked, says_enough
from anbao.model.base import legal_time
from anbao.model.complaint import Complaint, Filed, Triage
from anbao.model.events import made_of
from anbao.model.events.complaints import (
    ComplaintAccepted,
    ComplaintAcknowledged,
    ComplaintFlagged,
    ComplaintJoined,
    ComplaintReceived,
    ComplaintTriaged,
)
from anbao.model.hazard import Fingerprint, Suspicion
from anbao.model.identity import refuse_person_number
from anbao.model.listing import MAX_TITLE
from anbao.store import Connection, tables
from anbao.store.bulk import insert_many, sql
from anbao.text import Text

ENGINE = "engine"

Look = Callable[[Work, str], int]
"""The worst severity that the screening lexicon finds in a text, 0 where it finds nothing."""

_HOUR = 3_600_000
_COMPARED = 200
"""Earlier complaints about the same that a new one is compared with, the newest first."""

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
    """Take a complaint in; what the complainant gets. ``origin`` is where it came from, "" where that is not told.

    Raises InvalidInput where it is about nothing.
    """
    for field in ("link", "merchant", "right"):
        refuse_person_number(field, getattr(complaint, field), phones=True)
    refuse_person_number("reporter.merchant", complaint.reporter.merchant, phones=True)
    complaint = _placed(core, work.conn, complaint)
    track = weighing.track_of(complaint)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    name = f"TS{legal_time(at):%Y%m%d}-{secrets.token_hex(5).upper()}"
    known = sql(work.conn, "SELECT category FROM listing WHERE id = ?", (complaint.listing,)).scalar()
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
    lead = "" if track else _join(work, rules.patterns, one, complaint, at)
    if signs := _signs(core, work.conn, rules.patterns, one, complaint, origin, at):
        work.append(ComplaintFlagged(reasons=tuple(signs), **one.about), actor=ENGINE)
    _trace(core, work, name, complaint, origin, at)
    missing = weighing.lacking(complaint, rules.notices[track]) if track else ()
    if not missing and (one.listing or one.merchant):
        work.append(ComplaintAccepted(**one.about), actor=ENGINE)
    if track:
        notices.open_notice(core, work, one, missing, received)
    if triage.hazard:
        _suspect(core, work, one, triage)
    about = lead or _open_case(work, one, triage, signs, received)
    return Filed(
        due_at=_due(work.conn, about),
        entry=received,
        joined=lead,
        lacking=missing,
        receipt=name,
        severity=triage.severity,
        token=token,
    )


def _of_order(core: Core, conn: Connection, complaint: Complaint) -> tuple[str, str]:
    """Listing and merchant of a complaint's order, of its buyer's lines where the buyer is known.

    Empty where lines name several: the complaint does not say which of them it is about.
    """
    rows = sql(
        conn,
        "SELECT t.consumer, t.listing, coalesce(l.merchant, '') FROM trade t LEFT JOIN listing l ON l.id = t.listing"
        " WHERE t.id = ? ORDER BY t.entry",
        (complaint.order,),
    ).all()
    buyer = complaint.reporter.buyer
    consumer = core.vault.consumer(conn, buyer) if buyer else ""
    own = [row for row in rows if row[0] == consumer] or rows
    listings, merchants = {row[1] for row in own}, {row[2] for row in own}
    return (listings.pop() if len(listings) == 1 else "", merchants.pop() if len(merchants) == 1 else "")


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
        found = sql(conn, "SELECT merchant FROM listing WHERE id = ?", (listing,)).scalar()
        merchant = str(found or "")
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


def _subject(one: KnownComplaint, complaint: Complaint) -> str:
    """What a complaint is compared by."""
    return one.listing or one.merchant or complaint.order or complaint.message or complaint.link


def _join(work: Work, patterns: AbuseThresholds, one: KnownComplaint, complaint: Complaint, at: int) -> str:
    """The earlier complaint that this one is handled with; "" where there is none."""
    rows = sql(
        work.conn,
        "SELECT c.id, c.lead, t.gist FROM complaint_trace t JOIN complaint c ON c.id = t.complaint"
        " WHERE t.subject = ? AND t.at >= ? AND c.state <> 'handled' AND c.track = '' ORDER BY t.at DESC LIMIT ?",
        (_subject(one, complaint), at - patterns.joined_days * 24 * _HOUR, _COMPARED),
    ).all()
    others = [(str(lead or name), bytes(gist)) for name, lead, gist in rows]
    found = weighing.likest(weighing.sketch(complaint.text), others, patterns.joined_from)
    if found is None:
        return ""
    lead, alike = found
    work.append(ComplaintJoined(lead=lead, likeness=alike, **one.about), actor=ENGINE)
    return lead


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
    mark = core.vault.lookup("origin", origin).hex() if origin else ""
    by_origin = _count(conn, "complaint_trace WHERE origin = ? AND at >= ?", mark, since) if mark else 0
    by_person = _count(conn, "complaint WHERE complainant = ? AND at >= ?", one.complainant, since)
    by_person -= 1  # this one
    if max(by_origin, by_person if one.complainant else 0) + 1 >= patterns.from_one_source:
        signs.append("one_source")
    if _count(conn, "complaint_trace WHERE text_key = ? AND at >= ?", weighing.text_key(complaint.text), since) + 1 >= (
        patterns.same_text
    ):
        signs.append("same_text")
    if not one.complainant:
        return signs
    rejected = _count(conn, "complaint WHERE complainant = ? AND outcome = 'rejected'", one.complainant)
    upheld = _count(conn, "complaint WHERE complainant = ? AND outcome IN ('upheld', 'partly')", one.complainant)
    if rejected >= patterns.rejected_before and not upheld:
        signs.append("rejected_before")
    if one.complainant.startswith("merchant:") and by_person + 1 >= patterns.of_competitor:
        signs.append("competitor")
    return signs


def _count(conn: Connection, what: str, *values: object) -> int:
    return int(sql(conn, f"SELECT count(*) FROM {what}", values).scalar_one())


def _trace(core: Core, work: Work, name: str, complaint: Complaint, origin: str, at: int) -> None:
    one = records.find(work.conn, name)
    mark = core.vault.lookup("origin", origin).hex() if origin else ""
    gist, key = weighing.sketch(complaint.text), weighing.text_key(complaint.text)
    insert_many(
        work.conn,
        tables.complaint_trace,
        ("complaint", "subject", "origin", "text_key", "gist", "at"),
        [(name, _subject(one, complaint), mark, key, gist, at)],
    )


def _open_case(work: Work, one: KnownComplaint, triage: Triage, signs: list[str], received: int) -> str:
    cases.open(
        work,
        kind="notice_check" if one.track else "complaint",
        subjects=one.subjects,
        severity=triage.severity,
        about=received,
        cause=one.id,
        reasons=[*triage.reasons, *signs],
    )
    return one.id


def _due(conn: Connection, complaint: str) -> int | None:
    found = sql(
        conn,
        "SELECT id FROM case_file WHERE opened_by > (SELECT entry FROM complaint WHERE id = ?)"
        " AND about = (SELECT entry FROM complaint WHERE id = ?) LIMIT 1",
        (complaint, complaint),
    ).scalar()
    return reading.find(conn, found).due_at if found else None


def _suspect(core: Core, work: Work, one: KnownComplaint, triage: Triage) -> None:
    """Suspect the listing's (or merchant's) danger, unless it stands already."""
    place = one.listing or one.merchant or one.id
    name = f"complained-{place}"[:128]
    known = hazards.find(work.conn, name)
    if known is not None and known.state in ("suspected", "confirmed"):
        return
    title, category = _listing_told(core, work.conn, one.listing)
    suspicion = Suspicion(
        basis=one.id,
        category=category,
        complaint=one.id,
        fingerprints=_recognised_by(work.conn, one.listing, title),
        id=name,
        listing=one.listing,
        merchant=one.merchant,
        severity=triage.severity,
        source="complaint",
        title=title or one.id,
    )
    hazards.suspect(work, suspicion, ENGINE, work.now)


def _recognised_by(conn: Connection, listing: str, title: str) -> tuple[Fingerprint, ...]:
    """The title, where it tells the goods from others, and the main picture; a person adds what else recognises them.

    Not the other pictures: they show the shop's certificates and promises as often as the goods.
    """
    found = [Fingerprint(kind="title", value=title)] if says_enough(title) else []
    screened = screenings.newest(conn, listing) if listing else None
    if screened:
        found += [Fingerprint(kind="picture", value=value) for value in screened.offer.pictures[:1]]
    return checked(found)


def _listing_told(core: Core, conn: Connection, listing: str) -> tuple[str, str]:
    """Title and category of a listing, as it was last screened; empty where it never was."""
    if not listing:
        return "", ""
    found = core.ledger.entries(conn, subject=("listing", listing), kind="listing.screened")
    if not found:
        return "", ""
    body = found[-1].entry().body
    return str(body["listing"].get("title", ""))[:MAX_TITLE], str(body.get("category", ""))
