"""The public log as C2SP tlog-tiles. Hashes and checkpoints are open; what entries say is not (docs/decisions/0010)."""

import re

from litestar import Response, get
from litestar.params import FromPath

from anbao.api.context import ApiContext, Caller, PublicRequest, context_of, operation
from anbao.errors import NotFound
from anbao.ledger import open_checkpoint, search
from anbao.ledger.export import bundle
from anbao.ledger.log import tile_hashes
from anbao.ledger.merkle import HASH_SIZE
from anbao.ledger.tiles import TILE_WIDTH
from anbao.ledger.witnessing import cosigned_note
from anbao.store import Connection
from anbao.text import Text

FOREVER = "public, max-age=31536000, immutable"
BRIEFLY = "public, max-age=5"
FOREVER_PRIVATE = "private, max-age=31536000, immutable"

_PLACE = re.compile(r"/?((?:x\d{3}/){0,5})(\d{3})(?:\.p/([1-9]\d{0,2}))?", re.ASCII)
_BINARY = "application/octet-stream"


@get("/log/key", media_type="text/plain", sync_to_thread=False, **operation("日志的验证公钥", "The log's verifier key"))
def key(request: PublicRequest) -> Response[str]:
    """``name+hash+base64``, as signed-note has it."""
    return Response(f"{context_of(request).platform.ledger.verifier}\n")


@get(
    "/log/checkpoint",
    media_type="text/plain",
    sync_to_thread=True,
    **operation("最新的签名检查点", "The latest signed checkpoint"),
)
def checkpoint(request: PublicRequest) -> Response[str]:
    """A signed note, with the lines of witnesses. Raises NotFound before the first."""
    platform = context_of(request).platform
    with platform.reading() as conn:
        note = platform.ledger.latest_checkpoint(conn)
        if note is None:
            raise _absent()
        note = cosigned_note(conn, note, open_checkpoint(note, platform.ledger.verifier).size)
    return Response(note, headers={"Cache-Control": "no-cache"})


@get(
    "/log/tile/{level:int}/{place:str}",
    media_type=_BINARY,
    sync_to_thread=True,
    **operation("哈希瓦片", "A tile of hashes"),
)
def tile(request: PublicRequest, level: FromPath[int], place: FromPath[str]) -> Response[bytes]:
    """Up to 256 hashes of 32 bytes. A full tile never changes. Raises NotFound."""
    return _tile(context_of(request), level, place)


@get("/log/tile/{level:int}/{place:path}", media_type=_BINARY, sync_to_thread=True, include_in_schema=False)
def deep_tile(request: PublicRequest, level: FromPath[int], place: FromPath[str]) -> Response[bytes]:
    """A tile whose number has several groups, or that is partial."""
    return _tile(context_of(request), level, place)


@get(
    "/log/tile/entries/{place:path}",
    media_type=_BINARY,
    sync_to_thread=True,
    **operation("条目包：瓦片下的条目原文", "A bundle of the entries under a tile", "read"),
)
def entries(request: Caller, place: FromPath[str]) -> Response[bytes]:
    """Up to 256 entries, each preceded by its length as a big-endian uint16. Raises NotFound."""
    n, width = _parse(place)
    with context_of(request).platform.reading() as conn:
        found = _entries(conn, n, width)
    return Response(
        bundle(found),
        headers={"Cache-Control": FOREVER_PRIVATE if width == TILE_WIDTH else "private"},
    )


def _tile(context: ApiContext, level: int, place: str) -> Response[bytes]:
    n, width = _parse(place)
    if not 0 <= level < 64:
        raise _absent()
    with context.platform.reading() as conn:
        hashes = tile_hashes(conn, level, n)
    if hashes is None or len(hashes) < width * HASH_SIZE:
        raise _absent()
    return Response(
        hashes[: width * HASH_SIZE],
        headers={"Cache-Control": FOREVER if width == TILE_WIDTH else BRIEFLY},
    )


def _parse(place: str) -> tuple[int, int]:
    """The number and width of ``x001/234.p/5``. Raises NotFound."""
    found = _PLACE.fullmatch(place)
    if found is None:
        raise _absent()
    groups, last, width = found.groups()
    if width is not None and int(width) >= TILE_WIDTH:
        raise _absent()
    return int(groups.replace("x", "").replace("/", "") + last), int(width) if width else TILE_WIDTH


def _entries(conn: Connection, n: int, width: int) -> list[bytes]:
    start = n * TILE_WIDTH
    found = search.stored(conn, range(start, start + width))
    if len(found) != width:
        raise _absent()
    return [one.data for one in found]


def _absent() -> NotFound:
    return NotFound(Text("日志还没有这一部分", "the log does not have this part yet"))
