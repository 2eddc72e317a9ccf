"""Help for persons harmed: what is given at once, what a person must check, what cannot be given; and authorities."""

import hashlib
from collections.abc import Iterator
from itertools import count
from typing import Any

import msgspec
import pytest

from anbao.assist import records
from anbao.assist.answers import HelpAnswer
from anbao.errors import Conflict, InvalidInput, NotFound
from anbao.model.assistance import AuthorityRequest, HelpRequest
from anbao.model.events.delivery import EffectDelivered, EffectFailed
from anbao.model.listing import Listing
from anbao.model.merchant import Merchant
from anbao.model.trade import Order
from anbao.platform import Platform, open_platform
from anbao.simulator.receiver import Receiver
from anbao.store.bulk import sql
from api_server import served

NOW = 1_795_000_000_000
ADDRESS, PHONE, NAME = "浙江省杭州市某路 1 号", "12000000001", "某某商贸有限公司"


def stocked(platform: Platform) -> None:
    """Two merchants, one of whom left no address; each sold one thing to Ann."""
    for name, address in (("M1", ADDRESS), ("M2", None)):
        platform.prevent.merchants.apply(
            Merchant(id=name, kind="company", legal_name=NAME, shop_name="小店", phone=PHONE, address=address)
        )
        platform.submit_listing(Listing(id=f"L-{name}", merchant=name, title="充电宝 20000 毫安"))
        platform.warn.place_order(
            Order(id=f"O-{name}", buyer="ann", listing=f"L-{name}", amount="99.00", recipient="安女士", quantity=2)
        )


@pytest.fixture
def platform(store_url: str) -> Iterator[Platform]:
    ticks = count(NOW)
    with open_platform(store_url, clock=lambda: next(ticks)) as opened:
        stocked(opened)
        yield opened


def ask(platform: Platform, help: Any, **changes: Any) -> HelpAnswer:
    request = HelpRequest(
        **{
            "buyer": "ann",
            "harm": "health",
            "help": help,
            "id": "D1",
            "order": "O-M1",
            "statement": "充电时烫伤了手",
            **changes,
        }
    )
    return platform.run(lambda work: platform.assist.ask(work, request))


def bodies(platform: Platform, kind: str) -> list[Any]:
    with platform.reading() as conn:
        return [one.entry().body for one in platform.entries(conn, kind=kind)]


def owed(platform: Platform, norm: str) -> list[str]:
    return [one.state for one in platform.obligations(limit=1_000) if one.norm == norm]


def test_the_buyer_learns_who_sold_and_no_more(platform: Platform) -> None:
    answer = ask(platform, "identity")
    assert answer.seller is not None
    assert (answer.seller.name, answer.seller.address, answer.seller.contact) == (NAME, ADDRESS, PHONE)
    assert answer.state == "assisted"
    [given] = bodies(platform, "disclosure.given")
    assert given["fields"] == ["address", "contact", "name"]
    with platform.reading() as conn:
        ledger = b"".join(bytes(data) for (data,) in sql(conn, "SELECT data FROM entry").all())
        opened = {name: platform.vault.reveal(conn, one)[1] for name, one in given["commitments"].items()}
        told = sql(conn, "SELECT body FROM outbox WHERE topic = 'merchant.told_of_disclosure'").all()
    for secret in (NAME, ADDRESS, PHONE, "烫伤", "安女士"):
        assert secret.encode() not in ledger
    assert opened == {"name": NAME, "address": ADDRESS, "contact": PHONE}
    assert len(told) == 1
    assert not owed(platform, "cn.disclose.seller")
    assert not owed(platform, "cn.assist")


def test_a_seller_that_cannot_be_named_makes_the_platform_decide_on_paying_first(platform: Platform) -> None:
    answer = ask(platform, "identity", order="O-M2")
    assert answer.seller is not None
    assert answer.seller.missing == ("address",)
    assert answer.state == "failed"
    assert owed(platform, "cn.disclose.pay_first") == ["open"]
    assert owed(platform, "cn.disclose.seller") == ["open"]
    platform.run(lambda work: platform.assist.compensate(work, "D1", "先行赔付 99 元", actor="officer"))
    assert not owed(platform, "cn.disclose.pay_first")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"buyer": "eve"}, "not_the_buyer"),
        ({"on_behalf": True}, "on_behalf"),
        ({"statement": None}, "no_statement"),
        ({"order": "O-none"}, "unknown_order"),
    ],
)
def test_what_is_not_plain_waits_for_a_person_and_gives_nothing(
    platform: Platform, changes: dict[str, Any], why: str
) -> None:
    for help in ("identity", "records", "freeze"):
        answer = ask(platform, help, id=f"D-{help}", **changes)
        assert (answer.state, answer.held) == ("held", why)
        assert answer.seller is None
        assert not answer.records
        assert answer.hints
    assert not bodies(platform, "disclosure.given")
    assert not bodies(platform, "evidence.given")
    assert not bodies(platform, "funds.freeze_ordered")


