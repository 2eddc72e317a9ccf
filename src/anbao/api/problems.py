"""Every error as ``application/problem+json`` (RFC 9457), in the caller's language; nothing internal is revealed.

Errors of the service (5xx) name hosts, users, paths and tables. Whoever calls, the answer has general words and an
``instance``, under which the log has the details.
"""

import logging
import uuid
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from anbao.api.prevent.listing_body import explained
from anbao.errors import AnbaoError, ErrorCode, InvalidInput
from anbao.printing import visible
from anbao.text import Language, Text, choose_language

MEDIA_TYPE = "application/problem+json"

log = logging.getLogger("anbao.api")

_TITLES: dict[ErrorCode, Text] = {
    ErrorCode.INVALID_INPUT: Text("请求不合要求", "The request does not fit"),
    ErrorCode.TOO_LARGE: Text("请求过大", "The request is too large"),
    ErrorCode.UNAUTHENTICATED: Text("未认证", "Not authenticated"),
    ErrorCode.FORBIDDEN: Text("没有权限", "Not allowed"),
    ErrorCode.NOT_FOUND: Text("没有找到", "Not found"),
    ErrorCode.CONFLICT: Text("与现状冲突", "In conflict with the state of things"),
    ErrorCode.IDEMPOTENCY_MISMATCH: Text("幂等键已用于另一个请求", "The idempotency key belongs to another request"),
    ErrorCode.TOO_MANY: Text("过于频繁", "Too many requests"),
    ErrorCode.PACK: Text("法规包或词库有误", "A pack, lexicon or policy does not load"),
    ErrorCode.STORE: Text("存储不可用", "The store is not available"),
    ErrorCode.TAMPERED: Text("存证核验不通过", "The ledger does not verify"),
    ErrorCode.INTERNAL: Text("内部错误", "Internal error"),
}

_BY_STATUS: dict[int, tuple[ErrorCode, Text]] = {
    401: (ErrorCode.UNAUTHENTICATED, Text("没有有效的接口密钥", "no valid API key")),
    403: (ErrorCode.FORBIDDEN, Text("没有权限", "not allowed")),
    404: (ErrorCode.NOT_FOUND, Text("没有这个地址", "there is nothing at this address")),
    405: (ErrorCode.INVALID_INPUT, Text("此地址不支持该方法", "this address does not take that method")),
    413: (ErrorCode.TOO_LARGE, Text("请求体过大", "the body is too large")),
}


_INTERNAL = Text("服务内部出错，已记入日志", "something went wrong inside; it has been logged")


class ProblemDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """RFC 9457, with ``code`` (stable, for machines), ``hint`` (what to do) and ``field`` (the input at fault)."""

    type: str
    title: str
    status: int
    detail: str
    code: ErrorCode
    hint: str = ""
    field: str = ""
    instance: str = ""


def problem_of(error: AnbaoError, language: Language, instance: str = "") -> ProblemDocument:
    return ProblemDocument(
        type=f"urn:anbao:error:{error.code}",
        title=_TITLES[error.code].get(language),
        status=error.status,
        detail=error.what.get(language),
        code=error.code,
        hint=error.hint.get(language) if error.hint else "",
        field=error.field or "",
        instance=instance,
    )


def respond(request: Request[Any, Any, Any], failure: Exception) -> Response[bytes]:
    """The exception handler of the whole application."""
    language = choose_language(request.headers.get("accept-language"))
    instance = f"urn:uuid:{uuid.uuid4()}"
    error = _known(failure)
    if isinstance(error, InvalidInput) and request.scope["path"] == "/v1/listings":
        error = explained(error)
    if error.status >= 500:
        log.error("%s %s %s", instance, visible(request.method), visible(request.scope["path"]), exc_info=failure)
        error = _general(error)
    headers = {"Content-Language": "en" if language == "en" else "zh-CN"}
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(failure, HTTPException) and failure.headers:
        headers.update(failure.headers)
    return Response(
        msgspec.json.encode(problem_of(error, language, instance)),
        status_code=error.status,
        headers=headers,
        media_type=MEDIA_TYPE,
    )


_GENERAL: dict[ErrorCode, tuple[Text, Text]] = {
    ErrorCode.STORE: (
        Text("存储暂不可用，详情已记入日志", "the store is not available; the details have been logged"),
        Text("稍后再试；同一请求可用同一 Idempotency-Key 重发", "try again later, under the same Idempotency-Key"),
    ),
    ErrorCode.PACK: (
        Text("法规包、词库或策略无法载入，详情已记入日志", "a pack or policy does not load; it has been logged"),
        Text("请联系平台的运维人员", "ask those who run the service"),
    ),
}


def _general(error: AnbaoError) -> AnbaoError:
    """What callers get of an error of the service: its code and status, and nothing of where or why."""
    what, hint = _GENERAL.get(error.code, (_INTERNAL, None))
    return _made(error.code, error.status, what, hint)


def _known(failure: Exception) -> AnbaoError:
    if isinstance(failure, AnbaoError):
        return failure
    if isinstance(failure, ValidationException):
        return _invalid(failure)
    if isinstance(failure, HTTPException) and failure.status_code < 500:
        code, what = _BY_STATUS.get(failure.status_code, (ErrorCode.INVALID_INPUT, None))
        return _made(code, failure.status_code, what or Text(f"请求有误：{failure.detail}", failure.detail))
    return _made(ErrorCode.INTERNAL, 500, _INTERNAL)


def _made(code: ErrorCode, status: int, what: Text, hint: Text | None = None) -> AnbaoError:
    error = AnbaoError(what, hint=hint)
    error.code, error.status = code, status
    return error


def _invalid(failure: ValidationException) -> InvalidInput:
    first = failure.extra[0] if isinstance(failure.extra, list) and failure.extra else {}
    message, field = str(first.get("message", failure.detail)), str(first.get("key", ""))
    if not field and " - at `$." in message:
        message, _, path = message.partition(" - at `$.")
        field = path.rstrip("`")
    named = f"{field}：" if field else ""
    return InvalidInput(Text(f"{named}{message}", f"{field}: {message}" if field else message), field=field or None)
