"""What safety officers and reviewers do: decide on held listings, waive, set deadlines and numbers."""

from typing import Annotated, Literal

import msgspec
from litestar import Response, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from anbao.api.answers import EntryIndex
from anbao.api.context import WAITS, Caller, context_of, operation, recorded
from anbao.api.reading import IdempotencyKey, no_nul
from anbao.model.base import Reason


class Review(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person decided on a listing, and why; ``person`` where several share a key."""

    outcome: Literal["pass", "notice", "block"]
    reason: Reason
    person: Annotated[str, Meta(max_length=128)] = ""


@post(
    "/v1/listings/{listing:str}/review",
    responses=WAITS,
    **operation(
        "人工决定一件商品；须第二人复核的，待其同意后生效",
        "A person decides on a listing; where a second review is required it takes effect when that person agrees",
        "officer",
    ),
)
async def review(
    request: Caller, listing: FromPath[str], data: JSONBody[Review], key: IdempotencyKey = None
) -> Response[EntryIndex]:
    """Raises NotFound for a listing that was never screened, Conflict where another has its case before them."""
    no_nul(listing=listing, reason=data.reason, person=data.person)
    prevent, actor = context_of(request).platform.prevent, request.auth.actor
    person = data.person or actor
    return await recorded(
        request,
        key,
        lambda work: prevent.review(work, listing, data.outcome, data.reason, person=person, actor=actor),
    )
