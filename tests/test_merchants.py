"""The life of a merchant: admission, review, changes, closure, and what other packages decide about it."""

import msgspec
import pytest

import anbao
from anbao.errors import Conflict, InvalidInput, NotFound
from anbao.model.event import Event
from anbao.prevent.merchants import file
from anbao.prevent.replay import replay
from anbao.remove.measures import MeasureOrder
from helpers import DAY
from merchant_steps import FOOD, OTHER_FOOD, RESIDENT, MerchantSteps

EXPIRED = {**FOOD, "valid_until": "2026-11-01"}
FORGED = {**FOOD, "number": "JY15101000000000"}


@pytest.mark.parametrize(
    ("licences", "decision", "problem"),
    [([FORGED], "refused", "check_digit"), ([EXPIRED], "held", "expired"), ([], "held", "missing")],
)
def test_who_lacks_a_licence_learns_which_and_under_which_provision(
    steps: MerchantSteps, licences: list[dict[str, str]], decision: str, problem: str
) -> None:
    answer = steps.company("m1", categories=["零食"], licences=licences)
    assert answer.decision == decision
    [wrong] = [check for check in answer.checks if check.problem and check.required_by]
    assert (wrong.kind, wrong.problem, wrong.required_by) == ("food_business", problem, "food_prepackaged")
    assert "cn.food_safety_law.2025/62.1" in wrong.provisions


def test_a_live_room_falls_under_the_norm_for_live_rooms(steps: MerchantSteps) -> None:
    assert steps.company("m1", categories=["直播带货", "女装"]).decision == "verified"
    assert steps.states("cn.kyc.live_room") == ["open"]
    steps.clock.now += 190 * DAY
    assert steps.states("cn.kyc.live_room") == ["overdue"]


def test_a_personal_number_is_no_licence(steps: MerchantSteps) -> None:
    with pytest.raises(InvalidInput):
        steps.company("m1", licences=[{"kind": "resident_id", "number": RESIDENT}])


def test_a_person_cannot_wave_through_a_missing_licence(steps: MerchantSteps) -> None:
    steps.company("m1", categories=["零食"])
    with pytest.raises(Conflict, match="food_business"):
        steps.platform.run(
            lambda work: steps.merchants.review(work, "m1", verify=True, reason="熟人", actor="officer:wang")
        )
    refused = steps.platform.run(
        lambda work: steps.merchants.review(work, "m1", verify=False, reason="无证", actor="officer:wang")
    )
    assert refused.decision == steps.status("m1") == "refused"


def test_verifying_again_discharges_and_opens_anew(steps: MerchantSteps) -> None:
    steps.company("m1", categories=["零食"], licences=[FOOD])
    steps.clock.now += 100 * DAY
    answer = steps.platform.run(lambda work: steps.merchants.reverify(work, "m1"))
    assert answer.decision == "verified"
    assert steps.states("cn.kyc.reverify") == steps.states("cn.kyc.food_6m") == ["discharged", "open"]
    assert steps.entries("merchant.verified")[-1].body["occasion"] == "reverify"


def test_verifying_again_finds_a_licence_that_ran_out(steps: MerchantSteps) -> None:
    steps.company("m1", categories=["零食"], licences=[FOOD])
    steps.clock.now += 150 * DAY
    assert steps.platform.run(lambda work: steps.merchants.reverify(work, "m1")).decision == "held"
    assert steps.status("m1") == "held"
    assert steps.states("cn.kyc.reverify") == ["open"]


def test_what_is_closed_or_unknown_is_not_acted_on(steps: MerchantSteps) -> None:
    with pytest.raises(NotFound):
        steps.close("nobody", for_cause=False)
    steps.company("m1", categories=["护肤品"])
    steps.close("m1", for_cause=False)
    assert steps.states("cn.kyc.reverify") == ["ended"]
    assert steps.states("cn.retain.identity") == steps.states("cn.kyc.cosmetics.keep") == ["keeping"]
    with pytest.raises(Conflict):
        steps.close("m1", for_cause=False)
    with pytest.raises(Conflict):
        steps.change("m1", phone="12012345678")


