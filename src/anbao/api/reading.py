"""Reading requests: JSON within bounds, event times, cursors and pages."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, TypeVar

import msgspec
from litestar import Request
from litestar.params import HeaderParameter, PathParameter, QueryParameter

from anbao.errors import InvalidInput
from anbao.model.base import Reason, holds_nul, not_in_future
from anbao.model.identity import GIVEN_NAMES, OWN_FIELDS, may_hold_person_number, refuse_person_numbers
from anbao.text import Text

MAX_BODY = 1 << 20
"""Bytes of a body, and of one line of a batch."""

DEFAULT_PAGE = 100
MAX_PAGE = 1_000

T = TypeVar("T")

At = Annotated[
    str | None,
    QueryParameter(
        name="at", description="event time: RFC 3339 with offset, or UTC milliseconds; the present by default"
    ),
]
IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key", description="the same key and request give the same answer and no new entry"
    ),
]
Cursor = Annotated[str | None, QueryParameter(name="cursor", description="`next` of the page before")]
Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=MAX_PAGE, description="items of a page")]
Index = Annotated[int, PathParameter(ge=0, lt=2**53)]

_JSON_TYPE = re.compile(r"application/(?:[\w.-]+\+)?json", re.IGNORECASE)
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_MILLIS = re.compile(r"\d{1,16}")
_LOST_PLUS = re.compile(r" (\d\d:\d\d)$")


class UnsupportedMediaType(InvalidInput):
    """The body is not of the type that the handler reads."""

    status = 415


class Reasoned(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body that only says why."""

    reason: Reason


class JsonRequest(Request[Any, Any, Any]):
    """A request whose JSON is refused where the ledger could not hold it. ``nul``: whether text may hold NUL."""

    nul = False

    async def json(self) -> Any:
        """The decoded body. Raises InvalidInput, UnsupportedMediaType.

        A resident id is refused in every field that does not go to the vault.
        """
        if not _JSON_TYPE.match(self.headers.get("content-type", "")):
            raise wrong_type("application/json")
        data = await self.body()
        value = read_json(data, Any, nul=self.nul)
        if may_hold_person_number(data):
            refuse_person_numbers(value, OWN_FIELDS | GIVEN_NAMES)
        return value


def wrong_type(wanted: str) -> UnsupportedMediaType:
    return UnsupportedMediaType(
        Text(f"请求体须为 {wanted}", f"the body must be {wanted}"),
        hint=Text(f"请求头写 Content-Type: {wanted}", f"send the header Content-Type: {wanted}"),
        field="Content-Type",
    )


def decode_json(data: bytes, kind: type[T]) -> T:
    """Decode JSON. Raises InvalidInput for what is malformed, not UTF-8, nested too deep, or holds NUL."""
    return read_json(data, kind, nul=False)


def read_json(data: bytes, kind: type[T], *, nul: bool) -> T:
    """As ``decode_json``; with ``nul`` text may hold NUL. Lone surrogates are malformed to msgspec."""
    try:
        value = msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        field = path.lstrip(".").rstrip("`")
        raise InvalidInput(
            Text(f"{field}：{message}" if field else message, f"{field}: {message}" if field else message),
            field=field or None,
        ) from None
    except msgspec.MsgspecError as error:
        raise InvalidInput(Text(f"不是合法的 JSON：{error}", f"not JSON: {error}")) from None
    except UnicodeDecodeError:
        raise InvalidInput(Text("不是合法的 UTF-8", "not UTF-8")) from None
    except RecursionError:
        raise InvalidInput(Text("JSON 嵌套过深", "the JSON is nested too deep")) from None
    if not nul and b"\\u0000" in data and holds_nul(value):
        raise InvalidInput(Text("文字含有 NUL，无法存证", "text holds NUL, which cannot be stored"))
    return value


def event_time(text: str | None, now: int) -> int | None:
    """UTC milliseconds; None where none was given. Raises InvalidInput.

    A ``+`` that the caller forgot to escape arrives as a space and is read as the plus it was.
    """
    if text is None:
        return None
    if _MILLIS.fullmatch(text):
        return not_in_future(int(text), now)
    try:
        moment = datetime.fromisoformat(_LOST_PLUS.sub(r"+\1", text))
        millis = int(moment.timestamp() * 1000) if moment.tzinfo else -1
    except (ValueError, OverflowError):
        millis = -1
    if millis < 0:
        raise InvalidInput(
            Text(f"不是带时区的时间：{text}", f"not a time with an offset: {text}"),
            hint=Text("如 2026-12-01T08:00:00+08:00，或毫秒数", "such as 2026-12-01T08:00:00+08:00, or milliseconds"),
            field="at",
        )
    return not_in_future(millis, now)


def idempotency_key(text: str | None) -> str | None:
    """Raises InvalidInput."""
    if text is not None and not _KEY.fullmatch(text):
        raise InvalidInput(
            Text(
                "Idempotency-Key 须为 1 至 200 个可见 ASCII 字符", "an Idempotency-Key has 1 to 200 visible ASCII marks"
            ),
            field="Idempotency-Key",
        )
    return text


def fingerprint(request: Request[Any, Any, Any], body: bytes) -> bytes:
    """What distinguishes one request from another: method, path, query and body."""
    scope = request.scope
    return sha256(b"\0".join((scope["method"].encode(), scope["raw_path"], scope["query_string"], body))).digest()


def no_nul(**fields: str | None) -> None:
    """Raises InvalidInput where a text from the address holds NUL, which PostgreSQL cannot compare."""
    for name, value in fields.items():
        if value is not None and "\x00" in value:
            raise InvalidInput(Text(f"{name} 含有 NUL", f"{name} holds NUL"), field=name)


def cursor_text(*position: int | str) -> str:
    """An opaque cursor for a position."""
    return urlsafe_b64encode(msgspec.json.encode(position)).decode().rstrip("=")


def cursor_position(text: str, kind: type[T]) -> T:
    """The position of a cursor. Raises InvalidInput."""
    try:
        position = msgspec.json.decode(urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=kind)
    except (ValueError, RecursionError):
        raise InvalidInput(
            Text("游标无效", "not a cursor"),
            hint=Text("原样传回上一页的 next", "pass back `next` of the page before, unchanged"),
            field="cursor",
        ) from None
    return position
