"""A held merchant is put before a person; to wait for it means: it is told what to supply, reminded, and has a time."""

import msgspec

from helpers import DAY
from merchant_desk import FOOD, Desk

EXPIRED = {**FOOD, "valid_until": "2020-01-01"}


def open_cases(desk: Desk) -> list[tuple[str, list[str]]]:
    desk.platform.advance()
    with desk.platform.reading() as conn:
        found = desk.platform.cases.worst(conn, kinds=["merchant_held"])
        return [
            (one.id, list(desk.platform.ledger.entry(conn, one.opened_by).entry().body["reasons"])) for one in found
        ]


def decide(desk: Desk, outcome: str, reason: str = "请补正") -> None:
    [(case, _)] = open_cases(desk)
    platform = desk.platform
    platform.run(
        lambda work: platform.cases.decide(
            work, case, person="wang", outcome=outcome, reason=reason, actor="officer:wang"
        )
    )
    platform.advance()


def held(desk: Desk) -> None:
    assert desk.company("m", categories=["零食"], licences=[EXPIRED]).decision == "held"


def test_what_is_missing_or_expired_is_put_before_a_person_once(desk: Desk) -> None:
    held(desk)
    [(case, reasons)] = open_cases(desk)
    assert reasons == ["food_business:expired"]
    desk.change("m", phone="12099998888")
    assert [name for name, _ in open_cases(desk)] == [case]
    assert desk.company("n", categories=["零食"]).decision == "held"
    assert ["food_business:missing"] in [reasons for _, reasons in open_cases(desk)]


def test_to_wait_tells_the_merchant_what_to_supply_and_reminds_it_halfway(desk: Desk) -> None:
    held(desk)
    decide(desk, "held", "请上传有效的食品经营许可证")
    assert open_cases(desk) == []
    assert desk.states("cn.kyc.held") == ["discharged"]
    [asked] = desk.entries("merchant.supplement_asked")
    assert (asked.actor, asked.body["note"]) == ("officer:wang", "请上传有效的食品经营许可证")
    [told] = desk.effects("merchant.supplement_wanted")
    [wanted] = told["body"]["wanted"]
    assert (wanted["kind"], wanted["problem"], wanted["name"]["zh"]) == ("food_business", "expired", "食品经营许可证")
    assert told["body"]["due"] == asked.body["due"] > desk.clock.now + 10 * DAY
    desk.clock.now = asked.body["remind"]
    desk.platform.advance()
    desk.platform.advance()
    assert len(desk.effects("merchant.supplement_reminder")) == 1
    assert open_cases(desk) == []


def test_what_is_put_right_in_time_ends_the_waiting(desk: Desk) -> None:
    held(desk)
    decide(desk, "held")
    asked = desk.entries("merchant.supplement_asked")[0]
    desk.change("m", licences=[FOOD])
    assert desk.status("m") == "verified"
    desk.clock.now = asked.body["due"] + DAY
    assert open_cases(desk) == []
    assert desk.effects("merchant.supplement_reminder") == []
    assert desk.entries("merchant.supplement_overdue") == []


def test_what_is_not_put_right_in_time_comes_back_to_a_person(desk: Desk) -> None:
    held(desk)
    decide(desk, "held")
    due = desk.entries("merchant.supplement_asked")[0].body["due"]
    desk.clock.now = due + 5
    assert [reasons for _, reasons in open_cases(desk)] == [["supplement_overdue"]]
    assert [one.at for one in desk.entries("merchant.supplement_overdue")] == [due]
    assert desk.states("cn.kyc.held") == ["discharged", "open"]
    decide(desk, "refused", "逾期未补正")
    assert desk.status("m") == "refused"
    assert desk.states("cn.kyc.held") == ["discharged", "discharged"]
    assert open_cases(desk) == []
    assert desk.platform.obligation_differences() == []


def test_what_is_put_right_before_anybody_looked_needs_nobody_any_more(desk: Desk) -> None:
    held(desk)
    assert len(open_cases(desk)) == 1
    desk.change("m", licences=[FOOD])
    assert open_cases(desk) == []
    assert desk.status("m") == "verified"
    assert len(desk.entries("merchant.verified")) == 1


def test_what_is_wanted_names_no_personal_number(desk: Desk) -> None:
    assert desk.person("p", resident_id="110105194912310021").decision in ("held", "refused")
    desk.company("q", contact_name=None)
    decide(desk, "held")
    assert "110105194912310021" not in msgspec.json.encode(desk.effects("merchant.supplement_wanted")).decode()
