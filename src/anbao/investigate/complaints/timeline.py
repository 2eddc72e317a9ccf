"""A complaint from beginning to end, each line with its entry: for officers, and for whoever holds the token."""

from collections.abc import Sequence

import msgspec

from anbao.engine.core import Core
from anbao.engine.obligations.read import ObligationView, opened_by
from anbao.investigate.complaints import notices, records
from anbao.investigate.complaints.notices import RightsNotice
from anbao.investigate.complaints.records import KnownComplaint
from anbao.ledger import Stored
from anbao.model.base import JsonObject, Noun
from anbao.model.complaint import Attachment
from anbao.model.entry import entered_late
from anbao.model.events.complaints import (
    ComplaintAccepted,
    ComplaintAcknowledged,
    ComplaintCompleted,
    ComplaintForwarded,
    ComplaintHandled,
    ComplaintJoined,
    ComplaintReceived,
    ComplaintStated,
)
from anbao.model.events.rights import (
    NoticeCounterDelivered,
    NoticeCountered,
    NoticeForwarded,
    NoticeFoundLacking,
    NoticeMeasured,
    NoticeMeasuresEnded,
    NoticeNoListing,
    NoticeProceedingsAsked,
    NoticeProceedingsEnded,
    NoticeProceedingsKnown,
    NoticeProceedingsPending,
    kinds_of,
)
from anbao.store import Connection
from anbao.text import Text

_PUBLIC = frozenset(
    {
        ComplaintReceived.KIND,
        ComplaintAcknowledged.KIND,
        ComplaintJoined.KIND,
        ComplaintAccepted.KIND,
        ComplaintForwarded.KIND,
        ComplaintStated.KIND,
        ComplaintHandled.KIND,
        ComplaintCompleted.KIND,
        *kinds_of(
            NoticeForwarded,
            NoticeMeasured,
            NoticeNoListing,
            NoticeFoundLacking,
            NoticeCountered,
            NoticeCounterDelivered,
            NoticeMeasuresEnded,
            NoticeProceedingsKnown,
            NoticeProceedingsAsked,
            NoticeProceedingsPending,
            NoticeProceedingsEnded,
        ),
    }
)
"""Kinds of entries that the complainant may see."""


class ComplaintLine(Noun, frozen=True, kw_only=True):
    """One entry of the timeline; ``body`` as the ledger holds it, personal values as commitments.

    ``at`` is when it happened, ``recorded`` when it was entered; ``entered_late``: much later than it happened.
    """

    actor: str
    at: int
    body: JsonObject
    entered_late: bool = False
    entry: int
    kind: str
    recorded: int
    title: Text


class ComplaintStep(Noun, frozen=True, kw_only=True):
    """One line that the complainant may see."""

    at: int
    entry: int
    title: Text


class ComplaintFile(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of a complaint: how it stands, what was joined to it, its clocks, its timeline."""

    complaint: KnownComplaint
    joined: list[str]
    notice: RightsNotice | None
    obligations: list[ObligationView]
    timeline: list[ComplaintLine]


class FollowUp(msgspec.Struct, frozen=True, kw_only=True):
    """What the complainant may see: no name of another person, no reviewer, no merchant's papers."""

    answer: str
    outcome: str
    receipt: str
    state: str
    steps: list[ComplaintStep]


def file_of(core: Core, conn: Connection, name: str, now: int) -> ComplaintFile:
    """Raises NotFound."""
    one = records.find(conn, name)
    history = core.ledger.entries(conn, subject=("complaint", name), limit=1_000)
    return ComplaintFile(
        complaint=msgspec.structs.replace(one, token=""),
        joined=[each.id for each in records.joined_to(conn, name)],
        notice=notices.find(conn, name),
        obligations=_obligations(conn, one.id, history, now),
        timeline=[_line(core, stored) for stored in history],
    )


def follow(core: Core, conn: Connection, digest: str) -> FollowUp:
    """What the holder of a token may see. Raises NotFound."""
    one = records.by_token(conn, digest)
    history = core.ledger.entries(conn, subject=("complaint", one.id), limit=1_000)
    seen = [stored for stored in history if stored.kind in _PUBLIC]
    answers = [stored.event(ComplaintHandled).answer for stored in history if stored.kind == ComplaintHandled.KIND]
    return FollowUp(
        answer=answers[-1] if answers else "",
        outcome=one.outcome,
        receipt=one.id,
        state=one.state,
        steps=[ComplaintStep(at=stored.at, entry=stored.index, title=_title(core, stored.kind)) for stored in seen],
    )


def attached(line: ComplaintLine) -> tuple[Attachment, ...]:
    """Returns the attachments that an entry about a complaint names: each kind that has any calls them so."""
    return msgspec.convert(line.body.get("attachments", ()), tuple[Attachment, ...])


def _obligations(conn: Connection, complaint: str, history: Sequence[Stored], now: int) -> list[ObligationView]:
    """What the complaint's entries made owed about the complaint itself, under one of the roles that it can have."""
    itself = [{role: complaint} for role in ("complaint", *records.NOTICE_ROLES)]
    owed = opened_by(conn, [stored.index for stored in history], now)
    return [one for one in owed if one.subjects in itself]


def _line(core: Core, stored: Stored) -> ComplaintLine:
    entry = stored.entry()
    body = {key: value for key, value in entry.body.items() if key != "token"}
    return ComplaintLine(
        actor=entry.actor,
        at=entry.at,
        body=body,
        entered_late=entered_late(entry.at, entry.recorded),
        entry=stored.index,
        kind=entry.kind,
        recorded=entry.recorded,
        title=_title(core, entry.kind),
    )


def _title(core: Core, kind: str) -> Text:
    known = core.pack.kinds.get(kind)
    return known.title if known else Text(kind, kind)
