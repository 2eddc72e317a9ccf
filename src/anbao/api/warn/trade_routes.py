"""Orders, the notices that come before them, and what else the platform reports."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, get, post
from litestar.params import JSONBody, PathParameter, QueryParameter

from anbao.api.answers import EntryIndex, NoticeAnswer, listing_notice, notice_answers
from anbao.api.context import Caller, commit, context_of, operation, recorded
from anbao.api.reading import At, IdempotencyKey, event_time, no_nul
from anbao.errors import NotFound
from anbao.model.base import not_in_future
from anbao.model.event import Event
from anbao.model.trade import NoticeAcknowledged, NoticeAnswered, NoticeChoice, NoticeShown, Order, OrderIntent
from anbao.text import Text
from anbao.warn.notices import to_html
from anbao.warn.orders import NoticeStep, OrderAnswer, OrderCheck


@post(
    "/v1/orders",
    **operation(
        "记录一笔订单，并指出此前应告知而未确认的风险提示；按平台选项可拒绝",
        "Record an order and the notices that it lacked, or refuse it for them",
        "trade",
    ),
)
async def order(
    request: Caller, data: JSONBody[Order], at: At = None, key: IdempotencyKey = None
) -> Response[OrderAnswer]:
    """The order, and each notice owed before it, as entries."""
    platform, actor = context_of(request).platform, request.auth.actor
    when = event_time(at, platform.clock())
    return await commit(request, key, lambda work: platform.warn.order(work, data, at=when, actor=actor))


@post(
    "/v1/notices/shown",
    **operation("记录风险提示已向消费者展示", "Record that a notice was shown to a buyer", "trade"),
)
async def shown(
    request: Caller, data: JSONBody[NoticeShown], at: At = None, key: IdempotencyKey = None
) -> Response[EntryIndex]:
    """The notice at its present version."""
    return await _notice(request, data, at, key)


@post(
    "/v1/notices/acknowledged",
    **operation("记录消费者已确认风险提示", "Record that a buyer acknowledged a notice", "trade"),
)
async def acknowledged(
    request: Caller, data: JSONBody[NoticeAcknowledged], at: At = None, key: IdempotencyKey = None
) -> Response[EntryIndex]:
    """The notice at its present version."""
    return await _notice(request, data, at, key)


async def _notice(request: Caller, data: NoticeStep, at: str | None, key: str | None) -> Response[EntryIndex]:
    platform, actor = context_of(request).platform, request.auth.actor
    when = event_time(at, platform.clock())
    return await recorded(request, key, lambda work: platform.warn.note_notice(work, data, at=when, actor=actor))


@post(
    "/v1/notices/answered",
    **operation("记录消费者是否属于不适宜人群", "Record whether a buyer belongs to an unsuitable group", "trade"),
)
async def answered(
    request: Caller, data: JSONBody[NoticeAnswered], at: At = None, key: IdempotencyKey = None
) -> Response[EntryIndex]:
    """The answer to the notice's question."""
    return await _notice(request, data, at, key)


@post(
    "/v1/notices/choice",
    **operation(
        "分别记录消费者是否知悉风险、有无选择、如何选择",
        "Record apart whether a buyer knew the risk, could choose, and chose",
        "trade",
    ),
)
async def choice(
    request: Caller, data: JSONBody[NoticeChoice], at: At = None, key: IdempotencyKey = None
) -> Response[EntryIndex]:
    """Three facts, each with what it rests on; none follows from another."""
    platform, actor = context_of(request).platform, request.auth.actor
    when = event_time(at, platform.clock())
    return await recorded(request, key, lambda work: platform.warn.note_choice(work, data, at=when, actor=actor))


@post(
    "/v1/orders/check",
    **operation(
        "付款前检查：订单会否被接受，还缺哪些告知",
        "Before payment: would the order be taken, and what it lacks",
        "trade",
    ),
)
async def check(request: Caller, data: JSONBody[OrderIntent], at: At = None) -> Response[OrderCheck]:
    """Records no entry."""
    platform = context_of(request).platform
    when = event_time(at, platform.clock())
    return await commit(request, None, lambda work: platform.warn.check_order(work, data, at=when))


@get(
    "/v1/listings/{listing:str}/notices",
    sync_to_thread=True,
    **operation(
        "某商品下单前须展示的风险提示，已填入其自身情况；Accept: text/html 得到网页片段",
        "The notices of a listing, filled with its own facts; an HTML fragment for Accept: text/html",
        "trade",
    ),
)
def listing_notices(
    request: Caller,
    listing: Annotated[str, PathParameter(description="id of the listing")],
    language: Annotated[Literal["zh", "en"], QueryParameter(name="language", description="of the HTML")] = "zh",
) -> Response[Any]:
    """JSON in both languages with each text's digest, or HTML in one. Raises NotFound."""
    no_nul(listing=listing)
    platform = context_of(request).platform
    with platform.reading() as conn:
        if "text/html" in request.headers.get("accept", ""):
            fragment = to_html(platform.warn.notices_of(conn, listing, language))
            return Response(fragment.encode(), media_type="text/html; charset=utf-8", headers={"Vary": "Accept"})
        both = [platform.warn.notices_of(conn, listing, one) for one in ("zh", "en")]
    return Response([listing_notice(zh, en) for zh, en in zip(*both, strict=True)], headers={"Vary": "Accept"})


@get("/v1/notices", sync_to_thread=False, **operation("全部风险提示", "All risk notices", "trade"))
def notices(request: Caller) -> tuple[NoticeAnswer, ...]:
    """In both languages."""
    return notice_answers(context_of(request).platform.catalogue)


@get(
    "/v1/categories/{category:str}/notices",
    sync_to_thread=False,
    **operation("某类目下单前须展示的风险提示", "The notices to be shown before an order in a category", "trade"),
)
def category_notices(
    request: Caller, category: Annotated[str, PathParameter(description="id, title or alias")]
) -> tuple[NoticeAnswer, ...]:
    """Empty where the category demands none. Raises NotFound for a category that the pack does not know."""
    no_nul(category=category)
    catalogue = context_of(request).platform.catalogue
    found = catalogue.find(category)
    if found is None:
        raise NotFound(Text(f"没有类目 {category}", f"there is no category {category}"))
    return notice_answers(catalogue, found.notices)


@post(
    "/v1/events",
    **operation("报告法规包词汇表中的一个事件", "Report an event in the vocabulary of the law pack", "events"),
)
async def event(
    request: Caller, data: JSONBody[Event], at: At = None, key: IdempotencyKey = None
) -> Response[EntryIndex]:
    """``at`` stands in the body or in the query."""
    platform, actor = context_of(request).platform, request.auth.actor
    now = platform.clock()
    if (when := event_time(at, now)) is not None:
        data = msgspec.structs.replace(data, at=when)
    if data.at is not None:
        not_in_future(data.at, now)
    return await recorded(request, key, lambda work: platform.note_event(work, data, actor=actor))
