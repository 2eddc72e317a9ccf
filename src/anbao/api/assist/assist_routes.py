"""Help for persons harmed (who the seller is, records, frozen money, ways to turn), and answers to authorities."""

from typing import Annotated, Literal

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from anbao.api.answers import EntryIndex
from anbao.api.context import WAITS, Caller, commit, context_of, operation, recorded
from anbao.api.public import reader_language
from anbao.api.reading import DEFAULT_PAGE, IdempotencyKey, Limit, Reasoned, no_nul
from anbao.assist import authority, records
from anbao.assist.authority import Asked, AuthorityAnswer
from anbao.assist.records import Dispute
from anbao.assist.service import HelpAnswer
from anbao.model.assistance import AuthorityRequest, HelpRequest

DisputeState = Annotated[
    Literal["open", "held", "assisted", "refused", "failed"] | None,
    QueryParameter(name="state", description="all by default; failed: the seller could not be named"),
]
RequestState = Annotated[
    Literal["open", "answered", "declined"] | None, QueryParameter(name="state", description="all by default")
]


class DisputePage(msgspec.Struct, frozen=True, kw_only=True):
    """The oldest first."""

    items: list[Dispute]


class RequestPage(msgspec.Struct, frozen=True, kw_only=True):
    """The oldest first."""

    items: list[Asked]


@post(
    "/v1/assistance",
    **operation(
        "受损消费者求助：商家信息、交易记录、冻结款项、指引；身份与利害关系清楚的当即提供",
        "A consumer asks for help: the seller's identity, records, a freeze, advice; given at once where plain",
        "trade",
    ),
)
async def ask(request: Caller, data: JSONBody[HelpRequest], key: IdempotencyKey = None) -> Response[HelpAnswer]:
    """``held`` says why a person must look first. Raises Conflict."""
    platform, actor = context_of(request).platform, request.auth.actor
    return await commit(request, key, lambda work: platform.assist.ask(work, data, actor=actor))


@get("/v1/assistance", sync_to_thread=True, **operation("求助列表", "Requests for help", "officer"))
def disputes(request: Caller, wanted: DisputeState = None, limit: Limit = DEFAULT_PAGE) -> DisputePage:
    """Of a state, or all."""
    with context_of(request).platform.reading() as conn:
        return DisputePage(items=records.listed(conn, wanted, limit))


@get(
    "/v1/assistance/{dispute:str}",
    sync_to_thread=True,
    **operation(
        "一项求助的答复：书面函、交易记录、指引", "What an asker was answered: letter, records, advice", "trade"
    ),
)
def answered(request: Caller, dispute: FromPath[str]) -> HelpAnswer:
    """As it was given, for whoever asked; also what a person granted or refused later. Raises NotFound."""
    no_nul(dispute=dispute)
    platform = context_of(request).platform
    with platform.reading() as conn:
        return platform.assist.answer_of(conn, dispute)


@get(
    "/v1/assistance/{dispute:str}/letter",
    media_type="text/html",
    sync_to_thread=True,
    **operation("书面答复的网页，可打印", "The letter to the asker as a page to print", "trade"),
)
def letter(request: Caller, dispute: FromPath[str], lang: FromQuery[str | None] = None) -> Response[str]:
    """In the reader's language. Raises NotFound before there is one."""
    no_nul(dispute=dispute, lang=lang)
    platform = context_of(request).platform
    with platform.reading() as conn:
        return Response(platform.assist.letter_of(conn, dispute).page(reader_language(request, lang)))


@post(
    "/v1/assistance/{dispute:str}/grant",
    responses=WAITS,
    **operation(
        "核实身份与利害关系后提供", "Give what was asked, identity and interest having been checked", "officer"
    ),
)
async def grant(
    request: Caller, dispute: FromPath[str], data: JSONBody[Reasoned], key: IdempotencyKey = None
) -> Response[HelpAnswer]:
    """Raises NotFound, Conflict."""
    no_nul(dispute=dispute)
    platform, actor = context_of(request).platform, request.auth.actor
    return await commit(request, key, lambda work: platform.assist.grant(work, dispute, data.reason, actor=actor))


