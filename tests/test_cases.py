"""Cases: the worst first, one person at a time, two who agree, and bulk decisions that can be undone."""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anbao import cases
from anbao.cases import bulk, leases, reading
from anbao.cases.deciding import is_sampled
from anbao.errors import AnbaoError, Conflict, InvalidInput
from anbao.model.listing import Listing
from anbao.platform import Platform, open_platform
from anbao.prevent.text import Lexicon
from anbao.store.bulk import sql
from anbao.work import Work
from helpers import Clock

NOW = 1_790_000_000_000
MINUTE = 60_000


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def platform(store_url: str, clock: Clock) -> Iterator[Platform]:
    with open_platform(store_url, clock=clock) as opened:
        yield opened


def open_one(platform: Platform, name: str, severity: int = 3, **more: Any) -> str:
    given: dict[str, Any] = {"kind": "hazard_match", "subjects": {"listing": name}, "severity": severity, "about": 0}
    return platform.run(lambda work: cases.open(work, **(given | more)))


def find(platform: Platform, name: str) -> cases.Case:
    with platform.reading() as conn:
        return reading.find(conn, name)


def take(platform: Platform, person: str, *kinds: str) -> str | None:
    found = platform.run(lambda work: platform.cases.next(work, person, kinds=kinds))
    return found.id if found else None


def decide(platform: Platform, name: str, person: str, outcome: str = "keep", reason: str = "看过") -> str:
    done = platform.run(lambda work: platform.cases.decide(work, name, person=person, outcome=outcome, reason=reason))
    return done.state


def look_twice(platform: Platform, share: int, kind: str = "hazard_match") -> None:
    platform.run(lambda work: platform.cases.change(work, kind, second_look=share))


def kinds_of(platform: Platform, subject: tuple[str, str]) -> list[str]:
    with platform.reading() as conn:
        return [one.kind for one in platform.ledger.entries(conn, subject=subject)]


def test_the_same_cause_opens_a_case_once(platform: Platform) -> None:
    first = open_one(platform, "L1")
    assert open_one(platform, "L1") == first
    assert open_one(platform, "L1", cause="another") != first
    assert kinds_of(platform, ("case", first)) == ["case.opened"]


def test_the_worst_stands_first_then_the_soonest_due_then_the_oldest(platform: Platform, clock: Clock) -> None:
    old = open_one(platform, "old", 3, due_at=NOW + 100)
    clock.now += 1
    young = open_one(platform, "young", 3, due_at=NOW + 100)
    soon = open_one(platform, "soon", 3, due_at=NOW + 50)
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
    platform.change_setting("hazard.assess", {"hours": 2}, actor="officer")
    assert find(platform, open_one(platform, "L1")).due_at == NOW + 2 * 60 * MINUTE
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


# ── listings that screening holds ─────────────────────────────────────────────────────────────────────────────────────


HELD = "测试待审词甲"


def use_test_lexicon(platform: Platform) -> None:
    """In place of the pack's, whose words may change."""
    digest = platform.import_lexicon(Lexicon.from_csv(f"term,category,severity\n{HELD},test,3\n".encode()))
    platform.activate_lexicon(digest)


def hold(platform: Platform, name: str) -> None:
    """Submit a listing that the default policy holds."""
    answer = platform.submit_listing(Listing(id=name, title=f"{HELD}一件"))
    assert answer.decision.outcome == "review"


def reviews(platform: Platform) -> list[cases.Case]:
    with platform.reading() as conn:
        return platform.cases.worst(conn, kinds=["listing_review"])


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
    platform.review_listing("L2", "pass", "看过", actor="officer")
    assert not reviews(platform)


# ── bulk ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def order(platform: Platform, names: list[str], person: str = "wang", token: str = "") -> bulk.BulkOrder:
    return platform.run(
        lambda work: platform.cases.order(work, names, outcome="remove", reason="同一危险", person=person, token=token)
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
        lambda work: platform.cases.order(work, [found.id], outcome="pass", reason="看过", person="wang")
    )
    platform.submit_listing(Listing(id="L1", title="毛巾"))
    clock.now = made.leaves_at
    platform.advance()
    with platform.reading() as conn:
        assert [item.result for item in bulk.find(conn, made.id).items] == ["superseded"]
    assert "listing.decided" not in kinds_of(platform, ("listing", "L1"))


