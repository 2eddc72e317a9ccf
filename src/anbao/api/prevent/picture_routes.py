"""Pictures: uploaded as they are, read at once; what was decided on them as part of listings."""

import asyncio

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from anbao.api.answers import PictureDecisionAnswer, picture_answer
from anbao.api.context import Caller, body_of, commit, context_of, operation
from anbao.api.reading import DEFAULT_PAGE, IdempotencyKey, Limit, no_nul, wrong_type
from anbao.detect.picture.decode import MAX_BYTES
from anbao.detect.picture.errors import BadPicture
from anbao.engine.readmodels import pictures
from anbao.engine.work import Work
from anbao.errors import InvalidInput, NotFound
from anbao.model.events.prevent import PictureScreenedEvent
from anbao.model.picture import Code, PictureProblem, PictureReading, TextLine
from anbao.text import Text

OCTETS = "application/octet-stream"


class PictureAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What was read in a picture. ``picture`` is its SHA-256, by which listings name it.

    ``lines`` are empty until ``text_read``; with a ``problem``, ``why`` says more and the rest is empty.
    """

    picture: str
    entry: int
    format: str
    width: int
    height: int
    size: int
    pdq: str
    quality: int
    codes: tuple[Code, ...]
    lines: tuple[TextLine, ...]
    text_like: int
    text_read: bool
    problem: PictureProblem
    why: str


class Fingerprints(msgspec.Struct, frozen=True, kw_only=True):
    """The PDQ hashes of a danger's picture and its likely disguises, as fingerprints for its confirmation."""

    picture: str
    fingerprints: tuple[dict[str, str], ...]


class PictureDecisions(msgspec.Struct, frozen=True, kw_only=True):
    """All decisions on the pictures of a listing, in the order in which they were made."""

    items: list[PictureDecisionAnswer]


@post(
    "/v1/pictures",
    request_max_body_size=MAX_BYTES,
    **operation(
        "上传一张图片（请求体即文件）：留存、读取指纹与二维码；商品以其 SHA-256 引用",
        "Upload a picture (the body is the file): stored, hashed, its codes read; listings name it by its SHA-256",
        "listings",
    ),
)
async def upload(request: Caller, key: IdempotencyKey = None) -> Response[PictureAnswer]:
    """A picture that cannot be read is accepted with its problem: it is a finding on each listing that shows it."""
    kind = request.content_type[0]
    if kind != OCTETS and not kind.startswith("image/"):
        raise wrong_type(OCTETS)
    context, actor = context_of(request), request.auth.actor
    reading = await asyncio.to_thread(context.pictures.keep, await body_of(request))

    def job(work: Work) -> PictureAnswer:
        return _answer(context.platform.prevent.pictures.take(work, reading, actor=actor), reading)

    return await commit(request, key, job)


@get(
    "/v1/pictures/{picture:str}",
    sync_to_thread=True,
    **operation("一张图片中读到的内容", "What was last read in a picture", "read"),
)
def reading(request: Caller, picture: FromPath[str]) -> PictureAnswer:
    """Raises NotFound."""
    no_nul(picture=picture)
    with context_of(request).platform.reading() as conn:
        found = pictures.read_of(conn, picture)
    if found is None:
        raise NotFound(Text(f"没有图片 {picture}", f"there is no picture {picture}"), field="picture")
    return _answer(found.entry, found.reading)


@get(
    "/v1/pictures/{picture:str}/fingerprints",
    sync_to_thread=True,
    **operation(
        "危险图片及其常见变形的指纹，用于确认危险",
        "The hashes of a danger's picture and its disguises, for confirming the danger",
        "officer",
    ),
)
def fingerprints(request: Caller, picture: FromPath[str]) -> Fingerprints:
    """Raises NotFound, InvalidInput for a picture that cannot be read."""
    try:
        hashes = context_of(request).pictures.fingerprints(picture)
    except BadPicture as error:
        raise InvalidInput(
            Text(f"图片无法读取：{error}", f"the picture cannot be read: {error}"), field="picture"
        ) from error
    return Fingerprints(picture=picture, fingerprints=tuple({"kind": "picture", "value": one} for one in hashes))


@get(
    "/v1/listings/{listing:str}/pictures",
    sync_to_thread=True,
    **operation("一条商品信息的图片审查决定", "The decisions on a listing's pictures", "read"),
)
def decisions(request: Caller, listing: FromPath[str], limit: Limit = DEFAULT_PAGE) -> PictureDecisions:
    """Empty where it has none, or none was read yet."""
    no_nul(listing=listing)
    platform = context_of(request).platform
    with platform.reading() as conn:
        found = platform.ledger.entries(conn, 0, limit, kind=PictureScreenedEvent.KIND, subject=("listing", listing))
    bodies = [one.event(PictureScreenedEvent).screened for one in found]
    return PictureDecisions(items=[picture_answer(one, platform.prevent.explainer) for one in bodies])


def _answer(entry: int, read: PictureReading) -> PictureAnswer:
    return PictureAnswer(
        picture=read.picture,
        entry=entry,
        format=read.format,
        width=read.width,
        height=read.height,
        size=read.size,
        pdq=read.pdq,
        quality=read.quality,
        codes=read.codes,
        lines=read.lines,
        text_like=read.text_like,
        text_read=read.text_read,
        problem=read.problem,
        why=read.why,
    )