def test_a_person_grants_or_refuses_once_with_a_reason(platform: Platform) -> None:
    ask(platform, "identity", on_behalf=True)
    with pytest.raises(InvalidInput):
        platform.run(lambda work: platform.assist.grant(work, "D1", " ", actor="officer"))
    granted = platform.run(lambda work: platform.assist.grant(work, "D1", "持授权委托书", actor="officer"))
    assert granted.seller is not None
    assert granted.seller.name == NAME
    with pytest.raises(Conflict):
        platform.run(lambda work: platform.assist.refuse(work, "D1", "迟了", actor="officer"))
    ask(platform, "identity", id="D2", buyer="eve")
    platform.run(lambda work: platform.assist.refuse(work, "D2", "并非该单买家", actor="officer"))
    assert not owed(platform, "cn.assist")
    ask(platform, "records", id="D3", order="O-none")
    with pytest.raises(Conflict):
        platform.run(lambda work: platform.assist.grant(work, "D3", "认识她", actor="officer"))
    with pytest.raises(Conflict):
        ask(platform, "identity")
    with pytest.raises(NotFound):
        platform.run(lambda work: platform.assist.grant(work, "D9", "?", actor="officer"))


def letters(platform: Platform, receiver: Receiver) -> list[dict[str, Any]]:
    """What reached the askers in writing."""
    while platform.advance():
        pass
    return [one.payload["data"] for one in receiver.topics("consumer.assistance")]


def test_the_seller_is_named_in_writing_and_the_words_are_bound(platform: Platform, receiver: Receiver) -> None:
    answer = ask(platform, "identity")
    [sent] = letters(platform, receiver)
    assert sent["buyer"] == "ann"
    for value in (NAME, ADDRESS, PHONE, "O-M1", "消费者权益保护法"):
        assert value in sent["letter_zh"]
    assert ADDRESS in sent["letter_en"]
    [told] = bodies(platform, "dispute.told")
    with platform.reading() as conn:
        assert platform.vault.reveal(conn, told["letter_zh"])[1] == sent["letter_zh"]
        again = platform.assist.answer_of(conn, "D1")
        [delivered] = platform.ledger.entries(conn, kind="effect.delivered", subject=("dispute", "D1"))
        outbox = b"".join(bytes(body) for (body,) in sql(conn, "SELECT body FROM outbox").all())
        ledger = b"".join(bytes(data) for (data,) in sql(conn, "SELECT data FROM entry").all())
    assert again.letter == answer.letter
    assert delivered.entry().body["topic"] == "consumer.assistance"
    assert ADDRESS.encode() not in outbox + ledger


def test_whoever_waited_for_a_person_is_answered_in_writing(platform: Platform, receiver: Receiver) -> None:
    ask(platform, "records", on_behalf=True)
    ask(platform, "identity", id="D2", buyer="eve")
    ask(platform, "identity", id="D3", order="O-none")
    for name, outcome in (("D1", "grant"), ("D2", "refuse"), ("D3", "grant")):
        with platform.reading() as conn:
            [case] = [one for one in platform.cases.worst(conn) if one.subjects.get("dispute") == name]
        platform.run(
            lambda work, case=case.id, outcome=outcome: platform.cases.decide(  # type: ignore[misc]
                work, case, person="wang", outcome=outcome, reason="经核对并非该单买家"
            )
        )
    told = {one["buyer"] + one["order"]: one for one in letters(platform, receiver)}
    assert {key: one["answer"] for key, one in told.items()} == {
        "annO-M1": "records",
        "eveO-M1": "refused",
        "ann": "refused",
    }
    assert "经核对并非该单买家" in told["eveO-M1"]["letter_zh"]
    assert "没有对应的订单" in told["ann"]["letter_zh"]
    with platform.reading() as conn:
        given = platform.assist.answer_of(conn, "D1")
        [entry] = platform.ledger.entries(conn, kind="evidence.given")
    assert [one.index for one in given.records] == entry.entry().body["entries"]
    assert (
        hashlib.sha256(msgspec.json.encode(given.records, order="sorted")).hexdigest() == entry.entry().body["digest"]
    )
    assert given.records[0].leaf in told["annO-M1"]["letter_zh"]


