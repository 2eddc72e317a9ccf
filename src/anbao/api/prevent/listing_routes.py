"""Listings: one at a time, or many as NDJSON."""

from typing import cast

from litestar import Response, post
from litestar.params import JSONBody

from anbao.api.answers import LineAnswer, ListingAnswer
from anbao.api.door import Caller, Direct, answered, attempt_of, door_of, told
from anbao.api.prevent.batch import Batch
from anbao.api.prevent.intake import Submission
from anbao.api.prevent.listing_body import MAX_LISTING, ListingBody, ListingRequest, listing_of
from anbao.api.reading import At, IdempotencyKey, event_time, idempotency_key, wrong_type

NDJSON = "application/x-ndjson"


@post(
    "/v1/listings",
    request_class=ListingRequest,
    request_max_body_size=MAX_LISTING,
    **told("提交一条商品信息：审核并决定", "Submit one listing: screen and decide", "listings"),
)
async def submit(
    request: Caller, data: JSONBody[ListingBody], at: At = None, key: IdempotencyKey = None
) -> Response[ListingAnswer]:
    """Those that arrive together share a scan and a commit."""
    door, principal = door_of(request), request.auth
    when = event_time(at, door.platform.clock())
    submission = Submission(listing_of(data), principal.actor, when, await attempt_of(request, key))
    return cast("Response[ListingAnswer]", answered(await door.intake.submit(submission)))


@post(
    "/v1/listings/batch",
    status_code=200,
    request_max_body_size=None,
    **told(
        "批量提交：NDJSON 每行一条，逐行答复；带 Idempotency-Key 重传不会重复记账",
        "Submit many as NDJSON: an answer per line; sent again under its Idempotency-Key it makes no second entries",
        "listings",
    ),
)
async def submit_many(request: Caller, at: At = None, key: IdempotencyKey = None) -> Response[LineAnswer]:
    """Reads the body while it answers; see ``batch``."""
    if request.content_type[0] not in (NDJSON, "application/jsonl", "application/ndjson"):
        raise wrong_type(NDJSON)
    door = door_of(request)
    when = event_time(at, door.platform.clock())
    return cast("Response[LineAnswer]", Direct(Batch(door, request, when, idempotency_key(key))))
