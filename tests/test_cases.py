"""Cases: the worst first, one person at a time, two who agree, and listings that screening holds."""

import pytest

from anbao.cases import leases, reading
from anbao.cases.deciding import is_sampled
from anbao.errors import Conflict, InvalidInput
from anbao.law.norms import Period
from anbao.model.listing import Listing
from anbao.platform import Platform
from case_steps import MINUTE, decide, find, hold, kinds_of, look_twice, open_one, reviews, take, use_test_lexicon
from helpers import START, Clock


def test_the_same_cause_opens_a_case_once(platform: Platform) -> None:
    first = open_one(platform, "L1")
    assert open_one(platform, "L1") == first
    assert open_one(platform, "L1", cause="another") != first
    assert kinds_of(platform, ("case", first)) == ["case.opened"]


def test_the_worst_stands_first_then_the_soonest_due_then_the_oldest(platform: Platform, clock: Clock) -> None:
    old = open_one(platform, "old", 3, due_at=START + 100)
    clock.now += 1
    young = open_one(platform, "young", 3, due_at=START + 100)
    soon = open_one(platform, "soon", 3, due_at=START + 50)
    worst = open_one(platform, "worst", 5)
    other = open_one(platform, "other", 4, kind="appeal")
    expected = [worst, other, soon, old, young]
    with platform.reading() as conn:
        page = platform.cases.worst(conn, limit=2)
        rest = platform.cases.worst(conn, after=page[-1].position)
        only = platform.cases.worst(conn, kinds=["appeal"])
    assert [one.id for one in page + rest] == expected
    assert [one.id for one in only] == [other]
    assert [take(platform, "wang") for _ in range(6)] == [*expected, None]


def test_a_case_is_due_when_the_setting_of_its_kind_says(platform: Platform) -> None:
    platform.change_setting("hazard.assess", Period(hours=2), actor="officer")
    assert find(platform, open_one(platform, "L1")).due_at == START + 2 * 60 * MINUTE
    timeless = next(one.id for one in platform.cases.kinds.values() if not one.due)
    assert find(platform, open_one(platform, "L2", kind=timeless)).due_at is None


def test_a_lease_keeps_others_out_until_it_lapses_or_is_given_back(platform: Platform, clock: Clock) -> None:
    name = open_one(platform, "L1")
    assert take(platform, "wang") == name
    assert take(platform, "li") is None
    with pytest.raises(Conflict):
        decide(platform, name, "li")
    with pytest.raises(Conflict):
        platform.run(lambda work: leases.lease(work, name, "li"))
    clock.now += 20 * MINUTE
    platform.run(lambda work: leases.lease(work, name, "wang"))
    clock.now += 20 * MINUTE
    assert take(platform, "li") is None
    with platform.reading() as conn:
        assert [one.id for one in reading.held_by(conn, "wang", clock.now)] == [name]
    platform.run(lambda work: leases.give_back(work, name, "li"))
    assert take(platform, "li") is None
    clock.now += 11 * MINUTE
    assert take(platform, "li") == name
    platform.run(lambda work: leases.give_back(work, name, "li"))
    assert take(platform, "wang") == name


def test_who_was_given_a_case_gets_it_and_nobody_else(platform: Platform) -> None:
    first, second = open_one(platform, "L1", 4), open_one(platform, "L2", 3)
    platform.run(lambda work: leases.assign(work, first, "li", by="chief"))
    assert take(platform, "wang") == second
    assert take(platform, "wang") is None
    with pytest.raises(Conflict):
        decide(platform, first, "wang")
    with pytest.raises(Conflict):
        platform.run(lambda work: leases.hand_over(work, second, person="li", to="zhao"))
    platform.run(lambda work: leases.hand_over(work, second, person="wang", to="li", note="熟悉此类"))
    assert [take(platform, "li"), take(platform, "li")] == [first, second]
    with platform.reading() as conn:
        given = platform.ledger.entries(conn, subject=("case", second))[-1].entry()
    assert given.kind == "case.assigned"
    assert given.body == {"by": "wang", "from": "wang", "note": "熟悉此类", "to": "li"}


