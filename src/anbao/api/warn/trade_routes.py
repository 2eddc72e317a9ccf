"""Orders, the notices that come before them, and what else the platform reports."""

from typing import Annotated, Any, Literal

from litestar import Response, get
from litestar.params import PathParameter, QueryParameter

from anbao.api.answers import NoticeAnswer, listing_notice, notice_answers
from anbao.api.context import Caller, context_of, operation
from anbao.api.reading import no_nul
from anbao.errors import NotFound
from anbao.text import Text
from anbao.warn.notices import to_html


@get(
    "/v1/listings/{listing:str}/notices",
    sync_to_thread=True,
    **operation(
        "某商品下单前须展示的风险提示，已填入其自身情况；Accept: text/html 得到网页片段",
        "The notices of a listing, filled with its own facts; an HTML fragment for Accept: text/html",
        "trade",
    ),
)
def listing_notices(
    request: Caller,
    listing: Annotated[str, PathParameter(description="id of the listing")],
    language: Annotated[Literal["zh", "en"], QueryParameter(name="language", description="of the HTML")] = "zh",
) -> Response[Any]:
    """JSON in both languages with each text's digest, or HTML in one. Raises NotFound."""
    no_nul(listing=listing)
    platform = context_of(request).platform
    with platform.reading() as conn:
        if "text/html" in request.headers.get("accept", ""):
            fragment = to_html(platform.warn.notices_of(conn, listing, language))
            return Response(fragment.encode(), media_type="text/html; charset=utf-8", headers={"Vary": "Accept"})
        both = [platform.warn.notices_of(conn, listing, one) for one in ("zh", "en")]
    return Response([listing_notice(zh, en) for zh, en in zip(*both, strict=True)], headers={"Vary": "Accept"})


@get("/v1/notices", sync_to_thread=False, **operation("全部风险提示", "All risk notices", "trade"))
def notices(request: Caller) -> tuple[NoticeAnswer, ...]:
    """In both languages."""
    return notice_answers(context_of(request).platform.catalogue)


@get(
    "/v1/categories/{category:str}/notices",
    sync_to_thread=False,
    **operation("某类目下单前须展示的风险提示", "The notices to be shown before an order in a category", "trade"),
)
def category_notices(
    request: Caller, category: Annotated[str, PathParameter(description="id, title or alias")]
) -> tuple[NoticeAnswer, ...]:
    """Empty where the category demands none. Raises NotFound for a category that the pack does not know."""
    no_nul(category=category)
    catalogue = context_of(request).platform.catalogue
    found = catalogue.find(category)
    if found is None:
        raise NotFound(Text(f"没有类目 {category}", f"there is no category {category}"))
    return notice_answers(catalogue, found.notices)
