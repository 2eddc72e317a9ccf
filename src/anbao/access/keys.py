"""API keys: ``anbao_<id>_<secret>``, each with scopes.

The secret has 256 random bits, so one plain SHA-256 at rest is enough: there is nothing to guess, and a slow hash,
which protects passwords that people choose, would only slow each request. Creating and revoking a key are ledger
entries, without the secret; whatever a key does stands in the ledger under the actor ``key:<id>``.
"""

import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from hashlib import sha256
from hmac import compare_digest

import msgspec

from anbao.engine.work import Work
from anbao.errors import Forbidden, InvalidInput, NotFound, Unauthenticated
from anbao.ledger import Ledger, Stored
from anbao.model.events.engine import KeyCreated, KeyRevoked
from anbao.model.scopes import SCOPES, Scope
from anbao.store import Connection, Store, tables
from anbao.store.bulk import insert_many, sql
from anbao.text import Text

FRESH_SECONDS = 1.0
"""How long a process trusts what it read of a key; a revocation is heeded everywhere after that."""

_PREFIX = "anbao"
_CACHED = 1_000


class Principal(msgspec.Struct, frozen=True):
    """Who calls: the key's id, and what it may do."""

    key: str
    scopes: frozenset[str]

    @property
    def actor(self) -> str:
        return f"key:{self.key}"

    def require(self, scope: Scope) -> None:
        """Raises Forbidden."""
        if scope not in self.scopes and "*" not in self.scopes:
            raise Forbidden(
                Text(f"此密钥没有 {scope} 权限", f"this key lacks the scope {scope}"),
                hint=Text(
                    f"用 anbao key create --scope {scope} 新建密钥", f"make one with anbao key create --scope {scope}"
                ),
            )


class KeyView(msgspec.Struct, frozen=True, kw_only=True):
    """A key as it is listed; instants in UTC milliseconds."""

    id: str
    name: str
    scopes: tuple[str, ...]
    created: int
    revoked: int | None


def create_key(work: Work, name: str, scopes: Sequence[str], actor: str) -> str:
    """Make a key; the token, which is shown this once. Raises InvalidInput."""
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise InvalidInput(
            Text(f"未知或缺少权限：{'、'.join(unknown)}", f"unknown or missing scope: {', '.join(unknown)}"),
            hint=Text(f"可用权限：{' '.join(SCOPES)}", f"scopes: {' '.join(SCOPES)}"),
            field="scope",
        )
    if not name.strip() or "\x00" in name:
        raise InvalidInput(Text("密钥须有名称", "a key needs a name"), field="name")
    identity, granted = secrets.token_hex(6), sorted(set(scopes))
    token = f"{_PREFIX}_{identity}_{secrets.token_urlsafe(32)}"
    insert_many(
        work.conn,
        tables.api_key,
        ("id", "digest", "name", "scopes", "created", "revoked"),
        [(identity, _digest(token), name, " ".join(granted), work.now, None)],
    )
    created = KeyCreated(digest=_digest(token).hex(), key=identity, name=name, scopes=tuple(granted))
    work.append(created, actor=actor)
    return token


def revoke_key(work: Work, identity: str, actor: str) -> None:
    """End a key. Raises NotFound where there is none with that id that still works."""
    changed = sql(
        work.conn, "UPDATE api_key SET revoked = ? WHERE id = ? AND revoked IS NULL", (work.now, identity)
    ).rowcount
    if not changed:
        raise NotFound(
            Text(f"没有可吊销的密钥 {identity}", f"there is no key {identity} to revoke"),
            hint=Text("用 anbao key list 查看", "see anbao key list"),
        )
    work.append(KeyRevoked(key=identity), actor=actor)


def list_keys(conn: Connection) -> list[KeyView]:
    """All keys, the oldest first."""
    rows = sql(conn, "SELECT id, name, scopes, created, revoked FROM api_key ORDER BY created, id")
    return [
        KeyView(id=identity, name=name, scopes=tuple(scopes.split()), created=created, revoked=revoked)
        for identity, name, scopes, created, revoked in rows
    ]


def unexplained(conn: Connection, ledger: Ledger) -> Iterator[tuple[str, Text]]:
    """Returns the ids of keys that are not as the entries made them, and why. Release 0.1 recorded no digest."""
    revoked = {one.subjects["key"] for one in _all(conn, ledger, KeyRevoked.KIND)}
    made = {one.subjects["key"]: one.event(KeyCreated) for one in _all(conn, ledger, KeyCreated.KIND)}
    rows = sql(conn, "SELECT id, digest, scopes, revoked FROM api_key ORDER BY id").all()
    for identity, digest, scopes, ended in rows:
        known = made.get(identity)
        if known is None:
            yield identity, Text("没有条目建立过此密钥", "no entry made this key")
        elif known.scopes != tuple(scopes.split()):
            yield identity, Text("权限与建立时不同", "its scopes are not those that it was made with")
        elif known.digest and known.digest != bytes(digest).hex():
            yield identity, Text("密钥内容已被替换", "its token is another than the one that was made")
        elif identity in revoked and ended is None:
            yield identity, Text("已吊销的密钥又可使用", "it was revoked and works again")


def _all(conn: Connection, ledger: Ledger, kind: str) -> Iterator[Stored]:
    start = 0
    while batch := ledger.entries(conn, start, 1_000, kind=kind):
        yield from batch
        start = batch[-1].index + 1


class KeyRing:
    """Finds who holds a token. What it read is trusted for ``FRESH_SECONDS``; tokens themselves are not stored."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[bytes, tuple[float, Principal]] = {}
        self._lock = threading.Lock()

    def recall(self, token: str) -> Principal | None:
        """The holder as read a moment ago; None where the store must be asked."""
        found = self._known.get(_digest(token))
        return found[1] if found and found[0] > time.monotonic() else None

    def look_up(self, token: str) -> Principal:
        """The holder of a token, out of the store. Raises Unauthenticated."""
        parts = token.split("_", 2)
        if len(parts) != 3 or parts[0] != _PREFIX or not parts[1].isalnum():
            raise refused()
        digest = _digest(token)
        with self._store.read() as conn:
            row = sql(conn, "SELECT digest, scopes FROM api_key WHERE id = ? AND revoked IS NULL", (parts[1],)).first()
        if row is None or not compare_digest(bytes(row[0]), digest):
            raise refused()
        principal = Principal(parts[1], frozenset(row[1].split()))
        with self._lock:
            if len(self._known) >= _CACHED:
                self._known.clear()
            self._known[digest] = (time.monotonic() + FRESH_SECONDS, principal)
        return principal


def refused() -> Unauthenticated:
    """The one answer to a missing, malformed, unknown or revoked key: it does not reveal which it was."""
    return Unauthenticated(
        Text("没有有效的接口密钥", "no valid API key"),
        hint=Text("请求头写 Authorization: Bearer anbao_…", "send the header Authorization: Bearer anbao_…"),
    )


def _digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
