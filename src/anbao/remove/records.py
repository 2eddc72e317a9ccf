"""The entries of removal, the tables that project them, and how both are read."""

from collections.abc import Collection, Sequence
from typing import Literal, TypedDict

from anbao.engine.work import Placed
from anbao.errors import NotFound
from anbao.model.base import Noun
from anbao.model.events.remove import (
    MeasureConfirmed,
    MeasureDeclined,
    MeasureEnded,
    MeasureFailed,
    MeasureGrounds,
    MeasureLifted,
    MeasureProposed,
    MeasureTakenEvent,
    ViolationFound,
    ViolationWithdrawn,
)
from anbao.store import Connection, tables
from anbao.store.bulk import columns_of, row_of, rows_of, sql, upsert_many
from anbao.text import Text

MEASURE_COLUMNS = (
    "id",
    "kind",
    "state",
    "listing",
    "merchant",
    "hazard",
    "violation",
    "person",
    "at",
    "until",
    "token",
    "problem",
    "entry",
    "complaint",
)
VIOLATION_COLUMNS = ("id", "merchant", "listing", "hazard", "field", "severity", "serious", "state", "at", "entry")

ENGINE = "engine"

State = Literal["proposed", "declined", "taken", "confirmed", "failed", "lifted", "ended"]
STANDING = ("taken", "confirmed", "failed")
"""States in which a measure holds: taken, confirmed by the platform, or taken with its effect given up or refused."""

MOST = 10_000
"""Measures that are read at once."""

_IN_STANDING = "state IN ('taken', 'confirmed', 'failed')"


class MeasureSubjects(TypedDict):
    """What every entry of a measure names."""

    complaint: str
    hazard: str
    listing: str
    merchant: str
    name: str
    violation: str


class Measure(Noun, frozen=True, kw_only=True):
    """A measure as it stands. ``person`` decided it; ``until`` is UTC ms (0: no end); ``entry`` moved it last."""

    id: str
    kind: str
    state: State
    listing: str
    merchant: str
    hazard: str
    violation: str
    person: str
    at: int
    until: int
    token: str
    problem: str
    entry: int
    complaint: str

    @property
    def about(self) -> MeasureSubjects:
        """Returns what its entries name."""
        return {
            "complaint": self.complaint,
            "hazard": self.hazard,
            "listing": self.listing,
            "merchant": self.merchant,
            "name": self.id,
            "violation": self.violation,
        }

    @property
    def subjects(self) -> dict[str, str]:
        """Returns what is known of ``about``, by role."""
        return subjects_of(self.about)


class Violation(Noun, frozen=True, kw_only=True):
    """A violation as it stands: ``state`` is found, stopped or withdrawn."""

    id: str
    merchant: str
    listing: str
    hazard: str
    field: str
    severity: int
    serious: bool
    state: str
    at: int
    entry: int


def subjects_of(about: MeasureSubjects) -> dict[str, str]:
    """Returns the subjects of a measure's entries by role; what is not known is left out."""
    roles = ("complaint", "hazard", "listing", "merchant", "violation")
    return {"measure": about["name"], **{role: value for role in roles if (value := str(about.get(role, "")))}}


def count_about(conn: Connection, listing: str, merchant: str) -> int:
    """How many measures there were on a listing, or on a merchant itself where no listing is named."""
    where, given = ("listing = ?", listing) if listing else ("listing = '' AND merchant = ?", merchant)
    return int(sql(conn, f"SELECT count(*) FROM measure WHERE {where}", (given,)).scalar_one())


def of_kinds(conn: Connection, violation: str, kinds: Sequence[str], limit: int) -> tuple[tuple[str, ...], int]:
    """The first measures of these kinds that were taken because of a violation, and how many there were in all."""
    marks = ", ".join("?" for _ in kinds)
    where = f"violation = ? AND kind IN ({marks}) AND state NOT IN ('proposed', 'declined')"
    first = sql(conn, f"SELECT id FROM measure WHERE {where} ORDER BY at, id LIMIT ?", (violation, *kinds, limit))
    count = sql(conn, f"SELECT count(*) FROM measure WHERE {where}", (violation, *kinds)).scalar_one()
    return tuple(name for (name,) in first), int(count)


