"""Listings: submitted one at a time or many as NDJSON, and read as they stand."""

from typing import Annotated, cast

import msgspec
from litestar import Response, get, post
from litestar.params import FromQuery, JSONBody, PathParameter, QueryParameter

from anbao import listing_view
from anbao.api.answers import BatchLineAnswer, ListingAnswer
from anbao.api.context import Caller, Direct, answered, attempt_of, context_of, operation
from anbao.api.prevent.batch import LineBatch
from anbao.api.prevent.intake import Submission
from anbao.api.prevent.listing_body import MAX_LISTING, ListingBody, ListingRequest, listing_of
from anbao.api.reading import (
    DEFAULT_PAGE,
    At,
    Cursor,
    IdempotencyKey,
    Limit,
    cursor_position,
    cursor_text,
    event_time,
    idempotency_key,
    no_nul,
    wrong_type,
)
from anbao.listing_view import ListingLine, ListingState, ListingView

NDJSON = "application/x-ndjson"

State = Annotated[
    ListingState | None,
    QueryParameter(
        name="state",
        description="by the newest decision; barred: a measure or a confirmed hazard stands against it; all by default",
    ),
]


class ListingPage(msgspec.Struct, frozen=True, kw_only=True):
    """Listings by id; ``next`` is the cursor of the next page, null on the last."""

    items: list[ListingLine]
    next: str | None


@post(
    "/v1/listings",
    request_class=ListingRequest,
    request_max_body_size=MAX_LISTING,
    **operation("提交一条商品信息：审核并决定", "Submit one listing: screen and decide", "listings"),
)
async def submit(
    request: Caller, data: JSONBody[ListingBody], at: At = None, key: IdempotencyKey = None
) -> Response[ListingAnswer]:
    """Those that arrive together share a scan and a commit."""
    context, principal = context_of(request), request.auth
    when = event_time(at, context.platform.clock())
    submission = Submission(listing_of(data), principal.actor, when, await attempt_of(request, key))
    return cast("Response[ListingAnswer]", answered(await context.intake.submit(submission)))


@post(
    "/v1/listings/batch",
    status_code=200,
    request_max_body_size=None,
    **operation(
        "批量提交：NDJSON 每行一条，逐行答复；带 Idempotency-Key 重传不会重复记账",
        "Submit many as NDJSON: an answer per line; sent again under its Idempotency-Key it makes no second entries",
        "listings",
    ),
)
async def submit_many(request: Caller, at: At = None, key: IdempotencyKey = None) -> Response[BatchLineAnswer]:
    """Reads the body while it answers; see ``batch``."""
    if request.content_type[0] not in (NDJSON, "application/jsonl", "application/ndjson"):
        raise wrong_type(NDJSON)
    context = context_of(request)
    when = event_time(at, context.platform.clock())
    return cast("Response[BatchLineAnswer]", Direct(LineBatch(context, request, when, idempotency_key(key))))


@get(
    "/v1/listings",
    sync_to_thread=True,
    **operation(
        "商品及其状态，可按状态、商家、类目筛选", "Listings and how they stand, by state, merchant and category", "read"
    ),
)
def listings(
    request: Caller,
    wanted: State = None,
    merchant: FromQuery[str | None] = None,
    category: FromQuery[str | None] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_PAGE,
) -> ListingPage:
    """A cursor belongs to the filters that it was given for."""
    no_nul(merchant=merchant, category=category)
    after = cursor_position(cursor, tuple[str])[0] if cursor else ""
    no_nul(cursor=after)
    platform = context_of(request).platform
    with platform.reading() as conn:
        found = listing_view.page(
            platform,
            conn,
            state=wanted,
            merchant=merchant or "",
            category=category or "",
            after=after,
            limit=limit + 1,
        )
    return ListingPage(items=found[:limit], next=cursor_text(found[limit - 1].id) if len(found) > limit else None)


@get(
    "/v1/listings/{listing:str}",
    sync_to_thread=True,
    **operation(
        "一条商品的现状：决定与缘由、措施、危险、待办事项、经过，以及订单会怎样处理",
        "One listing as it stands: decision and why, measures, hazards, cases, history, and what becomes of an order",
        "read",
    ),
)
def listing_one(
    request: Caller, listing: Annotated[str, PathParameter(description="id of the listing")]
) -> ListingView:
    """Raises NotFound for one that was never submitted."""
    no_nul(listing=listing)
    platform = context_of(request).platform
    with platform.reading() as conn:
        return listing_view.view(platform.views, conn, listing, platform.clock())
