"""Penalties: the merchant is notified why, the ladder climbs with severity and repetition, sanctions are published."""

from typing import Any

import pytest

from anbao.engine.obligations.read import unfinished
from anbao.errors import Conflict
from anbao.model.listing import Listing
from anbao.platform import Platform
from anbao.remove import records, sanctions
from anbao.remove.measures import MeasureOrder
from anbao.remove.rules import LadderFacts
from anbao.simulator.receiver import Receiver
from helpers import DAY, START, Clock, record
from removal_steps import BARCODE, apply, confirm_hazard, entries, kinds, match, measures, offer, overdue, sound


def test_the_merchant_is_notified_what_why_how_long_and_how_to_appeal(platform: Platform, receiver: Receiver) -> None:
    apply(platform, "M1")
    offer(platform, "L1", "M1")
    confirm_hazard(platform, listing="L1", severity=3)
    platform.advance()
    platform.advance()
    letters = [one.payload["data"]["letter"] for one in receiver.topics("merchant.notified")]
    [zh] = [one["body"]["zh"] for one in letters if "下架" in one["title"]["zh"]]
    for part in (
        "小铺M1",
        "L1",
        "某牌充电宝",
        "示例民终1号",
        "《电子商务法》第二十九条",
        "存证条目",
        "至解除为止",
        "15 日内",
    ):
        assert part in zh, part
    [en] = [one["body"]["en"] for one in letters if "Taking" in one["title"]["en"]]
    assert "until it is lifted" in en
    stated = {one.subjects["measure"] for one in entries(platform, "measure.stated")}
    assert stated == {one.id for one in measures(platform)}


def test_the_ladder_climbs_with_severity_and_repetition(platform: Platform) -> None:
    ladder = platform.remove.rules.ladder

    def take(**facts: Any) -> tuple[str, ...]:
        return ladder.step(LadderFacts(**facts)).take

    assert take(severity=2) == ("warning",)
    assert take(severity=2, earlier=2) == ("restriction",)
    assert "suspension" in take(severity=5, earlier=1)
    assert "suspension" in take(severity=1, relapse=True)
    assert "closure" not in take(severity=5, earlier=9, relapse=True, must_end=True)
    assert "closure" in ladder.step(LadderFacts(severity=1, relapse=True)).propose


def test_one_sweep_is_one_violation_and_a_relapse_is_one_of_the_highest_severity(
    platform: Platform, receiver: Receiver, clock: Clock
) -> None:
    apply(platform, "M1", phone="12000000001")
    for listing in ("L1", "L2"):
        offer(platform, listing, "M1")
    confirm_hazard(platform, severity=4)
    match(platform, "L1", "M1")
    match(platform, "L2", "M1")
    platform.advance()
    platform.advance()
    assert len(entries(platform, "violation.found")) == 1
    assert kinds(platform, merchant="M1", listing="") == {"warning", "stock_freeze"}
    clock.now += DAY
    apply(platform, "M9", phone="12000000001")
    offer(platform, "L3", "M9")
    match(platform, "L3", "M9")
    platform.advance()
    platform.advance()
    relapse = entries(platform, "violation.found")[-1]
    assert (relapse.body["relapse"], relapse.body["severity"], relapse.body["serious"]) == (True, 5, True)
    assert {"suspension", "payout_freeze"} <= kinds(platform, merchant="M9", state="confirmed")
    assert kinds(platform, merchant="M9", state="proposed") == {"closure"}
    assert entries(platform, "ladder.applied")[-1].body["earlier"] == 1
    assert len(entries(platform, "violation.service_ended")) == 1
    sound(platform)


def test_what_the_guard_keeps_out_is_a_relapse_where_the_same_danger_was_removed(
    platform: Platform, receiver: Receiver
) -> None:
    offer(platform, "L1", "M1")
    confirm_hazard(platform, listing="L1")
    platform.advance()
    platform.advance()
    for listing, merchant in (("L2", "M2"), ("L3", "M1")):
        again = Listing(id=listing, merchant=merchant, title="移动电源", description=f"条码 {BARCODE}", category="toy")
        answer = platform.submit_listing(again)
        assert answer.decision.outcome == "block"
    platform.advance()
    platform.advance()
    first, relapse = entries(platform, "violation.found")
    assert (first.subjects["listing"], relapse.subjects["listing"]) == ("L1", "L3")
    assert (relapse.body["relapse"], relapse.body["severity"]) == (True, 5)
    assert entries(platform, "violation.stopped")[-1].body["kept_out"]
    assert "suspension" in kinds(platform, merchant="M1")
    assert {one.listing for one in measures(platform, kind="takedown")} == {"L1"}
    sound(platform)


