"""The probe of notices: an order that should have had one is missed, and no longer once the buyer acknowledged it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from anbao.core import Probed
from anbao.model.entry import Entry
from anbao.model.trade import NoticeAcknowledged, NoticeShown, Order
from anbao.text import Text
from anbao.work import Work

if TYPE_CHECKING:
    from anbao.warn.room import Warn

NAME = "anbao-probe"
LISTED = "listing.decided"


def try_notices(room: "Warn") -> Probed:
    """Try an order, untold and told, in each category that demands notices."""
    demanding = [category for category in room.core.catalogue.categories.values() if category.notices]
    wrong = [category.id for category in demanding if not room.core.rehearse(_trial(room, category.id))]
    if wrong or not demanding:
        shown = "、".join(wrong)
        why = (
            Text(f"告知未起作用：{shown}", f"notices do not work in {shown}")
            if wrong
            else Text("没有类目要求告知", "no category demands a notice")
        )
        return Probed(ok=False, why=why, seen={"wrong": wrong})
    why = Text(f"{len(demanding)} 个类目均有效", f"works in all {len(demanding)} categories")
    return Probed(ok=True, why=why, seen={"categories": len(demanding)})


def _trial(room: "Warn", category: str) -> Callable[[Work], bool]:
    owed = tuple(notice.id for notice in room.core.catalogue.notices_for(category))

    def job(work: Work) -> bool:
        body = {"category": category, "outcome": "notice", "reason": NAME}
        work.record(
            Entry(actor="probe", at=work.now, body=body, kind=LISTED, recorded=work.now, subjects={"listing": NAME})
        )
        untold = room.order(work, Order(amount="0", buyer=NAME, id=f"{NAME}-1", listing=NAME), actor="probe")
        for notice in owed:
            room.note_notice(work, NoticeShown(buyer=NAME, listing=NAME, notice=notice, seconds=1), actor="probe")
            room.note_notice(work, NoticeAcknowledged(buyer=NAME, listing=NAME, notice=notice), actor="probe")
        told = room.order(work, Order(amount="0", buyer=NAME, id=f"{NAME}-2", listing=NAME), actor="probe")
        return untold.missing_notices == owed and not told.missing_notices

    return job
