"""Obligations: what opens them, what closes them, when; and that only the entries and their order decide."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anbao.engine.obligations import read, recompute, tick
from anbao.engine.obligations.engine import ObligationEngine, ObservedEntry
from anbao.engine.values import Settings, ValueHistory
from anbao.law.calendar import WorkCalendar
from anbao.law.conditions import Condition
from anbao.law.norms import Due, Needs, Norm, NormKind, Period, Trigger
from anbao.model.entry import Facts, facts_of
from anbao.model.events.engine import ObligationMissed, ObligationWaived, PeriodOpened
from anbao.model.events.values import SettingChanged
from anbao.store import Store
from anbao.store.bulk import sql
from anbao.text import Text

HOUR = 3_600_000
DAY = 24 * HOUR
START = int(datetime(2026, 3, 2, 2, tzinfo=UTC).timestamp() * 1000)
SELF = {"platform": "self"}


def norm(name: str, kind: NormKind, about: tuple[str, ...], due: Due, **parts: object) -> Norm:
    given: dict[str, object] = {
        "version": "1",
        "duties": (),
        "duty": "prevent",
        "title": Text("", ""),
        "provisions": (),
        "in_force_from": "2020-01-01",
        "deadline": "law",
        "confidence": "stored",
    }
    return Norm(id=name, kind=kind, about=about, due=due, **{**given, **parts})  # type: ignore[arg-type]


def on(*kinds: str, when: str | None = None, **facts: type[str] | type[int] | type[bool]) -> Trigger:
    return Trigger(kinds, Condition(when, facts) if when else None)


ANSWER = norm(
    "answer",
    "respond",
    ("complaint",),
    Due(within=Period(hours=24)),
    opens=on("complaint.received"),
    discharged=on("complaint.answered"),
    ends=on("complaint.withdrawn"),
)
REVERIFY = norm(
    "reverify",
    "respond",
    ("merchant",),
    Due(within=Period(months=6)),
    opens=on("merchant.verified"),
    discharged=on("merchant.verified"),
    ends=on("merchant.closed"),
)
INFORM = norm(
    "tell",
    "guard",
    ("consumer", "listing"),
    Due(at_once=True),
    opens=on("order.placed", when="risky == true", risky=bool),
    needs=Needs(on("notice.acknowledged")),
)
ADMIT = norm(
    "admit",
    "guard",
    ("merchant",),
    Due(at_once=True),
    opens=on("listing.screened"),
    needs=Needs(on("merchant.verified")),
    once=True,
)
ANNOUNCE = norm(
    "announce",
    "guard",
    ("rule",),
    Due(at_once=True),
    opens=on("rule.took_effect"),
    needs=Needs(on("rule.published"), Period(days=7)),
)
NEVER = norm("never", "forbid", ("listing",), Due(at_once=True), opens=on("vaccine.sold"))
REPORT = norm("report", "calendar", ("platform",), Due(months=(1, 7)), discharged=on("identity.reported"))
KEEP = norm(
    "keep",
    "keep",
    ("order",),
    Due(at_least=Period(years=3)),
    opens=on("order.completed"),
    broken=on("order.erased"),
)
PROMPT = norm(
    "prompt",
    "respond",
    ("hazard",),
    Due(setting="act"),
    opens=on("hazard.confirmed"),
    discharged=on("hazard.removed"),
    deadline="platform",
)
NORMS = (ANSWER, REVERIFY, INFORM, ADMIT, ANNOUNCE, NEVER, REPORT, KEEP, PROMPT)
ENGINE = ObligationEngine(NORMS, WorkCalendar([]), Settings(ValueHistory(), {"act": Period(hours=2)}))


def happen(*events: tuple[str, int, dict[str, str]] | tuple[str, int, dict[str, str], Facts]) -> list[ObservedEntry]:
    """Entries in ledger order; the times are hours after START."""
    return [
        ObservedEntry(index, event[0], START + event[1] * HOUR, event[2], event[3] if len(event) > 3 else {})
        for index, event in enumerate(events)
    ]


def observe(store: Store, entries: Sequence[ObservedEntry], batch: int = 1000) -> None:
    with store.write() as conn:
        for start in range(0, len(entries), batch):
            some = entries[start : start + batch]
            ENGINE.settings.project(conn, [(one.idx, one) for one in some if one.kind == SettingChanged.KIND])
            ENGINE.observe(conn, some)


def states(store: Store, hours: int) -> dict[str, str]:
    with store.read() as conn:
        return {one.id: one.state for one in read.page(conn, START + hours * HOUR)}


C = {"complaint": "c1"}
M = {"merchant": "m1"}


def test_an_act_within_the_time_discharges(store: Store) -> None:
    observe(store, happen(("complaint.received", 0, C), ("complaint.answered", 23, C)))
    assert states(store, 48) == {"0/answer": "discharged"}


def test_an_act_after_the_time_discharges_late(store: Store) -> None:
    observe(store, happen(("complaint.received", 0, C), ("complaint.answered", 25, C)))
    assert states(store, 48) == {"0/answer": "discharged_late"}


def test_without_an_act_it_is_open_and_then_overdue(store: Store) -> None:
    observe(store, happen(("complaint.received", 0, C), ("complaint.answered", 1, {"complaint": "another"})))
    assert states(store, 23) == {"0/answer": "open"}
    assert states(store, 24) == {"0/answer": "overdue"}


def test_what_falls_away_is_neither_met_nor_missed(store: Store) -> None:
    observe(store, happen(("complaint.received", 0, C), ("complaint.withdrawn", 3, C), ("complaint.answered", 5, C)))
    assert states(store, 48) == {"0/answer": "ended"}


def test_an_act_recorded_late_counts_by_its_event_time(store: Store) -> None:
    entries = happen(("complaint.received", 0, C), ("x", 40, {}), ("complaint.answered", 3, C))
    observe(store, entries, batch=1)
    assert states(store, 48) == {"0/answer": "discharged"}


def test_an_act_recorded_before_its_occasion_counts_too(store: Store) -> None:
    observe(store, happen(("complaint.answered", 5, C), ("complaint.received", 1, C)), batch=1)
    assert states(store, 48) == {"1/answer": "discharged"}


def test_an_act_before_its_occasion_does_not_count(store: Store) -> None:
    observe(store, happen(("complaint.answered", 0, C), ("complaint.received", 1, C)))
    assert states(store, 2) == {"1/answer": "open"}


def test_each_verification_is_followed_by_the_next(store: Store) -> None:
    month = 31 * 24
    observe(store, happen(("merchant.verified", 0, M), ("merchant.verified", 5 * month, M), ("x", 0, {})))
    assert states(store, 6 * month) == {"0/reverify": "discharged", "1/reverify": "open"}
    assert states(store, 13 * month)["1/reverify"] == "overdue"


def test_a_norm_binds_only_in_its_period_of_force(store: Store) -> None:
    old = int(datetime(2019, 12, 31, tzinfo=UTC).timestamp() * 1000)
    with store.write() as conn:
        ENGINE.observe(conn, [ObservedEntry(0, "complaint.received", old, C, {})])
    assert states(store, 0) == {}


def test_an_order_without_the_notice_before_it_is_overdue_at_once(store: Store) -> None:
    deal = {"order": "o1", "listing": "l1", "consumer": "b1"}
    notice = {"listing": "l1", "consumer": "b1"}
    other = {"listing": "l1", "consumer": "b2"}
    observe(
        store,
        happen(
            ("notice.acknowledged", 0, notice),
            ("order.placed", 1, deal, {"risky": True}),
            ("order.placed", 1, {**deal, "consumer": "b2"}, {"risky": True}),
            ("order.placed", 1, {**deal, "consumer": "b3"}, {"risky": False}),
            ("notice.acknowledged", 2, other),
        ),
    )
    assert states(store, 1) == {"1/tell": "discharged", "2/tell": "overdue"}


def test_a_once_guard_asks_a_subject_once_unless_an_earlier_occasion_turns_up(store: Store) -> None:
    observe(
        store,
        happen(
            ("merchant.verified", 2, M),
            ("listing.screened", 3, {**M, "listing": "a"}),
            ("listing.screened", 4, {**M, "listing": "b"}),
            ("listing.screened", 1, {**M, "listing": "c"}),
        ),
        batch=2,
    )
    found = states(store, 5)
    assert {key: state for key, state in found.items() if key.endswith("admit")} == {
        "1/admit": "discharged",
        "3/admit": "overdue",
    }


def test_a_rule_must_be_published_long_enough_before(store: Store) -> None:
    for days, expected in ((7, "discharged"), (6, "overdue")):
        rule = {"rule": f"r{days}"}
        with store.write() as conn:
            index = 10 * days
            ENGINE.observe(conn, [ObservedEntry(index, "rule.published", START, rule, {})])
            ENGINE.observe(conn, [ObservedEntry(index + 1, "rule.took_effect", START + days * DAY, rule, {})])
        assert states(store, 24 * days)[f"{index + 1}/announce"] == expected


def test_what_is_forbidden_is_overdue_when_it_happens(store: Store) -> None:
    observe(store, happen(("vaccine.sold", 0, {"listing": "l1"})))
    assert states(store, 0) == {"0/never": "overdue"}


def test_keeping_ends_with_its_time_and_is_broken_before(store: Store) -> None:
    observe(
        store,
        happen(
            ("order.completed", 0, {"order": "o1"}),
            ("order.completed", 0, {"order": "o2"}),
            ("order.erased", 24 * 365, {"order": "o2"}),
            ("order.erased", 24 * 365 * 4, {"order": "o1"}),
        ),
    )
    assert states(store, 24 * 366) == {"0/keep": "keeping", "1/keep": "broken"}
    assert states(store, 24 * 365 * 4) == {"0/keep": "kept", "1/keep": "broken"}


def test_a_waiver_closes_and_names_its_entry(store: Store) -> None:
    waiver: Facts = {"opened_by": 0, "norm": "answer", "reason": "duplicate"}
    observe(
        store,
        happen(("complaint.received", 0, C), (ObligationWaived.KIND, 30, C, waiver), ("complaint.answered", 31, C)),
        batch=1,
    )
    with store.read() as conn:
        [one] = read.page(conn, START + 48 * HOUR)
    assert (one.state, one.closed_by) == ("waived", 1)


def test_the_platforms_setting_decides_from_when_it_was_changed(store: Store) -> None:
    changed: Facts = {"setting": "act", "value": json.dumps({"hours": 5})}
    observe(
        store,
        happen(
            ("hazard.confirmed", 0, {"hazard": "h1"}),
            (SettingChanged.KIND, 1, {"setting": "act"}, changed),
            ("hazard.confirmed", 2, {"hazard": "h2"}),
        ),
    )
    with store.read() as conn:
        dues = [one.due_at for one in read.page(conn, START)]
    assert dues == [START + 2 * HOUR, START + 7 * HOUR]


def test_a_missed_deadline_is_recorded_once(store: Store) -> None:
    entries = happen(("complaint.received", 0, C), ("complaint.received", 1, {"complaint": "c2"}))
    observe(store, entries)
    with store.write() as conn:
        assert tick.missed_deadlines(conn, START + 23 * HOUR) == []
        [missed] = tick.missed_deadlines(conn, START + 24 * HOUR)
        assert missed.event.subjects == C
        assert missed.at == START + 24 * HOUR
        ENGINE.observe(
            conn,
            [ObservedEntry(2, ObligationMissed.KIND, missed.at, missed.event.subjects, facts_of(missed.event.body))],
        )
        [second] = tick.missed_deadlines(conn, START + 48 * HOUR)
        assert second.event.subjects == {"complaint": "c2"}
    assert states(store, 24)["0/answer"] == "overdue"


def test_calendar_windows_open_once_each_also_after_a_long_stop(store: Store) -> None:
    now = int(datetime(2027, 8, 1, tzinfo=UTC).timestamp() * 1000)
    with store.write() as conn:
        opened = tick.opened_periods(conn, NORMS, START, now)
        assert [facts_of(entry.event.body)["period"] for entry in opened] == ["2026-07", "2027-01", "2027-07"]
        first = ObservedEntry(
            0, PeriodOpened.KIND, opened[0].at, opened[0].event.subjects, facts_of(opened[0].event.body)
        )
        report = ObservedEntry(1, "identity.reported", opened[0].at + 20 * DAY, SELF, {})
        ENGINE.observe(conn, [first, report])
        assert [facts_of(entry.event.body)["period"] for entry in tick.opened_periods(conn, NORMS, START, now)] == [
            "2027-01",
            "2027-07",
        ]
        [one] = read.page(conn, now)
    assert one.state == "discharged"
    assert one.due_at == int(datetime(2026, 7, 31, 16, tzinfo=UTC).timestamp() * 1000)


def test_worst_comes_first(store: Store) -> None:
    observe(store, happen(*[("complaint.received", hour, {"complaint": f"c{hour}"}) for hour in (5, 1, 3)]))
    with store.read() as conn:
        found = read.unfinished(conn, START + 26 * HOUR)
        late = read.unfinished(conn, START + 26 * HOUR, overdue_only=True)
    assert [one.opened_by for one in found] == [1, 2, 0]
    assert [one.opened_by for one in late] == [1]


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "complaint.received",
                "complaint.answered",
                "complaint.withdrawn",
                "merchant.verified",
                "merchant.closed",
                "listing.screened",
                "order.placed",
                "notice.acknowledged",
                "rule.published",
                "rule.took_effect",
                "order.completed",
                "order.erased",
                "hazard.confirmed",
                "hazard.removed",
            ]
        ),
        st.integers(0, 400),
        st.sampled_from(["1", "2"]),
    ),
    max_size=30,
)


def as_entries(events: Sequence[tuple[str, int, str]]) -> list[ObservedEntry]:
    roles = ("complaint", "merchant", "listing", "order", "consumer", "rule", "hazard")
    return [
        ObservedEntry(index, kind, START + hour * HOUR, dict.fromkeys(roles, name), {"risky": True})
        for index, (kind, hour, name) in enumerate(events)
    ]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS, batch=st.integers(1, 7))
def test_batches_do_not_matter(sqlite_store: Store, events: list[tuple[str, int, str]], batch: int) -> None:
    entries = as_entries(events)
    with sqlite_store.write() as conn:
        for table in ("obligation", "milestone"):
            sql(conn, f"DELETE FROM {table}")
    observe(sqlite_store, entries, batch)
    with sqlite_store.read() as conn:
        assert list(recompute.differences(conn, ENGINE, iter(entries))) == []


def test_recomputation_finds_a_row_that_was_changed(store: Store) -> None:
    entries = happen(("complaint.received", 0, C), ("complaint.received", 1, {"complaint": "c2"}))
    observe(store, entries)
    with store.write() as conn:
        sql(conn, "UPDATE obligation SET closed_as = 'discharged' WHERE opened_by = 1")
    with store.read() as conn:
        [(stored, derived)] = recompute.differences(conn, ENGINE, iter(entries))
    assert stored is not None
    assert derived is not None
    assert (stored.closed_as, derived.closed_as) == ("discharged", None)


@pytest.mark.parametrize("batch", [1, 1000])
def test_rebuilding_gives_the_same_rows(store: Store, batch: int) -> None:
    entries = happen(("complaint.received", 0, C), ("merchant.verified", 2, M), ("complaint.answered", 4, C))
    observe(store, entries, batch)
    with store.write() as conn:
        before = list(read.every(conn))
        recompute.rebuild(conn, ENGINE, iter(entries))
        assert list(read.every(conn)) == before
