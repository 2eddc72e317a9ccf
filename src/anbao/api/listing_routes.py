"""Merchants and listings: one at a time, or listings as NDJSON."""

from typing import cast

from litestar import Response, post
from litestar.params import JSONBody

from anbao.api.answers import LineAnswer, ListingAnswer
from anbao.api.batch import Batch
from anbao.api.door import Caller, Direct, answered, attempt_of, commit, door_of, told
from anbao.api.intake import Submission
from anbao.api.reading import At, IdempotencyKey, event_time, idempotency_key, wrong_type
from anbao.model.listing import Listing
from anbao.model.merchant import Merchant
from anbao.prevent.merchants import MerchantDecision

NDJSON = "application/x-ndjson"


@post("/v1/merchants", **told("商家申请入驻：核验并决定", "A merchant applies: check and decide", "merchants"))
async def apply(
    request: Caller, data: JSONBody[Merchant], at: At = None, key: IdempotencyKey = None
) -> Response[MerchantDecision]:
    """One application: its entry and the decision's."""
    platform, actor = door_of(request).platform, request.auth.actor
    when = event_time(at, platform.clock())
    return await commit(request, key, lambda work: platform.prevent.apply(work, data, at=when, actor=actor))


@post("/v1/listings", **told("提交一条商品信息：审核并决定", "Submit one listing: screen and decide", "listings"))
async def submit(
    request: Caller, data: JSONBody[Listing], at: At = None, key: IdempotencyKey = None
) -> Response[ListingAnswer]:
    """Those that arrive together share a scan and a commit."""
    door, principal = door_of(request), request.auth
    when = event_time(at, door.platform.clock())
    submission = Submission(data, principal.actor, when, await attempt_of(request, key))
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
