"""The gate before a sale: what becomes of an order while something stands against its listing or its merchant."""

import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import anbao
from anbao.cli.root import root, run
from anbao.engine.outbox import Effect
from anbao.errors import InvalidInput, NotFound
from anbao.law.pack import default_pack_path
from anbao.model.complaint import Complaint, Reporter
from anbao.model.hazard import Confirmation, Fingerprint, Suspicion
from anbao.model.listing import Listing
from anbao.model.merchant import Merchant
from anbao.model.trade import Order, OrderIntent, OrderLine
from anbao.platform import Platform, open_platform
from anbao.prevent.replay import replay
from anbao.remove.measures import MeasureOrder
from anbao.store.bulk import sql
from anbao.warn import buyers
from api_server import served
from helpers import DAY, HOUR, START, Clock, no_second_looks, record

GUN, TOWEL = (
    Listing(id="gun", title="仿真枪 全金属", merchant="m1"),
    Listing(id="towel", title="纯棉毛巾", merchant="m1"),
)


def stock(platform: Platform) -> None:
    assert platform.submit_listing(GUN).outcome == "block"
    assert platform.submit_listing(TOWEL).outcome == "pass"


def check(platform: Platform, listing: str) -> Any:
    return platform.warn.check_order(OrderIntent(buyer="b1", listing=listing))


def codes(answer: Any) -> list[tuple[str, str]]:
    return [(one.act, one.code) for one in answer.reasons]


def take(platform: Platform, measure: str, **about: Any) -> str:
    order = MeasureOrder(facts="检测不合格", measure=measure, **about)
    return platform.run(lambda work: platform.remove.take(work, order, person="ann", actor="officer"))


def lift(platform: Platform, name: str) -> None:
    platform.run(lambda work: platform.remove.lift(work, name, "认定有误", person="bo", actor="officer"))
    platform.advance()


def bodies(platform: Platform, kind: str) -> list[Any]:
    with platform.reading() as conn:
        return [one.entry().body for one in platform.entries(conn, kind=kind)]


def all_replay(platform: Platform) -> bool:
    with platform.reading() as conn:
        indexes = [one.index for one in platform.entries(conn, kind="listing.screened")]
        return all(replay(conn, platform.ledger, platform.prevent.rulesets, one).same for one in indexes)


# ── states ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_blocked_listing_cannot_be_ordered_and_the_refusal_is_an_entry(platform: Platform) -> None:
    stock(platform)
    asked = check(platform, "gun")
    assert (asked.allowed, codes(asked)) == (False, [("refuse", "gate.listing.blocked")])
    [reason] = asked.reasons
    assert "拦截" in reason.text.zh
    assert "《电子商务法》" in reason.text.zh
    assert "blocked" in reason.text.en
    answer = platform.warn.place_order(Order(buyer="b1", id="o1", listing="gun"))
    assert answer.refused
    [body] = bodies(platform, "order.refused")
    assert (body["barred"], body["reasons"][0]["code"]) == (True, "gate.listing.blocked")
    assert bodies(platform, "order.placed") == []
    assert check(platform, "towel").allowed


def test_the_platform_chooses_what_becomes_of_each_state(platform: Platform) -> None:
    stock(platform)
    for act, allowed, flagged in (("flag", True, True), ("allow", True, False), ("refuse", False, False)):
        platform.change_parameter("gate.listing.blocked", act, actor="officer")
        asked = check(platform, "gun")
        assert (asked.allowed, asked.flagged) == (allowed, flagged)
    with pytest.raises(InvalidInput):
        platform.change_parameter("gate.listing.blocked", "perhaps", actor="officer")


def test_each_standing_of_the_pack_has_its_parameter(platform: Platform) -> None:
    known = {one.id for one in platform.pack.parameters}
    merchants = {f"gate.merchant.{kind.id}" for kind in platform.catalogue.standings.values()}
    wanted = {f"gate.listing.{kind.id}" for kind in platform.catalogue.listing_standings.values()} | merchants
    assert wanted | {"gate.listing.unknown", "gate.listing.held", "gate.listing.blocked"} <= known


