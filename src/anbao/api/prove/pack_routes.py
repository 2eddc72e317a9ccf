"""Evidence packs over HTTP."""

import asyncio
from functools import cache
from typing import Annotated

import msgspec
from litestar import Response, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from msgspec import Meta

from anbao.api.context import Caller, context_of, operation
from anbao.connect.attachments import fetching
from anbao.law.evidence import Reader
from anbao.model.base import MAX_REASON, Id, Millis, Noun

_fetching = cache(fetching)


class WantedPack(Noun, frozen=True, kw_only=True):
    """``about``: role:id, or the id of a case; ``until``: the cut-off (UTC ms), now by default."""

    about: Id
    reader: Reader = msgspec.field(name="for")
    purpose: Annotated[str, Meta(max_length=MAX_REASON)] = ""
    until: Millis | None = None


@post(
    "/v1/packs",
    media_type="application/zip",
    responses={201: ResponseSpec(bytes, media_type="application/zip", generate_examples=False)},
    **operation(
        "制作证据包（zip）；何人为何人制作及文件摘要记入存证",
        "Make an evidence pack (zip); who made it for whom, with its digest, is an entry",
        "officer",
    ),
)
async def make(request: Caller, data: JSONBody[WantedPack]) -> Response[bytes]:
    """``Anbao-Entry`` names the entry, ``Anbao-Digest`` the SHA-256. The answer is not stored for repetition.

    Raises InvalidInput, NotFound, Conflict.
    """
    packs, actor = context_of(request).platform.packs, request.auth.actor
    fetch = _fetching(context_of(request).platform.store.url)
    made = await asyncio.to_thread(
        lambda: packs.make(data.about, data.reader, until=data.until, purpose=data.purpose, actor=actor, fetch=fetch)
    )
    headers = {
        "Anbao-Digest": made.digest,
        "Anbao-Entry": str(made.entry),
        "Content-Disposition": 'attachment; filename="evidence-pack.zip"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(made.data, headers=headers, media_type="application/zip")
