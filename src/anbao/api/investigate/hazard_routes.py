"""Hazards and sweeps: suspect, confirm, dismiss, lift; lists of recalls; where a danger was found again."""

import asyncio
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, QueryParameter

from anbao.api.context import Caller, body_of, commit, context_of, operation
from anbao.api.reading import Cursor, IdempotencyKey, Limit, cursor_position, cursor_text, no_nul, wrong_type
from anbao.connect.hazard_lists import MAX_BYTES, HazardList, parse_mapping, read_list
from anbao.engine.work import Work
from anbao.investigate import hazards
from anbao.investigate.imports import ImportCounts, record_list
from anbao.investigate.sweep import matches, passes
from anbao.investigate.sweep.matches import Found
from anbao.investigate.sweep.passes import Pass
from anbao.model.hazard import HazardSource, HazardState, Suspicion
from anbao.text import Text

PREVIEWED = 20

State = Annotated[HazardState | None, QueryParameter(name="state", description="only hazards of this state")]
Source = Annotated[HazardSource, QueryParameter(name="source", description="where the list comes from")]
Mapped = Annotated[list[str] | None, QueryParameter(name="map", description="field=column, may be repeated")]
Preview = Annotated[bool, QueryParameter(name="preview", description="show what would be imported, write nothing")]
Confirm = Annotated[bool, QueryParameter(name="confirm", description="whether to confirm what can be recognised")]


class FoundPage(msgspec.Struct, frozen=True, kw_only=True):
    """Where a hazard was found again, the surest first; ``next`` is the cursor of the next page."""

    items: list[Found]
    next: str | None


class SweepAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A sweep, and how many listings it found by hazard and certainty."""

    sweep: Pass
    hazards: dict[str, dict[str, int]]


class BadRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a list that was refused, or would be; ``row`` counts from 1, 0 where it is not known."""

    row: int
    id: str
    problem: Text


class ListAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a list holds, or what became of it. ``first``: the first hazards, in a preview."""

    mapping: dict[str, str]
    rows: int
    suspected: int
    confirmed: int
    known: int
    unrecognisable: int
    waiting: int = 0
    refused: list[BadRow]
    first: list[Suspicion]


@get(
    "/v1/hazards/{hazard:str}/matches",
    sync_to_thread=True,
    **operation("危险在哪里被再次发现，最确定者在前", "Where a danger was found again, the surest first", "read"),
)
def found_again(request: Caller, hazard: FromPath[str], cursor: Cursor = None, limit: Limit = 100) -> FoundPage:
    """With the reasons of each. Raises NotFound."""
    no_nul(hazard=hazard)
    after = cursor_position(cursor, tuple[int, int]) if cursor else (-1, -1)
    with context_of(request).platform.reading() as conn:
        hazards.known(conn, hazard)
        found = matches.ranked(conn, hazard, after, limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    place = None if last is None else cursor_text(matches.CERTAINTIES.index(last.certainty), last.entry)
    return FoundPage(items=found[:limit], next=place)


@post(
    "/v1/hazards/import",
    request_max_body_size=MAX_BYTES,
    **operation(
        "导入召回、裁判名单（CSV 或 JSON），可先预览",
        "Import a list of recalls or judgments (CSV or JSON), or preview it",
        "officer",
    ),
)
async def import_list(
    request: Caller,
    source: Source = "recall",
    mapped: Mapped = None,
    preview: Preview = False,
    confirm: Confirm = True,
    key: IdempotencyKey = None,
) -> Response[ListAnswer]:
    """Sent again it adds only what is new in it. Raises InvalidInput."""
    if request.content_type[0] not in ("text/csv", "application/json", "application/x-ndjson"):
        raise wrong_type("text/csv, application/json")
    data, actor = await body_of(request), request.auth.actor
    read = await asyncio.to_thread(read_list, data, source, parse_mapping(mapped or []))
    suspicions = [row.suspicion for row in read.rows if row.suspicion]
    if preview:
        return Response(_answer(read, ImportCounts(), suspicions[:PREVIEWED]), status_code=200)

    def job(work: Work) -> ListAnswer:
        done = ImportCounts()
        record_list(context_of(request).platform, work, suspicions, done, actor, confirm=confirm)
        return _answer(read, done, [])

    return await commit(request, key, job)


@get("/v1/sweeps/{sweep:str}", sync_to_thread=True, **operation("一次排查", "One sweep", "read"))
def sweep(request: Caller, sweep: FromPath[str]) -> SweepAnswer:
    """Raises NotFound."""
    no_nul(sweep=sweep)
    with context_of(request).platform.reading() as conn:
        known = passes.known(conn, sweep)
        counts = matches.counted_by_hazard(conn, sweep)
    return SweepAnswer(
        sweep=known,
        hazards={name: {level: one[level] for level in matches.CERTAINTIES} for name, one in counts.items()},
    )


def _answer(read: HazardList, done: ImportCounts, first: list[Suspicion]) -> ListAnswer:
    bad = [BadRow(row=row.row, id="", problem=row.problem) for row in read.rows if row.problem]
    bad += [BadRow(row=0, id=name, problem=problem) for name, problem in done.refused]
    return ListAnswer(
        mapping=read.mapping,
        rows=len(read.rows),
        suspected=done.suspected,
        confirmed=done.confirmed,
        known=done.known,
        unrecognisable=done.unrecognisable,
        waiting=done.waiting,
        refused=bad,
        first=first,
    )
