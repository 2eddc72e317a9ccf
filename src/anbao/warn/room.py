"""The room of warning (危险警示), opened over the core: what consumers are told before a trade and after it."""

from collections.abc import Iterable
from functools import partial

from anbao.core import Probe, Room, Step
from anbao.errors import Conflict, InvalidInput, NotFound
from anbao.law.deadlines import latest_start
from anbao.ledger import Stored
from anbao.model.trade import NoticeAcknowledged, NoticeShown, Order
from anbao.obligations.settings import Settings
from anbao.reactions import Reaction
from anbao.text import Text
from anbao.warn import buyers, dangers, orders
from anbao.warn.probes import try_notices
from anbao.work import Projector, Work

LOOKBACK = "warning.lookback"

_REMOVING = frozenset({"shield", "takedown"})


class Warn(Room):
    """Notices and orders; warnings after the trade."""

    def projectors(self) -> Iterable[tuple[str, Projector]]:
        yield orders.PLACED, orders.project_orders
        yield orders.PLACED, dangers.project_trades
        yield orders.ACKNOWLEDGED, orders.project_acknowledgements
        yield dangers.CONFIRMED, dangers.project_confirmed
        yield dangers.LIFTED, dangers.project_lifted
        yield buyers.PUBLISHED, dangers.project_published
        yield buyers.SENT, buyers.project_sent
        yield buyers.CORRECTED, buyers.project_sent
        yield buyers.DELIVERED, buyers.project_delivery
        yield buyers.FAILED, buyers.project_delivery

    def reactions(self) -> Iterable[Reaction]:
        yield Reaction("warn.confirmed", frozenset({dangers.CONFIRMED}), self._on_confirmed)
        yield Reaction("warn.matched", frozenset({dangers.MATCHED, dangers.TAKEN}), self._on_affected)
        yield Reaction("warn.lifted", frozenset({dangers.LIFTED, "measure.lifted"}), self._on_lifted)
        yield Reaction("warn.delivery", frozenset({buyers.DELIVERED, buyers.FAILED}), self._on_delivery)

    def steps(self) -> Iterable[Step]:
        yield lambda: self.core.run(lambda work: buyers.warn_some(work, self.core.templates))

    def probes(self) -> Iterable[tuple[str, Probe]]:
        yield "notices", partial(try_notices, self)

    # ── before the trade ──────────────────────────────────────────────────────────────────────────────────────────

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

    # ── after the trade ───────────────────────────────────────────────────────────────────────────────────────────

    def retry(self, work: Work, hazard: str, *, actor: str) -> int:
        """Warn those again who were not reached; how many. Raises NotFound."""
        self._danger(work, hazard)
        return buyers.retry(work, self.core.templates, hazard, actor)

    def publish(self, work: Work, hazard: str, *, actor: str) -> int:
        """Put a hazard on the public page; the entry's index. Raises NotFound, Conflict where it may not be named."""
        danger = self._danger(work, hazard)
        if not danger.nameable:
            raise Conflict(
                Text(f"危险 {hazard} 未获准公开", f"the hazard {hazard} may not be named in public"),
                hint=Text("确认危险时注明可公开", "confirm it as nameable"),
            )
        return buyers.publish(work, hazard, actor)

    def _danger(self, work: Work, hazard: str) -> dangers.Danger:
        found = dangers.find(work.conn, hazard)
        if found is None:
            raise NotFound(Text(f"没有已确认的危险 {hazard}", f"there is no confirmed hazard {hazard}"))
        return found

    def _on_confirmed(self, work: Work, stored: Stored) -> None:
        entry = stored.entry()
        if "listing" in entry.subjects:
            self._affect(work, stored.index, entry.at, entry.subjects["hazard"], entry.subjects["listing"])
        if entry.body.get("nameable"):
            buyers.publish(work, entry.subjects["hazard"], buyers.ENGINE)

    def _on_affected(self, work: Work, stored: Stored) -> None:
        entry = stored.entry()
        certain = entry.body.get("certainty") == "certain" or entry.body.get("measure") in _REMOVING
        if certain and {"hazard", "listing"} <= entry.subjects.keys():
            self._affect(work, stored.index, entry.at, entry.subjects["hazard"], entry.subjects["listing"])

    def _affect(self, work: Work, cause: int, at: int, hazard: str, listing: str) -> None:
        period = Settings(work.conn, self.core.settings).in_force(LOOKBACK, at, cause)
        since = latest_start(at, period, self.core.pack.calendar)
        buyers.add_listing(work, hazard, listing, since=since, cause=cause)

    def _on_lifted(self, work: Work, stored: Stored) -> None:
        entry = stored.entry()
        if "hazard" not in entry.subjects:
            return
        hazard, listing = entry.subjects["hazard"], entry.subjects.get("listing")
        if stored.kind == dangers.LIFTED:
            listing = None
        elif listing is None or entry.body.get("measure", "takedown") not in _REMOVING:
            return
        else:
            buyers.drop_listing(work, hazard, listing)
        reason = str(entry.body.get("reason") or "")
        buyers.correct(work, self.core.templates, hazard, listing, reason or _CHECKED_ANEW)

    def _on_delivery(self, work: Work, stored: Stored) -> None:
        entry = stored.entry()
        if entry.body.get("topic") == buyers.TOPIC:
            buyers.conclude(work, entry.subjects["hazard"])


_CHECKED_ANEW = "经复核，有关商品不存在该风险"
