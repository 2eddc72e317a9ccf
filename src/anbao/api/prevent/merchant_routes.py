"""Merchants: apply, change, verify again, decide, close; who stands behind whom; the report to the authority."""

from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from anbao.api.answers import EntryIndex
from anbao.api.context import WAITS, Caller, commit, context_of, operation, recorded
from anbao.api.reading import (
    DEFAULT_PAGE,
    At,
    Cursor,
    IdempotencyKey,
    Limit,
    cursor_position,
    cursor_text,
    event_time,
    no_nul,
)
from anbao.engine.work import Work
from anbao.errors import NotFound
from anbao.model.base import Reason
from anbao.model.merchant import Merchant, MerchantChange, Status
from anbao.prevent.merchants import MerchantDecision, file
from anbao.prevent.merchants.links import LinkView
from anbao.prevent.merchants.report import Identities, Kind
from anbao.prevent.merchants.view import MerchantView, view
from anbao.text import Text

Name = FromPath[str]


class MerchantPage(msgspec.Struct, frozen=True, kw_only=True):
    """Merchants by id; ``next`` is the cursor of the next page, null on the last."""

    items: list[file.MerchantRow]
    next: str | None


class Judgement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person decides on a merchant, and why."""

    verify: bool
    reason: Reason


class Closure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a merchant is closed; ``for_cause``: by the platform, so that a come-back is held."""

    reason: Reason
    for_cause: bool = False


class FamilyPage(msgspec.Struct, frozen=True, kw_only=True):
    """Families of linked merchants, the largest first; ``cap``: more holders of one identifier link nobody."""

    cap: int
    count: int
    items: list[list[str]]


class IdentityReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report with personal values in the clear. ``digests``: SHA-256 of its files, as the entry has them."""

    digests: dict[str, str]
    entry: int
    identities: Identities
    period: str


@post("/v1/merchants", **operation("商家申请入驻：核验并决定", "A merchant applies: check and decide", "merchants"))
async def apply(
    request: Caller, data: JSONBody[Merchant], at: At = None, key: IdempotencyKey = None
) -> Response[MerchantDecision]:
    """One application: its entry and the decision's. ``waiting`` until a connected registry has answered."""
    platform, actor = context_of(request).platform, request.auth.actor
    when = event_time(at, platform.clock())
    return await commit(request, key, lambda work: platform.prevent.apply(work, data, at=when, actor=actor))


