"""The probe of notices: an order that should have had one is missed, and no longer once the buyer acknowledged it."""

from collections.abc import Callable

from anbao.engine.core import Core, Probed
from anbao.engine.work import Work
from anbao.model.events.prevent import ListingDecided
from anbao.model.trade import NoticeAcknowledged, NoticeShown, Order
from anbao.text import Text
from anbao.warn.orders import NoticeStep, OrderAnswer

PlaceOrder = Callable[[Work, Order], OrderAnswer]
NoteNotice = Callable[[Work, NoticeStep], int]
"""The package's own methods, done as ACTOR."""

ACTOR = "probe"
NAME = "anbao-probe"


def try_notices(core: Core, order: PlaceOrder, note: NoteNotice) -> Probed:
    """Try an order, without and with notice, in each category that demands notices."""
    demanding = [category for category in core.catalogue.categories.values() if category.notices]
    wrong = [category.id for category in demanding if not core.rehearse(_trial(core, order, note, category.id))]
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


def _trial(core: Core, order: PlaceOrder, note: NoteNotice, category: str) -> Callable[[Work], bool]:
    owed = tuple(notice.id for notice in core.catalogue.notices_for(category))

    def job(work: Work) -> bool:
        work.append(ListingDecided(category=category, listing=NAME, outcome="notice", reason=NAME), actor=ACTOR)
        untold = order(work, Order(amount="0", buyer=NAME, id=f"{NAME}-1", listing=NAME))
        for notice in owed:
            note(work, NoticeShown(buyer=NAME, listing=NAME, notice=notice, seconds=1))
            note(work, NoticeAcknowledged(buyer=NAME, listing=NAME, notice=notice))
        shown = order(work, Order(amount="0", buyer=NAME, id=f"{NAME}-2", listing=NAME))
        return untold.missing_notices == owed and not shown.missing_notices

    return job
