"""Obligations in pages, each found by an index from where the last one ended."""

from typing import Annotated, Final, Literal

from msgspec import Meta

from anbao.api.answers import ObligationPage
from anbao.api.reading import cursor_position, cursor_text
from anbao.engine.obligations import read
from anbao.engine.obligations.closing import NOT_KNOWN
from anbao.store import Connection

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
        found = read.unfinished(conn, now, after=due, limit=limit + 1, norm=norm, overdue_only=which == "overdue")
    following = None
    if len(found) > limit:
        last = found[limit - 1]
        due_at = NOT_KNOWN if last.due_at is None else last.due_at
        place = (last.opened_by, last.norm) if which == EVERY else (due_at, last.opened_by, last.norm)
        following = cursor_text(*place)
    return ObligationPage(items=found[:limit], next=following)
