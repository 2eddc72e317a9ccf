"""What safety officers and reviewers do: decide on held listings, waive, set deadlines, change the lexicon."""

import asyncio
from typing import Annotated, Literal

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from anbao.api.answers import Imported, Recorded, VersionPage
from anbao.api.door import Caller, body_of, commit, door_of, told
from anbao.api.reading import IdempotencyKey, Index, event_time, no_nul, wrong_type
from anbao.law.norms import Period
from anbao.prevent import rulesets
from anbao.prevent.listings import record_review
from anbao.prevent.text import Lexicon
from anbao.work import Work

MAX_LEXICON = 64 << 20
"""Bytes of a lexicon's CSV."""

Effective = Annotated[
    str | None,
    QueryParameter(name="effective", description="RFC 3339 with offset, or UTC milliseconds; at once by default"),
]


class Waiver(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why an obligation is waived."""

    reason: Annotated[str, Meta(min_length=1, max_length=2_000)]


@post(
    "/v1/obligations/{opened_by:int}/{norm:str}/waive",
    **told(
        "豁免一项义务，写明理由；何人何故记入存证",
        "Waive an obligation: by whom and why stands in the ledger",
        "officer",
    ),
)
async def waive(
    request: Caller, opened_by: Index, norm: FromPath[str], data: JSONBody[Waiver], key: IdempotencyKey = None
) -> Response[Recorded]:
    """Raises NotFound, InvalidInput."""
    no_nul(norm=norm)
    platform, actor = door_of(request).platform, request.auth.actor
    return await commit(
        request,
        key,
        lambda work: Recorded(entry=platform.excuse(work, opened_by, norm, data.reason, actor=actor)),
    )


class Review(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person decided on a listing, and why."""

    outcome: Literal["pass", "notice", "block"]
    reason: Annotated[str, Meta(min_length=1, max_length=2_000)]


@post(
    "/v1/listings/{listing:str}/review",
    **told("记录人工复核决定", "Record a person's decision on a listing", "officer"),
)
async def review(
    request: Caller, listing: FromPath[str], data: JSONBody[Review], key: IdempotencyKey = None
) -> Response[Recorded]:
    """Raises NotFound for a listing that was never screened."""
    no_nul(listing=listing, reason=data.reason)
    actor = request.auth.actor
    return await commit(
        request,
        key,
        lambda work: Recorded(entry=record_review(work, listing, data.outcome, data.reason, actor, work.now)),
    )


@post(
    "/v1/settings/{setting:str}",
    **told("修改平台自定期限", "Change one of the platform's own deadlines", "officer"),
)
async def setting(
    request: Caller, setting: FromPath[str], data: JSONBody[Period], key: IdempotencyKey = None
) -> Response[Recorded]:
    """What is open keeps its deadline. Raises InvalidInput for an unknown setting."""
    platform, actor = door_of(request).platform, request.auth.actor
    return await commit(request, key, lambda work: Recorded(entry=platform.adjust(work, setting, data, actor=actor)))


@get("/v1/lexicons", sync_to_thread=True, **told("词库的各版本", "The versions of the lexicon", "officer"))
def lexicons(request: Caller) -> VersionPage:
    """And which is in force now."""
    platform = door_of(request).platform
    with platform.reading() as conn:
        current = platform.prevent.rulesets.in_force(conn, platform.clock())
        return VersionPage(in_force=current.versions.lexicon, items=rulesets.versions(conn, "lexicon"))


@post(
    "/v1/lexicons",
    request_max_body_size=MAX_LEXICON,
    **told(
        "上传词库 CSV（term,category,severity…），存为一个版本，未启用",
        "Upload a lexicon as CSV (term,category,severity…): kept as a version, not in force",
        "officer",
    ),
)
async def upload(request: Caller, key: IdempotencyKey = None) -> Response[Imported]:
    """Raises PackError with the line at fault."""
    if request.content_type[0] != "text/csv":
        raise wrong_type("text/csv")
    data, actor = await body_of(request), request.auth.actor
    lexicon = await asyncio.to_thread(Lexicon.from_csv, data)
    kept = lexicon.to_bytes()

    def job(work: Work) -> Imported:
        terms = len(lexicon.terms)
        entry = rulesets.import_version(work, "lexicon", lexicon.digest, kept, actor, {"terms": terms})
        return Imported(digest=lexicon.digest, entry=entry, terms=terms)

    return await commit(request, key, job)


@post(
    "/v1/lexicons/{digest:str}/activate",
    **told("启用一个词库版本，可定生效时间", "Put a lexicon in force, now or from a stated time", "officer"),
)
async def activate(
    request: Caller, digest: FromPath[str], effective: Effective = None, key: IdempotencyKey = None
) -> Response[Recorded]:
    """Other processes follow with their next decision. Raises NotFound."""
    no_nul(digest=digest)
    actor, when = request.auth.actor, event_time(effective, 2**53)
    return await commit(
        request,
        key,
        lambda work: Recorded(entry=rulesets.activate(work, "lexicon", digest, actor, when)),
    )
