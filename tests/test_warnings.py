"""Warnings after the trade: every buyer of the dangerous goods once, with what reached whom, and corrections."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import msgspec
import pytest

from anbao.errors import Conflict, NotFound
from anbao.model.events.warn import HazardWarned
from anbao.model.listing import Listing
from anbao.model.trade import Order
from anbao.platform import Platform, open_platform
from anbao.store.bulk import sql
from anbao.warn import buyers
from api_server import served
from helpers import record, said

NOW = 1_795_000_000_000
DAY = 86_400_000
YEAR = 365 * DAY


@pytest.fixture
def platform(store_url: str) -> Iterator[Platform]:
    ticks = count(NOW)
    with open_platform(store_url, clock=lambda: next(ticks)) as opened:
        for listing in ("L1", "L2", "L3"):
            opened.submit_listing(Listing(id=listing, title="充电宝 20000 毫安"))
        yield opened


def confirm(platform: Platform, *, nameable: bool = True, **subjects: str) -> None:
    body = {
        "title": "某牌充电宝过热起火",
        "source": "recall",
        "severity": 5,
        "nameable": nameable,
        "advice_zh": "请勿充电。",
    }
    record(platform, "hazard.confirmed", body, hazard="H1", **subjects)
    platform.advance()


def buy(
    platform: Platform,
    order: str,
    buyer: str,
    listing: str = "L1",
    at: int | None = None,
    *,
    concluded: bool = False,
) -> None:
    platform.warn.place_order(Order(id=order, buyer=buyer, listing=listing, concluded=concluded), at=at)


def told(platform: Platform, topic: str = buyers.TOPIC) -> list[str]:
    """The buyers that the outbox would reach, in order."""
    with platform.reading() as conn:
        rows = sql(conn, "SELECT body FROM outbox WHERE topic = ? ORDER BY entry", (topic,)).all()
        effects = [msgspec.json.decode(body) for (body,) in rows]
        assert all(effect["reveal"] == ["buyer"] for effect in effects)
        return [platform.vault.reveal(conn, effect["body"]["buyer"])[1] for effect in effects]


def deliver(platform: Platform, buyer: str, *, reached: bool = True) -> None:
    consumer = platform.run(lambda work: platform.vault.consumer(work.conn, buyer))
    kind = "effect.delivered" if reached else "effect.failed"
    subjects = {"effect": f"e-{buyer}", "hazard": "H1", "consumer": consumer}
    record(platform, kind, {"topic": buyers.TOPIC, "attempts": 1, "problem": ""}, **subjects)
    platform.advance()


def reach(platform: Platform) -> buyers.Reach:
    with platform.reading() as conn:
        return buyers.reach_of(conn, "H1")


def conclusions(platform: Platform) -> list[dict[str, Any]]:
    with platform.reading() as conn:
        return [said(one.entry()) for one in platform.entries(conn, kind=HazardWarned.KIND)]


def test_each_buyer_is_warned_once_and_reached_or_not(platform: Platform) -> None:
    buy(platform, "O1", "ann")
    buy(platform, "O2", "ann")
    buy(platform, "O3", "bo")
    buy(platform, "O4", "cy", listing="L2")
    confirm(platform, listing="L1")
    assert told(platform) == ["ann", "bo"]
    record(platform, "listing.matched_hazard", {"certainty": "certain"}, listing="L2", hazard="H1")
    record(platform, "listing.matched_hazard", {"certainty": "possible"}, listing="L3", hazard="H1")
    platform.advance()
    assert told(platform) == ["ann", "bo", "cy"]
    assert not conclusions(platform)
    deliver(platform, "ann")
    deliver(platform, "bo", reached=False)
    deliver(platform, "cy")
    assert reach(platform) == buyers.Reach(hazard="H1", title="某牌充电宝过热起火", listings=2, reached=2, unreached=1)
    [body] = conclusions(platform)
    assert (body["buyers"], body["reached"], body["unreached"]) == (3, 2, 1)


def test_the_clock_runs_from_the_cause_until_all_were_warned(platform: Platform) -> None:
    buy(platform, "O1", "ann")
    confirm(platform, listing="L1")
    owed = [one for one in platform.obligations() if one.norm == "cn.hazard.warn"]
    assert [one.state for one in owed] == ["open"]
    deliver(platform, "ann")
    assert not [one for one in platform.obligations() if one.norm == "cn.hazard.warn"]
    assert not platform.obligation_differences()


def test_who_was_not_reached_is_warned_again(platform: Platform) -> None:
    buy(platform, "O1", "ann")
    confirm(platform, listing="L1")
    deliver(platform, "ann", reached=False)
    assert platform.warn.retry("H1", actor="officer").buyers == 1
    assert told(platform) == ["ann", "ann"]
    deliver(platform, "ann")
    assert [body["reached"] for body in conclusions(platform)] == [0, 1]
    with pytest.raises(NotFound):
        platform.run(lambda work: platform.warn.retry(work, "H9", actor="officer"))


def test_who_buys_before_the_goods_are_down_is_warned_too(platform: Platform) -> None:
    confirm(platform, listing="L1")
    assert [body["buyers"] for body in conclusions(platform)] == [0]
    buy(platform, "O1", "ann", concluded=True)
    platform.advance()
    assert told(platform) == ["ann"]


def test_old_trades_are_left_alone(platform: Platform) -> None:
    buy(platform, "O1", "ann", at=NOW - 4 * YEAR)
    buy(platform, "O2", "bo", at=NOW - 2 * YEAR)
    confirm(platform, listing="L1")
    assert told(platform) == ["bo"]


def test_many_buyers_are_warned_in_several_transactions(platform: Platform) -> None:
    some = buyers.MOST_AT_ONCE + 7
    for number in range(some):
        buy(platform, f"O{number}", f"buyer{number}")
    confirm(platform, listing="L1")
    assert len(set(told(platform))) == len(told(platform)) == some


def test_a_lifted_hazard_is_corrected_and_nobody_is_warned_any_more(platform: Platform) -> None:
    buy(platform, "O1", "ann")
    confirm(platform, listing="L1")
    deliver(platform, "ann")
    record(platform, "hazard.lifted", {"reason": "检测合格"}, hazard="H1")
    platform.advance()
    assert told(platform, buyers.CORRECTION_TOPIC) == ["ann"]
    assert reach(platform).corrected == 1
    buy(platform, "O2", "bo")
    platform.advance()
    assert told(platform) == ["ann"]


def test_a_restored_listing_is_corrected_for_its_buyers_only(platform: Platform) -> None:
    buy(platform, "O1", "ann")
    buy(platform, "O2", "bo", listing="L2")
    confirm(platform, listing="L1")
    record(platform, "measure.taken", {"measure": "takedown"}, measure="M1", listing="L2", hazard="H1")
    platform.advance()
    record(
        platform,
        "measure.lifted",
        {"measure": "takedown", "reason": "申诉成立"},
        measure="M1",
        listing="L2",
        hazard="H1",
    )
    platform.advance()
    assert told(platform) == ["ann", "bo"]
    assert told(platform, buyers.CORRECTION_TOPIC) == ["bo"]


def test_only_what_may_be_named_is_published(platform: Platform) -> None:
    confirm(platform, nameable=False)
    with pytest.raises(Conflict):
        platform.run(lambda work: platform.warn.publish(work, "H1", actor="officer"))


def test_anyone_can_read_the_public_page(store_url: str) -> None:
    with served(store_url) as server:
        confirm(server.platform)
        page = server.anonymous("en").get("/public/warnings")
        assert page.headers["content-type"].startswith("text/html")
        assert "某牌充电宝过热起火" in page.text
        assert "Safety warnings" in page.text
        record(server.platform, "hazard.lifted", {"reason": "检测合格"}, hazard="H1")
        server.platform.advance()
        assert "已解除" in server.anonymous("zh").get("/public/warnings").text
        [one] = server.anonymous().get("/public/warnings.json").json()["items"]
        assert one["lifted"] > one["published"] > 0
        reaches = server.client("read").get("/v1/warnings").json()["items"]
        assert [item["hazard"] for item in reaches] == ["H1"]
        assert server.client("officer").post("/v1/warnings/H9/retry").status_code == 404
        assert server.client("officer").post("/v1/warnings/H1/retry").json() == {"buyers": 0}