def test_a_change_is_filed_with_its_history_and_published_by_the_platform(steps: MerchantSteps) -> None:
    steps.company("m1")
    steps.clock.now += 5 * DAY
    answer = steps.change("m1", address="安平市清河区望岳街 8 号", shop_name="新店名", changed_at=steps.clock.now - DAY)
    assert answer.decision == "verified"
    with steps.platform.reading() as conn:
        on_file = file.opened(conn, steps.platform.vault, "m1")
    assert (on_file.address, on_file.shop_name, on_file.contact_name) == ("安平市清河区望岳街 8 号", "新店名", "赵一")
    [changed], [reported] = steps.entries("merchant.info_changed"), steps.entries("merchant.info_reported")
    assert reported.at - changed.at == DAY
    assert reported.body["fields"] == "address,shop_name"
    assert "望岳街" not in msgspec.json.encode(reported).decode()
    assert steps.states("cn.publicity.seller_reports") == ["discharged"]
    assert steps.states("cn.publicity.seller_change") == ["open"]
    assert len(steps.effects("merchant.publish")) == 1
    steps.platform.record_event(Event(kind="merchant.info_published", subjects={"merchant": "m1"}))
    assert steps.states("cn.publicity.seller_change") == ["discharged"]


def test_a_change_reported_late_is_overdue_and_a_false_one_is_not_filed(steps: MerchantSteps) -> None:
    steps.company("m1")
    steps.clock.now += 20 * DAY
    steps.change("m1", phone="12012345678", changed_at=steps.clock.now - 10 * DAY)
    assert steps.states("cn.publicity.seller_reports") == ["discharged_late"]
    refused = steps.change("m1", credit_code="91510100MA00000000")
    assert refused.decision == "refused"
    with steps.platform.reading() as conn:
        assert file.opened(conn, steps.platform.vault, "m1").credit_code == "91320200MA1MGN8MXH"
    assert steps.status("m1") == "verified"
    with pytest.raises(InvalidInput):
        steps.change("m1")
    with pytest.raises(InvalidInput):
        steps.change("m1", phone="12012345678", changed_at=steps.clock.now + DAY)


def test_a_held_merchant_is_verified_once_the_licence_is_there(steps: MerchantSteps) -> None:
    assert steps.company("m1", categories=["零食"]).decision == "held"
    steps.change("m1", licences=[FOOD])
    assert steps.status("m1") == "verified"
    assert steps.states("cn.kyc.held") == ["discharged"]


def test_old_listings_replay_through_all_that_became_of_their_merchant(steps: MerchantSteps) -> None:
    steps.company("m1", categories=["零食"], licences=[FOOD])
    screened = []

    def note(name: str) -> None:
        listing = anbao.Listing(id=name, title="绿茶", category="零食", merchant="m1")
        screened.append(steps.platform.submit_listing(listing).receipt.entry)

    note("a")
    steps.go_to("2027-03-02")
    steps.go_to("2027-04-01")
    note("b")
    steps.change("m1", licences=[OTHER_FOOD])
    note("c")
    steps.close("m1", for_cause=False)
    note("d")
    with steps.platform.reading() as conn:
        for entry in screened:
            assert replay(conn, steps.platform.ledger, steps.platform.prevent.rulesets, entry).same, entry
    assert steps.platform.obligation_differences() == []
    assert steps.platform.verify().sound


def decide(steps: MerchantSteps, outcome: str) -> None:
    """An officer decides the newest case on a merchant."""
    steps.platform.advance()
    case = steps.entries("case.opened")[-1].subjects["case"]
    platform = steps.platform
    platform.run(
        lambda work: platform.cases.decide(
            work, case, person="wang", outcome=outcome, reason="查明", actor="officer:wang"
        )
    )
    platform.advance()


def test_a_come_back_is_put_before_a_person_who_decides(steps: MerchantSteps) -> None:
    steps.company("m1", phone="12099990000", credit_code="91110000600037341L")
    steps.close("m1", for_cause=True)
    steps.company("m2", phone="12099990000")
    decide(steps, "verified")
    assert steps.status("m2") == "verified"
    assert steps.entries("merchant.verified")[-1].actor == "officer:wang"
    steps.company("m3", phone="12099990000")
    decide(steps, "refused")
    assert steps.status("m3") == "refused"


def test_a_closure_taken_as_a_measure_closes_for_cause_and_lifted_gives_the_shop_back(steps: MerchantSteps) -> None:
    platform = steps.platform
    steps.company("m1", phone="12099990000", credit_code="91110000600037341L")
    order = MeasureOrder(measure="closure", merchant="m1", facts="多次销售假药")
    taken = platform.run(lambda work: platform.remove.take(work, order, person="wang", actor="officer:wang"))
    platform.advance()
    assert steps.status("m1") == "closed"
    [closed] = steps.entries("merchant.closed")
    assert (closed.body["reason"], closed.body["for_cause"]) == ("多次销售假药", True)
    assert steps.company("m2", phone="12099990000").decision == "held"
    platform.run(lambda work: platform.remove.lift(work, taken, "申诉成立", person="li", actor="officer:li"))
    platform.advance()
    assert steps.status("m1") == "verified"
    assert steps.company("m3", phone="12099990000").decision == "verified"
