"""Assistance (合理协助), opened over the core."""

import hashlib
from collections.abc import Iterable
from functools import partial
from typing import Annotated, Literal

import msgspec

from anbao import cases
from anbao.assist import authority, disclosure, dossier, doubts, funds, letters, offers, records
from anbao.assist.answers import HelpAnswer, missing_of
from anbao.assist.authority import AuthorityAnswer
from anbao.assist.dossier import DossierRecord
from anbao.assist.offers import Offer, OfferedHelp
from anbao.assist.records import Dispute
from anbao.cases.opening import open_case
from anbao.engine.acts import act, query
from anbao.engine.core import CaseHandler, Core, Service
from anbao.engine.reactions import Reaction
from anbao.engine.work import Projector, Work
from anbao.errors import Conflict, InvalidInput, NotFound
from anbao.law.help import load_hints
from anbao.law.templates import Letter
from anbao.ledger import Stored
from anbao.model.assistance import AuthorityRequest, Harm, HelpRequest
from anbao.model.base import Reason, given_reason
from anbao.model.decision import DecisionInEffect
from anbao.model.events import made_of
from anbao.model.events.assist import (
    AssistanceOffered,
    AuthorityAnswered,
    AuthorityDeclined,
    AuthorityRequested,
    CompensationDecided,
    DisputeAdvised,
    DisputeAssisted,
    DisputeChecked,
    DisputeHeld,
    DisputeOpened,
    DisputeRefused,
    EvidenceGiven,
    EvidenceRequested,
)
from anbao.model.events.complaints import ComplaintReceived
from anbao.model.events.delivery import EffectDelivered, EffectFailed
from anbao.model.options import Option
from anbao.store import Connection
from anbao.text import Text

CASE_KIND = "assistance"

_NO_ORDER = Text("没有对应的订单，无从提供", "there is no such order, so there is nothing to give")

_SEVERITY: dict[Harm, int] = {"health": 4, "life": 5, "payment": 3, "property": 3}


Decided = Annotated[Reason, Option("决定", "the decision", flags=("--reason", "--decision"))]
"""What was decided, and why, in words."""


OfferStateWanted = Annotated[
    Literal["open", "taken_up", "given", "closed"] | None,
    Option("缺省为全部；open：尚未协助", "all by default; open: not helped yet"),
]
DisputeStateWanted = Annotated[
    Literal["open", "held", "assisted", "refused", "failed"] | None,
    Option("缺省为全部；failed：不能提供商家信息", "all by default; failed: the seller could not be named"),
]
RequestStateWanted = Annotated[Literal["open", "answered", "declined"] | None, Option("缺省为全部", "all by default")]


