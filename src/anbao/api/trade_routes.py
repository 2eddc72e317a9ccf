"""Orders, the notices that come before them, and what else the platform reports."""

from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import JSONBody, PathParameter

from anbao.api.answers import NoticeAnswer, Recorded, notice_answers
from anbao.api.door import Caller, commit, door_of, told
from anbao.api.reading import At, IdempotencyKey, event_time, no_nul, not_in_future
from anbao.errors import NotFound
from anbao.model.event import Event
from anbao.model.trade import NoticeAcknowledged, NoticeShown, Order
from anbao.text import Text
from anbao.warn.orders import OrderAnswer


@post(
    "/v1/orders",
    **told(
        "记录一笔订单，并指出此前应告知而未确认的风险提示",
        "Record an order, and the notices that it lacked",
        "trade",
    ),
)
async def order(
    request: Caller, data: JSONBody[Order], at: At = None, key: IdempotencyKey = None
) -> Response[OrderAnswer]:
    """The order, and each notice owed before it, as entries."""
    platform, actor = door_of(request).platform, request.auth.actor
    when = event_time(at, platform.clock())
    return await commit(request, key, lambda work: platform.warn.order(work, data, at=when, actor=actor))


@post(
    "/v1/notices/shown",
    **told("记录风险提示已向消费者展示", "Record that a notice was shown to a buyer", "trade"),
)
async def shown(
    request: Caller, data: JSONBody[NoticeShown], at: At = None, key: IdempotencyKey = None
) -> Response[Recorded]:
    """The notice at its present version."""
    return await _notice(request, data, at, key)


@post(
    "/v1/notices/acknowledged",
    **told("记录消费者已确认风险提示", "Record that a buyer acknowledged a notice", "trade"),
)
async def acknowledged(
    request: Caller, data: JSONBody[NoticeAcknowledged], at: At = None, key: IdempotencyKey = None
) -> Response[Recorded]:
    """The notice at its present version."""
    return await _notice(request, data, at, key)


async def _notice(
    request: Caller, data: NoticeShown | NoticeAcknowledged, at: str | None, key: str | None
) -> Response[Recorded]:
    platform, actor = door_of(request).platform, request.auth.actor
    when = event_time(at, platform.clock())
    return await commit(
        request, key, lambda work: Recorded(entry=platform.warn.note_notice(work, data, at=when, actor=actor))
    )


@get("/v1/notices", sync_to_thread=False, **told("全部风险提示", "All risk notices", "trade"))
def notices(request: Caller) -> tuple[NoticeAnswer, ...]:
    """In both languages."""
    return notice_answers(door_of(request).platform.catalogue)


@get(
    "/v1/categories/{category:str}/notices",
    sync_to_thread=False,
    **told("某类目下单前须展示的风险提示", "The notices to be shown before an order in a category", "trade"),
)
def category_notices(
    request: Caller, category: Annotated[str, PathParameter(description="id, title or alias")]
) -> tuple[NoticeAnswer, ...]:
    """Empty where the category demands none. Raises NotFound for a category that the pack does not know."""
    no_nul(category=category)
    catalogue = door_of(request).platform.catalogue
    found = catalogue.find(category)
    if found is None:
        raise NotFound(Text(f"没有类目 {category}", f"there is no category {category}"))
    return notice_answers(catalogue, found.notices)


@post(
    "/v1/events",
    **told("报告法规包词汇表中的一个事件", "Report an event in the vocabulary of the law pack", "events"),
)
async def event(
    request: Caller, data: JSONBody[Event], at: At = None, key: IdempotencyKey = None
) -> Response[Recorded]:
    """``at`` stands in the body or in the query."""
    platform, actor = door_of(request).platform, request.auth.actor
    now = platform.clock()
    if (when := event_time(at, now)) is not None:
        data = msgspec.structs.replace(data, at=when)
    if data.at is not None:
        not_in_future(data.at, now)
    return await commit(request, key, lambda work: Recorded(entry=platform.note_event(work, data, actor=actor)))
