"""Files that entries name by SHA-256: evidence of complaints and appeals, pictures, reports."""

import re
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import Any

import msgspec

from anbao.prove.timeline import TimelineLine

Fetch = Callable[[str], bytes | None]
"""Gives the bytes of a SHA-256 (hex), None where they are not at hand."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_FIELDS = frozenset({"sha256", "picture", "pictures"})
MOST_BYTES = 256 << 20
"""Bytes of attachments in one pack; what is beyond is named by its digest only."""


class PackAttachment(msgspec.Struct, frozen=True, kw_only=True):
    """One file. ``path``: in the pack, null where it is not in it; ``entries`` name it."""

    entries: tuple[int, ...]
    path: str | None
    sha256: str


def attachments_of(lines: Sequence[TimelineLine], fetch: Fetch | None) -> tuple[list[PackAttachment], dict[str, bytes]]:
    """Returns the files that entries name, and the bytes of those at hand by path."""
    named: dict[str, list[int]] = {}
    for line in lines:
        for digest in dict.fromkeys(_digests(line.body)):
            named.setdefault(digest, []).append(line.entry)
    listed: list[PackAttachment] = []
    files: dict[str, bytes] = {}
    size = 0
    for digest, entries in sorted(named.items()):
        data = fetch(digest) if fetch is not None else None
        path = None
        if data is not None and sha256(data).hexdigest() == digest and size + len(data) <= MOST_BYTES:
            path, size = f"attachments/{digest}", size + len(data)
            files[path] = data
        listed.append(PackAttachment(entries=tuple(entries), path=path, sha256=digest))
    return listed, files


def _digests(value: Any, field: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _digests(one, name)
    elif isinstance(value, list):
        for one in value:
            yield from _digests(one, field)
    elif field in _FIELDS and isinstance(value, str) and _DIGEST.fullmatch(value):
        yield value
