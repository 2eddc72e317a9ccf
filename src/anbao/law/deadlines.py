"""Deadlines (期限): instants are UTC milliseconds, legal days are those of Asia/Shanghai.

Periods follow 民法典 201 to 203 (``cn.civil_code.general``): hours run from the event; the day of the event is not
counted; a period of months ends on the corresponding day, or on the month's last day where there is none; the last day
ends at 24:00. A last day that is a day of rest moves to the next working day (203.1) where the norm says so: 203 is the
general rule of civil periods, and its use for administrative duties is a reading. Hours do not move (201.2).

Asia/Shanghai has been UTC+8 without summer time since 1992; earlier instants are not meant.
"""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from anbao.law.calendar import WorkCalendar
from anbao.law.norms import Period

_HOUR = 3_600_000
_DAY = 24 * _HOUR
_OFFSET = 8 * _HOUR
_EPOCH = date(1970, 1, 1).toordinal()


def legal_day(at: int) -> date:
    """The day in Asia/Shanghai on which an instant falls."""
    return date.fromordinal(_EPOCH + (at + _OFFSET) // _DAY)


def day_start(day: date) -> int:
    """The instant 0:00 of a day."""
    return (day.toordinal() - _EPOCH) * _DAY - _OFFSET


def day_end(day: date) -> int:
    """The instant 24:00 of a day."""
    return day_start(day) + _DAY


def due_at(opened_at: int, period: Period, calendar: WorkCalendar, *, moves: bool = False) -> int:
    """Returns the instant at which a period that an event at ``opened_at`` starts has run out (UTC ms).

    ``moves``: a last day that is no working day, as far as was published on the first, gives way to the next one.
    """
    if period.hours is not None:
        return opened_at + period.hours * _HOUR
    first = legal_day(opened_at)
    last = _shift(first, period, calendar, 1)
    while moves and not calendar.is_working_day(last, first):
        last += timedelta(days=1)
    return day_end(last)


def latest_start(opened_at: int, period: Period, calendar: WorkCalendar) -> int:
    """The last instant at which something may happen that must precede an event at ``opened_at`` by ``period``.

    Days are counted as platforms announce them: shown at any hour of the 1st, in force on the 8th, is seven days.
    """
    if period.hours is not None:
        return opened_at - period.hours * _HOUR
    return day_end(_shift(legal_day(opened_at), period, calendar, -1)) - 1


def _shift(day: date, period: Period, calendar: WorkCalendar, direction: int) -> date:
    if period.days is not None:
        return day + timedelta(days=direction * period.days)
    if period.working_days is not None:
        return _working(day, period.working_days, lambda one: calendar.is_working_day(one, day), direction)
    months = period.months if period.months is not None else 12 * (period.years or 0)
    index = day.year * 12 + day.month - 1 + direction * months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _working(day: date, count: int, is_working: Callable[[date], bool], direction: int) -> date:
    step = timedelta(days=direction)
    while count:
        day += step
        count -= is_working(day)
    return day
