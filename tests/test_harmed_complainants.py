"""A complaint that says that somebody was harmed opens the way to help: nobody has to file again."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from anbao import cases
from anbao.assist.offers import ASKS, Offer, OfferedHelp
from anbao.cli.root import run
from anbao.errors import InvalidInput
from anbao.model.assistance import HelpRequest
from anbao.model.complaint import Complaint, Filed
from anbao.model.listing import Listing
from anbao.model.merchant import Merchant
from anbao.model.trade import Order
from anbao.platform import Platform, open_platform
from anbao.store.bulk import sql
from api_server import Served, served
from case_steps import decide
from helpers import DAY, Clock, no_second_looks

BURNT = "充电时起火，手被烫伤了"
CLOCK = "cn.assist.harmed"


@pytest.fixture
def platform(store_url: str, clock: Clock) -> Iterator[Platform]:
    with open_platform(store_url, clock=clock) as opened:
        sell(opened)
        yield opened


@pytest.fixture
def server(store_url: str) -> Iterator[Served]:
    with served(store_url) as running:
        sell(running.platform)
        yield running


def sell(platform: Platform) -> None:
    platform.prevent.merchants.apply(
        Merchant(id="M1", kind="company", legal_name="示例商贸有限公司", shop_name="小店", phone="12000000001")
    )
    platform.submit_listing(Listing(id="L1", merchant="M1", title="充电宝 20000 毫安"))
    platform.warn.place_order(Order(id="O1", buyer="ann", listing="L1", amount="99.00"))
    no_second_looks(platform)


def told(**more: Any) -> dict[str, Any]:
    given = {"concern": "safety", "harmed": True, "order": "O1", "source": "consumer", "text": BURNT}
    return {**given, "reporter": {"buyer": "ann", "phone": "13912345678"}} | more


def file(platform: Platform, **more: Any) -> Filed:
    complaint = msgspec.convert(told(**more), Complaint)
    filed = platform.run(lambda work: platform.investigate.complaints.file(work, complaint))
    platform.keep_time()
    return filed


def ask(platform: Platform, **more: Any) -> str:
    given = {"buyer": "ann", "harm": "health", "help": "records", "id": "D1", "order": "O1", "statement": BURNT} | more
    request = msgspec.convert(given, HelpRequest)
    dispute = platform.run(lambda work: platform.assist.ask(work, request)).dispute
    platform.keep_time()
    return dispute


def offers(platform: Platform) -> list[Offer]:
    with platform.reading() as conn:
        assert not platform.reactions.lags(conn)
        return platform.assist.offers(conn)


def offered(platform: Platform, filed: Filed) -> OfferedHelp | None:
    with platform.reading() as conn:
        return platform.assist.offered(conn, filed.receipt)


def waiting(platform: Platform) -> list[cases.Case]:
    with platform.reading() as conn:
        return platform.cases.worst(conn, kinds=["assistance_offer"])


def owed(platform: Platform) -> list[str]:
    return [one.subjects["complaint"] for one in platform.obligations(limit=1_000) if one.norm == CLOCK]


def test_who_was_harmed_learns_what_to_ask_for_with_a_case_and_a_clock(platform: Platform) -> None:
    filed = file(platform)
    [offer] = offers(platform)
    assert (offer.complaint, offer.trade, offer.listing, offer.merchant) == (filed.receipt, "O1", "L1", "M1")
    assert (offer.harm, offer.state) == ("life", "open")
    seen = offered(platform, filed)
    assert seen is not None
    assert {one.help for one in seen.asks} == ASKS.keys()
    assert all(one.title.zh and one.title.en for one in seen.asks)
    assert "emergency" in {one.id for one in seen.hints}
    assert "complain again" in seen.how.en
    [case] = waiting(platform)
    assert (case.severity, case.subjects["complaint"], case.due_at is not None) == (5, filed.receipt, True)
    assert owed(platform) == [filed.receipt]
    norm = platform.pack.norm(CLOCK)
    assert norm is not None
    assert norm.deadline == "platform"
    with platform.reading() as conn:
        [(effect,)] = sql(conn, "SELECT body FROM outbox WHERE topic = 'complainant.help'").all()
        [entry] = platform.entries(conn, kind="assistance.offered")
    sent = msgspec.json.decode(bytes(effect))
    assert set(sent["reveal"]) == {"buyer", "phone"}
    assert {"zh", "en"} <= sent["body"]["asks"]["identity"].keys()
    assert b"13912345678" not in bytes(effect)
    assert entry.entry().body["asks"] == list(ASKS)
    assert platform.verify().sound


@pytest.mark.parametrize(
    "more",
    [
        {"harmed": False},
        {"reporter": {"merchant": "M9"}},
        {"source": "authority"},
        {"concern": "tort", "proof": "照片", "reporter": {"name": "张三丰", "phone": "13912345678"}},
    ],
)
def test_others_are_offered_nothing(platform: Platform, more: dict[str, Any]) -> None:
    filed = file(platform, **more)
    assert offers(platform) == []
    assert offered(platform, filed) is None
    assert waiting(platform) == []
    assert owed(platform) == []


def test_who_asked_for_help_before_is_not_offered_it(platform: Platform) -> None:
    ask(platform)
    assert offered(platform, file(platform)) is None
    assert offers(platform) == []


def test_each_of_many_who_were_harmed_is_helped(platform: Platform) -> None:
    first, second = file(platform), file(platform, order="", listing="L1", reporter={"buyer": "bob"})
    again = file(platform, text="又想起来，桌子也烧坏了")
    assert second.joined == again.joined == first.receipt
    assert [one.complaint for one in offers(platform)] == [first.receipt, second.receipt]
    assert len(waiting(platform)) == 2


@pytest.mark.parametrize(
    ("complaint", "request_"),
    [
        ({}, {}),  # the same buyer, the same order
        ({"order": "", "listing": "L1"}, {}),  # the same buyer; the complaint names no order
        ({"reporter": {}, "source": "anonymous"}, {}),  # nobody is named, the order is the same
        ({"reporter": {}, "source": "anonymous", "order": "", "listing": "L1"}, {"complaint": True}),  # by its receipt
    ],
)
def test_a_later_request_belongs_to_the_complaint(
    platform: Platform, complaint: dict[str, Any], request_: dict[str, Any]
) -> None:
    filed = file(platform, **complaint)
    given = {"complaint": filed.receipt} if request_ else {}
    ask(platform, **given)
    [offer] = offers(platform)
    assert (offer.state, offer.dispute) == ("taken_up", "D1")
    assert waiting(platform) == []
    assert owed(platform) == []
    with platform.reading() as conn:
        kinds = [one.kind for one in platform.ledger.entries(conn, subject=("complaint", filed.receipt))]
        [opened] = platform.entries(conn, kind="dispute.opened")
    assert {"dispute.opened", "assistance.taken_up"} <= {*kinds}
    assert opened.subjects["complaint"] == filed.receipt
    ask(platform, id="D2", help="identity")
    assert [one.dispute for one in offers(platform)] == ["D1"]


def test_anothers_request_does_not_belong_to_it(platform: Platform) -> None:
    filed = file(platform)
    platform.warn.place_order(Order(id="O2", buyer="bob", listing="L1", amount="99.00"))
    ask(platform, buyer="bob", order="O2")
    ask(platform, buyer="bob", order="O2", id="D2", complaint=filed.receipt)
    assert [one.state for one in offers(platform)] == ["open"]
    with pytest.raises(InvalidInput, match="complaint"):
        ask(platform, id="D3", complaint="TS20261118-0000000000")


@pytest.mark.parametrize(
    ("outcome", "state", "kind"),
    [
        ("helped", "given", "assistance.given"),
        ("declined", "closed", "assistance.closed"),
        ("unreachable", "closed", "assistance.closed"),
    ],
)
def test_a_person_helps_or_says_why_not(platform: Platform, outcome: str, state: str, kind: str) -> None:
    filed = file(platform)
    [case] = waiting(platform)
    decide(platform, case.id, "wang", outcome, "已电话联系")
    platform.keep_time()
    assert [one.state for one in offers(platform)] == [state]
    assert owed(platform) == []
    with platform.reading() as conn:
        [entry] = platform.ledger.entries(conn, kind=kind, subject=("complaint", filed.receipt))
    assert entry.entry().body["person"] == "wang"


def test_the_platform_owes_help_and_is_late_without_it(platform: Platform, clock: Clock) -> None:
    file(platform)
    clock.now += 10 * DAY
    platform.keep_time()
    late = [one.norm for one in platform.obligations(overdue_only=True, limit=1_000)]
    assert CLOCK in late


def test_a_complaint_that_was_answered_before_the_upgrade_brings_no_offer(platform: Platform) -> None:
    file(platform)
    platform.run(lambda work: sql(work.conn, "DELETE FROM reaction WHERE name = 'assist.harmed'"))
    platform.run(lambda work: sql(work.conn, "DELETE FROM assistance_offer"))
    with platform.reading() as conn:
        [case] = platform.cases.worst(conn, kinds=["danger_complaint"])
    decide(platform, case.id, "wang", "dismiss", "检测合格")
    platform.keep_time()
    assert offers(platform) == []


def test_over_http_the_page_of_the_token_names_the_help(server: Served) -> None:
    public = server.client("trade")
    body = {"concern": "safety", "harmed": True, "order": "O1", "phone": "13912345678", "text": BURNT}
    filed = public.post("/public/complaints", json={**body, "source": "consumer"}).json()
    server.platform.keep_time()
    page = public.get(f"/public/complaints/{filed['token']}").json()
    assert {one["help"] for one in page["help"]["asks"]} == ASKS.keys()
    assert all(one["title"]["zh"] and one["title"]["en"] for one in page["help"]["asks"])
    assert page["help"]["state"] == "open"
    assert page["receipt"] == filed["receipt"]
    officer = server.client("officer")
    [offer] = officer.get("/v1/assistance-offers", params={"state": "open"}).json()["items"]
    assert offer["complaint"] == filed["receipt"]
    request = {"buyer": "ann", "harm": "health", "help": "records", "id": "D1", "order": "O1", "statement": BURNT}
    asked = public.post("/v1/assistance", json={**request, "complaint": filed["receipt"]})
    assert asked.status_code == 201, asked.text
    assert asked.json()["state"] == "assisted"
    page = public.get(f"/public/complaints/{filed['token']}").json()
    assert page["help"]["state"] == "taken_up"
    quiet = public.post("/public/complaints", json={**body, "harmed": False, "source": "consumer"}).json()
    assert public.get(f"/public/complaints/{quiet['token']}").json()["help"] is None


def test_on_the_command_line(
    platform: Platform, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANBAO_STORE", platform.store.url)
    monkeypatch.setenv("ANBAO_LANG", "en")
    assert run(["complaint", "file", BURNT, "--concern", "safety", "--order", "O1", "--harmed"]) == 0
    platform.keep_time()
    capsys.readouterr()
    assert run(["assist", "offers", "--format", "json"]) == 0
    [offer] = json.loads(capsys.readouterr().out)
    assert (offer["state"], offer["harm"]) == ("open", "life")
    assert run(["complaint", "show", offer["complaint"]]) == 0
    assert "informed of what they can ask for" in " ".join(capsys.readouterr().out.split())
    [case] = waiting(platform)
    assert run(["case", "decide", case.id, "helped", "--reason", "已电话联系", "--by", "wang"]) == 0
    assert [one.state for one in offers(platform)] == ["given"]
