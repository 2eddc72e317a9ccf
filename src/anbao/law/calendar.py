"""Working days (工作日) of China, from the yearly notices of the State Council."""

from collections.abc import Iterable
from datetime import date
from typing import Literal

import msgspec

_SATURDAY = 5


class YearTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one notice says of one year. ``dates`` and ``days`` say how its publication date and its days are known."""

    year: int
    published: date
    dates: Literal["stored", "memory"]
    days: str
    note: str = ""
    holidays: frozenset[date]
    working: frozenset[date]

    def __post_init__(self) -> None:
        if any(day.year != self.year for day in self.holidays | self.working):
            raise ValueError(f"a day is not of the year {self.year}")
        if self.holidays & self.working:
            raise ValueError("a day is both a holiday and a working day")


class WorkCalendar:
    """Answers for ever the same: a notice counts only for what opened on or after the day of its publication.

    Before that, and for years without a notice, Monday to Friday are working days. Otherwise a deadline computed in
    October would move when next year's holidays are published in November, and no recomputation could repeat it.
    """

    def __init__(self, tables: Iterable[YearTable]) -> None:
        self.tables = tuple(sorted(tables, key=lambda table: (table.year, table.published)))
        self._newest_first: dict[int, list[YearTable]] = {}
        for table in self.tables:
            self._newest_first.setdefault(table.year, []).insert(0, table)

    def is_working_day(self, day: date, known_at: date) -> bool:
        """Whether ``day`` is worked, as far as it was published on the day ``known_at``."""
        for table in self._newest_first.get(day.year, ()):
            if table.published <= known_at:
                if day in table.holidays:
                    return False
                if day in table.working:
                    return True
                break
        return day.weekday() < _SATURDAY
