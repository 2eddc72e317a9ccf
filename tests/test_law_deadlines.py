"""Legal periods: hours, days, working days, months; and counting back from an event."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anbao.law.calendar import WorkCalendar
from anbao.law.deadlines import day_end, day_start, due_at, latest_start, legal_day
from anbao.law.norms import Period
from anbao.law.pack import default_pack_path, load_pack

CALENDAR = load_pack(default_pack_path()).calendar
SHANGHAI = timedelta(hours=8)


def at(text: str) -> int:
    """An instant in Shanghai time."""
    return int((datetime.fromisoformat(text).replace(tzinfo=UTC) - SHANGHAI).timestamp() * 1000)


def shown(instant: int) -> str:
    return (datetime.fromtimestamp(instant / 1000, UTC) + SHANGHAI).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("opened", "period", "due"),
    [
        ("2026-03-01 10:30", Period(hours=4), "2026-03-01 14:30"),
        ("2026-03-01 22:00", Period(hours=4), "2026-03-02 02:00"),
        ("2026-03-01 00:00", Period(days=7), "2026-03-09 00:00"),
        ("2026-03-01 23:59", Period(days=7), "2026-03-09 00:00"),
        ("2025-08-31 12:00", Period(months=6), "2026-03-01 00:00"),
        ("2023-08-31 12:00", Period(months=6), "2024-03-01 00:00"),
        ("2024-08-29 12:00", Period(months=6), "2025-03-01 00:00"),
        ("2026-01-31 12:00", Period(months=1), "2026-03-01 00:00"),
        ("2024-02-29 12:00", Period(years=3), "2027-03-01 00:00"),
        ("2024-02-29 12:00", Period(years=4), "2028-03-01 00:00"),
        ("2026-05-15 12:00", Period(months=8), "2027-01-16 00:00"),
        # Spring Festival 2026: off from 15 to 23 February, worked on Saturdays 14 and 28
        ("2026-02-13 09:00", Period(working_days=1), "2026-02-15 00:00"),
        ("2026-02-14 09:00", Period(working_days=1), "2026-02-25 00:00"),
        ("2026-02-14 09:00", Period(working_days=5), "2026-03-01 00:00"),
        ("2026-02-26 09:00", Period(working_days=3), "2026-03-03 00:00"),
        # National Day 2025: off from 1 to 8 October, worked on Sunday 28 September and Saturday 11 October
        ("2025-09-26 09:00", Period(working_days=6), "2025-10-12 00:00"),
    ],
)
def test_a_period_ends_at_midnight_after_its_last_day(opened: str, period: Period, due: str) -> None:
    assert shown(due_at(at(opened), period, CALENDAR)) == due


def test_a_last_day_on_a_holiday_is_not_moved() -> None:
    assert shown(due_at(at("2025-09-28 09:00"), Period(days=3), CALENDAR)) == "2025-10-02 00:00"


@pytest.mark.parametrize(
    ("event", "period", "latest"),
    [
        ("2026-03-08 00:00", Period(days=7), date(2026, 3, 1)),
        ("2026-03-31 09:00", Period(months=1), date(2026, 2, 28)),
        ("2026-02-25 09:00", Period(working_days=2), date(2026, 2, 14)),
    ],
)
def test_what_must_precede_may_happen_until_the_end_of_that_day(event: str, period: Period, latest: date) -> None:
    limit = latest_start(at(event), period, CALENDAR)
    assert legal_day(limit) == latest
    assert legal_day(limit + 1) == latest + timedelta(days=1)


def test_hours_before_an_event_are_exact() -> None:
    assert shown(latest_start(at("2026-03-08 12:00"), Period(hours=24), CALENDAR)) == "2026-03-07 12:00"


def test_a_notice_counts_only_for_what_opened_after_its_publication() -> None:
    spring_festival = date(2026, 2, 17)
    assert CALENDAR.is_working_day(spring_festival, known_at=date(2025, 11, 3))
    assert not CALENDAR.is_working_day(spring_festival, known_at=date(2025, 11, 4))


def test_a_later_notice_replaces_the_earlier_one_of_the_year() -> None:
    prolonged = date(2020, 1, 31)
    assert CALENDAR.is_working_day(prolonged, known_at=date(2020, 1, 20))
    assert not CALENDAR.is_working_day(prolonged, known_at=date(2020, 1, 28))


def test_years_without_a_notice_have_weekends_only() -> None:
    calendar = WorkCalendar([])
    assert calendar.is_working_day(date(2026, 10, 1), known_at=date(2026, 9, 1))
    assert not calendar.is_working_day(date(2026, 10, 3), known_at=date(2026, 9, 1))


def test_each_year_from_2019_to_2026_has_its_holidays() -> None:
    for year in range(2019, 2027):
        known = date(year, 2, 15)
        off = [
            day
            for number in range(365)
            if (day := date(year, 1, 1) + timedelta(days=number)).weekday() < 5
            and not CALENDAR.is_working_day(day, known)
        ]
        assert 15 <= len(off) <= 24, year


instants = st.integers(min_value=at("2015-01-01 00:00"), max_value=at("2035-01-01 00:00"))
periods = st.one_of(
    st.builds(Period, hours=st.integers(1, 500)),
    st.builds(Period, days=st.integers(1, 400)),
    st.builds(Period, working_days=st.integers(1, 60)),
    st.builds(Period, months=st.integers(1, 40)),
    st.builds(Period, years=st.integers(1, 10)),
)


@given(instants)
def test_an_instant_lies_within_its_legal_day(instant: int) -> None:
    day = legal_day(instant)
    assert day_start(day) <= instant < day_end(day)
    assert day == (datetime.fromtimestamp(instant / 1000, UTC) + SHANGHAI).date()


@given(instants, periods)
def test_a_deadline_lies_after_its_event_and_a_start_before_it(instant: int, period: Period) -> None:
    assert due_at(instant, period, CALENDAR) > instant
    assert latest_start(instant, period, CALENDAR) < instant


@given(instants, instants, st.integers(1, 30))
def test_what_happens_earlier_is_not_due_later(one: int, other: int, length: int) -> None:
    earlier, later = sorted((one, other))
    for period in (Period(hours=length), Period(days=length), Period(months=length)):
        assert due_at(earlier, period, CALENDAR) <= due_at(later, period, CALENDAR)


@given(instants, st.integers(1, 40))
def test_working_days_are_counted_one_by_one(instant: int, count: int) -> None:
    day = legal_day(instant)
    last = legal_day(due_at(instant, Period(working_days=count), CALENDAR) - 1)
    between = [day + timedelta(days=number) for number in range(1, (last - day).days + 1)]
    assert sum(CALENDAR.is_working_day(one, day) for one in between) == count
    assert CALENDAR.is_working_day(last, day)


@pytest.mark.parametrize("lengths", [{}, {"days": 1, "hours": 1}, {"days": 0}, {"months": -1}])
def test_a_period_is_one_positive_length(lengths: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="one whole number"):
        Period(**lengths)
