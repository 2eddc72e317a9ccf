"""Files that strangers send: bounded, identified by their bytes, stored under their hash.

What is no picture, PDF or film is refused, whatever its name says: nothing executable is ever stored or served.
"""

from collections.abc import Callable, Iterable
from functools import cache

from anbao.connect.storage import ObjectStorage, storage_for
from anbao.errors import InvalidInput, NotFound, TooLarge
from anbao.model.complaint import MAX_ATTACHMENTS, Attachment
from anbao.text import Text

MAX_FILE = 10 << 20
"""Bytes of one file."""

_FTYP = (4, b"ftyp")

_SIGNS: tuple[tuple[str, tuple[tuple[int, bytes], ...]], ...] = (
    ("image/jpeg", ((0, b"\xff\xd8\xff"),)),
    ("image/png", ((0, b"\x89PNG\r\n\x1a\n"),)),
    ("image/gif", ((0, b"GIF8"),)),
    ("image/webp", ((0, b"RIFF"), (8, b"WEBP"))),
    ("application/pdf", ((0, b"%PDF-"),)),
    ("image/heic", (_FTYP, (8, b"heic"))),
    ("video/quicktime", (_FTYP, (8, b"qt  "))),
    ("video/mp4", (_FTYP,)),
)
"""Media types and the bytes, with their places, that identify them; the first that fits counts."""


def media_type(data: bytes) -> str | None:
    """What the bytes are; None for anything that is not stored."""
    for name, signs in _SIGNS:
        if all(data[at : at + len(sign)] == sign for at, sign in signs):
            return name
    return None


def keep(storage: ObjectStorage, files: Iterable[bytes]) -> tuple[Attachment, ...]:
    """Keep files; what entries say of them. Raises InvalidInput, TooLarge, StoreError; then none is stored."""
    checked = [_checked(data) for data in files]
    if len(checked) > MAX_ATTACHMENTS:
        raise InvalidInput(
            Text(f"附件至多 {MAX_ATTACHMENTS} 个", f"at most {MAX_ATTACHMENTS} attachments"), field="files"
        )
    return tuple(Attachment(sha256=storage.put(data), size=len(data), type=kind) for data, kind in checked)


def fetching(store_url: str) -> Callable[[str], bytes | None]:
    """Returns what reads the object storage beside a store by SHA-256; None for what is not in it."""
    storage = cache(lambda: storage_for(store_url))

    def fetch(digest: str) -> bytes | None:
        try:
            return storage().get(digest)
        except NotFound:
            return None

    return fetch


def _checked(data: bytes) -> tuple[bytes, str]:
    if len(data) > MAX_FILE:
        raise TooLarge(
            Text(f"附件不得超过 {MAX_FILE >> 20} MiB", f"an attachment has at most {MAX_FILE >> 20} MiB"), field="files"
        )
    kind = media_type(data)
    if kind is None:
        raise InvalidInput(
            Text("附件须为图片、PDF 或视频", "an attachment is a picture, a PDF or a film"),
            hint=Text("JPEG、PNG、GIF、WebP、HEIC、PDF、MP4、MOV", "JPEG, PNG, GIF, WebP, HEIC, PDF, MP4, MOV"),
            field="files",
        )
    return data, kind
