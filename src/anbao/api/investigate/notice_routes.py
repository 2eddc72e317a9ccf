"""Notices of infringement over HTTP: completed by who sent them, published, and read by the public."""

import asyncio
from hashlib import sha256

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from anbao.api.answers import EntryIndex
from anbao.api.context import WAITS, Caller, PublicRequest, answered, commit, context_of, operation, recorded
from anbao.api.idempotency import HttpAnswer
from anbao.api.public import public_page, reader_language
from anbao.api.reading import At, IdempotencyKey, event_time, no_nul
from anbao.api.throttle import Throttle
from anbao.investigate.complaints import publishing
from anbao.investigate.complaints.completing import Completion
from anbao.investigate.complaints.proceedings import Proceedings, ProceedingsOutcome
from anbao.investigate.complaints.publishing import PublicNotice
from anbao.model.base import legal_time
from anbao.text import Text

EACH, TOGETHER, SECONDS = 10, 300, 600.0
"""Public completions of one address, and of all, in ten minutes and one process."""

_throttle = Throttle(EACH, TOGETHER, SECONDS)


class Completed(msgspec.Struct, frozen=True, kw_only=True):
    """What the notice still lacks; empty where it is complete."""

    lacking: tuple[str, ...]


class PublicNotices(msgspec.Struct, frozen=True, kw_only=True):
    """Published notices, the newest first."""

    items: list[PublicNotice]


@post(
    "/v1/complaints/{complaint:str}/complete",
    **operation("补正欠缺要件的侵权通知", "Add what a notice of infringement lacked", "trade"),
)
async def complete(
    request: Caller, complaint: FromPath[str], data: JSONBody[Completion], key: IdempotencyKey = None
) -> Response[Completed]:
    """It is checked again and put before a person. Raises NotFound, Conflict where nothing is lacking, InvalidInput."""
    no_nul(complaint=complaint)
    desk, actor = context_of(request).platform.investigate.complaints, request.auth.actor
    return await commit(request, key, lambda work: Completed(lacking=desk.complete(work, complaint, data, actor=actor)))


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
    desk = platform.investigate.complaints
    lacking = await asyncio.wrap_future(
        platform.submit(lambda work: desk.complete_with_token(work, digest, data, actor="public"))
    )
    return answered(HttpAnswer(201, msgspec.json.encode(Completed(lacking=lacking))))


@post(
    "/v1/complaints/{complaint:str}/proceedings",
    **operation(
        "权利人已投诉或者起诉，措施保持", "The right holder went to an authority or court: measures stay", "trade"
    ),
)
async def proceedings(
    request: Caller,
    complaint: FromPath[str],
    data: JSONBody[Proceedings],
    at: At = None,
    key: IdempotencyKey = None,
) -> Response[EntryIndex]:
    """Raises NotFound, Conflict where no counter-statement waits."""
    no_nul(complaint=complaint)
    platform, actor = context_of(request).platform, request.auth.actor
    desk, when = platform.investigate.complaints, event_time(at, platform.clock())
    return await recorded(request, key, lambda work: desk.proceedings(work, complaint, data, actor=actor, at=when))


@post(
    "/public/complaints/{token:str}/proceedings",
    **operation("权利人凭查询码告知已投诉或者起诉，无须密钥", "Tell of one's complaint or suit, by the token; no key"),
)
async def proceedings_public(
    request: PublicRequest, token: FromPath[str], data: JSONBody[Proceedings]
) -> Response[EntryIndex]:
    """Limited by address. Raises NotFound, Conflict, InvalidInput, TooMany."""
    _throttle.admit(request.client.host if request.client else "")
    platform, digest = context_of(request).platform, sha256(token.encode()).hexdigest()
    desk = platform.investigate.complaints
    entry = await asyncio.wrap_future(
        platform.submit(lambda work: desk.proceedings_with_token(work, digest, data, actor="public"))
    )
    return answered(HttpAnswer(201, msgspec.json.encode(EntryIndex(entry=entry))))


@post(
    "/v1/complaints/{complaint:str}/outcome",
    responses=WAITS,
    **operation(
        "投诉或者诉讼的进展、结果：认定侵权的措施保持，否则终止",
        "How proceedings stand or ended: an infringement keeps the measures, anything else ends them",
        "officer",
    ),
)
async def outcome(
    request: Caller, complaint: FromPath[str], data: JSONBody[ProceedingsOutcome], key: IdempotencyKey = None
) -> Response[EntryIndex]:
    """Raises NotFound, Conflict where none are pending."""
    no_nul(complaint=complaint)
    desk, actor = context_of(request).platform.investigate.complaints, request.auth.actor
    return await recorded(request, key, lambda work: desk.heard(work, complaint, data, actor, actor=actor))


@post(
    "/v1/complaints/{complaint:str}/publish",
    **operation("公示知识产权通知、声明及处理结果", "Publish an IP notice as it stands", "officer"),
)
async def publish(request: Caller, complaint: FromPath[str], key: IdempotencyKey = None) -> Response[EntryIndex]:
    """Each step is published by itself once a person decided; this does it now. Raises NotFound, Conflict."""
    no_nul(complaint=complaint)
    desk, actor = context_of(request).platform.investigate.complaints, request.auth.actor
    return await recorded(request, key, lambda work: desk.publish(work, complaint, actor=actor))


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
