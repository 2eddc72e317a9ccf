"""Whatever people do with cases, in whatever order, the rules of the queue hold."""

import contextlib
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anbao.cases import bulk, leases
from anbao.engine.work import Work
from anbao.errors import AnbaoError
from anbao.platform import Platform, open_platform
from anbao.store.bulk import sql
from case_steps import MINUTE, find, look_twice, open_one, take
from helpers import START, Clock


def test_no_two_persons_ever_get_the_same_case(store_url: str) -> None:
    """Two openings of one store, as two processes would have, and four threads on each."""
    platforms = [open_platform(store_url, clock=lambda: START) for _ in range(2)]
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
    clock = Clock(START)
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
            found = platform.cases.next(work, actor=person).case
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
            orders.append(
                platform.cases.decide_many(work, cases=(name,), outcome=outcome, reason="理由", person=person).id
            )
        elif act == "undo" and orders:
            bulk.undo(work, orders[-1], person=person, reason="理由", actor="test")

    if act == "wait":
        clock.now += 20 * MINUTE
        platform.run(lambda work: bulk.release(platform, work))
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
                state, decider = ("second" if entry.body["second_look"] else "closed"), str(entry.body["person"])
            case "case.confirmed":
                assert state == "second"
                assert entry.body["person"] != decider
                state, must = "closed", False
            case "case.reopened":
                assert state in ("second", "closed")
                must = entry.body["cause"] == "disagreement"
                state = "open"
    assert state == find(platform, name).state
