"""The numbers and choices that rules use, and the platform's own values for them."""

import msgspec
from litestar import get

from anbao.api.context import Caller, context_of, operation
from anbao.law.parameters import Parameter


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
