"""Webhooks: endpoints, effects, and the platform's later answer to an effect."""

from typing import Annotated, Literal

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta

from anbao.api.answers import EntryIndex
from anbao.api.context import Caller, commit, context_of, operation, recorded
from anbao.api.reading import DEFAULT_PAGE, IdempotencyKey, Limit, no_nul
from anbao.delivery import endpoints
from anbao.delivery.endpoints import Change, Endpoint
from anbao.delivery.post import PlatformAnswer, PostOutcome
from anbao.engine import outbox
from anbao.engine.outbox import QueuedEffect, State
from anbao.engine.work import Work

Address = Annotated[str, Meta(min_length=1, max_length=2_000)]
Wanted = Annotated[State | None, QueryParameter(name="state", description="all by default")]
EffectId = Annotated[str, Meta(min_length=1, max_length=300)]


class EndpointRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An endpoint to be added; all topics by default."""

    url: Address
    topics: tuple[Annotated[str, Meta(max_length=100)], ...] = ()


class EndpointView(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint without its secrets; ``created`` in UTC milliseconds."""

    id: str
    url: str
    topics: tuple[str, ...]
    state: Literal["active", "paused"]
    created: int


class NewSecret(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint's secret, shown this once."""

    endpoint: str
    secret: str


class EndpointUpdate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What becomes of an endpoint."""

    change: Change


class ReplayRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which dead effects are sent again."""

    effects: Annotated[tuple[EffectId, ...], Meta(min_length=1, max_length=1_000)]


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """The entries that were made."""

    entries: tuple[int, ...]


@get(
    "/v1/endpoints",
    sync_to_thread=True,
    **operation("投递端点（不含密钥）", "Where effects are delivered, without secrets", "officer"),
)
def list_endpoints(request: Caller) -> list[EndpointView]:
    """The oldest first."""
    with context_of(request).platform.reading() as conn:
        return [_view(one) for one in endpoints.all_endpoints(conn)]


@post(
    "/v1/endpoints",
    **operation("新增投递端点；密钥只显示这一次", "Add an endpoint; its secret is shown this once", "officer"),
)
async def add_endpoint(request: Caller, data: JSONBody[EndpointRequest]) -> Response[NewSecret]:
    """Takes no idempotency key, whose stored answer would hold the secret. Raises InvalidInput, Conflict."""
    no_nul(url=data.url)
    delivery, actor = context_of(request).platform.delivery, request.auth.actor

    def job(work: Work) -> NewSecret:
        return _secret(delivery.add_endpoint(work, data.url, data.topics, actor=actor))

    return await commit(request, None, job)


@post(
    "/v1/endpoints/{endpoint:str}/rotate",
    **operation(
        "更换端点密钥；旧密钥再签一天",
        "Give an endpoint a new secret; the old one signs for another day",
        "officer",
    ),
)
async def rotate(request: Caller, endpoint: FromPath[str]) -> Response[NewSecret]:
    """Raises NotFound."""
    no_nul(endpoint=endpoint)
    delivery, actor = context_of(request).platform.delivery, request.auth.actor
    return await commit(request, None, lambda work: _secret(delivery.rotate_secret(work, endpoint, actor=actor)))


@post(
    "/v1/endpoints/{endpoint:str}/state",
    **operation("暂停、恢复或删除端点", "Pause, resume or remove an endpoint", "officer"),
)
async def change(
    request: Caller, endpoint: FromPath[str], data: JSONBody[EndpointUpdate], key: IdempotencyKey = None
) -> Response[EndpointView]:
    """What waits for it goes on waiting. Raises NotFound."""
    no_nul(endpoint=endpoint)
    delivery, actor = context_of(request).platform.delivery, request.auth.actor
    return await commit(
        request, key, lambda work: _view(delivery.change_endpoint(work, endpoint, data.change, actor=actor))
    )


@post(
    "/v1/endpoints/{endpoint:str}/test",
    sync_to_thread=True,
    status_code=200,
    **operation("向端点发一条测试消息", "Send an endpoint a message that asks for nothing", "officer"),
)
def test(request: Caller, endpoint: FromPath[str]) -> PostOutcome:
    """What came back. Raises NotFound."""
    no_nul(endpoint=endpoint)
    return context_of(request).platform.delivery.test_endpoint(endpoint)


@get(
    "/v1/effects",
    sync_to_thread=True,
    **operation("对外指令：待发、已发、完成、死信", "Effects: waiting, sent, done or dead", "officer"),
)
def effects(
    request: Caller,
    wanted: Wanted = None,
    topic: FromQuery[str | None] = None,
    limit: Limit = DEFAULT_PAGE,
) -> list[QueuedEffect]:
    """The longest due first."""
    no_nul(topic=topic)
    with context_of(request).platform.reading() as conn:
        return outbox.listed(conn, state=wanted, topic=topic, limit=limit)


@post("/v1/effects/replay", **operation("重发死信", "Send dead effects again", "officer"))
async def replay(request: Caller, data: JSONBody[ReplayRequest], key: IdempotencyKey = None) -> Response[Replayed]:
    """All of them or none. Raises NotFound, Conflict."""
    no_nul(effects="".join(data.effects))
    delivery, actor = context_of(request).platform.delivery, request.auth.actor
    return await commit(
        request, key, lambda work: Replayed(entries=tuple(delivery.replay(work, data.effects, actor=actor)))
    )


@post(
    "/v1/effects/{effect:str}/confirm",
    **operation(
        "平台确认指令已执行，或说明拒绝理由",
        "The platform confirms that an effect is done, or refuses it",
        "effects",
    ),
)
async def confirm(
    request: Caller, effect: FromPath[str], data: JSONBody[PlatformAnswer], key: IdempotencyKey = None
) -> Response[EntryIndex]:
    """Raises NotFound, InvalidInput, and Conflict for what has ended already."""
    no_nul(effect=effect)
    delivery, actor = context_of(request).platform.delivery, request.auth.actor
    return await recorded(request, key, lambda work: delivery.answer(work, effect, data, actor=actor))


def _view(one: Endpoint) -> EndpointView:
    return EndpointView(id=one.id, url=one.url, topics=one.topics, state=one.state, created=one.created)


def _secret(one: Endpoint) -> NewSecret:
    return NewSecret(endpoint=one.id, secret=one.secrets[0].secret)