@post(
    "/v1/assistance/{dispute:str}/refuse",
    responses=WAITS,
    **operation("不予提供并说明理由", "Refuse, with the reason", "officer"),
)
async def refuse(
    request: Caller, dispute: FromPath[str], data: JSONBody[Reasoned], key: IdempotencyKey = None
) -> Response[EntryIndex]:
    """Raises NotFound, Conflict."""
    no_nul(dispute=dispute)
    platform, actor = context_of(request).platform, request.auth.actor
    return await recorded(request, key, lambda work: platform.assist.refuse(work, dispute, data.reason, actor=actor))


@post(
    "/v1/assistance/{dispute:str}/release",
    **operation("解除款项冻结", "Release frozen money", "officer"),
)
async def release(
    request: Caller, dispute: FromPath[str], data: JSONBody[Reasoned], key: IdempotencyKey = None
) -> Response[EntryIndex]:
    """Raises NotFound."""
    no_nul(dispute=dispute)
    platform, actor = context_of(request).platform, request.auth.actor
    return await recorded(request, key, lambda work: platform.assist.release(work, dispute, data.reason, actor=actor))


@post(
    "/v1/assistance/{dispute:str}/compensation",
    **operation(
        "不能提供商家信息时，记录是否先行赔偿的决定",
        "Where the seller could not be named: record what was decided on paying first",
        "officer",
    ),
)
async def compensate(
    request: Caller, dispute: FromPath[str], data: JSONBody[Reasoned], key: IdempotencyKey = None
) -> Response[EntryIndex]:
    """``reason`` is the decision. Raises NotFound, Conflict."""
    no_nul(dispute=dispute)
    platform, actor = context_of(request).platform, request.auth.actor
    return await recorded(
        request, key, lambda work: platform.assist.compensate(work, dispute, data.reason, actor=actor)
    )


@post(
    "/v1/authority-requests",
    **operation(
        "登记主管部门的调取要求：文号、依据、范围", "Take in an authority's request: document, basis, scope", "officer"
    ),
)
async def receive(
    request: Caller, data: JSONBody[AuthorityRequest], key: IdempotencyKey = None
) -> Response[EntryIndex]:
    """Raises InvalidInput for a basis that leads nowhere or a missing scope, Conflict."""
    platform, actor = context_of(request).platform, request.auth.actor
    return await recorded(request, key, lambda work: platform.assist.receive(work, data, actor=actor))


@get(
    "/v1/authority-requests",
    sync_to_thread=True,
    **operation("主管部门的调取要求", "Requests of authorities", "officer"),
)
def requests(request: Caller, wanted: RequestState = None, limit: Limit = DEFAULT_PAGE) -> RequestPage:
    """Of a state, or all."""
    with context_of(request).platform.reading() as conn:
        return RequestPage(items=authority.listed(conn, wanted, limit))


@post(
    "/v1/authority-requests/{name:str}/answer",
    **operation(
        "在请求范围内提供，内容摘要入存证", "Answer within the scope; the digest stands in the ledger", "officer"
    ),
)
async def answer(request: Caller, name: FromPath[str], key: IdempotencyKey = None) -> Response[AuthorityAnswer]:
    """Raises NotFound, Conflict."""
    no_nul(name=name)
    platform, actor = context_of(request).platform, request.auth.actor
    return await commit(request, key, lambda work: platform.assist.answer(work, name, actor=actor))


@post(
    "/v1/authority-requests/{name:str}/decline",
    **operation("退回请求并说明理由", "Send a request back, with the reason", "officer"),
)
async def decline(
    request: Caller, name: FromPath[str], data: JSONBody[Reasoned], key: IdempotencyKey = None
) -> Response[EntryIndex]:
    """Raises NotFound, Conflict."""
    no_nul(name=name)
    platform, actor = context_of(request).platform, request.auth.actor
    return await recorded(request, key, lambda work: platform.assist.decline(work, name, data.reason, actor=actor))
