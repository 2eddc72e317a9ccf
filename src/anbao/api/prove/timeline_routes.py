"""One timeline of all that belongs to a matter."""

from typing import Annotated

import msgspec
from litestar import get
from litestar.params import QueryParameter

from anbao.api.context import Caller, context_of, operation
from anbao.api.reading import DEFAULT_PAGE, Cursor, Limit, cursor_position, cursor_text, no_nul
from anbao.engine.obligations.read import ObligationView
from anbao.errors import InvalidInput
from anbao.model.base import JsonObject, Millis
from anbao.prove.timeline import timeline
from anbao.text import Text

About = Annotated[str, QueryParameter(name="about", description="role:id, such as complaint:TS…, hazard:H1, order:O1")]


class TimelineSubject(msgspec.Struct, frozen=True):
    """A subject of entries."""

    role: str
    id: str


class TimelineLineAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One entry; ``owes``: what it made owed, as it stands now; ``why``: why it decided so, in words.

    ``at``: when it happened, ``recorded``: when it was entered; ``entered_late``: more than an hour after it happened.
    """

    entry: int
    at: int
    recorded: int
    entered_late: bool
    kind: str
    title: Text
    actor: str
    subjects: dict[str, str]
    body: JsonObject
    owes: tuple[ObligationView, ...]
    why: tuple[Text, ...]


class TimelinePage(msgspec.Struct, frozen=True, kw_only=True):
    """Lines in ledger order. ``matters``: what belongs together, that asked for first; ``cut``: more than are followed.

    ``next`` is the cursor of the next page, null on the last.
    """

    matters: list[TimelineSubject]
    cut: bool
    items: list[TimelineLineAnswer]
    next: str | None


@get(
    "/v1/timeline",
    sync_to_thread=True,
    **operation(
        "一件事的完整时间线：投诉、危险、措施、警示、协助，及由此产生的义务",
        "The whole timeline of a matter: complaint, danger, measures, warnings, help, and what each made owed",
        "read",
    ),
)
def of_matter(request: Caller, about: About, cursor: Cursor = None, limit: Limit = DEFAULT_PAGE) -> TimelinePage:
    """Each line is proven by GET /v1/entries/{entry}/proof. Raises InvalidInput."""
    no_nul(about=about)
    role, sign, identity = about.partition(":")
    if not sign or not role or not identity:
        raise InvalidInput(
            Text("about 须为 角色:标识", "about is role:id"),
            hint=Text("如 complaint:TS20260101-AB12C", "such as complaint:TS20260101-AB12C"),
            field="about",
        )
    start = cursor_position(cursor, tuple[Millis])[0] if cursor else 0
    platform = context_of(request).platform
    with platform.reading() as conn:
        found = timeline(conn, platform.pack, (role, identity), platform.clock(), start=start, limit=limit)
    explain = platform.prevent.explainer.entry
    return TimelinePage(
        matters=[TimelineSubject(*matter) for matter in found.matters],
        cut=found.cut,
        items=[
            TimelineLineAnswer(
                entry=line.entry,
                at=line.at,
                recorded=line.recorded,
                entered_late=line.entered_late,
                kind=line.kind,
                title=line.title,
                actor=line.actor,
                subjects=line.subjects,
                body=line.body,
                owes=line.owes,
                why=explain(line.stored),
            )
            for line in found.lines
        ],
        next=None if found.next is None else cursor_text(found.next),
    )
