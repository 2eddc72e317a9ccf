"""Removal of dangers: the certain ones go at once, the likely ones wait for a person, what was none comes back."""

from anbao.cases import bulk
from anbao.engine.outbox import listed
from anbao.platform import Platform
from anbao.remove import records, sanctions
from anbao.simulator.receiver import Manners, Receiver, receiving
from helpers import DAY, HOUR, Clock, connect
from removal_steps import confirm_hazard, decide_case, entries, match, measures, offer, overdue, sound


def test_what_a_judgment_settles_goes_without_review_and_is_done_when_confirmed(
    platform: Platform, receiver: Receiver
) -> None:
    offer(platform, "L1", "M1")
    offer(platform, "L2", "M2")
    confirm_hazard(platform, listing="L1")
    match(platform, "L2", "M2")
    platform.advance()
    platform.advance()
    assert {one.payload["subjects"]["listing"] for one in receiver.topics("listing.takedown")} == {"L1", "L2"}
    assert {one.listing for one in measures(platform, kind="takedown", state="confirmed")} == {"L1", "L2"}
    assert {one.person for one in measures(platform, kind="takedown")} == {"ann"}
    assert entries(platform, "hazard.removed")[-1].body == {"listings": 2, "undecided": 0}
    assert len(entries(platform, "violation.stopped")) == 2
    [first, *_] = entries(platform, "violation.found")
    assert (first.body["field"], first.subjects["merchant"]) == ("safety", "M1")
    sound(platform)


def test_a_takedown_that_the_platform_does_not_confirm_is_overdue(platform: Platform, clock: Clock) -> None:
    with receiving(Manners(unconfirmed=frozenset({"listing.takedown"}))) as receiver:
        connect(platform, receiver)
        offer(platform, "L1", "M1")
        confirm_hazard(platform, listing="L1")
        platform.advance()
        platform.advance()
    assert not overdue(platform, "cn.measure.confirm")
    assert not entries(platform, "hazard.removed")
    clock.now += 3 * HOUR
    platform.advance()
    [takedown] = measures(platform, kind="takedown")
    assert [one.subjects["measure"] for one in overdue(platform, "cn.measure.confirm")] == [takedown.id]


def test_a_refused_takedown_is_reported_and_done_when_it_is_sent_again(platform: Platform, clock: Clock) -> None:
    with receiving(Manners(refused=frozenset({"L1"}))) as receiver:
        connect(platform, receiver)
        offer(platform, "L1", "")
        confirm_hazard(platform, listing="L1")
        platform.advance()
        platform.advance()
        [takedown] = measures(platform, kind="takedown")
        assert takedown.state == "failed"
        assert "court" in takedown.problem
        receiver.manners = Manners()
        with platform.reading() as conn:
            dead = [one.id for one in listed(conn, state="dead")]
        platform.delivery.replay(tuple(dead), actor="officer")
        platform.advance()
        platform.advance()
    assert measures(platform, kind="takedown")[0].state == "confirmed"
    sound(platform)


def test_what_is_only_likely_waits_for_a_person(platform: Platform, receiver: Receiver) -> None:
    offer(platform, "L1", "M1")
    offer(platform, "L2", "M2")
    confirm_hazard(platform)
    match(platform, "L1", "M1", "likely")
    match(platform, "L2", "M2", "possible")
    platform.advance()
    assert not measures(platform)
    match(platform, "L1", "M1", "likely")
    platform.advance()
    with platform.reading() as conn:
        waiting = {one.subjects["listing"]: one.id for one in platform.cases.worst(conn, kinds=["hazard_match"])}
    assert waiting.keys() == {"L1", "L2"}
    for listing, outcome in (("L1", "remove"), ("L2", "keep")):
        decide_case(platform, waiting[listing], outcome, "bo")
    platform.advance()
    platform.advance()
    [takedown] = measures(platform, kind="takedown")
    assert (takedown.listing, takedown.merchant, takedown.person) == ("L1", "M1", "bo")
    assert entries(platform, "hazard.removed")[-1].body == {"listings": 1, "undecided": 0}
    sound(platform)


def test_a_sweep_that_finds_nothing_removes_the_danger(platform: Platform) -> None:
    confirm_hazard(platform)
    platform.advance()
    platform.advance()
    assert entries(platform, "hazard.removed")[-1].body == {"listings": 0, "undecided": 0}


def test_a_danger_that_is_none_any_more_gives_back_what_it_took(platform: Platform, receiver: Receiver) -> None:
    offer(platform, "L1", "M1")
    offer(platform, "L2", "M2")
    confirm_hazard(platform, listing="L1")
    match(platform, "L2", "M2")
    platform.advance()
    platform.advance()
    platform.run(lambda work: platform.investigate.lift(work, "H1", "判决已被撤销", actor="bo"))
    platform.advance()
    platform.advance()
    assert {one.state for one in measures(platform)} == {"lifted"}
    assert {one.payload["subjects"]["listing"] for one in receiver.topics("listing.restore")} == {"L1", "L2"}
    assert {one.body["reason"] for one in entries(platform, "measure.lifted")} == {"判决已被撤销"}
    with platform.reading() as conn:
        assert {one.state for one in records.violations(conn, "1 = 1")} == {"withdrawn"}
        assert not sanctions.public(conn)
    sound(platform)


def test_a_bulk_decision_takes_down_all_and_can_be_undone_before(
    platform: Platform, receiver: Receiver, clock: Clock
) -> None:
    confirm_hazard(platform)
    for n in range(6):
        offer(platform, f"L{n}", f"M{n}")
        match(platform, f"L{n}", f"M{n}", "likely")
    platform.advance()
    with platform.reading() as conn:
        names = [one.id for one in platform.cases.worst(conn, kinds=["hazard_match"])]
    assert len(names) == 6

    def order(chosen: list[str]) -> str:
        return platform.run(
            lambda work: platform.cases.decide_many(
                work, cases=tuple(chosen), outcome="remove", reason="型号一致", person="bo"
            )
        ).id

    regretted = order(names[:3])
    platform.run(lambda work: bulk.undo(work, regretted, person="bo", reason="选错", actor="bo"))
    order(names[3:])
    platform.advance()
    assert not measures(platform)
    clock.now += DAY
    platform.advance()
    platform.advance()
    platform.advance()
    assert len(measures(platform, kind="takedown", state="confirmed")) == 3
    assert len(receiver.topics("listing.takedown")) == 3
    assert entries(platform, "hazard.removed")[-1].body == {"listings": 3, "undecided": 3}
    sound(platform)
