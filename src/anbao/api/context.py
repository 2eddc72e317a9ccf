"""What every handler needs: the platform, who makes the request, and how an act is committed."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar, cast

import msgspec
from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.openapi.datastructures import ResponseSpec
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp, Receive, Send

from anbao.access.keys import KeyRing, Principal, refused
from anbao.api.answers import EntryIndex
from anbao.api.metrics import Metrics
from anbao.api.prevent.intake import ListingIntake
from anbao.api.reading import fingerprint, idempotency_key
from anbao.connect.pictures import PictureIntake
from anbao.engine.idempotency import HttpAnswer, KeyedRequest, recall, store_answer
from anbao.engine.work import Work
from anbao.errors import InvalidInput
from anbao.model.decision import Decision
from anbao.model.scopes import Scope
from anbao.platform import Platform
from anbao.text import Text

T = TypeVar("T")

Caller = Request[Any, Principal, Any]
"""A request whose key has been checked."""

PublicRequest = Request[Any, Any, Any]
"""A request that needs no key."""

WAITS = {
    202: ResponseSpec(
        Decision,
        description="复核尚未完成，决定未生效 · recorded as the first of two decisions, or the two disagree:"
        " nothing takes effect before a second person, under another key, agrees (`effect`: waits, none)",
        generate_examples=False,
    )
}
"""What an act answers that decides where a second review is required: keywords of a route decorator."""

_BEARER = "Bearer "


class ApiContext(msgspec.Struct, frozen=True):
    """The opened platform and what stands in front of it."""

    platform: Platform
    keys: KeyRing
    intake: ListingIntake
    metrics: Metrics
    pictures: PictureIntake


def context_of(connection: ASGIConnection[Any, Any, Any, Any]) -> ApiContext:
    return cast(ApiContext, connection.app.state.context)


async def identify(connection: ASGIConnection[Any, Any, Any, Any]) -> Principal:
    """Who calls. Raises Unauthenticated."""
    header = connection.headers.get("authorization", "")
    if not header.startswith(_BEARER):
        raise refused()
    keys, token = context_of(connection).keys, header[len(_BEARER) :]
    known = keys.recall(token)
    return await asyncio.to_thread(keys.look_up, token) if known is None else known


def operation(zh: str, en: str, scope: Scope | None = None) -> dict[str, Any]:
    """A handler's words in both languages, and the scope that it needs: keywords of a route decorator."""
    words: dict[str, Any] = {"summary": en, "description": zh, "opt": {"scope": scope or ""}}
    if scope is None:
        return words
    wanted = scope

    async def check_key(request: Request[Any, Any, Any]) -> None:
        principal = await identify(request)
        principal.require(wanted)
        request.scope["auth"] = principal

    # Not a guard, for which Litestar copies the handler with each request.
    return {**words, "before_request": check_key, "security": [{"key": [scope]}]}


async def attempt_of(request: Caller, key: str | None) -> KeyedRequest | None:
    """The request under its idempotency key, where it has one. Raises InvalidInput."""
    if key is None:
        return None
    known = idempotency_key(key)
    assert known is not None
    return KeyedRequest(request.auth.key, known, fingerprint(request, await request.body()))


async def commit(request: Caller, key: str | None, job: Callable[[Work], T], status: int = 201) -> Response[T]:
    """Run a job, answer once it is durable. The same request under the same key gets the same bytes again.

    Where the job decided what does not take effect before a second person agrees, the answer is 202 and says how the
    case stands (``WAITS``).
    """
    attempt, cipher = await attempt_of(request, key), context_of(request).platform.vault.cipher

    def run(work: Work) -> HttpAnswer:
        if attempt and (known := recall(work.conn, [attempt], cipher).get(attempt.identity)):
            return known.replay(attempt)
        work.signed_in = request.auth.actor
        result = job(work)
        waits = work.decision is not None and work.decision.undecided
        answer = HttpAnswer(202 if waits else status, msgspec.json.encode(work.decision if waits else result))
        if attempt:
            store_answer(work.conn, [(attempt, answer)], work.now, cipher)
        return answer

    return cast("Response[T]", answered(await asyncio.wrap_future(context_of(request).platform.submit(run))))


async def recorded(request: Caller, key: str | None, job: Callable[[Work], int]) -> Response[EntryIndex]:
    """As ``commit``, where the answer is the entry's index."""
    return await commit(request, key, lambda work: EntryIndex(entry=job(work)))


class Direct(Response[Any]):
    """A response that is an ASGI application of its own."""

    def __init__(self, application: ASGIApp) -> None:
        super().__init__(None)
        self._application = application

    def to_asgi_response(self, app: Any, request: Any, **_: Any) -> ASGIResponse:
        """The application, which Litestar only calls."""
        return self._application  # type: ignore[return-value]


def answered(answer: HttpAnswer) -> Response[Any]:
    """The response that carries an answer's bytes."""
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer.body))]
    if answer.replayed:
        headers.append((b"idempotency-replayed", b"true"))

    async def application(_scope: Any, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body, "more_body": False})

    return Direct(application)


async def body_of(request: Caller) -> bytes:
    """The body. Raises InvalidInput where there is none."""
    body = await request.body()
    if not body:
        raise InvalidInput(Text("请求体为空", "the body is empty"))
    return body
