"""A person decides on a held merchant; to wait means: it is notified what to supply, reminded, and given a time."""

import msgspec

from helpers import DAY, said
from merchant_steps import FOOD, MerchantSteps

EXPIRED = {**FOOD, "valid_until": "2020-01-01"}


def open_cases(steps: MerchantSteps) -> list[tuple[str, list[str]]]:
    steps.platform.advance()
    with steps.platform.reading() as conn:
        found = steps.platform.cases.worst(conn, kinds=["merchant_held"])
        return [(one.id, said(steps.platform.ledger.entry(conn, one.opened_by).entry())["reasons"]) for one in found]


def decide(steps: MerchantSteps, outcome: str, reason: str = "请补正") -> None:
    [(case, _)] = open_cases(steps)
    platform = steps.platform
    platform.run(
        lambda work: platform.cases.decide(
            work, case, person="wang", outcome=outcome, reason=reason, actor="officer:wang"
        )
    )
    platform.advance()


def held(steps: MerchantSteps) -> None:
    assert steps.company("m", categories=["零食"], licences=[EXPIRED]).decision == "held"


def test_what_is_missing_or_expired_is_put_before_a_person_once(steps: MerchantSteps) -> None:
    held(steps)
    [(case, reasons)] = open_cases(steps)
    assert reasons == ["food_business:expired"]
    steps.change("m", phone="12099998888")
    assert [name for name, _ in open_cases(steps)] == [case]
    assert steps.company("n", categories=["零食"]).decision == "held"
    assert ["food_business:missing"] in [reasons for _, reasons in open_cases(steps)]


def test_to_wait_notifies_the_merchant_what_to_supply_and_reminds_it_halfway(steps: MerchantSteps) -> None:
    held(steps)
    decide(steps, "held", "请上传有效的食品经营许可证")
    assert open_cases(steps) == []
    assert steps.states("cn.kyc.held") == ["discharged"]
    [asked] = steps.entries("merchant.supplement_asked")
    assert (asked.actor, said(asked)["note"]) == ("officer:wang", "请上传有效的食品经营许可证")
    [told] = steps.effects("merchant.supplement_wanted")
    [wanted] = told["body"]["wanted"]
    assert (wanted["kind"], wanted["problem"], wanted["name"]["zh"]) == ("food_business", "expired", "食品经营许可证")
    assert told["body"]["due"] == said(asked)["due"] > steps.clock.now + 10 * DAY
    steps.clock.now = said(asked)["remind"]
    steps.platform.advance()
    steps.platform.advance()
    assert len(steps.effects("merchant.supplement_reminder")) == 1
    assert open_cases(steps) == []


def test_what_is_put_right_in_time_ends_the_waiting(steps: MerchantSteps) -> None:
    held(steps)
    decide(steps, "held")
    asked = steps.entries("merchant.supplement_asked")[0]
    steps.change("m", licences=[FOOD])
    assert steps.status("m") == "verified"
    steps.clock.now = said(asked)["due"] + DAY
    assert open_cases(steps) == []
    assert steps.effects("merchant.supplement_reminder") == []
    assert steps.entries("merchant.supplement_overdue") == []


def test_what_is_not_put_right_in_time_comes_back_to_a_person(steps: MerchantSteps) -> None:
    held(steps)
    decide(steps, "held")
    due = said(steps.entries("merchant.supplement_asked")[0])["due"]
    steps.clock.now = due + 5
    assert [reasons for _, reasons in open_cases(steps)] == [["supplement_overdue"]]
    assert [one.at for one in steps.entries("merchant.supplement_overdue")] == [due]
    assert steps.states("cn.kyc.held") == ["discharged", "open"]
    decide(steps, "refused", "逾期未补正")
    assert steps.status("m") == "refused"
    assert steps.states("cn.kyc.held") == ["discharged", "discharged"]
    assert open_cases(steps) == []
    assert steps.platform.obligation_differences() == []


def test_what_is_put_right_before_anybody_looked_needs_nobody_any_more(steps: MerchantSteps) -> None:
    held(steps)
    assert len(open_cases(steps)) == 1
    steps.change("m", licences=[FOOD])
    assert open_cases(steps) == []
    assert steps.status("m") == "verified"
    assert len(steps.entries("merchant.verified")) == 1


def test_what_is_wanted_names_no_personal_number(steps: MerchantSteps) -> None:
    assert steps.person("p", resident_id="110105194912310021").decision in ("held", "refused")
    steps.company("q", contact_name=None)
    decide(steps, "held")
    assert "110105194912310021" not in msgspec.json.encode(steps.effects("merchant.supplement_wanted")).decode()
