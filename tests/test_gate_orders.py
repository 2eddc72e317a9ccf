"""Orders at the gate: their lines, who is warned because of them, what is refused, and the listings that they name."""

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
from anbao.errors import InvalidInput, NotFound
from anbao.model.complaint import Complaint, Reporter
from anbao.model.hazard import Suspicion
from anbao.model.listing import Listing
from anbao.model.merchant import Merchant
from anbao.model.trade import Order, OrderIntent, OrderLine
from anbao.platform import Platform, open_platform
from anbao.store.bulk import sql
from anbao.warn import buyers
from api_server import served
from gate_steps import GUN, TOWEL, bodies, danger, lift, stock, take
from helpers import DAY, START, Clock, record

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
