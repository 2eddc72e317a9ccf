"""The service for warning (危险警示), built on the core: notices to consumers before a trade and after it."""

from collections.abc import Iterable
from functools import partial

import msgspec

from anbao.detect.fields import words_of
from anbao.engine.acts import act
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
from anbao.model.events.prevent import ListingScreenedEvent
from anbao.model.events.remove import MeasureLifted, MeasureTakenEvent
from anbao.model.events.warn import OrderPlaced, WarningCorrected, WarningPublished, WarningSent
from anbao.model.listing_fact import FactValue
from anbao.model.notice import Notice
from anbao.model.trade import NoticeAcknowledged, NoticeAnswered, NoticeChoice, NoticeShown, Order, OrderIntent
from anbao.store import Connection
from anbao.text import Language, Text, choose_language
from anbao.warn import buyers, dangers, orders, placing, steps
from anbao.warn.facts import known_facts
from anbao.warn.notices import RenderedNotice, render
from anbao.warn.probes import ACTOR, try_notices

LOOKBACK = "warning.lookback"
_REMOVING = frozenset({"shield", "takedown"})


class Retried(msgspec.Struct, frozen=True, kw_only=True):
    """How many buyers are warned again."""

    buyers: int


class Warn(Service):
    """Notices and orders; warnings after the trade."""

    def projectors(self) -> Iterable[tuple[str, Projector]]:
        yield OrderPlaced.KIND, buyers.project_trades
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
        order, note = partial(self.place_order, actor=ACTOR), partial(self.record_step, actor=ACTOR)
        yield "notices", partial(try_notices, self.core, order, note)

    # ── before the trade ──────────────────────────────────────────────────────────────────────────────────────────

    @act(
        title=Text("记录风险提示已向消费者展示", "Record that a notice was shown to a buyer"),
        scope="trade",
        path="/v1/notices/shown",
    )
    def show_notice(self, work: Work, shown: NoticeShown, *, at: int | None = None, actor: str = "platform") -> int:
        """The notice at its present version. Raises InvalidInput."""
        notice = self._notice(shown.notice)
        text = self._shown(work, notice, shown)
        when = work.now if at is None else at
        return orders.record_shown(work, self.core.vault, shown, notice.version, text, actor, when)

    @act(
        title=Text("记录消费者已确认风险提示", "Record that a buyer acknowledged a notice"),
        scope="trade",
        path="/v1/notices/acknowledged",
    )
    def acknowledge_notice(
        self, work: Work, acknowledged: NoticeAcknowledged, *, at: int | None = None, actor: str = "platform"
    ) -> int:
        """The notice at its present version. Raises InvalidInput."""
        version = self._notice(acknowledged.notice).version
        when = work.now if at is None else at
        return orders.record_reply(work, self.core.vault, acknowledged, version, actor, when)

    @act(
        title=Text("记录消费者是否属于不适宜人群", "Record whether a buyer belongs to an unsuitable group"),
        scope="trade",
        path="/v1/notices/answered",
    )
    def answer_notice(
        self, work: Work, answered: NoticeAnswered, *, at: int | None = None, actor: str = "platform"
    ) -> int:
        """The answer to the notice's question. Raises InvalidInput where it asks none."""
        notice = self._notice(answered.notice)
        if not notice.unsuitable:
            raise InvalidInput(
                Text(f"{notice.id} 没有不适宜人群可问", f"{notice.id} names no unsuitable group"), field="notice"
            )
        when = work.now if at is None else at
        return orders.record_reply(work, self.core.vault, answered, notice.version, actor, when)

    @act(
        title=Text(
            "分别记录消费者是否知悉风险、有无选择、如何选择",
            "Record apart whether a buyer knew the risk, could choose, and chose",
        ),
        scope="trade",
        path="/v1/notices/choice",
    )
    def record_choice(self, work: Work, choice: NoticeChoice, *, at: int | None = None, actor: str = "platform") -> int:
        """Three facts, each with what it rests on; none follows from another. Raises InvalidInput."""
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

    @act(
        title=Text(
            "记录一笔订单，并指出此前应告知而未确认的风险提示；按平台选项可拒绝",
            "Record an order and the notices that it lacked, or refuse it for them",
        ),
        scope="trade",
        path="/v1/orders",
    )
    def place_order(
        self, work: Work, order: Order, *, at: int | None = None, actor: str = "platform"
    ) -> orders.OrderAnswer:
        """The order, and each notice owed before it, as entries."""
        return placing.place(self.core, work, order, actor, work.now if at is None else at)

    def record_step(
        self, work: Work, step: orders.NoticeStep | NoticeChoice, *, at: int | None = None, actor: str = "platform"
    ) -> int:
        """Record a buyer's step, whichever it is; the entry's index. Raises InvalidInput."""
        if isinstance(step, NoticeShown):
            return self.show_notice(work, step, at=at, actor=actor)
        if isinstance(step, NoticeAcknowledged):
            return self.acknowledge_notice(work, step, at=at, actor=actor)
        if isinstance(step, NoticeAnswered):
            return self.answer_notice(work, step, at=at, actor=actor)
        return self.record_choice(work, step, at=at, actor=actor)

    @act(
        title=Text(
            "付款前检查：订单会否被接受，还缺哪些告知", "Before payment: would the order be taken, and what it lacks"
        ),
        scope="trade",
        path="/v1/orders/check",
        keyed=False,
    )
    def check_order(self, work: Work, intent: OrderIntent, *, at: int | None = None) -> orders.OrderCheck:
        """Records no entry, only the buyer's commitment."""
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
        found = self.core.ledger.latest(conn, ListingScreenedEvent.KIND, ("listing", listing))
        if found is None:
            return {}
        record = whole_record(conn, found.event(ListingScreenedEvent).screened.listing)
        return known_facts(self.core.catalogue.facts.values(), dict(record.facts), words_of(record))

    # ── after the trade ───────────────────────────────────────────────────────────────────────────────────────────

    @act(
        title=Text("再次警示未送达的消费者", "Warn those again who were not reached"),
        scope="officer",
        path="/v1/warnings/{hazard}/retry",
    )
    def retry(self, work: Work, hazard: str, *, actor: str) -> Retried:
        """Raises NotFound."""
        self._danger(work, hazard)
        return Retried(buyers=buyers.retry(work, self.core.templates, hazard, actor))

    @act(
        title=Text("在公开页警示一项可公开的危险", "Put a hazard that may be named on the public page"),
        scope="officer",
        path="/v1/warnings/{hazard}/publish",
        command="warn publish",
    )
    def publish(self, work: Work, hazard: str, *, actor: str = "officer") -> int:
        """Raises NotFound, Conflict where it may not be named."""
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
