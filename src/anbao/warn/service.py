"""The room of warning (危险警示), opened over the core: what consumers are told before a trade and after it."""

from collections.abc import Iterable
from functools import partial

import msgspec

from anbao.detect.fields import words_of
from anbao.engine.core import CaseHandler, Probe, Service, Step
from anbao.engine.reactions import Reaction
from anbao.engine.readmodels import listings
from anbao.engine.work import Projector, Work
from anbao.errors import Conflict, InvalidInput, NotFound
from anbao.law.deadlines import latest_start
from anbao.ledger import Stored
from anbao.ledger.whole import whole_record
from anbao.model.events.delivery import EffectEvent
from anbao.model.events.investigate import HazardConfirmed, HazardLifted, ListingMatchedHazard
from anbao.model.events.remove import MeasureLifted, MeasureTakenEvent
from anbao.model.events.warn import OrderPlaced, WarningCorrected, WarningPublished, WarningSent
from anbao.model.listing import ListingRecord
from anbao.model.listing_fact import FactValue
from anbao.model.notice import Notice
from anbao.model.trade import NoticeAnswered, NoticeChoice, NoticeShown, Order, OrderIntent
from anbao.store import Connection
from anbao.text import Language, Text, choose_language
from anbao.warn import buyers, dangers, orders, placing, steps
from anbao.warn.facts import known_facts
from anbao.warn.notices import RenderedNotice, render
from anbao.warn.probes import ACTOR, try_notices

LOOKBACK = "warning.lookback"
_REMOVING = frozenset({"shield", "takedown"})