@pytest.mark.parametrize(
    ("measure", "on", "code"),
    [
        ("takedown", "listing", "gate.listing.takedown"),
        ("shield", "listing", "gate.listing.shield"),
        ("suspension", "merchant", "gate.merchant.suspended"),
        ("closure", "merchant", "gate.merchant.closed"),
    ],
)
def test_what_a_measure_stops_cannot_be_ordered_until_it_is_lifted(
    platform: Platform, measure: str, on: str, code: str
) -> None:
    stock(platform)
    name = take(platform, measure, **{on: "towel" if on == "listing" else "m1"})
    platform.advance()
    asked = check(platform, "towel")
    assert not asked.allowed
    assert ("refuse", code) in codes(asked)
    assert any(one.name == name and name in one.text.zh for one in asked.reasons)
    lift(platform, name)
    assert check(platform, "towel").allowed


def test_frozen_stock_of_a_listing_refuses_and_of_a_merchant_flags(platform: Platform) -> None:
    stock(platform)
    name = take(platform, "stock_freeze", merchant="m1", listing="towel")
    assert codes(check(platform, "towel")) == [("refuse", "gate.listing.freeze")]
    lift(platform, name)
    take(platform, "stock_freeze", merchant="m1")
    assert codes(check(platform, "towel")) == [("flag", "gate.merchant.freeze")]


def test_frozen_payouts_and_a_restriction_stop_no_order(platform: Platform) -> None:
    stock(platform)
    for measure in ("payout_freeze", "restriction"):
        take(platform, measure, merchant="m1")
    assert (check(platform, "towel").allowed, codes(check(platform, "towel"))) == (True, [])


def test_a_danger_that_was_confirmed_on_a_listing_refuses_until_it_is_lifted(platform: Platform) -> None:
    stock(platform)
    danger(platform, "towel")
    asked = check(platform, "towel")
    assert ("refuse", "gate.listing.hazard") in codes(asked)
    platform.run(lambda work: platform.investigate.lift(work, "H1", "检测合格"))
    platform.advance()
    for measure in platform.listing("towel").measures:
        lift(platform, measure.id)
    assert check(platform, "towel").allowed


def danger(platform: Platform, listing: str) -> None:
    prints = (Fingerprint(kind="title", value="完全不同的商品"),)
    suspicion = Suspicion(id="H1", source="own", title="起火", severity=4, fingerprints=prints, listing=listing)
    platform.run(lambda work: platform.investigate.suspect(work, suspicion))
    platform.run(lambda work: platform.investigate.confirm(work, "H1", Confirmation()))


def test_a_merchant_that_is_not_verified_flags(platform: Platform) -> None:
    platform.prevent.merchants.apply(Merchant(id="m1", kind="company", legal_name="某公司", shop_name="小店"))
    platform.submit_listing(TOWEL)
    asked = check(platform, "towel")
    assert asked.allowed
    assert asked.flagged
    assert ("flag", "gate.merchant.held") in codes(asked)


# ── flagged ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_flagged_order_is_owed_a_persons_look_and_closed_by_the_decision(platform: Platform, clock: Clock) -> None:
    no_second_looks(platform)
    answer = platform.warn.place_order(Order(buyer="b1", id="o1", listing="never"))
    assert (answer.refused, answer.flagged, codes(answer)) == (False, True, [("flag", "gate.listing.unknown")])
    [owed] = [one for one in platform.obligations() if one.norm == "cn.order.flagged"]
    assert (owed.state, owed.due_at) == ("open", clock.now + 24 * HOUR)
    [case] = cases_of(platform)
    with platform.reading() as conn:
        assert any("从未提交" in one.zh for one in platform.why_case(conn, case))
    platform.run(
        lambda work: platform.cases.decide(
            work, case.id, person="ann", outcome="cancel", reason="来源不明", actor="ann"
        )
    )
    platform.advance()
    assert not [one for one in platform.obligations() if one.norm == "cn.order.flagged"]
    assert [body["outcome"] for body in bodies(platform, "order.reviewed")] == ["cancel"]
    with platform.reading() as conn:
        [(data,)] = sql(conn, "SELECT body FROM outbox WHERE topic = 'order.cancel'").all()
    assert msgspec.json.decode(data, type=Effect).subjects["order"] == "o1"
    assert platform.obligation_differences() == []


