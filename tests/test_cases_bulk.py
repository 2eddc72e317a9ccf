"""Bulk decisions: previewed, delayed, undone, and overtaken by what happens meanwhile."""

import pytest

from anbao.cases import bulk, leases
from anbao.errors import Conflict
from anbao.model.listing import Listing
from anbao.platform import Platform
from case_steps import MINUTE, decide, find, hold, kinds_of, look_twice, open_one, reviews, take, use_test_lexicon
from helpers import Clock


def order(platform: Platform, names: list[str], person: str = "wang", token: str = "") -> bulk.BulkOrder:
    return platform.run(
        lambda work: platform.cases.decide_many(
            work, cases=tuple(names), outcome="remove", reason="同一危险", person=person, token=token
        )
    )


def test_a_bulk_decision_is_previewed_and_leaves_after_its_window(platform: Platform, clock: Clock) -> None:
    look_twice(platform, 0)
    names = [open_one(platform, f"L{n}") for n in range(250)]
    other, taken = open_one(platform, "A1", kind="appeal"), open_one(platform, "T")
    platform.run(lambda work: leases.lease(work, taken, "li"))
    wanted = [*names, other, taken, "none"]
    with platform.reading() as conn:
        seen = platform.cases.preview(conn, wanted, outcome="remove", person="wang")
    assert seen.decided == 250
    assert [row.case for row in seen.rows if row.problem] == [other, taken, "none"]
    made = order(platform, wanted, token=seen.token)
    assert set(made.refused) == {other, taken, "none"}
    platform.advance()
    assert "case.decided" not in kinds_of(platform, ("case", names[0]))
    assert find(platform, names[0]).state == "pending"
    assert take(platform, "zhao", "hazard_match") is None
    clock.now = made.leaves_at
    with pytest.raises(Conflict):
        platform.run(lambda work: bulk.undo(work, made.id, person="wang", reason="误", actor="test"))
    platform.advance()
    platform.advance()
    with platform.reading() as conn:
        done = bulk.find(conn, made.id)
        assert platform.ledger.entries(conn, kind="bulk.finished")
    assert done.state == "done"
    assert {item.result for item in done.items} == {"decided"}
    assert all(kinds_of(platform, ("case", name)).count("case.decided") == 1 for name in names)


def test_a_bulk_decision_that_is_undone_has_no_effect(platform: Platform, clock: Clock) -> None:
    names = [open_one(platform, f"L{n}") for n in range(3)]
    made = order(platform, names)
    clock.now += MINUTE
    undone = platform.run(lambda work: bulk.undo(work, made.id, person="li", reason="选错了", actor="test"))
    assert {item.result for item in undone.items} == {"undone"}
    clock.now = made.leaves_at + 1
    platform.advance()
    assert {kind for name in names for kind in kinds_of(platform, ("case", name))} == {"case.opened"}
    assert take(platform, "wang") == sorted(names, key=lambda name: find(platform, name).position)[0]


def test_what_changed_since_the_preview_stops_the_order(platform: Platform) -> None:
    look_twice(platform, 0)
    names = [open_one(platform, f"L{n}") for n in range(3)]
    with platform.reading() as conn:
        seen = platform.cases.preview(conn, names, outcome="remove", person="wang")
    decide(platform, names[0], "li")
    with pytest.raises(Conflict):
        order(platform, names, token=seen.token)


def test_a_screening_overtakes_a_bulk_decision(platform: Platform, clock: Clock) -> None:
    use_test_lexicon(platform)
    hold(platform, "L1")
    [found] = reviews(platform)
    made = platform.run(
        lambda work: platform.cases.decide_many(work, cases=(found.id,), outcome="pass", reason="看过", person="wang")
    )
    platform.submit_listing(Listing(id="L1", title="毛巾"))
    clock.now = made.leaves_at
    platform.advance()
    with platform.reading() as conn:
        assert [item.result for item in bulk.find(conn, made.id).items] == ["superseded"]
    assert "listing.decided" not in kinds_of(platform, ("listing", "L1"))
