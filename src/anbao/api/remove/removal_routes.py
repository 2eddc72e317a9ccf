"""Removal over HTTP: measures and their reasons, appeals, reports to the authority, the public list of sanctions.

``person`` says who decides, where several people share one key; by default it is the key itself.
"""

from typing import Annotated, Literal

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta

from anbao.api.answers import MadeId
from anbao.api.context import WAITS, Caller, PublicRequest, commit, context_of, operation
from anbao.api.operate.case_routes import Person
from anbao.api.public import public_page, reader_language
from anbao.api.reading import IdempotencyKey, no_nul
from anbao.engine.work import Work
from anbao.model.base import legal_time
from anbao.remove import records, reports, sanctions
from anbao.remove.records import Measure, State
from anbao.remove.reports import AuthorityReport
from anbao.remove.sanctions import PublicSanction
from anbao.text import Text

Wanted = Annotated[State | None, QueryParameter(name="state", description="all by default")]
WantedAppeal = Annotated[
    Literal["filed", "granted", "denied"] | None, QueryParameter(name="state", description="all by default")
]


class MeasureDecided(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What becomes of a measure: a proposal is approved or declined, what holds is lifted."""

    what: Literal["approve", "decline", "lift"]
    reason: Annotated[str, Meta(max_length=2_000)] = ""
    person: Person = ""


class AppealByToken(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An appeal by the merchant itself, with the token that it was sent."""

    token: Annotated[str, Meta(min_length=1, max_length=200)]
    text: Annotated[str, Meta(min_length=1, max_length=5_000)]
    evidence: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=300)], ...], Meta(max_length=50)] = ()


class ReportText(msgspec.Struct, frozen=True, kw_only=True):
    """A report as it stands, in one language."""

    report: AuthorityReport
    title: str
    body: str


class PublicSanctions(msgspec.Struct, frozen=True, kw_only=True):
    """What the public page shows."""

    items: list[PublicSanction]


@post(
    "/v1/measures/{measure:str}",
    responses=WAITS,
    **operation(
        "采纳或不采纳一项建议的措施，或解除一项措施",
        "Approve or decline a proposed measure, or lift one that holds",
        "officer",
    ),
)
async def decide_measure(
    request: Caller, measure: FromPath[str], data: JSONBody[MeasureDecided], key: IdempotencyKey = None
) -> Response[Measure]:
    """Lifting sends the opposite effect. Raises NotFound, Conflict, InvalidInput."""
    no_nul(measure=measure)
    remove, actor = context_of(request).platform.remove, request.auth.actor
    person = data.person or actor

    def job(work: Work) -> Measure:
        if data.what == "approve":
            remove.approve(work, measure, person=person, actor=actor)
        elif data.what == "decline":
            remove.decline(work, measure, data.reason, person=person, actor=actor)
        else:
            remove.lift(work, measure, data.reason, person=person, actor=actor)
        return records.find(work.conn, measure)

    return await commit(request, key, job)


@post(
    "/public/appeals",
    sync_to_thread=True,
    **operation("商家凭通知中的凭证提出申诉；无须密钥", "A merchant appeals with the token that it was sent; no key"),
)
def file_public_appeal(request: PublicRequest, data: JSONBody[AppealByToken]) -> MadeId:
    """Raises Forbidden for a wrong token, Conflict."""
    no_nul(text=data.text, evidence="".join(data.evidence))
    platform = context_of(request).platform
    return MadeId(
        id=platform.run(lambda work: platform.remove.appeal_with_token(work, data.token, data.text, data.evidence))
    )


@get(
    "/v1/reports/{report:str}",
    sync_to_thread=True,
    **operation("报告全文", "A report's text", "officer"),
)
def report(request: Caller, report: FromPath[str], lang: FromQuery[str | None] = None) -> ReportText:
    """In the reader's language. Raises NotFound."""
    no_nul(report=report, lang=lang)
    with context_of(request).platform.reading() as conn:
        letter, language = reports.letter_of(conn, report), reader_language(request, lang)
        title, body = letter.title.get(language), letter.body.get(language)
        return ReportText(report=reports.find(conn, report), title=title, body=body)


@get(
    "/v1/reports/{report:str}/page",
    media_type="text/html",
    sync_to_thread=True,
    **operation("报告的网页，可打印", "A report as a page to print", "officer"),
)
def report_page(request: Caller, report: FromPath[str], lang: FromQuery[str | None] = None) -> Response[str]:
    """Loads nothing from elsewhere. Raises NotFound."""
    no_nul(report=report, lang=lang)
    with context_of(request).platform.reading() as conn:
        return Response(reports.letter_of(conn, report).page(reader_language(request, lang)))


@get(
    "/public/sanctions.json",
    sync_to_thread=True,
    **operation("公示的处理措施，供程序读取；无须密钥", "Published sanctions for programs; no key"),
)
def public_data(request: PublicRequest) -> PublicSanctions:
    """The newest first."""
    with context_of(request).platform.reading() as conn:
        return PublicSanctions(items=sanctions.public(conn))


@get(
    "/public/sanctions",
    media_type="text/html",
    sync_to_thread=True,
    **operation("处理措施公示页；无须密钥", "The public list of sanctions; no key"),
)
def public_sanctions(request: PublicRequest, lang: FromQuery[str | None] = None) -> Response[str]:
    """In the reader's language."""
    no_nul(lang=lang)
    with context_of(request).platform.reading() as conn:
        found = sanctions.public(conn)
    slots = {"sanctions": found, "day": lambda at: f"{legal_time(at):%Y-%m-%d}"}
    title = Text("平台内经营者处理措施公示", "Sanctions of merchants")
    return Response(public_page(title, reader_language(request, lang), _PAGE, slots))


_PAGE = """
{% for one in sanctions %}
<article><h2>{{ one.title.get(language) }}</h2><p>{{ one.body.get(language) }}</p>
<p class="dim">{{ t("公示", "published") }} {{ day(one.at) }}</p></article>
{% else %}<p>{{ t("目前没有公示中的处理措施。", "No sanction is published now.") }}</p>{% endfor %}
"""
