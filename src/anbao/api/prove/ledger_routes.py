"""The ledger and the obligations, page by page; and the proof of one entry."""

from typing import Annotated, Literal

from litestar import Response, get
from litestar.params import FromQuery, QueryParameter

from anbao.api.answers import EntryAnswer, EntryPage, ObligationPage
from anbao.api.context import Caller, context_of, operation
from anbao.api.pages import EVERY, obligations_page
from anbao.api.reading import DEFAULT_PAGE, Cursor, Index, Limit, cursor_position, cursor_text, no_nul
from anbao.errors import Conflict
from anbao.ledger.receipt import InclusionReceipt
from anbao.model.base import Millis
from anbao.model.entry import about

About = Annotated[str | None, QueryParameter(name="subject", description="role:id, as in merchant:m1")]
Norm = Annotated[str | None, QueryParameter(name="norm", description="id of a norm")]
State = Annotated[Literal["overdue", "unfinished"] | None, QueryParameter(name="state", description="all by default")]


@get(
    "/v1/entries", sync_to_thread=True, **operation("存证条目，按序分页", "Entries of the ledger, page by page", "read")
)
def entries(
    request: Caller,
    kind: FromQuery[str | None] = None,
    subject: About = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_PAGE,
) -> EntryPage:
    """In ledger order."""
    no_nul(kind=kind, subject=subject)
    start = cursor_position(cursor, tuple[Millis])[0] if cursor else 0
    platform = context_of(request).platform
    with platform.reading() as conn:
        found = platform.ledger.entries(
            conn, start, limit + 1, kind=kind, subject=about(subject) if subject is not None else None
        )
    return EntryPage(
        items=[EntryAnswer(index=one.index, entry=one.entry()) for one in found[:limit]],
        next=cursor_text(found[limit].index) if len(found) > limit else None,
    )


@get("/v1/entries/{index:int}", sync_to_thread=True, **operation("一个存证条目", "One entry", "read"))
def entry(request: Caller, index: Index) -> EntryAnswer:
    """Raises NotFound."""
    platform = context_of(request).platform
    with platform.reading() as conn:
        return EntryAnswer(index=index, entry=platform.ledger.entry(conn, index).entry())


@get(
    "/v1/entries/{index:int}/proof",
    sync_to_thread=True,
    **operation(
        "一个条目的自足证明：条目、路径、检查点，可离线核验",
        "A self-contained proof of one entry: verifies offline",
        "read",
    ),
)
def proof(request: Caller, index: Index) -> Response[InclusionReceipt]:
    """Signs a checkpoint first where none covers the entry yet. Raises NotFound."""
    platform = context_of(request).platform
    try:
        with platform.reading() as conn:
            data = platform.ledger.receipt(conn, index)
    except Conflict:
        platform.checkpoint()
        with platform.reading() as conn:
            data = platform.ledger.receipt(conn, index)
    return Response(data, media_type="application/json")  # type: ignore[arg-type]


@get(
    "/v1/obligations",
    sync_to_thread=True,
    **operation(
        "待履行义务：unfinished 与 overdue 按到期先后，缺省为全部、按产生先后",
        "Obligations: unfinished and overdue by due time; by default all, in the order in which they were opened",
        "read",
    ),
)
def obligations(
    request: Caller, wanted: State = None, norm: Norm = None, cursor: Cursor = None, limit: Limit = DEFAULT_PAGE
) -> ObligationPage:
    """A cursor belongs to the filters that it was given for."""
    no_nul(norm=norm)
    platform = context_of(request).platform
    with platform.reading() as conn:
        return obligations_page(conn, platform.clock(), wanted or EVERY, norm, cursor, limit)
