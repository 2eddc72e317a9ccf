"""The numbers and choices that rules use, and the platform's own values for them."""

from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from anbao.api.answers import EntryIndex
from anbao.api.context import Caller, context_of, operation, recorded
from anbao.api.reading import IdempotencyKey, no_nul
from anbao.law.parameters import MOST, Parameter


class NewValue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The new value of a parameter."""

    value: Annotated[int, Meta(ge=0, le=MOST)] | Annotated[str, Meta(max_length=4_000)]


class ParameterAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A number or choice that rules use, and its value now."""

    parameter: Parameter
    value: int | str


@get(
    "/v1/parameters",
    sync_to_thread=True,
    **operation("规则所用的数值与平台选择", "The numbers and choices that rules use", "read"),
)
def parameters(request: Caller) -> list[ParameterAnswer]:
    """With their values now."""
    platform = context_of(request).platform
    now = platform.clock()
    with platform.reading() as conn:
        return [
            ParameterAnswer(parameter=one, value=platform.parameters.in_force(conn, one.id, now))
            for one in platform.parameters.on(now)
        ]


@post(
    "/v1/parameters/{parameter:str}",
    **operation("修改平台自定的数值或选择", "Change a number or choice that the platform sets itself", "officer"),
)
async def change(
    request: Caller, parameter: FromPath[str], data: JSONBody[NewValue], key: IdempotencyKey = None
) -> Response[EntryIndex]:
    """Raises InvalidInput for an unknown one, one that the law sets, and a value that does not fit."""
    no_nul(parameter=parameter)
    platform, actor = context_of(request).platform, request.auth.actor
    return await recorded(
        request, key, lambda work: platform.parameters.change(work, parameter, data.value, actor=actor)
    )
