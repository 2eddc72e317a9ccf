"""The room of warning (危险警示), opened over the core: what consumers are told before the trade."""

from collections.abc import Iterable

from anbao.core import Room
from anbao.errors import InvalidInput
from anbao.model.trade import NoticeAcknowledged, NoticeShown, Order
from anbao.text import Text
from anbao.warn import orders
from anbao.work import Projector, Work


class Warn(Room):
    """Notices and orders."""

    def projectors(self) -> Iterable[tuple[str, Projector]]:
        yield orders.PLACED, orders.project_orders
        yield orders.ACKNOWLEDGED, orders.project_acknowledgements

    def note_notice(
        self, work: Work, notice: NoticeShown | NoticeAcknowledged, *, at: int | None = None, actor: str = "platform"
    ) -> int:
        """Record that a notice was shown or acknowledged; the entry's index. Raises InvalidInput for an unknown one."""
        known = self.core.catalogue.notice(notice.notice)
        if known is None:
            raise InvalidInput(
                Text(f"没有告知模板 {notice.notice}", f"there is no notice {notice.notice}"), field="notice"
            )
        when = work.now if at is None else at
        return orders.record_notice(work, self.core.vault, notice, known.version, actor, when)

    def order(self, work: Work, order: Order, *, at: int | None = None, actor: str = "platform") -> orders.OrderAnswer:
        """Record an order, and what had to be told before it."""
        known = orders.listing_known(work.conn, order.listing)
        owed = [notice.id for notice in self.core.catalogue.notices_for(known.category)]
        when = work.now if at is None else at
        return orders.place(work, self.core.vault, order, known, owed, actor, when)
