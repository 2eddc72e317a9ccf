"""The controls that must be alive: how each stands, who is in charge, trying one, retiring one."""

import asyncio

import msgspec
from litestar import get, post
from litestar.params import FromPath

from anbao.api.context import Caller, context_of, operation
from anbao.api.reading import no_nul
from anbao.controls.service import ControlView


class ControlPage(msgspec.Struct, frozen=True, kw_only=True):
    """All controls; ``red`` counts those that fail, are late, or have nobody in charge."""

    items: list[ControlView]
    red: int


@get("/v1/controls", sync_to_thread=True, **operation("安全控制措施的现状", "How each control stands", "read"))
def controls(request: Caller) -> ControlPage:
    """In the order of the pack."""
    items = context_of(request).platform.controls.views()
    return ControlPage(items=items, red=sum(view.red for view in items))


@post(
    "/v1/controls/{control:str}/probe",
    **operation("立即检查一项措施，返回其现状", "Try a control now; how it stands", "officer"),
)
async def probe(request: Caller, control: FromPath[str]) -> ControlView:
    """Raises NotFound, Conflict for one that a person looks at."""
    no_nul(control=control)
    controls, actor = context_of(request).platform.controls, request.auth.actor
    await asyncio.to_thread(controls.try_one, control, actor=actor)
    return await asyncio.to_thread(controls.view, control)