@get("/v1/merchants", sync_to_thread=True, **operation("商家名录，分页", "Merchants, page by page", "read"))
def merchants(
    request: Caller,
    status: Annotated[Status | None, QueryParameter(name="status", description="all by default")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_PAGE,
) -> MerchantPage:
    """By id."""
    after = cursor_position(cursor, tuple[str])[0] if cursor else ""
    no_nul(cursor=after)
    with context_of(request).platform.reading() as conn:
        found = file.page(conn, after=after, limit=limit + 1, status=status)
    return MerchantPage(items=found[:limit], next=cursor_text(found[limit - 1].id) if len(found) > limit else None)


@get(
    "/v1/merchants/{merchant:str}",
    sync_to_thread=True,
    **operation(
        "商家档案（不含个人信息原值）、最近核验、外部询问与经过",
        "A merchant's file without personal values, its last checks, questions to registries, and history",
        "read",
    ),
)
def merchant(request: Caller, merchant: Name) -> MerchantView:
    """Raises NotFound."""
    no_nul(merchant=merchant)
    platform = context_of(request).platform
    with platform.reading() as conn:
        return view(conn, platform.ledger, merchant)


@post(
    "/v1/merchants/{merchant:str}/reverify",
    **operation("重新核验商家（至少每六个月一次）", "Verify a merchant again, at least every six months", "merchants"),
)
async def reverify(
    request: Caller, merchant: Name, at: At = None, key: IdempotencyKey = None
) -> Response[MerchantDecision]:
    """Raises NotFound, Conflict."""
    no_nul(merchant=merchant)
    platform, actor = context_of(request).platform, request.auth.actor
    when = event_time(at, platform.clock())
    desk = platform.prevent.merchants
    return await commit(request, key, lambda work: desk.reverify(work, merchant, at=when, actor=actor))


@post(
    "/v1/merchants/{merchant:str}/change",
    **operation("商家报送信息变更：核验并入档", "A merchant reports a change: checked and filed", "merchants"),
)
async def change(
    request: Caller, merchant: Name, data: JSONBody[MerchantChange], at: At = None, key: IdempotencyKey = None
) -> Response[MerchantDecision]:
    """Raises NotFound, Conflict, InvalidInput."""
    no_nul(merchant=merchant)
    platform, actor = context_of(request).platform, request.auth.actor
    when = event_time(at, platform.clock())
    desk = platform.prevent.merchants
    return await commit(request, key, lambda work: desk.change(work, merchant, data, at=when, actor=actor))


@post(
    "/v1/merchants/{merchant:str}/review",
    responses=WAITS,
    **operation("人工决定通过或拒绝一个商家", "A person verifies or refuses a merchant", "officer"),
)
async def review(
    request: Caller, merchant: Name, data: JSONBody[Judgement], key: IdempotencyKey = None
) -> Response[MerchantDecision]:
    """Raises NotFound; Conflict where the numbers on file do not hold."""
    no_nul(merchant=merchant, reason=data.reason)
    desk, actor = context_of(request).platform.prevent.merchants, request.auth.actor

    def job(work: Work) -> MerchantDecision:
        return desk.review(work, merchant, verify=data.verify, reason=data.reason, actor=actor)

    return await commit(request, key, job)


@post(
    "/v1/merchants/{merchant:str}/close",
    **operation("商家退出或被清退", "A merchant leaves, or is closed for cause", "officer"),
)
async def close(
    request: Caller, merchant: Name, data: JSONBody[Closure], key: IdempotencyKey = None
) -> Response[EntryIndex]:
    """Raises NotFound, Conflict."""
    no_nul(merchant=merchant, reason=data.reason)
    desk, actor = context_of(request).platform.prevent.merchants, request.auth.actor

    def job(work: Work) -> EntryIndex:
        return EntryIndex(entry=desk.close(work, merchant, reason=data.reason, for_cause=data.for_cause, actor=actor))

    return await commit(request, key, job)


@get(
    "/v1/merchants/{merchant:str}/links",
    sync_to_thread=True,
    **operation("与哪些商家共用证照、身份、电话、地址、账户", "Which merchants share a merchant's identifiers", "read"),
)
def links(request: Caller, merchant: Name) -> LinkView:
    """Raises NotFound."""
    no_nul(merchant=merchant)
    platform = context_of(request).platform
    with platform.reading() as conn:
        return platform.prevent.merchants.links(conn, merchant)


@get("/v1/families", sync_to_thread=True, **operation("全部关联商家群", "All families of linked merchants", "read"))
def families(request: Caller, limit: Limit = DEFAULT_PAGE) -> FamilyPage:
    """The largest first; computed anew over all merchants."""
    desk = context_of(request).platform.prevent.merchants
    with context_of(request).platform.reading() as conn:
        found = desk.families(conn)
        return FamilyPage(cap=desk.cap(conn), count=len(found), items=found[:limit])


@post(
    "/v1/reports/{report:str}",
    **operation(
        "写出身份信息报送文件（含个人信息原值，打开即记入存证）",
        "Write the report of identities, with personal values; that they were opened is an entry",
        "officer",
    ),
)
async def write_report(request: Caller, report: Name) -> Response[IdentityReport]:
    """``merchant_identity`` or ``live_identity``. The answer is not kept for repetition: it is personal.

    Raises NotFound for another.
    """
    try:
        kind = msgspec.convert(report, Kind)
    except msgspec.ValidationError:
        raise NotFound(Text(f"没有报表 {report}", f"there is no report {report}"), field="report") from None
    desk, actor = context_of(request).platform.prevent.merchants, request.auth.actor

    def job(work: Work) -> IdentityReport:
        written = desk.write_report(work, kind, actor=actor)
        return IdentityReport(
            digests=written.digests, entry=written.entry, identities=written.identities, period=written.period
        )

    return await commit(request, None, job)


@post(
    "/v1/reports/{digest:str}/submitted",
    **operation("记录已报送（以文件摘要为凭）", "Record that a report was handed in, by its file's digest", "officer"),
)
async def submitted(request: Caller, digest: Name, at: At = None, key: IdempotencyKey = None) -> Response[EntryIndex]:
    """Raises Conflict for a digest that no report has."""
    no_nul(digest=digest)
    platform, actor = context_of(request).platform, request.auth.actor
    when = event_time(at, platform.clock())
    desk = platform.prevent.merchants
    return await recorded(request, key, lambda work: desk.submit_report(work, digest, at=when, actor=actor))
