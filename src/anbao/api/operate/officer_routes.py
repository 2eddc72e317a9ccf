"""What safety officers and reviewers do: decide on held listings, waive, set deadlines and numbers."""

from typing import Literal

import msgspec
from litestar import Response, post
from litestar.params import FromPath, JSONBody

from anbao.api.answers import Recorded
from anbao.api.door import Caller, door_of, recorded, told
from anbao.api.reading import IdempotencyKey, Index, no_nul
from anbao.law.norms import Period
from anbao.model.base import Reason
from anbao.prevent.listings import record_review


class Waiver(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why an obligation is waived."""

    reason: Reason


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
    return await recorded(request, key, lambda work: platform.excuse(work, opened_by, norm, data.reason, actor=actor))


class Review(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person decided on a listing, and why."""

    outcome: Literal["pass", "notice", "block"]
    reason: Reason


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
    return await recorded(
        request, key, lambda work: record_review(work, listing, data.outcome, data.reason, actor, work.now)
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
    return await recorded(request, key, lambda work: platform.adjust(work, setting, data, actor=actor))