def was_removed_before(
    conn: Connection, hazard: str, entry: int, *, violation: str = "", merchants: Sequence[str] = ()
) -> bool:
    """Whether a removal because of a danger had been confirmed before an entry: of a violation, or at merchants."""
    where = "violation = ?" if violation else f"merchant IN ({', '.join('?' for _ in merchants)})"
    given = (violation,) if violation else tuple(merchants)
    before = sql(
        conn,
        # An expression, not the column: the planner is to begin with the violation or merchant, not with the danger.
        "SELECT 1 FROM measure WHERE kind IN ('shield', 'takedown') AND state = 'confirmed' AND hazard || '' = ?"
        f" AND entry < ? AND {where} LIMIT 1",
        (hazard, entry, *given),
    ).first()
    return before is not None


def find(conn: Connection, name: str) -> Measure:
    """Raises NotFound."""
    found = _measures(conn, "id = ?", name)
    if not found:
        raise NotFound(
            Text(f"没有措施 {name}", f"there is no measure {name}"),
            hint=Text("用 anbao measure list 查看", "see anbao measure list"),
        )
    return found[0]


def standing(conn: Connection, **about: str) -> list[Measure]:
    """Measures that hold and are about all of this (``kind``, ``listing``, ``complaint`` …)."""
    where = " AND ".join(f"{column} = ?" for column in about)
    return _measures(conn, f"{where} AND {_IN_STANDING}", *about.values())


def standing_because(conn: Connection, hazard: str, most: int) -> list[Measure]:
    """The first measures that hold because of a danger."""
    return _measures(conn, f"hazard = ? AND {_IN_STANDING}", hazard, limit=most)


def stands(conn: Connection, states: Sequence[State], kinds: Collection[str], **about: str) -> bool:
    """Whether any measure of these kinds about one subject is in one of these states; the cost does not grow."""
    [(column, subject)] = about.items()
    marks = ", ".join("?" for _ in kinds)
    statement = f"SELECT 1 FROM measure WHERE {column} = ? AND state = ? AND kind IN ({marks}) LIMIT 1"
    return any(sql(conn, statement, (subject, state, *kinds)).first() for state in states)


def of_violation(conn: Connection, violation: str) -> list[Measure]:
    """All measures because of a violation, in the order in which they were taken."""
    return _measures(conn, "violation = ?", violation)


def over(conn: Connection, now: int, most: int) -> list[Measure]:
    """Measures whose time has passed and that still hold."""
    return _measures(conn, f"until > 0 AND until <= ? AND {_IN_STANDING}", now, limit=most)


def by_token(conn: Connection, digest: str) -> Measure | None:
    """The measure whose merchant holds this token."""
    return next(iter(_measures(conn, "token = ?", digest)), None)


def listed(
    conn: Connection, *, state: State | None = None, merchant: str = "", listing: str = "", limit: int = 100
) -> list[Measure]:
    """Measures, the newest first."""
    wanted = {"state": state or "", "merchant": merchant, "listing": listing}
    given = {column: value for column, value in wanted.items() if value}
    where = " AND ".join(["1 = 1", *(f"{column} = ?" for column in given)])
    return _measures(conn, where, *given.values(), order="at DESC, id DESC", limit=limit)


def violation_of(conn: Connection, name: str) -> Violation:
    """Raises NotFound."""
    found = row_of(conn, Violation, f"SELECT {columns_of(Violation)} FROM violation WHERE id = ?", (name,))
    if found is None:
        raise NotFound(Text(f"没有违法情形 {name}", f"there is no violation {name}"))
    return found


