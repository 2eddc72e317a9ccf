"""Notices of infringement over HTTP: completed by who sent them, published, and read by the public."""

import asyncio
from hashlib import sha256

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from anbao.api.answers import EntryIndex
from anbao.api.context import PublicRequest, answered, context_of, operation
from anbao.api.public import public_page, reader_language
from anbao.api.reading import no_nul
from anbao.api.throttle import Throttle
from anbao.engine.idempotency import HttpAnswer
from anbao.investigate.complaints import publishing
from anbao.investigate.complaints.completing import Completion
from anbao.investigate.complaints.proceedings import Proceedings
from anbao.investigate.complaints.publishing import PublicNotice
from anbao.investigate.complaints.service import Completed
from anbao.model.base import legal_time
from anbao.text import Text

EACH, TOGETHER, SECONDS = 10, 300, 600.0
"""Public completions of one address, and of all, in ten minutes and one process."""

_throttle = Throttle(EACH, TOGETHER, SECONDS)


class PublicNotices(msgspec.Struct, frozen=True, kw_only=True):
    """Published notices, the newest first."""

    items: list[PublicNotice]


@post(
    "/public/complaints/{token:str}/complete",
    **operation("凭查询码补正侵权通知，无须密钥", "Add what one's notice lacked, by its token; no key"),
)
async def complete_public(
    request: PublicRequest, token: FromPath[str], data: JSONBody[Completion]
) -> Response[Completed]:
    """Limited by address. Raises NotFound, Conflict, InvalidInput, TooMany."""
    _throttle.admit(request.client.host if request.client else "")
    platform, digest = context_of(request).platform, sha256(token.encode()).hexdigest()
    complaints = platform.investigate.complaints
    lacking = await asyncio.wrap_future(
        platform.submit(lambda work: complaints.complete_with_token(work, digest, data, actor="public"))
    )
    return answered(HttpAnswer(201, msgspec.json.encode(lacking)))


@post(
    "/public/complaints/{token:str}/proceedings",
    **operation("权利人凭查询码告知已投诉或者起诉，无须密钥", "Report one's complaint or suit, by the token; no key"),
)
async def proceedings_public(
    request: PublicRequest, token: FromPath[str], data: JSONBody[Proceedings]
) -> Response[EntryIndex]:
    """Limited by address. Raises NotFound, Conflict, InvalidInput, TooMany."""
    _throttle.admit(request.client.host if request.client else "")
    platform, digest = context_of(request).platform, sha256(token.encode()).hexdigest()
    complaints = platform.investigate.complaints
    entry = await asyncio.wrap_future(
        platform.submit(lambda work: complaints.proceedings_with_token(work, digest, data, actor="public"))
    )
    return answered(HttpAnswer(201, msgspec.json.encode(EntryIndex(entry=entry))))


@get(
    "/public/notices.json",
    sync_to_thread=True,
    **operation("公示的知识产权通知，供程序读取；无须密钥", "Published IP notices for programs; no key"),
)
def public_data(request: PublicRequest) -> PublicNotices:
    """The newest first."""
    with context_of(request).platform.reading() as conn:
        return PublicNotices(items=publishing.public(conn))


@get(
    "/public/notices",
    media_type="text/html",
    sync_to_thread=True,
    **operation(
        "知识产权通知、声明及处理结果公示页；无须密钥", "The public list of IP notices and their results; no key"
    ),
)
def public_notices(request: PublicRequest, lang: FromQuery[str | None] = None) -> Response[str]:
    """In the reader's language."""
    no_nul(lang=lang)
    with context_of(request).platform.reading() as conn:
        found = publishing.public(conn)
    slots = {"notices": found, "standing": publishing.STANDING, "day": lambda at: f"{legal_time(at):%Y-%m-%d}"}
    title = Text("知识产权通知、声明及处理结果公示", "Notices of infringement, statements and results")
    return Response(public_page(title, reader_language(request, lang), _PAGE, slots))


_PAGE = """
{% for one in notices %}
<article><h2>{{ one.shop or t("商家未明", "merchant not known") }}
{%- if one.listing %} · {{ one.listing }}{% endif %}</h2>
<p>{{ standing[one.state].get(language) }}</p>
{% if one.right %}<p>{{ t("权利", "right") }}: {{ one.right }}</p>{% endif %}
<p class="dim">{{ t("收到通知", "notice received") }} {{ day(one.notified_at) }}{% if one.countered_at %} ·
{{ t("收到声明", "statement received") }} {{ day(one.countered_at) }}{% endif %} ·
{{ t("公示", "published") }} {{ day(one.at) }}</p></article>
{% else %}<p>{{ t("目前没有公示的通知。", "No notice is published now.") }}</p>{% endfor %}
"""
