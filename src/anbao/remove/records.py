"""The entries of removal, the tables that project them, and how both are read."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

import msgspec

from anbao.engine.work import Placed, Work
from anbao.errors import NotFound
from anbao.model.base import Noun
from anbao.model.entry import Entry
from anbao.store import Connection, tables
from anbao.store.bulk import sql, upsert_many
from anbao.store.tables.base import StoreTable
from anbao.text import Text

PROPOSED, TAKEN, DECLINED = "measure.proposed", "measure.taken", "measure.declined"
CONFIRMED, FAILED, STATED = "measure.confirmed", "measure.failed", "measure.stated"
LIFTED, ENDED, RESTORED = "measure.lifted", "measure.ended", "measure.restored"
FOUND, STOPPED, SERVICE_ENDED = "violation.found", "violation.stopped", "violation.service_ended"
WITHDRAWN, REPORTED = "violation.withdrawn", "violation.reported"
IMPOSED, PUBLISHED, UNPUBLISHED = "sanction.imposed", "sanction.published", "sanction.withdrawn"

ENGINE = "engine"

State = Literal["proposed", "declined", "taken", "confirmed", "failed", "lifted", "ended"]
STANDING = ("taken", "confirmed", "failed")
"""States in which a measure holds: taken, confirmed by the platform, or taken with its effect given up or refused."""

MOST = 10_000
"""Measures that are read at once."""

_IN_STANDING = "state IN ('taken', 'confirmed', 'failed')"


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
    def subjects(self) -> dict[str, str]:
        """What it is about."""
        about = {
            "complaint": self.complaint,
            "hazard": self.hazard,
            "listing": self.listing,
            "merchant": self.merchant,
            "violation": self.violation,
        }
        return {"measure": self.id, **{role: value for role, value in about.items() if value}}


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


def record(
    work: Work, kind: str, subjects: Mapping[str, str], body: Mapping[str, Any], actor: str, *, at: int | None = None
) -> int:
    """Record one entry; its index."""
    entry = Entry(
        actor=actor,
        at=work.now if at is None else at,
        body=dict(body),
        kind=kind,
        recorded=work.now,
        subjects=dict(subjects),
    )
    return work.record(entry)[0]


def newest(work: Work, kind: str, role: str, subject: str) -> int | None:
    """The newest entry of a kind about a subject of which there are few entries, such as a measure."""
    found: int | None = sql(
        work.conn,
        "SELECT s.idx FROM entry_subject s CROSS JOIN entry e"
        " WHERE s.role = ? AND s.subject = ? AND e.idx = s.idx AND e.kind = ? ORDER BY s.idx DESC LIMIT 1",
        (role, subject, kind),
    ).scalar()
    return found


def newest_of_few(work: Work, kind: str, role: str, subject: str) -> int | None:
    """As ``newest``, of a kind of which there are few entries about a subject that may have any number: a danger."""
    found: int | None = sql(
        work.conn,
        "SELECT e.idx FROM entry e CROSS JOIN entry_subject s"
        " WHERE e.kind = ? AND s.role = ? AND s.subject = ? AND s.idx = e.idx ORDER BY e.idx DESC LIMIT 1",
        (kind, role, subject),
    ).scalar()
    return found


def by_column(table: StoreTable, row: Sequence[Any]) -> dict[str, Any]:
    """A row of all columns by their names."""
    return dict(zip(table.c, row, strict=True))


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
    row = sql(conn, "SELECT * FROM violation WHERE id = ?", (name,)).first()
    if row is None:
        raise NotFound(Text(f"没有违法情形 {name}", f"there is no violation {name}"))
    return _violation(row)


def violations(conn: Connection, where: str, *given: object) -> list[Violation]:
    """Violations by a condition over their columns, in order of time."""
    return [_violation(row) for row in sql(conn, f"SELECT * FROM violation WHERE {where} ORDER BY at, id", given)]


def recent_violations(conn: Connection, merchant: str = "", limit: int = 100) -> list[Violation]:
    """Violations (of one merchant), the newest first."""
    where, given = ("WHERE merchant = ?", (merchant,)) if merchant else ("", ())
    rows = sql(conn, f"SELECT * FROM violation {where} ORDER BY at DESC, id LIMIT ?", (*given, limit))
    return [_violation(row) for row in rows]


# ── projections ───────────────────────────────────────────────────────────────────────────────────────────────────────


def project_measure(conn: Connection, placed: Sequence[Placed]) -> None:
    """``measure.proposed`` and ``measure.taken`` → ``measure``."""
    rows = []
    for index, sealed in placed:
        about, facts = sealed.subjects, sealed.facts
        state = "taken" if sealed.kind == TAKEN else "proposed"
        roles = (about.get(role, "") for role in ("listing", "merchant", "hazard", "violation"))
        rows.append(
            (
                about["measure"],
                facts["measure"],
                state,
                *roles,
                facts.get("person", ""),
                sealed.at,
                facts.get("until", 0),
                facts.get("token", ""),
                "",
                index,
                about.get("complaint", ""),
            )
        )
    upsert_many(conn, tables.measure, rows)


def project_move(conn: Connection, placed: Sequence[Placed]) -> None:
    """What becomes of a measure afterwards → ``measure``."""
    moves = {CONFIRMED: "confirmed", FAILED: "failed", LIFTED: "lifted", ENDED: "ended", DECLINED: "declined"}
    for index, sealed in placed:
        sql(
            conn,
            "UPDATE measure SET state = ?, problem = ?, entry = ? WHERE id = ?",
            (moves[sealed.kind], sealed.facts.get("problem", ""), index, sealed.subjects["measure"]),
        )


def project_violation(conn: Connection, placed: Sequence[Placed]) -> None:
    """``violation.found`` → ``violation``; where no severity is told, a serious one has 5, others 3."""
    rows = []
    for index, sealed in placed:
        about, facts = sealed.subjects, sealed.facts
        serious = bool(facts.get("serious"))
        rows.append(
            (
                about["violation"],
                about.get("merchant", ""),
                about.get("listing", ""),
                about.get("hazard", ""),
                facts["field"],
                facts.get("severity") or (5 if serious else 3),
                int(serious),
                "found",
                sealed.at,
                index,
            )
        )
    upsert_many(conn, tables.violation, rows)


def project_violation_move(conn: Connection, placed: Sequence[Placed]) -> None:
    """``violation.stopped`` and ``violation.withdrawn`` → ``violation``; what was withdrawn stays so."""
    for _, sealed in placed:
        state = "withdrawn" if sealed.kind == WITHDRAWN else "stopped"
        sql(
            conn,
            "UPDATE violation SET state = ? WHERE id = ? AND state <> 'withdrawn'",
            (state, sealed.subjects["violation"]),
        )


def _measures(conn: Connection, where: str, *given: object, order: str = "at, id", limit: int = MOST) -> list[Measure]:
    rows = sql(conn, f"SELECT * FROM measure WHERE {where} ORDER BY {order} LIMIT ?", (*given, limit))
    return [msgspec.convert(by_column(tables.measure, row), Measure) for row in rows]


def _violation(row: Sequence[Any]) -> Violation:
    held = by_column(tables.violation, row)
    return msgspec.convert({**held, "serious": bool(held["serious"])}, Violation)
