"""What all nouns share: the struct base, identifiers, and the types that mark personal information.

A field of a personal type never reaches an entry in the clear: ``ledger.vault`` replaces it by a salted
commitment (个人信息保护法 4, 51). The mark is part of the type, so that it cannot be forgotten at a call site.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeAlias, TypeVar

import msgspec
from msgspec import Meta

from anbao.errors import InvalidInput
from anbao.text import Text

if TYPE_CHECKING:
    JsonValue: TypeAlias = str | int | Sequence["JsonValue"] | Mapping[str, "JsonValue"] | None
else:
    JsonValue = Any  # msgspec takes no alias that names itself; as ``Any`` it decodes to builtins

JsonObject: TypeAlias = Mapping[str, JsonValue]
"""What an entry's canonical bytes can hold, as builtins: no floats. Only readers of every kind of entry need it."""


class Noun(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """Base of all nouns; a field at its default is left out of the canonical bytes.

    They hold plain values and no cycles, so the garbage collector need not follow them (``gc=False``).

    The encoder compares defaults by identity, so a text field's only default is "", which exists once.
    ``TAKES_NUL``: its texts are judged without NUL characters, instead of being refused for them.
    """

    TAKES_NUL: ClassVar[bool] = False


N = TypeVar("N", bound=Noun)


def checked(noun: N) -> N:
    """The noun as if it had come as JSON: what HTTP refuses is refused however it was made.

    A struct made in Python is not validated by msgspec. Raises InvalidInput, which names the field.
    """
    try:
        data = msgspec.json.encode(noun)
        made = msgspec.json.decode(data, type=type(noun))
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        field = path.lstrip(".").rstrip("`")
        raise InvalidInput(
            Text(f"{field}：{message}" if field else message, f"{field}: {message}" if field else message),
            field=field or None,
        ) from None
    except (TypeError, ValueError, RecursionError) as error:  # a value that JSON cannot hold
        raise InvalidInput(Text(f"不能记录的值：{error}", f"a value that cannot be recorded: {error}")) from None
    if not noun.TAKES_NUL and b"\\u0000" in data and holds_nul(made):
        raise InvalidInput(Text("文字含有 NUL，无法存证", "text holds NUL, which cannot be stored"))
    return made


def holds_nul(value: Any) -> bool:
    """Whether a text anywhere in a value holds NUL, which PostgreSQL cannot keep."""
    return any("\x00" in one for one in _strings(msgspec.to_builtins(value)))


def _strings(value: Any) -> Iterator[str]:
    stack = [value]
    while stack:
        one = stack.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            stack += [*one.keys(), *one.values()]
        elif isinstance(one, list | tuple):
            stack += one


FUTURE_MILLIS = 5 * 60 * 1000
"""An event may lie so far in the future, for clocks that differ."""


def not_in_future(at: int, now: int) -> int:
    """The instant. Raises InvalidInput where it has yet to come."""
    if at > now + FUTURE_MILLIS:
        raise InvalidInput(
            Text("事件时间在未来五分钟以后", "the event time is more than five minutes in the future"),
            hint=Text("检查时钟与时区", "check the clock and the offset"),
            field="at",
        )
    return at


SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The zone of legal days: UTC+8, without summer time since 1992; so no time zone data need be installed."""


def legal_time(instant: int) -> datetime:
    """An instant in UTC milliseconds as the time of day in Asia/Shanghai."""
    return datetime.fromtimestamp(instant / 1000, SHANGHAI)


def given_reason(reason: str) -> str:
    """The reason, without which nobody decides. Raises InvalidInput."""
    if not reason.strip() or len(reason) > MAX_REASON:
        raise InvalidInput(
            Text(f"须写明理由，至多 {MAX_REASON} 字", f"a reason is needed, of at most {MAX_REASON} characters"),
            field="reason",
        )
    return reason


Id = Annotated[str, Meta(min_length=1, max_length=128)]
"""An identifier given by the platform."""

MAX_REASON = 2_000
"""Characters."""

Reason = Annotated[str, Meta(min_length=1, max_length=MAX_REASON)]
"""Why a person decided so."""

Millis = Annotated[int, Meta(ge=0, lt=2**53)]
"""An instant, UTC, in milliseconds since 1970-01-01."""

PersonName = Annotated[str, Meta(min_length=1, max_length=200, extra={"personal": "name"})]
ResidentId = Annotated[str, Meta(min_length=1, max_length=64, extra={"personal": "resident_id"})]
Phone = Annotated[str, Meta(min_length=1, max_length=64, extra={"personal": "phone"})]
Address = Annotated[str, Meta(min_length=1, max_length=500, extra={"personal": "address"})]
Account = Annotated[str, Meta(min_length=1, max_length=128, extra={"personal": "account"})]
Statement = Annotated[str, Meta(min_length=1, max_length=4_000, extra={"personal": "statement"})]
"""What a person states in their own words."""

Buyer = Annotated[str, Meta(min_length=1, max_length=128, extra={"personal": "buyer"})]
"""The platform's own identifier of a consumer."""