def test_whose_money_was_frozen_or_who_may_be_paid_is_answered_in_writing(
    platform: Platform, receiver: Receiver
) -> None:
    ask(platform, "freeze")
    ask(platform, "identity", id="D2", order="O-M2")
    platform.run(lambda work: platform.assist.compensate(work, "D2", "先行赔付 99 元", actor="officer"))
    told = {one["answer"]: one["letter_zh"] for one in letters(platform, receiver)}
    assert told.keys() == {"frozen", "unnamed", "compensation"}
    assert "地址" in told["unnamed"]
    assert "先行赔付 99 元" in told["compensation"]


def test_the_records_are_the_entries_themselves_with_the_buyers_own_values(platform: Platform) -> None:
    answer = ask(platform, "records")
    kinds = [one.kind for one in answer.records]
    assert kinds[:2] == ["listing.screened", "order.placed"]
    [order] = [one for one in answer.records if one.kind == "order.placed"]
    assert order.body["recipient"] == "安女士"
    with platform.reading() as conn:
        for one in answer.records:
            stored = platform.ledger.entry(conn, one.index)
            assert (stored.kind, stored.at) == (one.kind, one.at)
    [given] = bodies(platform, "evidence.given")
    assert given["entries"] == [one.index for one in answer.records]
    assert not owed(platform, "cn.evidence")


def deliver(platform: Platform, topic: str, *, done: bool) -> None:
    """What the webhook sender records when the platform answered."""
    with platform.reading() as conn:
        [(name, body)] = sql(conn, "SELECT id, body FROM outbox WHERE topic = ?", (topic,)).all()
    others: dict[str, str] = msgspec.json.decode(body)["subjects"]
    event = (
        EffectDelivered(attempts=1, cause=0, effect=name, others=others, problem="", result={}, topic=topic)
        if done
        else EffectFailed(
            attempts=1, cause=0, effect=name, others=others, problem="409", refused=True, result={}, topic=topic
        )
    )
    platform.run(lambda work: work.append(event, actor="test"))
    platform.run(platform.react)


def test_money_paid_by_mistake_is_frozen_also_when_it_was_the_buyers_own(platform: Platform) -> None:
    answer = ask(platform, "freeze", harm="payment", statement="我付错了店")
    assert answer.state == "open"
    assert {hint.id for hint in answer.hints} >= {"fraud", "unauthorised", "negotiate"}
    assert owed(platform, "cn.assist.freeze") == ["open"]
    deliver(platform, "funds.freeze", done=True)
    assert not owed(platform, "cn.assist.freeze")
    with platform.reading() as conn:
        assert records.find(conn, "D1").state == "assisted"
    platform.run(lambda work: platform.assist.release(work, "D1", "已退款", actor="officer"))
    deliver(platform, "funds.release", done=True)
    assert len(bodies(platform, "funds.released")) == 1
    assert not platform.obligation_differences()


def test_a_freeze_that_fails_stays_owed(platform: Platform) -> None:
    ask(platform, "freeze", harm="payment")
    deliver(platform, "funds.freeze", done=False)
    assert [one["problem"] for one in bodies(platform, "funds.freeze_failed")] == ["409"]
    assert owed(platform, "cn.assist.freeze") == ["open"]


def request(**changes: Any) -> AuthorityRequest:
    return AuthorityRequest(
        **{
            "authority": "杭州市市场监督管理局",
            "basis": ("cn.ecommerce_law.2018/25",),
            "document": "杭市监调〔2026〕1 号",
            "id": "R1",
            "merchants": ("M1",),
            "request": "records",
            **changes,
        }
    )


def test_an_authority_gets_what_its_scope_covers(platform: Platform) -> None:
    platform.run(lambda work: platform.assist.receive(work, request(), actor="officer"))
    assert owed(platform, "cn.data.to_authority") == ["open"]
    answer = platform.run(lambda work: platform.assist.answer(work, "R1", actor="officer"))
    assert [one.body["legal_name"] for one in answer.merchants] == [NAME]
    assert {one.subjects.get("order") for one in answer.trades if one.kind == "order.placed"} == {"O-M1"}
    assert "安女士" not in answer.to_bytes().decode()
    [recorded] = bodies(platform, "authority.answered")
    assert recorded["digest"] == answer.digest
    assert not owed(platform, "cn.data.to_authority")
    with pytest.raises(Conflict):
        platform.run(lambda work: platform.assist.answer(work, "R1", actor="officer"))