def test_a_decision_needs_an_outcome_of_its_kind_and_a_reason(platform: Platform) -> None:
    name = open_one(platform, "L1")
    with pytest.raises(InvalidInput):
        decide(platform, name, "wang", "granted")
    with pytest.raises(InvalidInput):
        decide(platform, name, "wang", reason=" ")
    with pytest.raises(InvalidInput):
        open_one(platform, "L2", kind="no_such_kind")
    assert find(platform, name).state == "open"


def test_two_who_agree_close_a_case_and_the_first_cannot_be_the_second(platform: Platform) -> None:
    look_twice(platform, 100)
    name = open_one(platform, "L1")
    assert decide(platform, name, "wang") == "second"
    assert take(platform, "wang") is None
    with pytest.raises(Conflict):
        decide(platform, name, "wang")
    assert take(platform, "li") == name
    assert decide(platform, name, "li") == "closed"
    assert kinds_of(platform, ("case", name)) == ["case.opened", "case.decided", "case.confirmed"]


def test_two_who_disagree_reopen_it_and_then_two_must_agree(platform: Platform) -> None:
    look_twice(platform, 100)
    name = open_one(platform, "L1")
    decide(platform, name, "wang", "keep")
    assert decide(platform, name, "li", "remove") == "open"
    look_twice(platform, 0)
    assert decide(platform, name, "wang", "remove") == "second"
    assert decide(platform, name, "li", "remove") == "closed"
    assert find(platform, name).outcome == "remove"
    assert kinds_of(platform, ("case", name)) == [
        "case.opened",
        "case.decided",
        "case.reopened",
        "case.decided",
        "case.confirmed",
    ]


def test_about_the_stated_share_goes_to_a_second_person() -> None:
    share = sum(is_sampled(f"case-{n}", n, 10) for n in range(10_000)) / 10_000
    assert 0.085 < share < 0.115
    assert not any(is_sampled(f"case-{n}", n, 0) for n in range(100))
    assert all(is_sampled(f"case-{n}", n, 100) for n in range(100))


def test_who_is_barred_neither_gets_nor_decides_a_case(platform: Platform) -> None:
    name = open_one(platform, "L1", barred="wang")
    assert take(platform, "wang") is None
    with pytest.raises(Conflict):
        platform.run(lambda work: leases.assign(work, name, "wang", by="chief"))
    assert take(platform, "li") == name


def test_a_closed_case_can_be_reopened_with_a_reason(platform: Platform) -> None:
    look_twice(platform, 0)
    name = open_one(platform, "L1")
    decide(platform, name, "wang")
    with pytest.raises(Conflict):
        decide(platform, name, "li")
    platform.run(lambda work: platform.cases.reopen(work, name, person="li", reason="新证据"))
    assert take(platform, "li") == name


def test_a_held_listing_is_a_case_and_its_decision_is_the_listings(platform: Platform) -> None:
    look_twice(platform, 0, "listing_review")
    use_test_lexicon(platform)
    hold(platform, "L1")
    [found] = reviews(platform)
    assert found.subjects == {"listing": "L1"}
    decide(platform, found.id, "wang", "block")
    platform.advance()
    with platform.reading() as conn:
        [decided] = [one.entry() for one in platform.entries(conn, kind="listing.decided")]
        assert [one.id for one in reading.about(conn, "listing", "L1")] == [found.id]
    assert (decided.body["outcome"], decided.subjects["listing"]) == ("block", "L1")
    assert not reviews(platform)
    assert not [one for one in platform.obligations() if one.norm == "cn.dispose.review"]


def test_a_new_screening_or_a_decision_by_another_way_closes_the_old_review(platform: Platform) -> None:
    use_test_lexicon(platform)
    hold(platform, "L1")
    [first] = reviews(platform)
    hold(platform, "L1")
    [second] = reviews(platform)
    assert second.id != first.id
    assert (find(platform, first.id).state, find(platform, first.id).outcome) == ("closed", "superseded")
    platform.submit_listing(Listing(id="L1", title="毛巾"))
    assert not reviews(platform)
    hold(platform, "L2")
    platform.prevent.review("L2", "pass", "看过", actor="officer")
    assert not reviews(platform)
