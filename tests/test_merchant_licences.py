"""Licences that run out: announced, expired, renewed, and what becomes of merchant and listings."""

import pytest

import anbao
from helpers import record
from merchant_desk import FOOD, OTHER_FOOD, Desk

EXPIRED = {**FOOD, "valid_until": "2026-11-01"}


def offer(desk: Desk, name: str, category: str) -> str:
    listing = anbao.Listing(id=name, title="绿茶 250g", category=category, merchant="m1")
    return desk.platform.submit_listing(listing).decision.outcome


def test_a_licence_runs_out_and_takes_merchant_and_listings_with_it_until_renewed(desk: Desk) -> None:
    desk.company("m1", categories=["零食", "女装"], licences=[FOOD])
    assert offer(desk, "tea", "零食") in ("pass", "notice")
    offer(desk, "shirt", "女装")
    desk.go_to("2027-02-28")
    assert desk.entries("licence.expiring") == []
    desk.go_to("2027-03-02")
    [expiring] = desk.entries("licence.expiring")
    assert expiring.subjects == {"licence": "food_business:JY13202020009651", "merchant": "m1"}
    assert desk.states("cn.kyc.licence_renewal") == ["open"]
    assert desk.effects("merchant.licence_expiring")[0]["body"]["last_day"] == "2027-03-31"
    desk.go_to("2027-03-31")
    assert desk.status("m1") == "verified"
    desk.go_to("2027-04-01")
    assert desk.status("m1") == "held"
    assert (desk.outcome("tea"), desk.outcome("shirt")) == ("withheld", "pass")
    [lost] = desk.entries("listing.licence_lost")
    assert (lost.body["licence"], lost.body["problem"]) == ("food_business", "expired")
    assert "cn.food_safety_law.2025/62.1" in lost.body["provisions"]
    assert [one["subjects"]["listing"] for one in desk.effects("listing.withhold")] == ["tea"]
    assert desk.states("cn.kyc.licence_hold") == ["discharged"]
    assert desk.states("cn.kyc.licence_renewal") == ["ended"]
    assert offer(desk, "coffee", "零食") in ("review", "block")

    desk.change("m1", licences=[OTHER_FOOD])
    desk.platform.advance()
    assert desk.status("m1") == "verified"
    assert desk.outcome("tea") in ("pass", "notice")
    assert [one["subjects"]["listing"] for one in desk.effects("listing.restore")] == ["tea"]
    [renewed] = desk.entries("licence.renewed")
    assert renewed.subjects["licence"] == "food_business:JY13202020009651"
    desk.go_to("2028-01-01")
    assert len(desk.entries("licence.expired")) == 1


@pytest.mark.parametrize("renewed", [{**FOOD, "valid_until": "2032-03-31"}, OTHER_FOOD])
def test_a_licence_renewed_in_time_discharges_and_holds_nobody(desk: Desk, renewed: dict[str, str]) -> None:
    desk.company("m1", categories=["零食"], licences=[FOOD])
    desk.go_to("2027-03-02")
    desk.change("m1", licences=[renewed])
    assert desk.states("cn.kyc.licence_renewal") == ["discharged"]
    desk.go_to("2027-04-02")
    assert desk.status("m1") == "verified"
    assert desk.entries("licence.expired") == []


def test_a_licence_that_nothing_needs_runs_out_without_a_hold(desk: Desk) -> None:
    desk.company("m1", categories=["女装"], licences=[FOOD])
    desk.go_to("2027-03-02")
    desk.go_to("2027-04-02")
    assert desk.status("m1") == "verified"
    [expired] = desk.entries("licence.expired")
    assert not expired.body["needed"]
    assert desk.states("cn.kyc.licence_hold") == []


def test_a_listing_under_a_measure_does_not_come_back_with_the_licence(desk: Desk) -> None:
    desk.company("m1", categories=["零食"], licences=[FOOD])
    offer(desk, "tea", "零食")
    desk.go_to("2027-03-02")
    desk.go_to("2027-04-01")
    record(desk.platform, "measure.taken", {"measure": "takedown"}, actor="engine", listing="tea", measure="x1")
    desk.change("m1", licences=[OTHER_FOOD])
    desk.platform.advance()
    assert desk.outcome("tea") == "withheld"
    assert desk.effects("listing.restore") == []


def test_a_licence_that_had_run_out_before_leaves_nothing_owed(desk: Desk) -> None:
    desk.company("m1", categories=["零食"], licences=[EXPIRED])
    desk.platform.advance()
    assert desk.states("cn.kyc.licence_renewal") == []
    assert [entry.body["needed"] for entry in desk.entries("licence.expired")] == [False]
    desk.platform.advance()
    assert len(desk.entries("licence.expired")) == 1


def test_closing_ends_what_was_owed_for_its_licences(desk: Desk) -> None:
    desk.company("m1", categories=["零食"], licences=[FOOD])
    desk.go_to("2027-03-02")
    desk.close("m1", for_cause=False)
    assert desk.states("cn.kyc.licence_renewal") == ["ended"]
    desk.go_to("2027-04-02")
    assert desk.entries("licence.expired") == []
