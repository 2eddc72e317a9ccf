"""Merchants who share what identifies them, and those who come back after a closure for cause."""

import msgspec
import pytest

from anbao.errors import InvalidInput
from merchant_steps import FOOD, RESIDENT, MerchantSteps


def test_shared_identifiers_are_a_finding_without_their_values(steps: MerchantSteps) -> None:
    steps.company("m1", bank_account="6222000011112222", licences=[FOOD])
    answer = steps.company("m2", bank_account="6222 0000 1111 2222", licences=[FOOD])
    assert answer.decision == "verified"
    [link] = answer.links
    assert (link.merchant, link.status, link.closed_for_cause) == ("m1", "verified", False)
    assert link.identifiers == ("account", "credit_code", "licence")
    [entry] = steps.entries("merchant.linked")
    assert entry.body["linked"] == 1
    assert "6222" not in msgspec.json.encode(entry).decode()


@pytest.mark.parametrize("shared", ["phone", "bank_account", "address", "resident_id"])
def test_a_merchant_closed_for_cause_that_comes_back_is_held(steps: MerchantSteps, shared: str) -> None:
    same = {
        "phone": "12099990000",
        "bank_account": "62220000",
        "address": "安平市清河区一号甲",
        "resident_id": RESIDENT,
    }
    steps.company("m1", **{shared: same[shared]}, credit_code="91110000600037341L")
    steps.close("m1", for_cause=True)
    answer = steps.company("m2", **{shared: same[shared]})
    assert (answer.decision, answer.reasons) == ("held", ("comeback",))
    assert answer.links[0].closed_for_cause
    assert steps.states("cn.kyc.held") == ["open"]
    steps.platform.run(
        lambda work: steps.merchants.review(work, "m2", verify=True, reason="新的房东", actor="officer:wang")
    )
    assert steps.status("m2") == "verified"
    assert steps.states("cn.kyc.held") == ["discharged"]


def test_who_left_freely_may_come_back_and_who_was_closed_may_not_under_its_own_name(steps: MerchantSteps) -> None:
    steps.company("m1")
    steps.close("m1", for_cause=False)
    assert steps.company("m1").decision == "verified"
    steps.close("m1", for_cause=True)
    assert steps.company("m1").reasons == ("comeback",)


def test_an_agents_phone_joins_nobody_and_the_cap_can_be_changed(steps: MerchantSteps) -> None:
    agent = "12000000000"
    steps.platform.change_parameter("merchant.shared_identifier_cap", 2, actor="officer:wang")
    codes = ("91110000600037341L", "91320200MA1MGN8MXH", "52320200MA1MGN8MX")
    steps.company("m1", phone=agent, credit_code=codes[0])
    assert [one.merchant for one in steps.company("m2", phone=agent).links] == ["m1"]
    assert steps.person("m3", phone=agent).links == ()
    assert steps.entries("merchant.linked")[-1].body["shared_by_crowd"] == ["phone"]
    with steps.platform.reading() as conn:
        view = steps.merchants.links(conn, "m3")
    assert (view.family, view.shared_by_crowd, view.cap) == (("m3",), ("phone",), 2)
    with pytest.raises(InvalidInput, match="law"):
        steps.platform.change_parameter("merchant.unregistered_turnover", 5, actor="officer")
