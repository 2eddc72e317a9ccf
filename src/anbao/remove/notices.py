"""Notices of infringement (电子商务法 42, 43, 民法典 1195, 1196): the listing that an admitted one names goes down, and
is back when the notice is found wanting or its measures end.

Invariants
- One admitted notice is one takedown, however often it is decided; each notice holds the listing for itself.
- What ends is lifted once; the listing is back when no other notice or danger holds it.
"""

from anbao.engine.work import Work
from anbao.ledger import Stored
from anbao.remove import measures, records
from anbao.remove.measures import MeasureOrder, RemovalContext
from anbao.remove.records import ENGINE

ADMITTED = frozenset({"ip.admitted", "tort.admitted"})
OVER = frozenset({"ip.measures_ended", "ip.found_lacking", "tort.measures_ended", "tort.found_lacking"})

_MEASURE = "takedown"
_MOST_FACTS = 2_000
_WAITED = "不侵权声明到达权利人后等待期满，未收到其投诉或者起诉的通知"


def follow(context: RemovalContext, work: Work, stored: Stored) -> None:
    """An entry about a notice → its measure is taken or lifted."""
    if stored.kind in ADMITTED:
        _take(context, work, stored)
    else:
        _lift(context, work, stored)


def _take(context: RemovalContext, work: Work, stored: Stored) -> None:
    entry = stored.entry()
    complaint, listing = entry.subjects["complaint"], entry.subjects.get("listing", "")
    if not listing or records.standing(work.conn, kind=_MEASURE, complaint=complaint, listing=listing):
        return
    order = MeasureOrder(
        complaint=complaint,
        evidence=(int(entry.body["about"]), stored.index),
        facts=f"收到侵权通知 {complaint}，经审查有初步证据：{entry.body['reason']}"[:_MOST_FACTS],
        listing=listing,
        measure=_MEASURE,
        merchant=entry.subjects.get("merchant", ""),
        provisions=tuple(entry.body["provisions"]),
    )
    measures.take(context, work, order, person=str(entry.body["person"]), actor=entry.actor)


def _lift(context: RemovalContext, work: Work, stored: Stored) -> None:
    entry = stored.entry()
    reason, person = str(entry.body.get("reason") or _WAITED), str(entry.body.get("person") or ENGINE)
    for one in records.standing(work.conn, complaint=entry.subjects["complaint"]):
        measures.lift(context, work, one.id, reason, person=person, actor=entry.actor)
