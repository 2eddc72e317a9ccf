"""What entries name by digest and the store holds: lexicons, policies, catalogues, books, models, large listings."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Literal

import msgspec

from anbao.errors import NotFound, Tampered
from anbao.ledger import search
from anbao.model.events.rules import IMPORTED, ArtefactStated
from anbao.store import Connection, tables
from anbao.store.bulk import insert_many, sql
from anbao.text import Text

ArtefactKind = Literal["lexicon", "policy", "catalogue", "fraud", "model", "listing"]


def store_artefact(conn: Connection, kind: ArtefactKind, digest: str, data: bytes) -> None:
    """Store an artefact under its digest, once."""
    if sql(conn, "SELECT 1 FROM artefact WHERE digest = ?", (digest,)).first() is None:
        insert_many(conn, tables.artefact, ("digest", "kind", "data"), [(digest, kind, data)])


def exists(conn: Connection, kind: ArtefactKind, digest: str) -> bool:
    """Whether an artefact of a kind is stored under a digest."""
    return sql(conn, "SELECT 1 FROM artefact WHERE digest = ? AND kind = ?", (digest, kind)).first() is not None


def digests(conn: Connection, kind: ArtefactKind) -> list[str]:
    """All of a kind, by digest."""
    return [one for (one,) in sql(conn, "SELECT digest FROM artefact WHERE kind = ? ORDER BY digest", (kind,))]


def artefact(conn: Connection, digest: str) -> bytes:
    """The bytes behind a digest. Raises NotFound; Tampered where they are not those that an entry states."""
    data = sql(conn, "SELECT data FROM artefact WHERE digest = ?", (digest,)).scalar()
    if data is None:
        raise NotFound(
            Text(f"没有版本 {digest}", f"there is no version {digest}"),
            hint=Text("用 anbao lexicon list 查看", "see anbao lexicon list"),
        )
    found = bytes(data)
    if stated_sha256(conn, digest) not in ("", sha256(found).hexdigest()):
        raise Tampered(
            Text(f"版本 {digest} 的内容被改动", f"the content of version {digest} was altered"),
            hint=Text("条目只记其摘要；从备份恢复", "the entries have its digest only; restore it from a backup"),
        )
    return found


def stated_sha256(conn: Connection, digest: str) -> str:
    """Returns the SHA-256 (hex) of an artefact's bytes that an entry states; "" where none does.

    A name of 16 hex digits alone does not bind the bytes: two contents with the same 64 bits can be searched for.
    """
    for role, kind in _STATED:
        index = search.newest_about(conn, [kind], (role, digest))
        if index is not None and (sha := _sha256_in(search.data_of(conn, index)).body.sha256):
            return sha
    return ""


def altered(conn: Connection) -> Iterator[str]:
    """Returns the names of artefacts whose bytes are not those stated."""
    for digest, kind, data in sql(conn, "SELECT digest, kind, data FROM artefact ORDER BY digest").all():
        stated = digest if kind == "listing" else stated_sha256(conn, digest)
        if stated not in ("", sha256(bytes(data)).hexdigest()):
            yield str(digest)


def unstated(conn: Connection) -> list[tuple[str, str]]:
    """Returns name and SHA-256 (hex) of artefacts whose bytes no entry states; a large listing is named by its own."""
    rows = sql(conn, "SELECT digest FROM artefact WHERE kind <> 'listing' ORDER BY digest").all()
    # The bytes are read last: a server asks this again and again, and a lexicon has megabytes.
    names = [digest for (digest,) in rows if not stated_sha256(conn, digest)]
    one = "SELECT data FROM artefact WHERE digest = ?"
    return [(name, sha256(bytes(sql(conn, one, (name,)).scalar_one())).hexdigest()) for name in names]


class _Body(msgspec.Struct):
    sha256: str = ""


class _Stating(msgspec.Struct):
    body: _Body


_sha256_in = msgspec.json.Decoder(_Stating).decode
_STATED = [("artefact", ArtefactStated.KIND), *((role, imported.KIND) for role, imported in IMPORTED.items())]