def cases_of(platform: Platform) -> list[Any]:
    with platform.reading() as conn:
        return platform.cases.worst(conn, kinds=["order_flagged"])


def test_a_flagged_order_that_nobody_looks_at_is_overdue(platform: Platform, clock: Clock) -> None:
    platform.warn.place_order(Order(buyer="b1", id="o1", listing="never"))
    clock.pass_seconds(25 * 3600)
    platform.advance()
    [owed] = [one for one in platform.obligations(overdue_only=True) if one.norm == "cn.order.flagged"]
    assert owed.state == "overdue"
    norm = platform.pack.norm("cn.order.flagged")
    assert norm is not None
    assert norm.deadline == "platform"


def test_a_trade_that_took_place_is_recorded_and_flagged(platform: Platform) -> None:
    stock(platform)
    answer = platform.warn.place_order(Order(buyer="b1", concluded=True, id="o1", listing="gun"))
    assert (answer.refused, answer.flagged) == (False, True)
    assert codes(answer) == [("refuse", "gate.listing.blocked")]


# ── submitted again ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("measure", "outcome"), [("takedown", "block"), ("shield", "review"), ("stock_freeze", "review")]
)
def test_what_stands_holds_a_listing_that_is_submitted_again(platform: Platform, measure: str, outcome: str) -> None:
    stock(platform)
    name = take(platform, measure, listing="towel", merchant="m1")
    screened = platform.submit_listing(TOWEL)
    code = {"stock_freeze": "listing.freeze"}.get(measure, f"listing.{measure}")
    assert (screened.outcome, screened.decision.reasons) == (outcome, (code,))
    [finding] = screened.decision.findings
    assert (finding.surface, finding.category) == (name, code)
    why = platform.prevent.explainer.why(screened.decision.reasons, screened.decision.findings)
    assert all(one.zh != code for one in why)
    assert name in why[-1].zh
    lift(platform, name)
    assert platform.submit_listing(TOWEL).outcome == "pass"
    assert all_replay(platform)


def test_a_confirmed_danger_holds_its_own_listing_however_it_is_reworded(platform: Platform) -> None:
    stock(platform)
    danger(platform, "towel")
    decision = platform.submit_listing(Listing(id="towel", merchant="m1", title="全新的另一种标题")).decision
    assert decision.outcome == "block"
    assert decision.reasons[0] == "listing.hazard"
    assert platform.submit_listing(Listing(id="other", merchant="m1", title="全新的另一种标题")).outcome == "pass"
    assert all_replay(platform)


def test_a_file_that_offers_it_again_is_held_too(platform: Platform, tmp_path: Path) -> None:
    stock(platform)
    take(platform, "takedown", listing="towel", merchant="m1")
    file = tmp_path / "again.csv"
    file.write_text("id,title,merchant\ntowel,纯棉毛巾,m1\nnew,纯棉毛巾,m1\n", encoding="utf-8")
    assert run(["screen", str(file), "--store", platform.store.url, "--workers", "1"]) == 1
    assert (platform.listing("towel").decision.outcome, platform.listing("new").decision.outcome) == ("block", "pass")
    assert all_replay(platform)