class Assist(Service):
    """Helps those who were harmed, and answers authorities."""

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self.hints = load_hints(core.where)

    def projectors(self) -> Iterable[tuple[str, Projector]]:
        yield DisputeOpened.KIND, records.project_opened
        for kind in records.STATES:
            yield kind, records.project_state
        yield AuthorityRequested.KIND, authority.project_requested
        yield AuthorityAnswered.KIND, authority.project_closed
        yield AuthorityDeclined.KIND, authority.project_closed

        yield AssistanceOffered.KIND, offers.project_offered
        for kind in offers.STATES:
            yield kind, offers.project_state

    def reactions(self) -> Iterable[Reaction]:
        harmed = frozenset({ComplaintReceived.KIND})
        yield Reaction("assist.harmed", harmed, partial(offers.follow_complaint, self.core, self.hints))
        yield Reaction("assist.funds", frozenset({EffectDelivered.KIND, EffectFailed.KIND}), self._on_effect)

    def case_handlers(self) -> Iterable[tuple[str, CaseHandler]]:
        yield CASE_KIND, self._on_case
        yield offers.CASE_KIND, offers.follow_case

    # ── persons harmed ────────────────────────────────────────────────────────────────────────────────────────────

    @act(
        title=Text(
            "受损消费者求助：商家信息、交易记录、冻结款项、指引；身份与利害关系清楚的当即提供",
            "A consumer asks for help: the seller's identity, records, a freeze, advice; given at once where plain",
        ),
        scope="trade",
        path="/v1/assistance",
        command="assist ask",
        file=True,
    )
    def ask(self, work: Work, request: HelpRequest, *, actor: str = "platform") -> HelpAnswer:
        """``held``: why a person must look first. It belongs to the complaint in which the harm was reported, if any.

        Raises Conflict for an id that is taken, InvalidInput for a complaint that there is not.
        """
        if records.exists(work.conn, request.id):
            raise Conflict(Text(f"求助 {request.id} 已存在", f"the request {request.id} exists"), field="id")
        consumer = self.core.vault.consumer(work.conn, request.buyer)
        trade = records.trade_of(work.conn, request.order, consumer)
        opened = made_of(
            DisputeOpened,
            self.core.vault.seal_noun(work.conn, request, f"consumer:{consumer}"),
            consumer=consumer,
            dispute=request.id,
            identity="buyer" if trade and trade.consumer == consumer else "unproven",
            interest=request.statement is not None,
            merchant=trade.merchant if trade else "",
            purchase=request.order if trade else "",
            reported=self._reported(work.conn, request, consumer),
        )
        entry = work.append(opened, actor=actor)
        if (offer := offers.matching(work.conn, consumer, request.order, request.complaint)) is not None:
            offers.take_up(work, offer, request.id)
        hints = self.hints.for_harm(request.harm)
        dispute = records.find(work.conn, request.id)
        advised = DisputeAdvised(dispute=dispute.id, hints=tuple(hint.id for hint in hints), **dispute.parties)
        work.append(advised, actor=records.ENGINE)
        answer = HelpAnswer(dispute=request.id, entry=entry, state="open", hints=hints)
        held = doubts.doubt(request, trade, consumer)
        if request.help == "advice":
            self._assisted(work, dispute, "advised", records.ENGINE)
        elif held:
            event = DisputeHeld(dispute=dispute.id, why=held, **dispute.parties)
            entry_held = work.append(event, actor=records.ENGINE)
            open_case(
                work,
                kind=CASE_KIND,
                subjects={"dispute": request.id},
                severity=_SEVERITY[request.harm],
                about=entry_held,
                reasons=[held],
            )
            answer = msgspec.structs.replace(answer, held=held)
        else:
            answer = self._give(work, dispute, answer, records.ENGINE)
        return msgspec.structs.replace(answer, state=records.find(work.conn, request.id).state)

    @act(
        title=Text("核实身份与利害关系后提供", "Give what was asked, identity and interest having been checked"),
        scope="officer",
        path="/v1/assistance/{dispute}/grant",
        command="assist grant",
        second_review=True,
    )
    def grant(self, work: Work, dispute: str, reason: Reason, *, actor: str) -> HelpAnswer:
        """A person has checked identity and interest: give what was asked, or wait for a second person (``held``).

        Raises NotFound, Conflict, InvalidInput, Forbidden.
        """
        found = self._held(work, dispute)
        if not found.order:
            raise Conflict(
                _NO_ORDER,
                hint=Text("请其更正订单号后重新提出", "ask for the right order number and a new request"),
            )
        if (waiting := self._decide(work, found, "grant", reason, actor)) is not None:
            held = "second_review"
            return HelpAnswer(
                dispute=dispute, entry=waiting, held=held, hints=self.hints.for_harm(found.harm), state="held"
            )
        return self._granted(work, found, reason, actor)

    @act(
        title=Text("不予提供并说明理由", "Refuse, with the reason"),
        scope="officer",
        path="/v1/assistance/{dispute}/refuse",
        command="assist refuse",
        second_review=True,
    )
    def refuse(self, work: Work, dispute: str, reason: Reason, *, actor: str) -> int:
        """A person has checked and gives nothing, for a reason that is stated to who asked. Raises as ``grant``."""
        found = self._held(work, dispute)
        if (waiting := self._decide(work, found, "refuse", given_reason(reason), actor)) is not None:
            return waiting
        return self._refused(work, found, reason, actor)

    @act(
        title=Text("解除款项冻结", "Release frozen money"),
        scope="officer",
        path="/v1/assistance/{dispute}/release",
        command="assist release",
    )
    def release(self, work: Work, dispute: str, reason: Reason, *, actor: str) -> int:
        """Let frozen money go; the entry's index. Raises NotFound, InvalidInput."""
        return funds.order_release(work, records.find(work.conn, dispute), given_reason(reason), actor)

    @act(
        title=Text(
            "不能提供商家信息时，记录是否先行赔偿的决定",
            "Where the seller could not be named: record what was decided on paying first",
        ),
        scope="officer",
        path="/v1/assistance/{dispute}/compensation",
        command="assist compensate",
    )
    def compensate(self, work: Work, dispute: str, reason: Decided, *, actor: str) -> int:
        """``reason`` is the decision. Raises NotFound, Conflict."""
        found = records.find(work.conn, dispute)
        if found.state != "failed":
            raise Conflict(Text("只在不能提供商家信息时适用", "this is only for sellers that could not be named"))
        event = CompensationDecided(decision=given_reason(reason), disclosure=dispute, **found.parties)
        entry = work.append(event, actor=actor)
        letters.write(self.core, work, found, "compensation", decision=reason)
        return entry

    @query(
        title=Text("一项求助的答复：书面函、交易记录、指引", "What an asker was answered: letter, records, advice"),
        scope="trade",
        path="/v1/assistance/{dispute}",
    )
    def answer_of(self, conn: Connection, dispute: str) -> HelpAnswer:
        """As it was given, for whoever asked; also what a person granted or refused later. Raises NotFound."""
        found = records.find(conn, dispute)
        given = self.core.ledger.latest(conn, EvidenceGiven.KIND, ("dispute", dispute))
        reader = dossier.DossierReader(conn, self.core.ledger, self.core.vault, [f"consumer:{found.consumer}"])
        return HelpAnswer(
            dispute=dispute,
            entry=found.entry,
            hints=self.hints.for_harm(found.harm),
            letter=letters.newest(self.core, conn, dispute),
            records=[reader.at(index) for index in given.event(EvidenceGiven).entries] if given else [],
            state=found.state,
        )

    def letter_of(self, conn: Connection, dispute: str) -> Letter:
        """The last letter about a request. Raises NotFound."""
        records.find(conn, dispute)
        letter = letters.newest(self.core, conn, dispute)
        if letter is None:
            raise NotFound(Text(f"求助 {dispute} 尚无书面答复", f"nothing was written about the request {dispute} yet"))
        return letter

    def offered(self, conn: Connection, complaint: str) -> OfferedHelp | None:
        """What the author of a complaint can ask for, as offered; None where nothing was."""
        return offers.shown(self.core, conn, self.hints, complaint)

    @query(
        title=Text("说明受损的投诉人及其协助情况", "Complainants who said that they were harmed, and their help"),
        scope="officer",
        path="/v1/assistance-offers",
        command="assist offers",
        columns=offers.COLUMNS,
    )
    def offers(self, conn: Connection, *, state: OfferStateWanted = None, limit: int = 100) -> list[Offer]:
        """Of a state, or all; the oldest first."""
        return offers.listed(conn, state, limit)

    def _reported(self, conn: Connection, request: HelpRequest, consumer: str) -> str:
        """The complaint that a request belongs to; empty where there is none. Raises InvalidInput."""
        named = request.complaint
        if named and self.core.ledger.latest(conn, ComplaintReceived.KIND, ("complaint", named)) is None:
            raise InvalidInput(Text(f"没有投诉 {named}", f"there is no complaint {named}"), field="complaint")
        offer = offers.matching(conn, consumer, request.order, named)
        return offer.complaint if offer else named

    def _granted(self, work: Work, found: Dispute, reason: str, actor: str) -> HelpAnswer:
        event = DisputeChecked(dispute=found.id, reason=given_reason(reason), **found.parties)
        entry = work.append(event, actor=actor)
        answer = self._give(work, found, HelpAnswer(dispute=found.id, entry=entry, state="open"), actor)
        return msgspec.structs.replace(answer, state=records.find(work.conn, found.id).state)

    def _decide(self, work: Work, found: Dispute, outcome: str, reason: str, actor: str) -> int | None:
        """The entry of the case where a second person must agree first; None where the act is to be carried out."""
        given = cases.Determination(actor=actor, outcome=outcome, person=actor, reason=reason)
        subjects = {"dispute": found.id}
        opening = cases.Opening(about=found.entry, severity=_SEVERITY[found.harm], subjects=subjects)
        decision = cases.decide_about(self.core, work, CASE_KIND, ("dispute", found.id), given, opening)
        return decision.entry if decision is not None and decision.undecided else None

    def _on_case(self, work: Work, decision: DecisionInEffect) -> None:
        """A person decided as a case; what was decided here already stays."""
        found = records.find(work.conn, decision.subjects["dispute"])
        if found.state != "held":
            return
        if decision.outcome == "grant" and found.order:
            self._granted(work, found, decision.reason, decision.actor)
        elif decision.outcome == "grant":
            self._refused(work, found, _NO_ORDER.zh, decision.actor)
        else:
            self._refused(work, found, decision.reason, decision.actor)

    def _refused(self, work: Work, found: Dispute, reason: str, actor: str) -> int:
        entry = work.append(DisputeRefused(dispute=found.id, reason=reason, **found.parties), actor=actor)
        letters.write(self.core, work, found, "refused", reason=reason)
        return entry

    def _give(self, work: Work, dispute: Dispute, answer: HelpAnswer, actor: str) -> HelpAnswer:
        if dispute.help == "identity":
            facts = disclosure.facts_of(work, dispute)
            provisions = disclosure.basis_of(self.core.pack.norms, facts)
            seller = disclosure.disclose(work, self.core.vault, dispute, facts, provisions, actor)
            basis_named = self.core.pack.cite(provisions)
            if seller.missing:
                missing = missing_of(seller)
                letter = letters.write(self.core, work, dispute, "unnamed", missing=missing, provisions=basis_named)
            else:
                self._assisted(work, dispute, "identity", actor)
                letter = letters.write(self.core, work, dispute, "identity", seller=seller, provisions=basis_named)
            return msgspec.structs.replace(answer, letter=letter, seller=seller)
        if dispute.help == "records":
            found = self._records(work, dispute, actor)
            self._assisted(work, dispute, "records", actor)
            letter = letters.write(self.core, work, dispute, "records", records=found)
            return msgspec.structs.replace(answer, letter=letter, records=found)
        funds.order_freeze(work, dispute, dispute.id, actor)
        return answer

    def _records(self, work: Work, dispute: Dispute, actor: str) -> list[DossierRecord]:
        trades = records.trades_of(work.conn, dispute.order, dispute.consumer)
        assert trades  # a request without a trade is held
        work.append(EvidenceRequested(dispute=dispute.id, **dispute.parties), actor=actor)
        reader = dossier.DossierReader(work.conn, self.core.ledger, self.core.vault, [f"consumer:{dispute.consumer}"])
        lines = [(one.listing, one.entry) for one in trades]
        found = dossier.trade_records(reader, dispute.order, trades[0].consumer, lines)
        digest = hashlib.sha256(msgspec.json.encode(found, order="sorted")).hexdigest()
        entries = tuple(one.index for one in found)
        given = EvidenceGiven(digest=digest, dispute=dispute.id, entries=entries, **dispute.parties)
        work.append(given, actor=actor)
        return found

    def _assisted(self, work: Work, dispute: Dispute, how: str, actor: str) -> None:
        work.append(DisputeAssisted(dispute=dispute.id, how=how, **dispute.parties), actor=actor)

    def _held(self, work: Work, dispute: str) -> Dispute:
        found = records.find(work.conn, dispute)
        if found.state != "held":
            raise Conflict(
                Text(
                    f"求助 {dispute} 不在待核状态（{found.state}）", f"the request {dispute} is {found.state}, not held"
                )
            )
        return found

    def _on_effect(self, work: Work, stored: Stored) -> None:
        delivered = stored.kind == EffectDelivered.KIND
        event = stored.event(EffectDelivered) if delivered else stored.event(EffectFailed)
        topic = event.topic
        if topic not in (funds.FREEZE, funds.RELEASE):
            return
        found = records.find(work.conn, event.others["dispute"])
        funds.record_outcome(work, topic, delivered, found, event.problem)
        if topic == funds.FREEZE:
            letters.write(self.core, work, found, "frozen" if delivered else "not_frozen")
            if delivered:
                self._assisted(work, found, "frozen", records.ENGINE)
        elif delivered:
            letters.write(self.core, work, found, "released")

    @query(
        title=Text("求助列表", "Requests for help"),
        scope="officer",
        path="/v1/assistance",
    )
    def disputes(self, conn: Connection, *, state: DisputeStateWanted = None, limit: int = 100) -> list[Dispute]:
        """Of a state, or all; the oldest first."""
        return records.listed(conn, state, limit)

    # ── authorities ───────────────────────────────────────────────────────────────────────────────────────────────

    @act(
        title=Text(
            "登记主管部门的调取要求：文号、依据、范围", "Take in an authority's request: document, basis, scope"
        ),
        scope="officer",
        path="/v1/authority-requests",
        command="assist authority receive",
        file=True,
    )
    def receive(self, work: Work, request: AuthorityRequest, *, actor: str, at: int | None = None) -> int:
        """Take in an authority's request; the entry's index. Raises InvalidInput, Conflict."""
        authority.check_request(request, self.core.pack.library)
        if authority.exists(work.conn, request.id):
            raise Conflict(Text(f"请求 {request.id} 已存在", f"the request {request.id} exists"), field="id")
        return work.append(AuthorityRequested(asked=request, request=request.id), actor=actor, at=at)

    @act(
        title=Text("在请求范围内提供，内容摘要入存证", "Answer within the scope; the digest stands in the ledger"),
        scope="officer",
        path="/v1/authority-requests/{name}/answer",
    )
    def answer(self, work: Work, name: str, *, actor: str) -> AuthorityAnswer:
        """Compose and hand over the answer; what it held stands in the entry by digest. Raises NotFound, Conflict."""
        asked = self._asked(work, name)
        answer = authority.compose(work.conn, self.core.ledger, self.core.vault, asked)
        answered = AuthorityAnswered(
            basis=asked.basis,
            digest=answer.digest,
            listings=tuple(one.index for one in answer.listings),
            merchants=tuple(one.index for one in answer.merchants),
            request=name,
            sales=len(answer.sales),
            trades=tuple(one.index for one in answer.trades),
        )
        work.append(answered, actor=actor)
        return answer

    @act(
        title=Text("退回请求并说明理由", "Send a request back, with the reason"),
        scope="officer",
        path="/v1/authority-requests/{name}/decline",
        command="assist authority decline",
    )
    def decline(self, work: Work, name: str, reason: Reason, *, actor: str) -> int:
        """Send a request back, saying why (no basis, no scope, not competent). Raises NotFound, Conflict."""
        self._asked(work, name)
        return work.append(AuthorityDeclined(reason=given_reason(reason), request=name), actor=actor)

    @query(
        title=Text("主管部门的调取要求", "Requests of authorities"),
        scope="officer",
        path="/v1/authority-requests",
        command="assist authority list",
        columns=authority.COLUMNS,
    )
    def requests(
        self, conn: Connection, *, state: RequestStateWanted = None, limit: int = 100
    ) -> list[authority.Asked]:
        """Of a state, or all; the oldest first."""
        return authority.listed(conn, state, limit)

    def _asked(self, work: Work, request: str) -> AuthorityRequest:
        asked = authority.find(work.conn, request)
        if asked.state != "open":
            raise Conflict(Text(f"请求 {request} 已处理（{asked.state}）", f"the request {request} is {asked.state}"))
        return asked.request
