"""Obligations in pages, each found by an index from where the last one ended."""

from typing import Annotated, Final, Literal

from msgspec import Meta
from sqlalchemy import Connection

from anbao.api.answers import ObligationPage
from anbao.api.reading import cursor_position, cursor_text
from anbao.obligations import read
from anbao.obligations.closing import Obligation
from anbao.obligations.read import ObligationView
from anbao.store.bulk import sql

EVERY: Final = "every"
Which = Literal["every", "unfinished", "overdue"]

_Number = Annotated[int, Meta(ge=-1, lt=2**62)]
_Name = Annotated[str, Meta(pattern="^[^\\x00]*$")]


def obligations_page(
    conn: Connection, now: int, which: Which, norm: str | None, cursor: str | None, limit: int
) -> ObligationPage:
    """One page. Raises InvalidInput for a cursor that is none, or is of another order."""
    if which == EVERY:
        after = cursor_position(cursor, tuple[_Number, _Name]) if cursor else (-1, "")
        found = read.page(conn, now, after=after, limit=limit + 1, norm=norm)
    else:
        due = cursor_position(cursor, tuple[_Number, _Number, _Name]) if cursor else (-1, -1, "")
        found = _unfinished(conn, now, due, limit + 1, norm, overdue_only=which == "overdue")
    following = None
    if len(found) > limit:
        last = found[limit - 1]
        place = (last.opened_by, last.norm) if which == EVERY else (last.due_at or 0, last.opened_by, last.norm)
        following = cursor_text(*place)
    return ObligationPage(items=found[:limit], next=following)


def _unfinished(
    conn: Connection, now: int, after: tuple[int, int, str], limit: int, norm: str | None, *, overdue_only: bool
) -> list[ObligationView]:
    """The longest overdue first."""
    where, values = ("AND norm = ?", (norm,)) if norm else ("", ())
    rows = sql(
        conn,
        f"SELECT * FROM obligation WHERE closed_as IS NULL AND due_at <= ? {where}"
        " AND (due_at, opened_by, norm) > (?, ?, ?) ORDER BY due_at, opened_by, norm LIMIT ?",
        (now if overdue_only else 2**62, *values, *after, limit),
    )
    return [read.view(Obligation(*row), now) for row in rows]