def test_decisions_from_before_there_were_such_standings_replay_as_they_were(store_url: str, tmp_path: Path) -> None:
    old = tmp_path / "pack"
    shutil.copytree(default_pack_path(), old)
    (old / "listing_standings.yaml").write_text("[]\n", encoding="utf-8")
    with open_platform(store_url, pack=old, clock=Clock()) as platform:
        stock(platform)
        take(platform, "takedown", listing="towel", merchant="m1")
        assert platform.submit_listing(TOWEL).outcome == "pass"
    with open_platform(store_url, clock=Clock()) as platform:
        assert platform.submit_listing(TOWEL).outcome == "block"
        assert [body["outcome"] for body in bodies(platform, "listing.screened")] == ["block", "pass", "pass", "block"]
        assert all_replay(platform)


# ── lines ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def lines(*listings: str, **more: Any) -> tuple[OrderLine, ...]:
    return tuple(OrderLine(listing=one, **more) for one in listings)


def test_an_order_has_lines_each_of_which_is_an_entry(platform: Platform) -> None:
    stock(platform)
    platform.submit_listing(Listing(id="cup", merchant="m2", title="陶瓷杯"))
    answer = platform.warn.place_order(
        Order(buyer="b1", id="o1", lines=lines("towel", "cup", amount="9.90", quantity=2))
    )
    assert [one.listing for one in answer.lines] == ["towel", "cup"]
    placed = bodies(platform, "order.placed")
    assert [(one["listing"], one["amount"], one["quantity"]) for one in placed] == [
        ("towel", "9.90", 2),
        ("cup", "9.90", 2),
    ]


def test_one_refused_line_refuses_the_order_and_says_which(platform: Platform) -> None:
    stock(platform)
    asked = platform.warn.check_order(OrderIntent(buyer="b1", lines=lines("towel", "gun")))
    assert [one.allowed for one in asked.lines] == [True, False]
    answer = platform.warn.place_order(Order(buyer="b1", id="o1", lines=lines("towel", "gun")))
    assert answer.refused
    assert [(one.listing, one.refused) for one in answer.lines] == [("towel", False), ("gun", True)]
    assert bodies(platform, "order.placed") == []
    assert len(bodies(platform, "order.refused")) == 1


@pytest.mark.parametrize(
    ("order", "field"),
    [
        (Order(buyer="b", id="o"), "listing"),
        (Order(buyer="b", id="o", listing="towel", lines=lines("towel")), "lines"),
        (Order(buyer="b", id="o", lines=lines("towel", "towel")), "lines[1].listing"),
        (Order(amount="1", buyer="b", id="o", lines=lines("towel")), "amount"),
    ],
)
def test_an_order_names_its_listings_in_one_way(platform: Platform, order: Order, field: str) -> None:
    with pytest.raises(InvalidInput) as failure:
        platform.warn.place_order(order)
    assert failure.value.field == field


def test_the_same_line_again_is_no_news_and_a_changed_one_is_an_update(platform: Platform) -> None:
    stock(platform)
    order = Order(amount="10", buyer="b1", id="o1", listing="towel", recipient="安女士")
    first = platform.warn.place_order(order)
    again = platform.warn.place_order(order)
    assert (again.repeated, again.entry, len(bodies(platform, "order.placed"))) == (True, first.entry, 1)
    changed = platform.warn.place_order(msgspec.structs.replace(order, amount="12"))
    assert (changed.updated, changed.repeated) == (True, False)
    [update] = bodies(platform, "order.updated")
    assert (update["amount"], update["amount_before"], update["before"]) == ("12", "10", first.entry)
    assert platform.warn.place_order(msgspec.structs.replace(order, amount="12")).repeated
    moved = platform.warn.place_order(msgspec.structs.replace(order, amount="12", recipient="宝先生"))
    assert moved.updated
    assert len(bodies(platform, "order.placed")) == 1


def test_a_line_that_was_taken_before_is_not_judged_anew(platform: Platform) -> None:
    stock(platform)
    platform.warn.place_order(Order(buyer="b1", id="o1", listing="towel"))
    take(platform, "takedown", listing="towel", merchant="m1")
    assert platform.warn.place_order(Order(buyer="b1", id="o1", listing="towel")).repeated
    assert platform.warn.place_order(Order(buyer="b2", id="o1", listing="towel")).refused


