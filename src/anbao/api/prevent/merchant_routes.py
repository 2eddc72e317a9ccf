"""Merchants: apply, change, verify again, decide, close; who stands behind whom; the report to the authority."""

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from anbao.api.context import Caller, commit, context_of, operation
from anbao.api.reading import (
    DEFAULT_PAGE,
    Limit,
    no_nul,
)
from anbao.engine.work import Work
from anbao.errors import NotFound
from anbao.model.events.merchants import ReportKind
from anbao.prevent.merchants.report import Identities
from anbao.prevent.merchants.view import MerchantView, view
from anbao.text import Text

Name = FromPath[str]


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


@get("/v1/families", sync_to_thread=True, **operation("全部关联商家群", "All families of linked merchants", "read"))
def families(request: Caller, limit: Limit = DEFAULT_PAGE) -> FamilyPage:
    """The largest first; computed anew over all merchants."""
    merchants = context_of(request).platform.prevent.merchants
    with context_of(request).platform.reading() as conn:
        found = merchants.families(conn)
        return FamilyPage(cap=merchants.cap(conn), count=len(found), items=found[:limit])


@post(
    "/v1/reports/{report:str}",
    **operation(
        "写出身份信息报送文件（含个人信息原值，打开即记入存证）",
        "Write the report of identities, with personal values; that they were opened is an entry",
        "officer",
    ),
)
async def write_report(request: Caller, report: Name) -> Response[IdentityReport]:
    """``merchant_identity`` or ``live_identity``. The answer is not stored for repetition: it is personal.

    Raises NotFound for another.
    """
    try:
        kind = msgspec.convert(report, ReportKind)
    except msgspec.ValidationError:
        raise NotFound(Text(f"没有报表 {report}", f"there is no report {report}"), field="report") from None
    merchants, actor = context_of(request).platform.prevent.merchants, request.auth.actor

    def job(work: Work) -> IdentityReport:
        written = merchants.write_report(work, kind, actor=actor)
        return IdentityReport(
            digests=written.digests, entry=written.entry, identities=written.identities, period=written.period
        )

    return await commit(request, None, job)
