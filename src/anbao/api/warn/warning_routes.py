"""Warnings after the trade: how far each has got, retry, and the page that anyone may open."""

from typing import Annotated

import msgspec
from litestar import Response, get
from litestar.params import FromQuery, QueryParameter

from anbao.api.context import Caller, PublicRequest, context_of, operation
from anbao.api.public import public_page, reader_language
from anbao.api.reading import no_nul
from anbao.model.base import legal_time
from anbao.text import Text
from anbao.warn import buyers, dangers
from anbao.warn.buyers import Reach
from anbao.warn.dangers import WarnedDanger

MOST = 200

HazardLimit = Annotated[int, QueryParameter(name="limit", ge=1, le=1_000, description="how many hazards")]


class ReachPage(msgspec.Struct, frozen=True, kw_only=True):
    """The newest hazards first, in buyers reached and not reached."""

    items: list[Reach]


class PublicWarnings(msgspec.Struct, frozen=True, kw_only=True):
    """What the public page shows."""

    items: list[WarnedDanger]


@get(
    "/v1/warnings",
    sync_to_thread=True,
    **operation(
        "各危险的警示：已送达、未送达、待送达人数", "Warnings by hazard: buyers reached, unreached, waiting", "read"
    ),
)
def warnings(request: Caller, limit: HazardLimit = 100) -> ReachPage:
    """The newest hazard first."""
    with context_of(request).platform.reading() as conn:
        return ReachPage(items=buyers.reaches(conn, limit))


@get(
    "/public/warnings.json",
    sync_to_thread=True,
    **operation("公开警示，供程序读取；无须密钥", "Public warnings for programs; no key"),
)
def public_data(request: PublicRequest) -> PublicWarnings:
    """The newest first; lifted ones carry ``lifted``."""
    with context_of(request).platform.reading() as conn:
        return PublicWarnings(items=dangers.published(conn, MOST))


@get(
    "/public/warnings",
    media_type="text/html",
    sync_to_thread=True,
    **operation("公开警示页；无须密钥", "The public warning page; no key"),
)
def public_warnings(request: PublicRequest, lang: FromQuery[str | None] = None) -> Response[str]:
    """In the reader's language."""
    no_nul(lang=lang)
    with context_of(request).platform.reading() as conn:
        found = dangers.published(conn, MOST)
    slots = {"dangers": found, "day": lambda at: f"{legal_time(at):%Y-%m-%d}"}
    title = Text("商品与服务安全警示", "Safety warnings")
    return Response(public_page(title, reader_language(request, lang), _PAGE, slots))


_PAGE = """
{% for one in dangers %}
<article{% if one.lifted is not none %} class="lifted"{% endif %}>
<h2>{{ one.title }}</h2>
<p>{{ t("请立即停止使用。", "Stop using it at once.") }}
{{ one.advice_en if language == "en" and one.advice_en else one.advice_zh }}</p>
<p class="dim">{{ t("危险等级", "severity") }} {{ one.severity }}/5
· {{ t("公布", "published") }} {{ day(one.published) }}
{% if one.lifted is not none %} · <strong>{{ t("已解除", "lifted") }} {{ day(one.lifted) }}</strong>{% endif %}</p>
</article>
{% else %}<p>{{ t("目前没有公开警示。", "There is no public warning now.") }}</p>{% endfor %}
<p class="dim">{{ t("受到损害的消费者可以向平台求助，平台会提供商家信息和交易记录，也可以拨打 12315。",
"If you were harmed, ask the platform for help: it gives you the seller's identity and your records."
" You may also call 12315.") }}</p>
"""