# ── who is warned ─────────────────────────────────────────────────────────────────────────────────────────────────────


def warned(platform: Platform) -> list[str]:
    with platform.reading() as conn:
        rows = sql(conn, "SELECT body FROM outbox WHERE topic = ? ORDER BY entry", (buyers.TOPIC,)).all()
        return [platform.vault.reveal(conn, msgspec.json.decode(body)["body"]["buyer"])[1] for (body,) in rows]


def deliver(platform: Platform, buyer: str, *, reached: bool = True) -> None:
    consumer = platform.run(lambda work: platform.vault.consumer(work.conn, buyer))
    body = {"topic": buyers.TOPIC, "attempts": 1, "problem": ""}
    subjects = {"effect": f"e-{buyer}", "hazard": "H1", "consumer": consumer}
    record(platform, "effect.delivered" if reached else "effect.failed", body, **subjects)
    platform.advance()


def test_three_buyers_over_orders_and_lines_are_all_warned_and_one_unreached_keeps_the_duty_open(
    platform: Platform,
) -> None:
    stock(platform)
    platform.submit_listing(Listing(id="cup", merchant="m1", title="陶瓷杯"))
    platform.warn.place_order(Order(buyer="ann", id="o1", lines=lines("cup", "towel")))
    platform.warn.place_order(Order(buyer="bo", id="o1", listing="towel"))
    platform.warn.place_order(Order(buyer="cy", id="o2", lines=lines("towel", "cup")))
    danger(platform, "towel")
    platform.advance()
    assert sorted(warned(platform)) == ["ann", "bo", "cy"]
    for buyer in ("ann", "bo"):
        deliver(platform, buyer)
    deliver(platform, "cy", reached=False)
    assert (bodies(platform, "hazard.warned")[-1]["reached"], bodies(platform, "hazard.warned")[-1]["unreached"]) == (
        2,
        1,
    )
    assert [one.norm for one in platform.obligations() if one.norm == "cn.hazard.warn"] == ["cn.hazard.warn"]
    platform.run(lambda work: platform.warn.retry(work, "H1", actor="officer"))
    deliver(platform, "cy")
    assert not [one for one in platform.obligations() if one.norm == "cn.hazard.warn"]
    assert platform.obligation_differences() == []


def test_who_bought_two_dangerous_goods_is_warned_again_when_one_of_them_is_cleared(platform: Platform) -> None:
    stock(platform)
    platform.submit_listing(Listing(id="cup", merchant="m1", title="陶瓷杯"))
    platform.warn.place_order(Order(buyer="ann", id="o1", lines=lines("towel", "cup")))
    danger(platform, "towel")
    record(platform, "listing.matched_hazard", {"certainty": "certain"}, listing="cup", hazard="H1", merchant="m1")
    platform.advance()
    assert warned(platform) == ["ann"]
    [measure] = [one.id for one in platform.listing("towel").measures if one.kind == "takedown"]
    lift(platform, measure)
    assert warned(platform) == ["ann", "ann"]


