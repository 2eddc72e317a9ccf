"""Reading obligations: their state is derived from the row and the clock, never stored."""

from collections.abc import Iterator
from typing import Literal

import msgspec
from sqlalchemy import Connection

from anbao.obligations.closing import Obligation
from anbao.obligations.subject import subjects_of
from anbao.store.bulk import sql

State = Literal["open", "overdue", "discharged", "discharged_late", "ended", "waived", "keeping", "kept", "broken"]


class ObligationView(msgspec.Struct, frozen=True, kw_only=True):
    """An obligation for people and programs; instants in UTC milliseconds, entries by index."""

    id: str
    norm: str
    norm_version: str
    subjects: dict[str, str]
    state: State
    opened_by: int
    opened_at: int
    due_at: int | None
    closed_by: int | None
    closed_at: int | None
    missed_by: int | None


def state_of(one: Obligation, now: int) -> State:
    """The state of an obligation at an instant."""
    match one.closed_as:
        case None:
            return "overdue" if one.due_at is not None and one.due_at <= now else "open"
        case "discharged":
            late = one.due_at is not None and one.closed_at is not None and one.closed_at > one.due_at
            return "discharged_late" if late else "discharged"
        case "kept":
            return "kept" if one.due_at is not None and one.due_at <= now else "keeping"
        case "ended":
            return "ended"
        case "waived":
            return "waived"
        case _:
            return "broken"


def view(one: Obligation, now: int) -> ObligationView:
    """The view of a row at an instant."""
    return ObligationView(
        id=f"{one.opened_by}/{one.norm}",
        norm=one.norm,
        norm_version=one.norm_version,
        subjects=subjects_of(one.subject),
        state=state_of(one, now),
        opened_by=one.opened_by,
        opened_at=one.opened_at,
        due_at=one.due_at,
        closed_by=one.closed_by,
        closed_at=one.closed_at,
        missed_by=one.missed_by,
    )


def unfinished(
    conn: Connection,
    now: int,
    *,
    after: tuple[int, int, str] = (-1, -1, ""),
    limit: int = 100,
    norm: str | None = None,
    overdue_only: bool = False,
) -> list[ObligationView]:
    """Open and overdue obligations, the longest overdue first, from after ``(due_at, opened_by, norm)``."""
    where, values = ("AND norm = ?", (norm,)) if norm else ("", ())
    rows = sql(
        conn,
        f"SELECT * FROM obligation WHERE closed_as IS NULL AND due_at <= ? {where}"
        " AND (due_at, opened_by, norm) > (?, ?, ?) ORDER BY due_at, opened_by, norm LIMIT ?",
        (now if overdue_only else 2**62, *values, *after, limit),
    )
    return [view(Obligation(*row), now) for row in rows]


def page(
    conn: Connection, now: int, *, after: tuple[int, str] = (-1, ""), limit: int = 100, norm: str | None = None
) -> list[ObligationView]:
    """Obligations in the order in which they were opened, from after ``(opened_by, norm)``."""
    where, values = ("AND norm = ?", (norm,)) if norm else ("", ())
    rows = sql(
        conn,
        f"SELECT * FROM obligation WHERE (opened_by, norm) > (?, ?) {where} ORDER BY opened_by, norm LIMIT ?",
        (*after, *values, limit),
    )
    return [view(Obligation(*row), now) for row in rows]


def find(conn: Connection, opened_by: int, norm: str) -> Obligation | None:
    """One obligation by its identity."""
    row = sql(conn, "SELECT * FROM obligation WHERE opened_by = ? AND norm = ?", (opened_by, norm)).first()
    return Obligation(*row) if row else None


def every(conn: Connection) -> Iterator[Obligation]:
    """All rows in order."""
    for row in sql(conn, "SELECT * FROM obligation ORDER BY opened_by, norm"):
        yield Obligation(*row)