@pytest.mark.parametrize(("outcome", "state"), [("take", "confirmed"), ("leave", "declined")])
def test_a_proposed_measure_is_a_case_with_a_clock(
    platform: Platform, receiver: Receiver, outcome: str, state: str
) -> None:
    offer(platform, "L1", "M1")
    confirm_hazard(platform, severity=5, listing="L1")
    platform.advance()
    [proposed] = measures(platform, state="proposed")
    platform.run(lambda work: platform.cases.change(work, "measure_proposed", second_look=0))
    with platform.reading() as conn:
        [case] = platform.cases.worst(conn, kinds=["measure_proposed"])
        assert "cn.dispose.proposed" in {one.norm for one in unfinished(conn, platform.clock(), limit=100)}
    platform.run(lambda work: platform.cases.decide(work, case.id, person="bo", outcome=outcome, reason="已核对"))
    platform.advance()
    with platform.reading() as conn:
        assert records.find(conn, proposed.id).state == state
        assert "cn.dispose.proposed" not in {one.norm for one in unfinished(conn, platform.clock(), limit=100)}
        assert not platform.reactions.lags(conn)


def test_heavy_measures_wait_for_a_person_who_takes_or_leaves_them(platform: Platform, receiver: Receiver) -> None:
    offer(platform, "L1", "M1")
    confirm_hazard(platform, severity=5, listing="L1")
    platform.advance()
    [proposed] = measures(platform, state="proposed")
    platform.run(lambda work: platform.remove.approve(work, proposed.id, person="bo", actor="key:1"))
    with platform.reading() as conn:
        assert not [one for one in platform.cases.worst(conn, kinds=["measure_proposed"]) if one.state == "open"]
    [taken] = measures(platform, kind="restriction")
    assert (taken.id, taken.state, taken.person) == (proposed.id, "taken", "bo")
    with pytest.raises(Conflict):
        platform.run(lambda work: platform.remove.decline(work, proposed.id, "x", person="bo", actor="key:1"))


def test_the_provincial_authority_is_owed_a_report_where_a_live_room_is_closed(platform: Platform) -> None:
    apply(platform, "M1")
    record(platform, "violation.found", {"field": "live", "severity": 3}, violation="V1", merchant="M1")
    record(platform, "violation.found", {"field": "market", "severity": 3}, violation="V2", merchant="M1")
    for violation in ("V1", "V2"):
        order = MeasureOrder(facts="直播间售假", measure="closure", merchant="M1", violation=violation)
        platform.run(lambda work, order=order: platform.remove.take(work, order, person="ann", actor="key:1"))  # type: ignore[misc]
    with platform.reading() as conn:
        owed = [
            one for one in unfinished(conn, platform.clock(), limit=200) if one.norm == "cn.dispose.live.provincial"
        ]
    [closed] = [one for one in measures(platform, kind="closure") if one.violation == "V1"]
    assert [one.subjects["sanction"] for one in owed] == [closed.id]


def test_a_sanction_is_published_in_time_and_only_until_it_ends(
    platform: Platform, receiver: Receiver, clock: Clock
) -> None:
    apply(platform, "M1")
    offer(platform, "L1", "M1")
    confirm_hazard(platform, severity=3, listing="L1")
    platform.advance()
    platform.advance()
    with platform.reading() as conn:
        [shown] = sanctions.public(conn)
    assert (shown.shop, shown.until) == ("小铺M1", START + 30 * DAY)
    assert "警示" in shown.body.zh
    assert "某牌充电宝" in shown.body.zh
    assert "示例商贸有限公司" not in shown.body.zh
    assert not overdue(platform, "cn.sanction.publish")
    clock.now += 31 * DAY
    platform.advance()
    platform.advance()
    with platform.reading() as conn:
        assert not sanctions.public(conn)
    assert [one.subjects["merchant"] for one in entries(platform, "measure.ended")] == ["M1"]
    assert len(receiver.topics("merchant.unwarn")) == 1
    assert len(receiver.topics("listing.restore")) == 0
    sound(platform)