ORDERS = st.lists(
    st.tuples(
        st.sampled_from(["o1", "o2", "o3"]),
        st.sampled_from(["ann", "bo", "cy", "di"]),
        st.sets(st.sampled_from(["L1", "L2", "L3"]), min_size=1),
    ),
    max_size=10,
)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(orders=ORDERS)
def test_the_warned_are_the_buyers_in_the_entries(
    orders: list[tuple[str, str, set[str]]], sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("gate") / "anbao.db"
    shutil.copyfile(sqlite_template, file)
    with open_platform(f"sqlite:///{file}", clock=Clock()) as platform:
        for listing in ("L1", "L2", "L3"):
            platform.submit_listing(Listing(id=listing, merchant="m1", title="纯棉毛巾"))
        for order, buyer, listings in orders:
            platform.warn.place_order(Order(buyer=buyer, id=order, lines=lines(*sorted(listings))))
        danger(platform, "L1")
        record(platform, "listing.matched_hazard", {"certainty": "certain"}, listing="L2", hazard="H1")
        platform.advance()
        with platform.reading() as conn:
            placed = [one.entry().subjects for one in platform.entries(conn, kind="order.placed")]
            bought = {one["consumer"] for one in placed if one["listing"] in ("L1", "L2")}
            assert {consumer for (consumer,) in sql(conn, "SELECT consumer FROM warning")} == bought
        assert sorted(warned(platform)) == sorted({buyer for _, buyer, some in orders if some & {"L1", "L2"}})


# ── input ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"id": ""}, "id"), ({"amount": "abc"}, "amount"), ({"quantity": 0}, "quantity"), ({"buyer": ""}, "buyer")],
)
def test_python_refuses_what_http_refuses(store_url: str, changes: dict[str, Any], field: str) -> None:
    good = {"buyer": "b1", "id": "o1", "listing": "towel"}
    with served(store_url) as server:
        answer = server.client().post("/v1/orders", json={**good, **changes})
        assert (answer.status_code, answer.json()["field"]) == (400, field)
        with pytest.raises(InvalidInput) as failure:
            server.platform.warn.place_order(Order(**{**good, **changes}))
        assert failure.value.field == field
        assert bodies(server.platform, "order.placed") == []


def test_every_noun_is_checked_where_it_enters(platform: Platform) -> None:
    acts: list[Any] = [
        lambda: platform.submit_listing(Listing(id="", title="毛巾")),
        lambda: platform.prevent.merchants.apply(Merchant(id="", kind="company", legal_name="a", shop_name="b")),
        lambda: platform.submit_messages([anbao.Message(id="", sender="merchant", text="x")]),
        lambda: platform.warn.show_notice(anbao.NoticeShown(buyer="", listing="l", notice="food_general")),
        lambda: platform.record_event(anbao.Event(kind="")),
        lambda: platform.run(
            lambda work: platform.investigate.suspect(work, Suspicion(id="", source="own", title="x"))
        ),
        lambda: platform.run(
            lambda work: platform.investigate.complaints.file(
                work, Complaint(concern="quality", listing="l", reporter=Reporter(), source="consumer", text="")
            )
        ),
        lambda: take(platform, "takedown", listing="l" * 200),
    ]
    for number, act in enumerate(acts):
        with pytest.raises(InvalidInput):
            act()
            pytest.fail(f"act {number} took what it should refuse")


@pytest.mark.parametrize("at", [0, 86_400_000, START - 20_000 * DAY])
def test_an_order_from_before_the_first_settings_is_taken(platform: Platform, at: int) -> None:
    stock(platform)
    assert not platform.warn.place_order(Order(buyer="b1", id="o1", listing="towel"), at=at).refused
    assert platform.warn.check_order(OrderIntent(buyer="b1", listing="towel"), at=at).allowed
    assert platform.obligation_differences() == []


@pytest.mark.parametrize("at", [-1, 2**60, START + 1_000 * DAY])
def test_an_instant_that_is_none_or_yet_to_come_is_refused(platform: Platform, at: int) -> None:
    with pytest.raises(InvalidInput) as failure:
        platform.warn.place_order(Order(buyer="b1", id="o1", listing="towel"), at=at)
    assert failure.value.field == "at"