def test_buyers_are_named_only_where_they_were_asked_for(platform: Platform) -> None:
    platform.run(lambda work: platform.assist.receive(work, request(buyers=True), actor="officer"))
    answer = platform.run(lambda work: platform.assist.answer(work, "R1", actor="officer"))
    assert "安女士" in answer.to_bytes().decode()


def test_prices_and_sales_hold_no_person(platform: Platform) -> None:
    asked = request(request="prices", listings=("L-M1",), merchants=())
    platform.run(lambda work: platform.assist.receive(work, asked, actor="officer"))
    answer = platform.run(lambda work: platform.assist.answer(work, "R1", actor="officer"))
    [row] = answer.sales
    assert (row.about, row.trades, row.quantity, row.amount) == ("L-M1", 1, 2, "99.00")
    assert not answer.merchants
    assert not answer.trades


@pytest.mark.parametrize(
    "changes",
    [{"merchants": ()}, {"basis": ("cn.ecommerce_law.2018/999",)}, {"since": "2026-02-30"}],
)
def test_a_request_without_scope_or_basis_is_not_taken_in(platform: Platform, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        platform.run(lambda work: platform.assist.receive(work, request(**changes), actor="officer"))


def test_a_request_can_be_sent_back(platform: Platform) -> None:
    platform.run(lambda work: platform.assist.receive(work, request(), actor="officer"))
    platform.run(lambda work: platform.assist.decline(work, "R1", "文书未加盖印章", actor="officer"))
    assert not owed(platform, "cn.data.to_authority")


def test_it_all_works_over_http(store_url: str) -> None:
    with served(store_url) as server:
        stocked(server.platform)
        trade, officer = server.client("trade"), server.client("officer")
        wanted = {
            "id": "D1",
            "buyer": "ann",
            "order": "O-M1",
            "harm": "health",
            "help": "identity",
            "statement": "烫伤",
        }
        answer = trade.post("/v1/assistance", json=wanted).json()
        assert answer["seller"]["name"] == NAME
        assert trade.post("/v1/assistance", json=wanted).status_code == 409
        held = trade.post("/v1/assistance", json=wanted | {"id": "D2", "on_behalf": True}).json()
        assert held["held"] == "on_behalf"
        listed = officer.get("/v1/assistance", params={"state": "held"}).json()["items"]
        assert [one["id"] for one in listed] == ["D2"]
        assert officer.post("/v1/assistance/D2/grant", json={"reason": "有委托书"}).json()["state"] == "assisted"
        asked = msgspec.to_builtins(request())
        assert officer.post("/v1/authority-requests", json=asked).status_code == 201
        given = officer.post("/v1/authority-requests/R1/answer").json()
        assert given["merchants"]
        assert trade.post("/v1/authority-requests", json=asked).status_code == 403


def test_a_held_request_is_a_case_that_a_person_decides(platform: Platform) -> None:
    ask(platform, "identity", on_behalf=True)
    ask(platform, "identity", id="D2", order="O-none")
    for name, why in (("D1", "Asked on behalf of another: check the mandate"), ("D2", "There is no such order")):
        outcome = "grant"
        with platform.reading() as conn:
            [case] = [one for one in platform.cases.worst(conn) if one.subjects.get("dispute") == name]
            assert [one.en for one in platform.why_case(conn, case)] == [why]
        told = platform.run(lambda work, case=case.id: platform.cases.read(work, case, person="ann"))  # type: ignore[misc]
        assert [one.told["statement"] for one in told.words] == ["充电时烫伤了手"]
        with platform.reading() as conn:
            assert platform.ledger.entry(conn, told.entry).entry().body["person"] == "ann"
        platform.run(
            lambda work, case=case.id, outcome=outcome: platform.cases.decide(  # type: ignore[misc]
                work, case, person="ann", outcome=outcome, reason="已核实"
            )
        )
    platform.advance()
    with platform.reading() as conn:
        assert records.find(conn, "D1").state == "assisted"
        assert records.find(conn, "D2").state == "refused"
        assert not platform.reactions.lags(conn)


def test_a_request_that_was_decided_is_no_case_any_more(platform: Platform) -> None:
    ask(platform, "identity", on_behalf=True)
    platform.run(lambda work: platform.assist.grant(work, "D1", "持授权委托书", actor="officer"))
    platform.advance()
    with platform.reading() as conn:
        assert not platform.cases.worst(conn, kinds=["assistance"])
