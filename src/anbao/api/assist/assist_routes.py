"""Help for persons harmed (who the seller is, records, frozen money, ways to turn), and answers to authorities."""

from typing import Annotated, Literal

from litestar import Response, get
from litestar.params import FromPath, FromQuery, QueryParameter

from anbao.api.context import Caller, context_of, operation
from anbao.api.public import reader_language
from anbao.api.reading import no_nul

DisputeState = Annotated[
    Literal["open", "held", "assisted", "refused", "failed"] | None,
    QueryParameter(name="state", description="all by default; failed: the seller could not be named"),
]
RequestState = Annotated[
    Literal["open", "answered", "declined"] | None, QueryParameter(name="state", description="all by default")
]


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
