"""What decisions were made with: lexicons, policies, catalogues with their notices, books, models; large listings."""

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

import msgspec

from anbao.errors import AnbaoError
from anbao.ledger.artefacts import artefact
from anbao.prove.timeline import TimelineLine
from anbao.store import Connection
from anbao.text import Text

_ROLES = {"lexicon": "lexicon", "policy": "policy", "pack": "catalogue", "fraud": "fraud", "model": "model"}
_DIGEST = re.compile(r"[0-9a-f]{16,64}")


class UsedVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One version. ``digest``: its name in entries, ``path``: its file in the pack, "" where it is not at hand."""

    digest: str
    entries: tuple[int, ...]
    path: str
    role: str
    sha256: str = ""
    why: Text = Text("", "")


def versions_of(conn: Connection, lines: Sequence[TimelineLine]) -> tuple[list[UsedVersion], dict[str, bytes]]:
    """Returns the versions that entries name, and the files of those at hand by path."""
    named: dict[tuple[str, str], list[int]] = {}
    for line in lines:
        for key in dict.fromkeys(_versions(line.body)):
            named.setdefault(key, []).append(line.entry)
    used: list[UsedVersion] = []
    files: dict[str, bytes] = {}
    for (role, digest), entries in sorted(named.items()):
        try:
            data = artefact(conn, digest)
        except AnbaoError as error:
            used.append(UsedVersion(digest=digest, entries=tuple(entries), path="", role=role, why=error.what))
            continue
        path = f"artefacts/{role}-{digest}.json"
        files[path] = data
        used.append(
            UsedVersion(digest=digest, entries=tuple(entries), path=path, role=role, sha256=sha256(data).hexdigest())
        )
    return used, files


def _versions(value: Any) -> Iterator[tuple[str, str]]:
    """Role and digest of what a body names."""
    if isinstance(value, list):
        for one in value:
            yield from _versions(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            if name == "versions" and isinstance(one, dict):
                yield from ((_ROLES[role], text) for role, text in one.items() if role in _ROLES and _is_digest(text))
            elif name == "catalogue" and _is_digest(one):
                yield "catalogue", one
            elif name == "whole" and _is_digest(one):
                yield "listing", one
            else:
                yield from _versions(one)


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None