# ── listings as they stand ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_listing_shows_how_it_stands(platform: Platform) -> None:
    stock(platform)
    danger(platform, "towel")
    platform.advance()
    shown = platform.listing("towel")
    assert (shown.state, shown.sale, shown.title, shown.merchant) == ("barred", "refuse", "纯棉毛巾", "m1")
    assert [one.kind for one in shown.measures] == ["takedown"]
    assert [(one.id, one.confirmed_here) for one in shown.hazards] == [("H1", True)]
    assert shown.history[-1].kind == "listing.screened"
    gun = platform.listing("gun")
    assert (gun.state, gun.decision.outcome) == ("blocked", "block")
    assert any("仿真枪" in one.zh for one in gun.decision.why)
    assert [one.id for one in platform.listings(state="blocked")] == ["gun"]
    assert [one.id for one in platform.listings(state="barred")] == ["towel"]
    assert [one.id for one in platform.listings(merchant="m1", limit=1)] == ["gun"]
    assert [one.id for one in platform.listings(merchant="m1", after="gun")] == ["towel"]
    with pytest.raises(NotFound):
        platform.listing("never")


def test_over_http_orders_are_checked_and_listings_read(store_url: str) -> None:
    with served(store_url) as server:
        client = server.client()
        for listing in (GUN, TOWEL):
            assert client.post("/v1/listings", json=msgspec.to_builtins(listing)).status_code == 201
        asked = client.post("/v1/orders/check", json={"buyer": "b1", "listing": "gun"}).json()
        assert (asked["allowed"], asked["reasons"][0]["code"]) == (False, "gate.listing.blocked")
        assert asked["reasons"][0]["text"].keys() == {"zh", "en"}
        two = {"buyer": "b1", "lines": [{"listing": "towel", "amount": "9.90"}, {"listing": "gun"}]}
        assert [one["allowed"] for one in client.post("/v1/orders/check", json=two).json()["lines"]] == [True, False]
        refused = client.post("/v1/orders", json={**two, "id": "o1"}).json()
        assert refused["refused"] is True
        taken = client.post("/v1/orders?at=0", json={"buyer": "b1", "id": "o2", "listing": "towel"})
        assert (taken.status_code, "refused" in taken.json()) == (201, False)
        both = client.post("/v1/orders", json={**two, "id": "o3", "listing": "towel"})
        assert (both.status_code, both.json()["field"]) == (400, "lines")
        assert [one["id"] for one in client.get("/v1/listings?state=blocked").json()["items"]] == ["gun"]
        page = client.get("/v1/listings?limit=1").json()
        rest = client.get(f"/v1/listings?limit=1&cursor={page['next']}").json()
        assert [page["items"][0]["id"], rest["items"][0]["id"], rest["next"]] == ["gun", "towel", None]
        shown = client.get("/v1/listings/gun").json()
        assert (shown["state"], shown["sale"]) == ("blocked", "refuse")
        assert client.get("/v1/listings/never").status_code == 404
        assert client.get("/v1/listings?state=perhaps").status_code == 400


def test_on_the_command_line_orders_are_checked_and_listings_shown(store_url: str, tmp_path: Path) -> None:
    with open_platform(store_url) as platform:
        stock(platform)
    file = tmp_path / "orders.jsonl"
    file.write_text('{"buyer":"b1","listing":"gun"}\n{"buyer":"b1","lines":[{"listing":"towel"}]}\n', encoding="utf-8")
    runner = CliRunner()

    def output(*arguments: str) -> Any:
        done = runner.invoke(root, [*arguments, "--store", store_url, "--format", "json"], standalone_mode=False)
        assert done.exception is None, done.exception
        return msgspec.json.decode(done.stdout)

    gun, towel = output("order", "check", str(file))
    assert (gun["allowed"], towel["allowed"]) == (False, True)
    assert "拦截" in gun["reasons"][0]["zh"]
    assert run(["order", "check", str(file), "--store", store_url]) == 1
    file.write_text('{"id":"o1","buyer":"b1","listing":"gun"}\n', encoding="utf-8")
    assert run(["order", "place", str(file), "--store", store_url]) == 1
    assert [one["id"] for one in output("listing", "list", "--state", "blocked")] == ["gun"]
    shown = {row["what"]["en"]: row["value"] for row in output("listing", "show", "gun")}
    assert shown["state"]["en"] == "blocked"
    assert shown["an order"]["en"] == "refused"
