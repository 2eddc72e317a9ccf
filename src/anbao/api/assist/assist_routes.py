"""Help for persons harmed (who the seller is, records, frozen money, ways to turn), and answers to authorities."""

from typing import Annotated, Literal

import msgspec
from litestar import Response, get
from litestar.params import FromPath, FromQuery, QueryParameter

from anbao.api.context import Caller, context_of, operation
from anbao.api.public import reader_language
from anbao.api.reading import DEFAULT_PAGE, Limit, no_nul
from anbao.assist import authority, records
from anbao.assist.authority import Asked
from anbao.assist.records import Dispute
from anbao.assist.service import HelpAnswer

DisputeState = Annotated[
    Literal["open", "held", "assisted", "refused", "failed"] | None,
    QueryParameter(name="state", description="all by default; failed: the seller could not be named"),
]
RequestState = Annotated[
    Literal["open", "answered", "declined"] | None, QueryParameter(name="state", description="all by default")
]


class DisputePage(msgspec.Struct, frozen=True, kw_only=True):
    """The oldest first."""

    items: list[Dispute]


class RequestPage(msgspec.Struct, frozen=True, kw_only=True):
    """The oldest first."""

    items: list[Asked]


@get("/v1/assistance", sync_to_thread=True, **operation("求助列表", "Requests for help", "officer"))
def disputes(request: Caller, wanted: DisputeState = None, limit: Limit = DEFAULT_PAGE) -> DisputePage:
    """Of a state, or all."""
    with context_of(request).platform.reading() as conn:
        return DisputePage(items=records.listed(conn, wanted, limit))


@get(
    "/v1/assistance/{dispute:str}",
    sync_to_thread=True,
    **operation(
        "一项求助的答复：书面函、交易记录、指引", "What an asker was answered: letter, records, advice", "trade"
    ),
)
def answered(request: Caller, dispute: FromPath[str]) -> HelpAnswer:
    """As it was given, for whoever asked; also what a person granted or refused later. Raises NotFound."""
    no_nul(dispute=dispute)
    platform = context_of(request).platform
    with platform.reading() as conn:
        return platform.assist.answer_of(conn, dispute)


@get(
    "/v1/assistance/{dispute:str}/letter",
    media_type="text/html",
    sync_to_thread=True,
    **operation("书面答复的网页，可打印", "The letter to the asker as a page to print", "trade"),
)
def letter(request: Caller, dispute: FromPath[str], lang: FromQuery[str | None] = None) -> Response[str]:
    """In the reader's language. Raises NotFound before there is one."""
    no_nul(dispute=dispute, lang=lang)
    platform = context_of(request).platform
    with platform.reading() as conn:
        return Response(platform.assist.letter_of(conn, dispute).page(reader_language(request, lang)))


@get(
    "/v1/authority-requests",
    sync_to_thread=True,
    **operation("主管部门的调取要求", "Requests of authorities", "officer"),
)
def requests(request: Caller, wanted: RequestState = None, limit: Limit = DEFAULT_PAGE) -> RequestPage:
    """Of a state, or all."""
    with context_of(request).platform.reading() as conn:
        return RequestPage(items=authority.listed(conn, wanted, limit))