class Warn(Service):
    """Notices and orders; warnings after the trade."""

    def projectors(self) -> Iterable[tuple[str, Projector]]:
        yield OrderPlaced.KIND, orders.project_orders
        yield OrderPlaced.KIND, dangers.project_trades
        for kind in steps.STEP_KINDS:
            yield kind, steps.project_steps
        yield HazardConfirmed.KIND, dangers.project_confirmed
        yield HazardLifted.KIND, dangers.project_lifted
        yield WarningPublished.KIND, dangers.project_published
        yield WarningSent.KIND, buyers.project_sent
        yield WarningCorrected.KIND, buyers.project_sent
        for kind in buyers.DELIVERIES:
            yield kind, buyers.project_delivery

    def reactions(self) -> Iterable[Reaction]:
        yield Reaction("warn.confirmed", frozenset({HazardConfirmed.KIND}), self._on_confirmed)
        yield Reaction(
            "warn.matched", frozenset({ListingMatchedHazard.KIND, MeasureTakenEvent.KIND}), self._on_affected
        )
        yield Reaction("warn.lifted", frozenset({HazardLifted.KIND, MeasureLifted.KIND}), self._on_lifted)
        yield Reaction("warn.delivery", frozenset(buyers.DELIVERIES), self._on_delivery)

    def case_handlers(self) -> Iterable[tuple[str, CaseHandler]]:
        yield placing.CASE_KIND, partial(placing.follow_case, self.core)

    def steps(self) -> Iterable[Step]:
        yield lambda: self.core.run(lambda work: buyers.warn_some(work, self.core.templates))

    def probes(self) -> Iterable[tuple[str, Probe]]:
        order, note = partial(self.order, actor=ACTOR), partial(self.note_notice, actor=ACTOR)
        yield "notices", partial(try_notices, self.core, order, note)

    # ── before the trade ──────────────────────────────────────────────────────────────────────────────────────────

    def note_notice(
        self, work: Work, noun: orders.NoticeStep, *, at: int | None = None, actor: str = "platform"
    ) -> int:
        """Record that a notice was shown, acknowledged or answered; the entry's index. Raises InvalidInput."""
        notice = self._notice(noun.notice)
        when = work.now if at is None else at
        if isinstance(noun, NoticeShown):
            text = self._shown(work, notice, noun)
            return orders.record_shown(work, self.core.vault, noun, notice.version, text, actor, when)
        if isinstance(noun, NoticeAnswered) and not notice.unsuitable:
            raise InvalidInput(
                Text(f"{notice.id} 没有不适宜人群可问", f"{notice.id} names no unsuitable group"), field="notice"
            )
        return orders.record_reply(work, self.core.vault, noun, notice.version, actor, when)

    def note_choice(self, work: Work, choice: NoticeChoice, *, at: int | None = None, actor: str = "platform") -> int:
        """Record whether a buyer knew, could choose, and chose; the entry's index. Raises InvalidInput."""
        if choice.notice:
            self._notice(choice.notice)
        for name in ("knew", "could_choose", "chose"):
            if getattr(choice, name) and not getattr(choice, f"{name}_by").strip():
                raise InvalidInput(
                    Text(f"{name} 为真时须写明依据 {name}_by", f"{name} is stated without what it rests on"),
                    hint=Text("写明页面、操作或者文件", "name the page, the act or the document"),
                    field=f"{name}_by",
                )
        return orders.record_choice(work, self.core.vault, choice, actor, work.now if at is None else at)

    def order(self, work: Work, order: Order, *, at: int | None = None, actor: str = "platform") -> orders.OrderAnswer:
        """Record an order and what had to be told before it; or refuse it, where the platform's choice says so."""
        return placing.place(self.core, work, order, actor, work.now if at is None else at)

    def check_order(self, work: Work, intent: OrderIntent, *, at: int | None = None) -> orders.OrderCheck:
        """Whether an order would be taken now, and what it lacks; nothing is recorded but the buyer's commitment."""
        return placing.check(self.core, work, intent, work.now if at is None else at)

    def notices_of(self, conn: Connection, listing: str, language: Language) -> list[RenderedNotice]:
        """What is to be shown before an order of this listing. Raises NotFound for a listing that is not known."""
        known = listings.known(conn, listing)
        if not known.outcome:
            raise NotFound(Text(f"没有商品 {listing}", f"there is no listing {listing}"), field="listing")
        facts = self._facts(conn, listing)
        return [render(notice, language, facts) for notice in self.core.catalogue.notices_for(known.category)]

    def _notice(self, name: str) -> Notice:
        known = self.core.catalogue.notice(name)
        if known is None:
            raise InvalidInput(Text(f"没有告知模板 {name}", f"there is no notice {name}"), field="notice")
        return known

    def _shown(self, work: Work, notice: Notice, noun: NoticeShown) -> orders.ShownText:
        """What was shown, as far as it is known: the platform's own digest, and whether it is that of our rendering."""
        facts = self._facts(work.conn, noun.listing)
        language = choose_language(noun.language)
        ours = render(notice, language, facts).digest
        return {
            "catalogue": self.core.catalogue.digest,
            "listing_facts": tuple(facts.items()),
            "rendering": noun.rendering or ours,
            "rendering_ours": noun.rendering in ("", ours),
            "rendering_stated": bool(noun.rendering),
        }

    def _facts(self, conn: Connection, listing: str) -> dict[str, FactValue]:
        found = self.core.ledger.latest(conn, "listing.screened", ("listing", listing))
        if found is None:
            return {}
        record = whole_record(conn, msgspec.convert(found.entry().body["listing"], ListingRecord))
        return known_facts(self.core.catalogue.facts.values(), dict(record.facts), words_of(record))

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

    def _danger(self, work: Work, hazard: str) -> dangers.WarnedDanger:
        found = dangers.find(work.conn, hazard)
        if found is None:
            raise NotFound(Text(f"没有已确认的危险 {hazard}", f"there is no confirmed hazard {hazard}"))
        return found

    def _on_confirmed(self, work: Work, stored: Stored) -> None:
        event = stored.event(HazardConfirmed)
        buyers.look_again(work, event.hazard)
        if event.listing:
            self._affect(work, stored.index, stored.at, event.hazard, event.listing)
        if event.record.nameable:
            buyers.publish(work, event.hazard, buyers.ENGINE)

    def _on_affected(self, work: Work, stored: Stored) -> None:
        if stored.kind == ListingMatchedHazard.KIND:
            match = stored.event(ListingMatchedHazard)
            hazard, listing, certain = match.hazard, match.listing, match.record.certainty == "certain"
        else:
            taken = stored.event(MeasureTakenEvent)
            hazard, listing, certain = taken.hazard, taken.listing, taken.measure in _REMOVING
        if certain and hazard and listing:
            self._affect(work, stored.index, stored.at, hazard, listing)

    def _affect(self, work: Work, cause: int, at: int, hazard: str, listing: str) -> None:
        period = self.core.settings.in_force(work.conn, LOOKBACK, at, before=cause)
        since = latest_start(at, period, self.core.pack.calendar)
        buyers.add_listing(work, hazard, listing, since=since, cause=cause)

    def _on_lifted(self, work: Work, stored: Stored) -> None:
        if stored.kind == HazardLifted.KIND:
            ended = stored.event(HazardLifted)
            self._correct(work, ended.hazard, None, ended.reason)
            return
        lifted = stored.event(MeasureLifted)
        if lifted.hazard and lifted.listing and lifted.measure in _REMOVING:
            buyers.drop_listing(work, lifted.hazard, lifted.listing)
            self._correct(work, lifted.hazard, lifted.listing, lifted.reason)

    def _correct(self, work: Work, hazard: str, listing: str | None, reason: str) -> None:
        buyers.correct(work, self.core.templates, hazard, listing, reason or _CHECKED_ANEW)
        buyers.conclude(work, hazard)

    def _on_delivery(self, work: Work, stored: Stored) -> None:
        event: EffectEvent = stored.event(buyers.DELIVERIES[stored.kind])
        if event.topic == buyers.TOPIC:
            buyers.conclude(work, event.others["hazard"])


_CHECKED_ANEW = "经复核，有关商品不存在该风险"
