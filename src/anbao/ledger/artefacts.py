"""What entries name by digest and the store holds: lexicons, policies, catalogues, books, models, large listings."""

from typing import Literal

from anbao.errors import NotFound
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
    """The bytes behind a digest. Raises NotFound."""
    data = sql(conn, "SELECT data FROM artefact WHERE digest = ?", (digest,)).scalar()
    if data is None:
        raise NotFound(
            Text(f"没有版本 {digest}", f"there is no version {digest}"),
            hint=Text("用 anbao lexicon list 查看", "see anbao lexicon list"),
        )
    return bytes(data)
