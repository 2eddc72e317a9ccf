"""The life of a merchant: admission, review, changes, closure, and what other rooms decide about it."""

import msgspec
import pytest

import anbao
from anbao.errors import Conflict, InvalidInput, NotFound
from anbao.model.event import Event
from anbao.prevent.merchants import file
from anbao.prevent.replay import replay
from anbao.remove.measures import MeasureOrder
from helpers import DAY
from merchant_desk import FOOD, OTHER_FOOD, RESIDENT, Desk

EXPIRED = {**FOOD, "valid_until": "2026-11-01"}
FORGED = {**FOOD, "number": "JY15101000000000"}


@pytest.mark.parametrize(
    ("licences", "decision", "problem"),
    [([FORGED], "refused", "check_digit"), ([EXPIRED], "held", "expired"), ([], "held", "missing")],
)
def test_who_lacks_a_licence_is_told_which_and_under_which_provision(
    desk: Desk, licences: list[dict[str, str]], decision: str, problem: str
) -> None:
    answer = desk.company("m1", categories=["零食"], licences=licences)
    assert answer.decision == decision
    [wrong] = [check for check in answer.checks if check.problem and check.required_by]
    assert (wrong.kind, wrong.problem, wrong.required_by) == ("food_business", problem, "food_prepackaged")
    assert "cn.food_safety_law.2025/62.1" in wrong.provisions


def test_a_live_room_falls_under_the_norm_for_live_rooms(desk: Desk) -> None:
    assert desk.company("m1", categories=["直播带货", "女装"]).decision == "verified"
    assert desk.states("cn.kyc.live_room") == ["open"]
    desk.clock.now += 190 * DAY
    assert desk.states("cn.kyc.live_room") == ["overdue"]


def test_a_personal_number_is_no_licence(desk: Desk) -> None:
    with pytest.raises(InvalidInput):
        desk.company("m1", licences=[{"kind": "resident_id", "number": RESIDENT}])


def test_a_person_cannot_wave_through_a_missing_licence(desk: Desk) -> None:
    desk.company("m1", categories=["零食"])
    with pytest.raises(Conflict, match="food_business"):
        desk.platform.run(
            lambda work: desk.merchants.review(work, "m1", verify=True, reason="熟人", actor="officer:wang")
        )
    refused = desk.platform.run(
        lambda work: desk.merchants.review(work, "m1", verify=False, reason="无证", actor="officer:wang")
    )
    assert refused.decision == desk.status("m1") == "refused"


def test_verifying_again_discharges_and_opens_anew(desk: Desk) -> None:
    desk.company("m1", categories=["零食"], licences=[FOOD])
    desk.clock.now += 100 * DAY
    answer = desk.platform.run(lambda work: desk.merchants.reverify(work, "m1"))
    assert answer.decision == "verified"
    assert desk.states("cn.kyc.reverify") == desk.states("cn.kyc.food_6m") == ["discharged", "open"]
    assert desk.entries("merchant.verified")[-1].body["occasion"] == "reverify"


def test_verifying_again_finds_a_licence_that_ran_out(desk: Desk) -> None:
    desk.company("m1", categories=["零食"], licences=[FOOD])
    desk.clock.now += 150 * DAY
    assert desk.platform.run(lambda work: desk.merchants.reverify(work, "m1")).decision == "held"
    assert desk.status("m1") == "held"
    assert desk.states("cn.kyc.reverify") == ["open"]