# ── invariants ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_two_persons_ever_get_the_same_case(store_url: str) -> None:
    """Two openings of one store, as two processes would have, and four threads on each."""
    platforms = [open_platform(store_url, clock=lambda: NOW) for _ in range(2)]
    names = {open_one(platforms[0], f"L{n}") for n in range(60)}
    got: list[str] = []

    def work_off(platform: Platform, person: str) -> None:
        while name := take(platform, person):
            got.append(name)

    people = [(one, f"p{n}{m}") for n, one in enumerate(platforms) for m in range(4)]
    threads = [threading.Thread(target=work_off, args=one) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in platforms:
        one.close()
    assert len(got) == 60
    assert set(got) == names


PEOPLE = ("a", "b", "c")
steps = st.lists(
    st.tuples(
        st.sampled_from(["next", "decide", "assign", "give_back", "wait", "reopen", "bulk", "undo"]),
        st.sampled_from(PEOPLE),
        st.integers(0, 3),
        st.sampled_from(["keep", "remove"]),
    ),
    max_size=40,
)


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Platform, Clock]]:
    """One platform for many sequences; each begins with a fresh queue."""
    clock = Clock(NOW)
    with open_platform(f"sqlite:///{tmp_path_factory.mktemp('cases')}/a.db", clock=clock) as platform:
        yield platform, clock


@settings(max_examples=40, deadline=None)
@given(steps=steps, share=st.sampled_from([0, 50, 100]))
def test_whatever_people_do_the_rules_hold(
    quick: tuple[Platform, Clock], steps: list[tuple[str, str, int, str]], share: int
) -> None:
    platform, clock = quick
    platform.run(lambda work: [sql(work.conn, f"DELETE FROM {name}") for name in ("case_file", "bulk_order")])
    clock.now += MINUTE
    look_twice(platform, share)
    names = [open_one(platform, f"L{n}", 1 + n, cause=str(clock.now)) for n in range(4)]
    orders: list[str] = []
    for act, person, number, outcome in steps:
        with contextlib.suppress(AnbaoError):
            _act(platform, clock, act, person, names[number], outcome, orders)
        _check_leases(platform, names, clock.now)
    clock.now += 100 * MINUTE
    while platform.cases.release():
        pass
    for name in names:
        _check_history(platform, name)


def _act(platform: Platform, clock: Clock, act: str, person: str, name: str, outcome: str, orders: list[str]) -> None:
    def job(work: Work) -> None:
        if act == "next":
            found = platform.cases.next(work, person)
            assert found is None or found.leased_by == person
        elif act == "decide":
            platform.cases.decide(work, name, person=person, outcome=outcome, reason="理由")
        elif act == "assign":
            leases.assign(work, name, person, by="chief")
        elif act == "give_back":
            leases.give_back(work, name, person)
        elif act == "reopen":
            platform.cases.reopen(work, name, person=person, reason="理由")
        elif act == "bulk":
            orders.append(platform.cases.order(work, [name], outcome=outcome, reason="理由", person=person).id)
        elif act == "undo" and orders:
            bulk.undo(work, orders[-1], person=person, reason="理由", actor="test")

    if act == "wait":
        clock.now += 20 * MINUTE
        platform.run(lambda work: bulk.release(work, platform.cases.kinds))
    else:
        platform.run(job)


def _check_leases(platform: Platform, names: list[str], now: int) -> None:
    for name in names:
        one = find(platform, name)
        assert (one.waiting_since is None) == (one.state in ("closed", "pending"))
        if one.leased_until > now:
            assert one.waiting_since is not None
            assert one.leased_by
            assert one.assignee in ("", one.leased_by)
            assert one.state != "second" or one.leased_by != one.decider


def _check_history(platform: Platform, name: str) -> None:
    """No case closes by one person's two decisions, and each effect follows an opening."""
    state, decider, must = "open", "", False
    with platform.reading() as conn:
        history = [one.entry() for one in platform.ledger.entries(conn, subject=("case", name))]
    for entry in history:
        match entry.kind:
            case "case.decided":
                assert state == "open"
                assert entry.body["second_look"] or not must
                state, decider = ("second" if entry.body["second_look"] else "closed"), entry.body["person"]
            case "case.confirmed":
                assert state == "second"
                assert entry.body["person"] != decider
                state, must = "closed", False
            case "case.reopened":
                assert state in ("second", "closed")
                must = entry.body["cause"] == "disagreement"
                state = "open"
    assert state == find(platform, name).state
