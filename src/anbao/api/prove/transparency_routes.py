"""The transparency page: checkpoint and key of the log, verification of a receipt, figures where they are published.

Plain HTML without script. What a receipt or a proof is verified against is the store's own key: the page says so.
"""

import csv
import io
from functools import cache
from importlib import resources
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery

from anbao.api.context import ApiContext, Caller, PublicRequest, context_of, operation
from anbao.api.public import public_page, reader_language
from anbao.api.reading import no_nul
from anbao.errors import InvalidInput, NotFound
from anbao.law.norms import DUTY_TITLES
from anbao.ledger import VerificationReport, open_checkpoint, verify_absence, verify_receipt
from anbao.model.base import legal_time
from anbao.prove.figures import Figures, as_rows
from anbao.text import Text, choose_language

PUBLISHED = "transparency.figures"
"""The parameter by which the platform publishes its figures."""

MOST_BYTES = 4_000_000
"""Of an uploaded receipt or proof."""

TITLE = Text("透明度", "Transparency")


class Uploaded(msgspec.Struct):
    """A form with one file."""

    file: UploadFile


@get(
    "/public/transparency",
    media_type="text/html",
    sync_to_thread=True,
    **operation("透明度页：检查点、公钥、核验回执、统计；无须密钥", "The transparency page; no key"),
)
def page(request: PublicRequest, lang: FromQuery[str | None] = None) -> Response[str]:
    """In the reader's language."""
    no_nul(lang=lang)
    return _answer(request, lang, None)


@post(
    "/public/transparency/verify",
    media_type="text/html",
    status_code=200,
    request_max_body_size=MOST_BYTES + 4_096,
    sync_to_thread=True,
    **operation("上传一张回执或一份主体证明，当场核验；无须密钥", "Verify an uploaded receipt or proof; no key"),
)
def verify(
    request: PublicRequest,
    data: Annotated[Uploaded, Body(media_type=RequestEncodingType.MULTI_PART)],
    lang: FromQuery[str | None] = None,
) -> Response[str]:
    """The page with the result. Nothing of the upload is stored."""
    no_nul(lang=lang)
    key = str(context_of(request).platform.ledger.verifier)
    return _answer(request, lang, _verified(data.file.file.read(MOST_BYTES), key))


@get(
    "/public/transparency.csv",
    media_type="text/csv",
    sync_to_thread=True,
    **operation("按月、按义务的统计（CSV）；平台公开时可取，无须密钥", "Figures as CSV, where published; no key"),
)
def figures_csv(request: PublicRequest, lang: FromQuery[str | None] = None) -> Response[str]:
    """Raises NotFound where the platform does not publish them."""
    no_nul(lang=lang)
    found = _figures(context_of(request))
    if found is None:
        raise NotFound(Text("本平台未公开统计", "this platform does not publish figures"))
    out = io.StringIO()
    rows = as_rows(found, reader_language(request, lang))
    writer = csv.DictWriter(out, ["month", "duty", "owed", "met", "late", "missed", "waiting", "median_hours"])
    writer.writeheader()
    writer.writerows(rows)
    return Response("\ufeff" + out.getvalue(), headers={"Content-Disposition": 'attachment; filename="figures.csv"'})


@get(
    "/v1/figures/{half:str}/report",
    media_type="text/html",
    sync_to_thread=True,
    **operation(
        "半年透明度报告的底稿，数字已填，其余由平台填写",
        "A draft of the half-yearly transparency report: figures are filled in, the rest is the platform's",
        "officer",
    ),
)
def half_year(request: Caller, half: FromPath[str], lang: FromQuery[str | None] = None) -> Response[str]:
    """``half``: as ``2026H1``. Raises InvalidInput."""
    no_nul(lang=lang, half=half)
    platform, language = context_of(request).platform, choose_language(lang or request.headers.get("accept-language"))
    with platform.reading() as conn:
        found = platform.figures.half_year(conn, half)
    totals: dict[str, int] = {}
    for one in found.happened:
        totals[one.title.get(language)] = totals.get(one.title.get(language), 0) + one.count
    slots = {"duties": found.duties, "totals": totals, "duty": lambda one: DUTY_TITLES[one].get(language)}
    title = Text(f"透明度报告 {half}（底稿）", f"Transparency report {half} (draft)")
    return Response(public_page(title, language, _page("half_year"), slots))


def _answer(request: PublicRequest, lang: str | None, result: VerificationReport | Text | None) -> Response[str]:
    context = context_of(request)
    ledger, language = context.platform.ledger, reader_language(request, lang)
    with context.platform.reading() as conn:
        note = ledger.latest_checkpoint(conn)
    slots: dict[str, Any] = {
        "checkpoint": note,
        "size": open_checkpoint(note, ledger.verifier).size if note else 0,
        "key": str(ledger.verifier),
        "figures": _figures(context),
        "duty": lambda one: DUTY_TITLES[one].get(language),
        "now": f"{legal_time(context.platform.clock()):%Y-%m-%d %H:%M}",
        "report": result if isinstance(result, VerificationReport) else None,
        "refused": result.get(language) if isinstance(result, Text) else "",
    }
    return Response(public_page(TITLE, language, _page("transparency"), slots))


def _figures(context: ApiContext) -> Figures | None:
    """Returns the figures; None where the platform does not publish them."""
    platform = context.platform
    with platform.reading() as conn:
        if platform.parameters.word(conn, PUBLISHED, platform.clock()) != "published":
            return None
        return platform.figures.figures(conn)


def _verified(data: bytes, key: str) -> VerificationReport | Text:
    """Returns the report on a receipt or a proof about a subject; a sentence where it is neither."""
    if len(data) >= MOST_BYTES:
        return Text("文件过大", "the file is too large")
    try:
        return verify_absence(data, key) if b'"absence"' in data[:200] else verify_receipt(data, key)
    except InvalidInput as error:
        return error.what


@cache
def _page(name: str) -> str:
    return (resources.files("anbao.api.prove") / "pages" / f"{name}.html.j2").read_text(encoding="utf-8")
