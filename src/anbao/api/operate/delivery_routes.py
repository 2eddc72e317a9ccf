"""Webhooks: a message on trial to an endpoint. All else of them is declared in ``delivery.service``."""

from litestar import post
from litestar.params import FromPath

from anbao.api.context import Caller, context_of, operation
from anbao.api.reading import no_nul
from anbao.delivery.post import PostOutcome


@post(
    "/v1/endpoints/{endpoint:str}/test",
    sync_to_thread=True,
    status_code=200,
    **operation("向端点发一条测试消息", "Send an endpoint a message that asks for nothing", "officer"),
)
def test(request: Caller, endpoint: FromPath[str]) -> PostOutcome:
    """What came back. Raises NotFound."""
    no_nul(endpoint=endpoint)
    return context_of(request).platform.delivery.test_endpoint(endpoint)
