"""Licences that run out: announced, expired, renewed, and what becomes of merchant and listings."""

import pytest

import anbao
from helpers import record, said
from merchant_steps import FOOD, OTHER_FOOD, MerchantSteps

EXPIRED = {**FOOD, "valid_until": "2026-11-01"}


def offer(steps: MerchantSteps, name: str, category: str) -> str:
    listing = anbao.Listing(id=name, title="绿茶 250g", category=category, merchant="m1")
    return steps.platform.submit_listing(listing).decision.outcome


def test_a_licence_runs_out_and_takes_merchant_and_listings_with_it_until_renewed(steps: MerchantSteps) -> None:
    steps.company("m1", categories=["零食", "女装"], licences=[FOOD])
    assert offer(steps, "tea", "零食") in ("pass", "notice")
    offer(steps, "shirt", "女装")
    steps.go_to("2027-02-28")
    assert steps.entries("licence.expiring") == []
    steps.go_to("2027-03-02")
    [expiring] = steps.entries("licence.expiring")
    assert expiring.subjects == {"licence": "food_business:JY13202020009651", "merchant": "m1"}
    assert steps.states("cn.kyc.licence_renewal") == ["open"]
    assert steps.effects("merchant.licence_expiring")[0]["body"]["last_day"] == "2027-03-31"
    steps.go_to("2027-03-31")
    assert steps.status("m1") == "verified"
    steps.go_to("2027-04-01")
    assert steps.status("m1") == "held"
    assert (steps.outcome("tea"), steps.outcome("shirt")) == ("withheld", "pass")
    [lost] = steps.entries("listing.licence_lost")
    assert (lost.body["licence"], lost.body["problem"]) == ("food_business", "expired")
    assert "cn.food_safety_law.2025/62.1" in said(lost)["provisions"]
    assert [one["subjects"]["listing"] for one in steps.effects("listing.withhold")] == ["tea"]
    assert steps.states("cn.kyc.licence_hold") == ["discharged"]
    assert steps.states("cn.kyc.licence_renewal") == ["ended"]
    assert offer(steps, "coffee", "零食") in ("review", "block")

    steps.change("m1", licences=[OTHER_FOOD])
    steps.platform.advance()
    assert steps.status("m1") == "verified"
    assert steps.outcome("tea") in ("pass", "notice")
    assert [one["subjects"]["listing"] for one in steps.effects("listing.restore")] == ["tea"]
    [renewed] = steps.entries("licence.renewed")
    assert renewed.subjects["licence"] == "food_business:JY13202020009651"
    steps.go_to("2028-01-01")
    assert len(steps.entries("licence.expired")) == 1


@pytest.mark.parametrize("renewed", [{**FOOD, "valid_until": "2032-03-31"}, OTHER_FOOD])
def test_a_licence_renewed_in_time_discharges_and_holds_nobody(steps: MerchantSteps, renewed: dict[str, str]) -> None:
    steps.company("m1", categories=["零食"], licences=[FOOD])
    steps.go_to("2027-03-02")
    steps.change("m1", licences=[renewed])
    assert steps.states("cn.kyc.licence_renewal") == ["discharged"]
    steps.go_to("2027-04-02")
    assert steps.status("m1") == "verified"
    assert steps.entries("licence.expired") == []


def test_a_licence_that_nothing_needs_runs_out_without_a_hold(steps: MerchantSteps) -> None:
    steps.company("m1", categories=["女装"], licences=[FOOD])
    steps.go_to("2027-03-02")
    steps.go_to("2027-04-02")
    assert steps.status("m1") == "verified"
    [expired] = steps.entries("licence.expired")
    assert not expired.body["needed"]
    assert steps.states("cn.kyc.licence_hold") == []


def test_a_listing_under_a_measure_does_not_come_back_with_the_licence(steps: MerchantSteps) -> None:
    steps.company("m1", categories=["零食"], licences=[FOOD])
    offer(steps, "tea", "零食")
    steps.go_to("2027-03-02")
    steps.go_to("2027-04-01")
    record(steps.platform, "measure.taken", {"measure": "takedown"}, actor="engine", listing="tea", measure="x1")
    steps.change("m1", licences=[OTHER_FOOD])
    steps.platform.advance()
    assert steps.outcome("tea") == "withheld"
    assert steps.effects("listing.restore") == []


def test_a_licence_that_had_run_out_before_leaves_nothing_owed(steps: MerchantSteps) -> None:
    steps.company("m1", categories=["零食"], licences=[EXPIRED])
    steps.platform.advance()
    assert steps.states("cn.kyc.licence_renewal") == []
    assert [entry.body["needed"] for entry in steps.entries("licence.expired")] == [False]
    steps.platform.advance()
    assert len(steps.entries("licence.expired")) == 1


def test_closing_ends_what_was_owed_for_its_licences(steps: MerchantSteps) -> None:
    steps.company("m1", categories=["零食"], licences=[FOOD])
    steps.go_to("2027-03-02")
    steps.close("m1", for_cause=False)
    assert steps.states("cn.kyc.licence_renewal") == ["ended"]
    steps.go_to("2027-04-02")
    assert steps.entries("licence.expired") == []
