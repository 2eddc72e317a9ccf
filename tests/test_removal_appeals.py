"""Appeals against measures: another person decides, and a granted one repairs everything."""

import pytest

from anbao.errors import Conflict, Forbidden, InvalidInput, NotFound
from anbao.platform import Platform
from anbao.remove import appeals, records, sanctions
from anbao.remove.appeals import AppealFiled
from anbao.simulator.receiver import Receiver
from removal_steps import confirm_hazard, entries, kinds, match, measures, offer, sound


def appealed(platform: Platform, receiver: Receiver) -> str:
    """A takedown of L1 of M1 with all that follows, and the merchant's appeal against it."""
    offer(platform, "L1", "M1")
    confirm_hazard(platform, severity=4, listing="L1")
    platform.advance()
    platform.advance()
    sent = [one.payload["data"] for one in receiver.topics("merchant.notified")]
    [token] = [one["appeal_token"] for one in sent if "下架" in one["letter"]["title"]["zh"]]
    return platform.run(
        lambda work: platform.remove.appeal_with_token(work, token, "不是同一型号，见检测报告", ("a" * 64,))
    )


def test_a_granted_appeal_repairs_everything(platform: Platform, receiver: Receiver) -> None:
    appeal = appealed(platform, receiver)
    assert kinds(platform, merchant="M1") == {"takedown", "warning", "stock_freeze"}
    platform.run(
        lambda work: platform.remove.decide_appeal(work, appeal, "granted", "检测报告属实", person="bo", actor="key:2")
    )
    platform.advance()
    platform.advance()
    assert {one.state for one in measures(platform, merchant="M1")} == {"lifted"}
    for topic in ("listing.restore", "stock.unfreeze", "merchant.unwarn"):
        assert len(receiver.topics(topic)) == 1, topic
    assert {one.body["measure"] for one in entries(platform, "measure.restored")} == {
        "takedown",
        "warning",
        "stock_freeze",
    }
    with platform.reading() as conn:
        assert not sanctions.public(conn)
        assert [one.state for one in records.violations(conn, "merchant = ?", "M1")] == ["withdrawn"]
    told = [one.payload["data"]["letter"]["body"]["zh"] for one in receiver.topics("merchant.notified")]
    assert any("检测报告属实" in one and "成立" in one for one in told)
    match(platform, "L1", "M1")
    platform.advance()
    assert not measures(platform, merchant="M1", state="taken")
    offer(platform, "L5", "M1")
    confirm_hazard(platform, "H2", severity=3, listing="L5")
    platform.advance()
    assert entries(platform, "ladder.applied")[-1].body["earlier"] == 0
    sound(platform)


def test_an_appeal_is_decided_by_another_person_once_and_with_a_reason(platform: Platform, receiver: Receiver) -> None:
    appeal = appealed(platform, receiver)

    def decide(person: str, reason: str = "证据不足") -> int:
        return platform.run(
            lambda work: platform.remove.decide_appeal(work, appeal, "denied", reason, person=person, actor="key:2")
        )

    with pytest.raises(Forbidden):
        decide("ann")
    with pytest.raises(InvalidInput):
        decide("bo", " ")
    decide("bo")
    with pytest.raises(Conflict):
        decide("cy")
    assert measures(platform, kind="takedown")[0].state == "confirmed"
    with platform.reading() as conn:
        assert appeals.find(conn, appeal).person == "bo"


def test_appeals_keep_words_out_of_the_ledger_and_are_filed_by_who_may(platform: Platform, receiver: Receiver) -> None:
    appealed(platform, receiver)
    [filed] = entries(platform, "appeal.filed")
    assert str(filed.body["text"]).startswith("commit:")
    assert filed.body["barred"] == "ann"
    with platform.reading() as conn:
        [case] = platform.cases.worst(conn, kinds=["appeal"])
    told = platform.run(lambda work: platform.cases.read(work, case.id, person="bo"))
    assert [one.told["text"] for one in told.words] == ["不是同一型号，见检测报告"]
    [takedown] = measures(platform, kind="takedown")
    again = AppealFiled(measure=takedown.id, text="再次申诉")
    with pytest.raises(Conflict):
        platform.run(lambda work: platform.remove.appeal(work, again, actor="platform"))
    with pytest.raises(Forbidden):
        platform.run(lambda work: platform.remove.appeal_with_token(work, "guess", "x"))
    with pytest.raises(NotFound):
        platform.run(lambda work: platform.remove.appeal(work, AppealFiled(measure="no", text="x"), actor="p"))
