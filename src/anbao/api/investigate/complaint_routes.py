"""Complaints over HTTP: taken in with or without a key, followed with a token, worked on by officers."""

import asyncio
from base64 import b64decode
from binascii import Error as BadBase64
from functools import cache
from hashlib import sha256
from typing import Annotated, Literal

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from anbao.api.context import Caller, PublicRequest, answered, context_of, operation
from anbao.api.reading import (
    no_nul,
)
from anbao.api.throttle import Throttle
from anbao.assist.offers import OfferedHelp
from anbao.connect import attachments
from anbao.connect.storage import ObjectStorage, storage_for
from anbao.engine.idempotency import HttpAnswer
from anbao.errors import InvalidInput, NotFound
from anbao.investigate.complaints import records
from anbao.investigate.complaints.timeline import FollowUp, attached
from anbao.model.base import Noun, PersonName, Phone, Statement
from anbao.model.complaint import MAX_ATTACHMENTS, Attachment, Complaint, Concern, Contact, Filed, Reporter
from anbao.text import Text

PAGE = 100

MAX_UPLOAD = 16 << 20
"""Bytes of a body that carries attachments."""

EACH, TOGETHER, SECONDS = 10, 300, 600.0
"""Public complaints of one address, and of all, in ten minutes and one process."""

_throttle = Throttle(EACH, TOGETHER, SECONDS)

File = Annotated[str, Meta(max_length=attachments.MAX_FILE * 4 // 3 + 4)]
"""A file as base64."""

Files = Annotated[tuple[File, ...], Meta(max_length=MAX_ATTACHMENTS)]
StateQuery = Annotated[records.State | None, QueryParameter(name="state", description="only complaints in this state")]


class PublicComplaint(Noun, frozen=True, kw_only=True):
    """What anybody may report without a key. ``files``: pictures, PDFs or films as base64."""

    concern: Concern
    conceal: bool = True
    contact: Contact | None = None
    files: Files = ()
    harmed: bool = False
    link: Annotated[str, Meta(max_length=2_000)] = ""
    listing: Annotated[str, Meta(max_length=128)] = ""
    merchant: Annotated[str, Meta(max_length=128)] = ""
    name: PersonName | None = None
    order: Annotated[str, Meta(max_length=128)] = ""
    phone: Phone | None = None
    proof: Statement | None = None
    right: Annotated[str, Meta(max_length=200)] = ""
    source: Literal["consumer", "rights_holder", "anonymous", "other"] = "anonymous"
    text: Statement


class ComplaintStatus(FollowUp, frozen=True, kw_only=True):
    """What the holder of the token may see of a complaint."""

    help: OfferedHelp | None


@post(
    "/public/complaints",
    request_max_body_size=MAX_UPLOAD,
    **operation(
        "公众投诉举报，无须密钥，可匿名；立即给出编号与查询码",
        "Complain without a key, anonymously if wished; a receipt and a token come back at once",
    ),
)
async def file_public(request: PublicRequest, data: JSONBody[PublicComplaint]) -> Response[Filed]:
    """Limited by address. Raises TooMany, InvalidInput, TooLarge."""
    address = request.client.host if request.client else ""
    _throttle.admit(address)
    platform = context_of(request).platform
    stored = await asyncio.to_thread(_keep, platform.store.url, data.files)
    complaint = Complaint(
        attachments=stored,
        concern=data.concern,
        conceal=data.conceal,
        harmed=data.harmed,
        link=data.link,
        listing=data.listing,
        merchant=data.merchant,
        order=data.order,
        proof=data.proof,
        reporter=Reporter(contact=data.contact, name=data.name, phone=data.phone),
        right=data.right,
        source=data.source,
        text=data.text,
    )
    filed = await asyncio.wrap_future(
        platform.submit(
            lambda work: platform.investigate.complaints.file_from(work, complaint, address, actor="public")
        )
    )
    return answered(HttpAnswer(201, msgspec.json.encode(filed)))


@get(
    "/public/complaints/{token:str}",
    sync_to_thread=True,
    **operation("凭查询码查看投诉进度，无须密钥", "Follow a complaint by its token; no key"),
)
def follow(request: PublicRequest, token: FromPath[str]) -> ComplaintStatus:
    """``help``: what the complainant can ask for, where they said that they were harmed. Raises NotFound."""
    platform = context_of(request).platform
    with platform.reading() as conn:
        found = platform.investigate.complaints.follow(conn, sha256(token.encode()).hexdigest())
        return ComplaintStatus(**msgspec.structs.asdict(found), help=platform.assist.offered(conn, found.receipt))


@post(
    "/v1/attachments",
    request_max_body_size=attachments.MAX_FILE,
    **operation(
        "上传附件（图片、PDF、视频），得到其哈希",
        "Upload an attachment (picture, PDF, film); its hash comes back",
        "trade",
    ),
)
async def upload(request: Caller) -> Attachment:
    """The raw bytes are the body. Raises InvalidInput, TooLarge."""
    data, url = await request.body(), context_of(request).platform.store.url
    [stored] = await asyncio.to_thread(lambda: attachments.keep(_storage(url), [data]))
    return stored


@get(
    "/v1/complaints/{complaint:str}/attachments/{digest:str}",
    sync_to_thread=True,
    **operation("取附件原件，字节与存证哈希相符", "An attachment's bytes, which fit the hash in the ledger", "officer"),
)
def attachment(request: Caller, complaint: FromPath[str], digest: FromPath[str]) -> Response[bytes]:
    """Raises NotFound where the complaint has no such attachment, Tampered where the bytes were altered."""
    no_nul(complaint=complaint, digest=digest)
    platform = context_of(request).platform
    with platform.reading() as conn:
        file = platform.investigate.complaints.file_of(conn, complaint)
    for line in file.timeline:
        for one in attached(line):
            if one.sha256 == digest:
                data = _storage(platform.store.url).get(digest)
                headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
                return Response(data, media_type=one.type, headers=headers)
    raise NotFound(Text("没有这个附件", "the complaint has no such attachment"), field="digest")


def _keep(url: str, files: tuple[str, ...]) -> tuple[Attachment, ...]:
    if not files:
        return ()
    try:
        decoded = [b64decode(one, validate=True) for one in files]
    except BadBase64:
        raise InvalidInput(Text("附件不是合法的 base64", "an attachment is not base64"), field="files") from None
    return attachments.keep(_storage(url), decoded)


@cache
def _storage(url: str) -> ObjectStorage:
    return storage_for(url)
