"""What operators look at: health, metrics, the description of this API."""

from litestar import Response, get
from litestar.params import FromQuery

from anbao.api.context import Caller, PublicRequest, context_of, identify, operation
from anbao.api.describe import Description
from anbao.api.reading import no_nul
from anbao.store.bulk import sql
from anbao.text import choose_language

METRICS_TYPE = "text/plain; version=0.0.4"


@get("/health", sync_to_thread=True, **operation("存活且存储可读", "Alive, and the store can be read"))
def health(request: PublicRequest) -> dict[str, str]:
    """Raises StoreError."""
    with context_of(request).platform.reading() as conn:
        sql(conn, "SELECT 1").one()
    return {"status": "ok"}


@get(
    "/metrics",
    media_type=METRICS_TYPE,
    sync_to_thread=True,
    **operation("Prometheus 指标", "Metrics for Prometheus", "metrics"),
)
def metrics(request: Caller) -> Response[bytes]:
    """In the text format."""
    context = context_of(request)
    return Response(context.metrics.render(context.platform))


@get("/openapi.json", **operation("本接口的 OpenAPI 描述；任一密钥", "This API as OpenAPI; any key"))
async def openapi(request: PublicRequest) -> Response[bytes]:
    """Open where the server was started with ``--open-docs``."""
    await _may_read(request)
    return Response(_description(request).document, media_type="application/json")


@get("/docs", media_type="text/html", **operation("本接口的说明页；任一密钥", "This API as a page; any key"))
async def docs(request: PublicRequest, lang: FromQuery[str | None] = None) -> Response[str]:
    """One page without scripts, nothing loaded from elsewhere."""
    await _may_read(request)
    no_nul(lang=lang)
    language = choose_language(lang or request.headers.get("accept-language"))
    return Response(_description(request).page(language))


async def _may_read(request: PublicRequest) -> None:
    if not request.app.state.open_docs:
        await identify(request)


def _description(request: PublicRequest) -> Description:
    found: Description = request.app.state.description
    return found
