"""The gate before a sale: what becomes of an order while something stands against its listing or its merchant."""

import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest

from anbao.cli.root import run
from anbao.engine.outbox import Effect
from anbao.errors import InvalidInput
from anbao.law.pack import default_pack_path
from anbao.model.listing import Listing
from anbao.model.merchant import Merchant
from anbao.model.trade import Order
from anbao.platform import Platform, open_platform
from anbao.store.bulk import sql
from gate_steps import TOWEL, all_replay, bodies, check, codes, danger, lift, stock, take
from helpers import HOUR, Clock, no_second_looks

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