def test_what_is_closed_or_unknown_is_not_acted_on(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.close("nobody", for_cause=False)
    desk.company("m1", categories=["护肤品"])
    desk.close("m1", for_cause=False)
    assert desk.states("cn.kyc.reverify") == ["ended"]
    assert desk.states("cn.retain.identity") == desk.states("cn.kyc.cosmetics.keep") == ["keeping"]
    with pytest.raises(Conflict):
        desk.close("m1", for_cause=False)
    with pytest.raises(Conflict):
        desk.change("m1", phone="12012345678")


def test_a_change_is_filed_with_its_history_and_published_by_the_platform(desk: Desk) -> None:
    desk.company("m1")
    desk.clock.now += 5 * DAY
    answer = desk.change("m1", address="安平市清河区望岳街 8 号", shop_name="新店名", changed_at=desk.clock.now - DAY)
    assert answer.decision == "verified"
    with desk.platform.reading() as conn:
        on_file = file.opened(conn, desk.platform.vault, "m1")
    assert (on_file.address, on_file.shop_name, on_file.contact_name) == ("安平市清河区望岳街 8 号", "新店名", "赵一")
    [changed], [reported] = desk.entries("merchant.info_changed"), desk.entries("merchant.info_reported")
    assert reported.at - changed.at == DAY
    assert reported.body["fields"] == "address,shop_name"
    assert "望岳街" not in msgspec.json.encode(reported).decode()
    assert desk.states("cn.publicity.seller_reports") == ["discharged"]
    assert desk.states("cn.publicity.seller_change") == ["open"]
    assert len(desk.effects("merchant.publish")) == 1
    desk.platform.record_event(Event(kind="merchant.info_published", subjects={"merchant": "m1"}))
    assert desk.states("cn.publicity.seller_change") == ["discharged"]


def test_a_change_reported_late_is_overdue_and_a_false_one_is_not_filed(desk: Desk) -> None:
    desk.company("m1")
    desk.clock.now += 20 * DAY
    desk.change("m1", phone="12012345678", changed_at=desk.clock.now - 10 * DAY)
    assert desk.states("cn.publicity.seller_reports") == ["discharged_late"]
    refused = desk.change("m1", credit_code="91510100MA00000000")
    assert refused.decision == "refused"
    with desk.platform.reading() as conn:
        assert file.opened(conn, desk.platform.vault, "m1").credit_code == "91320200MA1MGN8MXH"
    assert desk.status("m1") == "verified"
    with pytest.raises(InvalidInput):
        desk.change("m1")
    with pytest.raises(InvalidInput):
        desk.change("m1", phone="12012345678", changed_at=desk.clock.now + DAY)


def test_a_held_merchant_is_verified_once_the_licence_is_there(desk: Desk) -> None:
    assert desk.company("m1", categories=["零食"]).decision == "held"
    desk.change("m1", licences=[FOOD])
    assert desk.status("m1") == "verified"
    assert desk.states("cn.kyc.held") == ["discharged"]


def test_old_listings_replay_through_all_that_became_of_their_merchant(desk: Desk) -> None:
    desk.company("m1", categories=["零食"], licences=[FOOD])
    screened = []

    def note(name: str) -> None:
        listing = anbao.Listing(id=name, title="绿茶", category="零食", merchant="m1")
        screened.append(desk.platform.submit_listing(listing).receipt.entry)

    note("a")
    desk.go_to("2027-03-02")
    desk.go_to("2027-04-01")
    note("b")
    desk.change("m1", licences=[OTHER_FOOD])
    note("c")
    desk.close("m1", for_cause=False)
    note("d")
    with desk.platform.reading() as conn:
        for entry in screened:
            assert replay(conn, desk.platform.ledger, desk.platform.prevent.rulesets, entry).same, entry
    assert desk.platform.obligation_differences() == []
    assert desk.platform.verify().sound


def decide(desk: Desk, outcome: str) -> None:
    """An officer decides the newest case on a merchant."""
    desk.platform.advance()
    case = desk.entries("case.opened")[-1].subjects["case"]
    platform = desk.platform
    platform.run(
        lambda work: platform.cases.decide(
            work, case, person="wang", outcome=outcome, reason="查明", actor="officer:wang"
        )
    )
    platform.advance()


def test_a_come_back_is_put_before_a_person_who_decides(desk: Desk) -> None:
    desk.company("m1", phone="12099990000", credit_code="91110000600037341L")
    desk.close("m1", for_cause=True)
    desk.company("m2", phone="12099990000")
    decide(desk, "verified")
    assert desk.status("m2") == "verified"
    assert desk.entries("merchant.verified")[-1].actor == "officer:wang"
    desk.company("m3", phone="12099990000")
    decide(desk, "refused")
    assert desk.status("m3") == "refused"


def test_a_closure_taken_as_a_measure_closes_for_cause_and_lifted_gives_the_shop_back(desk: Desk) -> None:
    platform = desk.platform
    desk.company("m1", phone="12099990000", credit_code="91110000600037341L")
    order = MeasureOrder(measure="closure", merchant="m1", facts="多次销售假药")
    taken = platform.run(lambda work: platform.remove.take(work, order, person="wang", actor="officer:wang"))
    platform.advance()
    assert desk.status("m1") == "closed"
    [closed] = desk.entries("merchant.closed")
    assert (closed.body["reason"], closed.body["for_cause"]) == ("多次销售假药", True)
    assert desk.company("m2", phone="12099990000").decision == "held"
    platform.run(lambda work: platform.remove.lift(work, taken, "申诉成立", person="li", actor="officer:li"))
    platform.advance()
    assert desk.status("m1") == "verified"
    assert desk.company("m3", phone="12099990000").decision == "verified"
