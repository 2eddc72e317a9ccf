"""The controls that must be alive: how each stands, who is in charge, trying one, retiring one."""

import asyncio
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from anbao.api.answers import EntryIndex
from anbao.api.context import Caller, context_of, operation, recorded
from anbao.api.reading import IdempotencyKey, no_nul
from anbao.controls.service import ControlView
from anbao.model.base import Reason


class ControlPage(msgspec.Struct, frozen=True, kw_only=True):
    """All controls; ``red`` counts those that fail, are late, or have nobody in charge."""

    items: list[ControlView]
    red: int


class Assignment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The account of the person in charge."""

    person: Annotated[str, Meta(min_length=1, max_length=128)]


class Attestation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person saw of a control."""

    ok: bool
    why: Reason


class Retirement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a control is retired."""

    reason: Reason


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


@post(
    "/v1/controls/{control:str}/assign",
    **operation("确定一项措施的负责人", "Put a person in charge of a control", "officer"),
)
async def assign(
    request: Caller, control: FromPath[str], data: JSONBody[Assignment], key: IdempotencyKey = None
) -> Response[EntryIndex]:
    """Raises NotFound, Conflict for a retired one."""
    no_nul(control=control, person=data.person)
    controls, actor = context_of(request).platform.controls, request.auth.actor
    return await recorded(request, key, lambda work: controls.assign(work, control, data.person, actor=actor))


@post(
    "/v1/controls/{control:str}/attest",
    **operation("记录人工检查一项措施的结果", "Record what a person saw of a control", "officer"),
)
async def attest(
    request: Caller, control: FromPath[str], data: JSONBody[Attestation], key: IdempotencyKey = None
) -> Response[EntryIndex]:
    """Raises NotFound, Conflict for one that the program tries."""
    no_nul(control=control, why=data.why)
    controls, actor = context_of(request).platform.controls, request.auth.actor
    return await recorded(request, key, lambda work: controls.attest(work, control, data.ok, data.why, actor=actor))


@post(
    "/v1/controls/{control:str}/retire",
    **operation("停用一项措施，写明理由", "Retire a control, saying why", "officer"),
)
async def retire(
    request: Caller, control: FromPath[str], data: JSONBody[Retirement], key: IdempotencyKey = None
) -> Response[EntryIndex]:
    """Raises NotFound, Conflict for a retired one."""
    no_nul(control=control, reason=data.reason)
    controls, actor = context_of(request).platform.controls, request.auth.actor
    return await recorded(request, key, lambda work: controls.retire(work, control, data.reason, actor=actor))