def violations(conn: Connection, where: str, *given: object) -> list[Violation]:
    """Violations by a condition over their columns, in order of time."""
    statement = f"SELECT {columns_of(Violation)} FROM violation WHERE {where} ORDER BY at, id"
    return rows_of(conn, Violation, statement, given)


def recent_violations(conn: Connection, merchant: str = "", limit: int = 100) -> list[Violation]:
    """Violations (of one merchant), the newest first."""
    where, given = ("WHERE merchant = ?", (merchant,)) if merchant else ("", ())
    statement = f"SELECT {columns_of(Violation)} FROM violation {where} ORDER BY at DESC, id LIMIT ?"
    return rows_of(conn, Violation, statement, (*given, limit))


# ── projections ───────────────────────────────────────────────────────────────────────────────────────────────────────


def project_measure(conn: Connection, placed: Sequence[Placed]) -> None:
    """``measure.proposed`` and ``measure.taken`` → ``measure``."""
    rows = []
    for index, sealed in placed:
        event: MeasureGrounds
        if sealed.kind == MeasureTakenEvent.KIND:
            event = taken = sealed.event(MeasureTakenEvent)
            state, until, token = "taken", taken.until, taken.token
        else:
            event, state, until, token = sealed.event(MeasureProposed), "proposed", 0, ""
        rows.append(
            (
                event.name,
                event.measure,
                state,
                event.listing,
                event.merchant,
                event.hazard,
                event.violation,
                event.person,
                sealed.at,
                until,
                token,
                "",
                index,
                event.complaint,
            )
        )
    upsert_many(conn, tables.measure, MEASURE_COLUMNS, rows)


MOVES: dict[str, State] = {
    MeasureConfirmed.KIND: "confirmed",
    MeasureDeclined.KIND: "declined",
    MeasureEnded.KIND: "ended",
    MeasureFailed.KIND: "failed",
    MeasureLifted.KIND: "lifted",
}
"""How a measure stands after an entry of a kind."""


def project_move(conn: Connection, placed: Sequence[Placed]) -> None:
    """What becomes of a measure afterwards → ``measure``."""
    for index, sealed in placed:
        problem = sealed.event(MeasureFailed).problem if sealed.kind == MeasureFailed.KIND else ""
        sql(
            conn,
            "UPDATE measure SET state = ?, problem = ?, entry = ? WHERE id = ?",
            (MOVES[sealed.kind], problem, index, sealed.subjects["measure"]),
        )


def project_violation(conn: Connection, placed: Sequence[Placed]) -> None:
    """``violation.found`` → ``violation``; where no severity is stated, a serious one has 5, others 3."""
    rows = []
    for index, sealed in placed:
        event = sealed.event(ViolationFound)
        serious = bool(event.serious)
        rows.append(
            (
                event.violation,
                event.merchant,
                event.listing,
                event.hazard,
                event.field,
                event.severity or (5 if serious else 3),
                int(serious),
                "found",
                sealed.at,
                index,
            )
        )
    upsert_many(conn, tables.violation, VIOLATION_COLUMNS, rows)


def project_violation_move(conn: Connection, placed: Sequence[Placed]) -> None:
    """``violation.stopped`` and ``violation.withdrawn`` → ``violation``; what was withdrawn stays so."""
    for _, sealed in placed:
        state = "withdrawn" if sealed.kind == ViolationWithdrawn.KIND else "stopped"
        sql(
            conn,
            "UPDATE violation SET state = ? WHERE id = ? AND state <> 'withdrawn'",
            (state, sealed.subjects["violation"]),
        )


def _measures(conn: Connection, where: str, *given: object, order: str = "at, id", limit: int = MOST) -> list[Measure]:
    statement = f"SELECT {columns_of(Measure)} FROM measure WHERE {where} ORDER BY {order} LIMIT ?"
    return rows_of(conn, Measure, statement, (*given, limit))
