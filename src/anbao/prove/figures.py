"""Monthly figures by duty: what was owed and what became of it, and how often things happened.

A month is that in which the entry was recorded, in Asia/Shanghai. Recorded times never fall, so that the entries of a
month stand side by side: its bounds are found by bisection, and kinds are counted by their index.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from statistics import median
from typing import Annotated

import msgspec
from msgspec import Meta

from anbao.engine.acts import query
from anbao.engine.core import Service
from anbao.engine.obligations import read
from anbao.engine.obligations.read import ObligationView
from anbao.errors import InvalidInput
from anbao.law.norms import DUTY_TITLES, Duty
from anbao.ledger import search
from anbao.model.base import SHANGHAI
from anbao.model.events.assist import DisputeAssisted, DisputeOpened
from anbao.model.events.complaints import ComplaintHandled, ComplaintReceived
from anbao.model.events.investigate import HazardConfirmed
from anbao.model.events.remove import AppealDecided, AppealReceived, MeasureTakenEvent
from anbao.model.events.warn import WarningSent
from anbao.model.options import Option
from anbao.store import Connection
from anbao.text import Text

Months = Annotated[int, Meta(ge=1, le=36), Option("多少个月，含本月", "how many months, the present one included")]

_HALF = re.compile(r"(20\d\d)H([12])")

COUNTED: tuple[tuple[str, Text], ...] = (
    (ComplaintReceived.KIND, Text("收到投诉举报", "complaints received")),
    (ComplaintHandled.KIND, Text("办结投诉举报", "complaints handled")),
    (HazardConfirmed.KIND, Text("确认危险", "dangers confirmed")),
    (MeasureTakenEvent.KIND, Text("采取措施", "measures taken")),
    (WarningSent.KIND, Text("发出警示", "warnings sent")),
    (DisputeOpened.KIND, Text("受害人求助", "requests for help")),
    (DisputeAssisted.KIND, Text("已协助", "help given")),
    (AppealReceived.KIND, Text("申诉", "appeals filed")),
    (AppealDecided.KIND, Text("申诉已决定", "appeals decided")),
)
"""Kinds of entries that are counted, and what they are called."""


class DutyMonth(msgspec.Struct, frozen=True, kw_only=True):
    """What one duty made owed in a month, and what has become of it by now.

    ``met``: in time; ``late``: after the deadline, or recorded after it; ``missed``: overdue or broken; ``waiting``:
    not due yet. ``median_hours``: from the opening to the discharge, of what was discharged; None where nothing was.
    """

    month: str
    duty: Duty
    owed: int
    met: int
    late: int
    missed: int
    waiting: int
    median_hours: int | None


class KindMonth(msgspec.Struct, frozen=True, kw_only=True):
    """How often a kind of entry was recorded in a month."""

    month: str
    kind: str
    title: Text
    count: int


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Of several months, the newest first."""

    duties: tuple[DutyMonth, ...]
    happened: tuple[KindMonth, ...]


_LATE = frozenset({"discharged_late", "discharged_recorded_late", "missed_recorded_late"})
_MET = frozenset({"discharged", "kept", "keeping"})
_MISSED = frozenset({"overdue", "broken"})
_NOT_OWED = frozenset({"ended", "waived"})
"""States that count as nothing owed: what ended by itself, and what an officer waived with a reason."""


class FigureService(Service):
    """Counts from the ledger and from the obligations that follow from it."""

    @query(
        title=Text("按月、按义务的统计", "Figures by month and duty"),
        scope="read",
        path="/v1/figures",
        command="obligations figures",
    )
    def figures(self, conn: Connection, *, months: Months = 6) -> Figures:
        """The present month and those before it."""
        return self._of(conn, list(_months(self.core.clock(), months)))

    def half_year(self, conn: Connection, half: str) -> Figures:
        """Of a half-year, as ``2026H1``. Raises InvalidInput."""
        found = _HALF.fullmatch(half)
        if found is None:
            raise InvalidInput(
                Text(f"半年写作 2026H1，不是 {half}", f"a half-year is written 2026H1, not {half}"), field="half"
            )
        year, last = int(found[1]), 6 * int(found[2])
        end = int(datetime(year, last, 28, tzinfo=SHANGHAI).timestamp() * 1000)
        return self._of(conn, list(_months(end, 6)))

    def _of(self, conn: Connection, spans: Sequence[tuple[str, int]]) -> Figures:
        """``spans``: months with their first instant (UTC ms), the newest first."""
        size = search.size(conn)
        bounds = [search.index_at(conn, start, size) for _, start in spans]
        year, last = map(int, spans[0][0].split("-"))
        after = datetime(year + last // 12, last % 12 + 1, 1, tzinfo=SHANGHAI)
        ends = [search.index_at(conn, int(after.timestamp() * 1000), size), *bounds]
        duties: list[DutyMonth] = []
        happened: list[KindMonth] = []
        for (month, _), first, end in zip(spans, bounds, ends, strict=False):
            duties += self._duties(conn, month, first, end)
            for kind, title in COUNTED:
                if count := search.count_between(conn, kind, first, end):
                    happened.append(KindMonth(month=month, kind=kind, title=title, count=count))
        return Figures(duties=tuple(duties), happened=tuple(happened))

    def _duties(self, conn: Connection, month: str, first: int, end: int) -> Iterator[DutyMonth]:
        norms = {norm.id: norm.duty for norm in self.core.pack.norms}
        by_duty: defaultdict[Duty, list[ObligationView]] = defaultdict(list)
        for one in read.opened_between(conn, first, end, self.core.clock()):
            if one.state not in _NOT_OWED and one.norm in norms:
                by_duty[norms[one.norm]].append(one)
        for duty in DUTY_TITLES:
            if found := by_duty.get(duty):
                yield _month_of(month, duty, found)


def as_rows(figures: Figures, title_in: str) -> list[dict[str, object]]:
    """Returns the figures of duties as flat rows, for CSV and tables; ``title_in``: ``zh`` or ``en``."""
    return [{**msgspec.structs.asdict(one), "duty": getattr(DUTY_TITLES[one.duty], title_in)} for one in figures.duties]


def _month_of(month: str, duty: Duty, found: Sequence[ObligationView]) -> DutyMonth:
    hours = [
        (one.closed_at - one.opened_at) / 3_600_000
        for one in found
        if one.state in _MET | _LATE and one.closed_at is not None and one.closed_at >= one.opened_at
    ]
    return DutyMonth(
        month=month,
        duty=duty,
        owed=len(found),
        met=_count(found, _MET),
        late=_count(found, _LATE),
        missed=_count(found, _MISSED),
        waiting=_count(found, {"open"}),
        median_hours=round(median(hours)) if hours else None,
    )


def _count(found: Iterable[ObligationView], states: Iterable[str]) -> int:
    wanted = set(states)
    return sum(one.state in wanted for one in found)


def _months(now: int, count: int) -> Iterator[tuple[str, int]]:
    """Returns months with their first instant (UTC ms), that of ``now`` first."""
    day = datetime.fromtimestamp(now / 1000, SHANGHAI)
    year, month = day.year, day.month
    for _ in range(count):
        yield f"{year}-{month:02d}", int(datetime(year, month, 1, tzinfo=SHANGHAI).timestamp() * 1000)
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
