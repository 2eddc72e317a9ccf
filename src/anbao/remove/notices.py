"""Notices of infringement (电子商务法 42, 43, 民法典 1195, 1196): the listing that an admitted one names goes down, and
is back when the notice is found wanting or its measures end.

Invariants
- One admitted notice is one takedown, however often it is decided; each notice holds the listing for itself.
- What ends is lifted once; the listing is back when no other notice or danger holds it.
"""

from anbao.engine.work import Work
from anbao.ledger import Stored
from anbao.model.events.rights import (
    IpAdmitted,
    IpFoundLacking,
    IpMeasuresEnded,
    NoticeAdmitted,
    NoticeFoundLacking,
    NoticeMeasuresEnded,
    TortAdmitted,
    TortFoundLacking,
    TortMeasuresEnded,
)
from anbao.remove import measures, records
from anbao.remove.measures import MeasureOrder, RemovalContext
from anbao.remove.records import ENGINE

ADMITTED: dict[str, type[NoticeAdmitted]] = {one.KIND: one for one in (IpAdmitted, TortAdmitted)}
OVER: dict[str, type[NoticeMeasuresEnded | NoticeFoundLacking]] = {
    one.KIND: one for one in (IpMeasuresEnded, IpFoundLacking, TortMeasuresEnded, TortFoundLacking)
}
"""The kinds of entries with which the measures of a notice end."""

_MEASURE = "takedown"
_MOST_FACTS = 2_000
_WAITED = "不侵权声明到达权利人后等待期满，未收到其投诉或者起诉的通知"


def follow(context: RemovalContext, work: Work, stored: Stored) -> None:
    """An entry about a notice → its measure is taken or lifted."""
    if stored.kind in ADMITTED:
        _take(context, work, stored.event(ADMITTED[stored.kind]), stored)
        return
    over = stored.event(OVER[stored.kind])
    reason, person = over.reason or _WAITED, over.person or ENGINE
    for one in records.standing(work.conn, complaint=over.complaint):
        measures.lift(context, work, one.id, reason, person=person, actor=stored.actor)


def _take(context: RemovalContext, work: Work, admitted: NoticeAdmitted, stored: Stored) -> None:
    complaint, listing = admitted.complaint, admitted.listing
    if not listing or records.standing(work.conn, kind=_MEASURE, complaint=complaint, listing=listing):
        return
    order = MeasureOrder(
        complaint=complaint,
        evidence=(admitted.about, stored.index),
        facts=f"收到侵权通知 {complaint}，经审查有初步证据：{admitted.reason}"[:_MOST_FACTS],
        listing=listing,
        measure=_MEASURE,
        merchant=admitted.merchant,
        provisions=admitted.provisions,
    )
    measures.take(context, work, order, person=admitted.person, actor=stored.actor)
