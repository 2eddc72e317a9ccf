"""Personal fields: entries hold salted commitments, their values stand here (个人信息保护法 4, 47, 51).

A commitment is ``"commit:" + base64url(HMAC-SHA256(salt, field ‖ 0x00 ‖ UTF-8 value))``. With a fresh 32-byte salt it
says nothing about the value to whoever has not the salt; once value and salt are erased it can no longer be opened, and
the entries keep their bytes and their proofs (docs/decisions/0003).

Values lie encrypted (``ledger.cipher``), each bound to its commitment.

A *reference* (``Buyer``) is committed once per value, so that the entries of one consumer can be linked; it is found
again through ``lookup``, an HMAC under a key that lies in table ``meta``. Which fields are personal is said by their
types (``model.base``).
"""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from hmac import compare_digest, digest
from typing import Any, TypeVar

import msgspec
import msgspec.inspect as inspect

from anbao.errors import NotFound, Tampered
from anbao.ledger.cipher import Cipher, establish_cipher
from anbao.model.base import JsonObject, JsonValue, Noun
from anbao.store import Connection, Store, meta, tables
from anbao.store.bulk import insert_many, sql, sql_many
from anbao.text import Text

_COLUMNS = ("commitment", "person", "field", "salt", "value", "lookup")

COMMITMENT_PREFIX = "commit:"
REFERENCES = frozenset({"buyer"})
"""Personal fields that are identifiers: the same value always has the same commitment."""

_LOOKUP_KEY = "vault.lookup"
_SALT_BYTES = 32
_PER_QUERY = 10_000

Opened = TypeVar("Opened", bound=Noun)

Row = tuple[str, str, str, bytes, bytes, bytes]


def commit(field: str, salt: bytes, value: str) -> str:
    """The commitment to a value."""
    mac = digest(salt, _message(field, value), "sha256")
    return COMMITMENT_PREFIX + urlsafe_b64encode(mac).decode().rstrip("=")


def check(commitment: str, field: str, salt: bytes, value: str) -> bool:
    """Whether this value, with this salt, is what was committed."""
    return compare_digest(commitment.encode(), commit(field, salt, value).encode())


class Vault:
    """The personal values of one store. Open it with ``open_vault``; every method works in the caller's transaction."""

    def __init__(self, lookup_key: bytes, cipher: Cipher) -> None:
        self._lookup_key = lookup_key
        self.cipher = cipher

    def seal_noun(self, conn: Connection, noun: Noun, person: str) -> dict[str, Any]:
        """The noun's fields for the struct of an event, every personal one a commitment.

        ``person`` owns the values, as ``merchant:m1``. References belong to the consumer they name,
        ``consumer:<commitment>``. In a write transaction.
        """
        body: dict[str, Any] = msgspec.to_builtins(noun)
        rows: list[Row] = []

        def replace(field: str, value: str) -> str:
            if field in REFERENCES:
                return self.references(conn, field, [value])[value]
            salt = secrets.token_bytes(_SALT_BYTES)
            commitment = commit(field, salt, value)
            rows.append((commitment, person, field, salt, self._sealed(commitment, value), self.lookup(field, value)))
            return commitment

        sealed: dict[str, Any] = _replaced(body, _plan(type(noun)), replace)
        insert_many(conn, tables.personal, _COLUMNS, rows)
        return sealed

    def seal_values(self, conn: Connection, values: Iterable[tuple[str, str, str]]) -> list[str]:
        """The commitments to many (person, field, value), each with a salt of its own; in a write transaction."""
        rows: list[Row] = []
        for person, field, value in values:
            salt = secrets.token_bytes(_SALT_BYTES)
            commitment = commit(field, salt, value)
            rows.append((commitment, person, field, salt, self._sealed(commitment, value), self.lookup(field, value)))
        insert_many(conn, tables.personal, _COLUMNS, rows)
        return [row[0] for row in rows]

    def consumer(self, conn: Connection, buyer: str) -> str:
        """The stable commitment that stands for a buyer in entries; in a write transaction."""
        return self.consumers(conn, [buyer])[buyer]

    def consumers(self, conn: Connection, buyers: Iterable[str]) -> dict[str, str]:
        """Commitments by buyer, for many at once; in a write transaction."""
        return self.references(conn, "buyer", buyers)

    def references(self, conn: Connection, field: str, values: Iterable[str]) -> dict[str, str]:
        """Stable commitments by value; those met for the first time are recorded."""
        lookups = {self.lookup(field, value): value for value in values}
        found: dict[str, str] = {}
        keys = list(lookups)
        for start in range(0, len(keys), _PER_QUERY):
            some = tuple(keys[start : start + _PER_QUERY])
            marks = ", ".join("?" * len(some))
            rows: Any = sql(conn, f"SELECT lookup, commitment FROM personal WHERE lookup IN ({marks})", some)
            found.update((lookups[bytes(lookup)], commitment) for lookup, commitment in rows)
        new: list[Row] = []
        for lookup, value in lookups.items():
            if value not in found:
                salt = secrets.token_bytes(_SALT_BYTES)
                found[value] = commitment = commit(field, salt, value)
                sealed = self._sealed(commitment, value)
                new.append((commitment, f"consumer:{commitment}", field, salt, sealed, lookup))
        insert_many(conn, tables.personal, _COLUMNS, new)
        return found

    def reveal(self, conn: Connection, commitment: str) -> tuple[str, str]:
        """(field, value). Raises NotFound where it was never recorded or has been erased."""
        field, _salt, value = self.opening(conn, commitment)
        return field, value

    def owner(self, conn: Connection, commitment: str) -> str:
        """Whose value it is, as ``merchant:m1`` or ``consumer:commit:…``. Raises NotFound."""
        person = sql(conn, "SELECT person FROM personal WHERE commitment = ?", (commitment,)).scalar()
        if person is None:
            raise _gone()
        return str(person)

    def opening(self, conn: Connection, commitment: str) -> tuple[str, bytes, str]:
        """(field, salt, value): what lets a third party ``check`` the commitment. Raises NotFound."""
        row: Any = sql(conn, "SELECT field, salt, value FROM personal WHERE commitment = ?", (commitment,)).first()
        if row is None:
            raise _gone()
        return str(row[0]), bytes(row[1]), self._checked(commitment, *row)

    def altered(self, conn: Connection) -> Iterator[str]:
        """Returns the commitments whose values cannot be opened or are others than were committed to."""
        for (commitment,) in sql(conn, "SELECT commitment FROM personal ORDER BY commitment").all():
            try:
                self.opening(conn, commitment)
            except (Tampered, UnicodeDecodeError):
                yield str(commitment)

    def open_noun(self, conn: Connection, sealed: JsonObject, kind: type[Opened]) -> Opened:
        """The noun behind what ``seal_noun`` gave. Raises NotFound where a value has been erased."""
        plan = _plan(kind)
        commitments: list[str] = []
        _replaced(msgspec.json.decode(msgspec.json.encode(sealed)), plan, lambda _field, one: commitments.append(one))
        values = self.values(conn, commitments)
        body = msgspec.json.decode(msgspec.json.encode(sealed))
        return msgspec.convert(_replaced(body, plan, lambda _field, one: values[one]), kind)

    def values(self, conn: Connection, commitments: Sequence[str]) -> dict[str, str]:
        """The values behind many commitments. Raises NotFound where one was never recorded or has been erased."""
        found: dict[str, str] = {}
        for start in range(0, len(commitments), _PER_QUERY):
            some = tuple(commitments[start : start + _PER_QUERY])
            marks = ", ".join("?" * len(some))
            rows: Any = sql(
                conn, f"SELECT commitment, field, salt, value FROM personal WHERE commitment IN ({marks})", some
            )
            found.update((str(commitment), self._checked(commitment, *rest)) for commitment, *rest in rows)
        if missing := next((one for one in commitments if one not in found), None):
            self.reveal(conn, missing)
        return found

    def opened_values(self, conn: Connection, values: Sequence[str], persons: Collection[str]) -> list[str]:
        """As ``opened``, for single values."""
        return [self._opened_value(conn, one, persons) for one in values]

    def opened(self, conn: Connection, body: JsonObject, persons: Collection[str]) -> dict[str, JsonValue]:
        """A body in which the values of ``persons`` are opened; all else, and what was erased, stays a commitment."""
        return {key: self._opened_within(conn, item, persons) for key, item in body.items()}

    def _opened_within(self, conn: Connection, value: JsonValue, persons: Collection[str]) -> JsonValue:
        if isinstance(value, dict):
            return self.opened(conn, value, persons)
        if isinstance(value, list):
            return [self._opened_within(conn, item, persons) for item in value]
        return self._opened_value(conn, value, persons) if isinstance(value, str) else value

    def _opened_value(self, conn: Connection, value: str, persons: Collection[str]) -> str:
        if not value.startswith(COMMITMENT_PREFIX):
            return value
        try:
            return self.reveal(conn, value)[1] if self.owner(conn, value) in persons else value
        except NotFound:
            return value

    def _sealed(self, commitment: str, value: str) -> bytes:
        return self.cipher.seal(value.encode(), commitment.encode())

    def _checked(self, commitment: str, field: str, salt: bytes, sealed: bytes) -> str:
        """Returns the value, which must be the one committed to. Raises Tampered."""
        value = self.cipher.open(bytes(sealed), commitment.encode()).decode()
        if not check(commitment, field, bytes(salt), value):
            raise Tampered(
                Text(
                    "个人信息的值与条目中的承诺不符：存储被改动",
                    "a personal value is not what the entries committed to: the store was altered",
                ),
                hint=Text("运行 anbao doctor", "run anbao doctor"),
            )
        return value

    def lookup(self, field: str, value: str) -> bytes:
        """What a value is found by without being revealed: HMAC-SHA256 (32 bytes) under the store's look-up key."""
        return digest(self._lookup_key, _message(field, value), "sha256")


def open_vault(store: Store) -> Vault:
    """The vault of a store; its look-up key is made at the first opening."""
    with store.write() as conn:
        key = meta.read(conn, _LOOKUP_KEY)
        if key is None:
            key = secrets.token_bytes(32)
            meta.write(conn, _LOOKUP_KEY, key)
        cipher, new = establish_cipher(conn)
        if new:
            _encrypt_all(conn, cipher)
        return Vault(key, cipher)


def _encrypt_all(conn: Connection, cipher: Cipher) -> None:
    """Encrypt the values of a store from before there was a cipher, which lay in the clear."""
    if conn.dialect == "sqlite":
        sql(conn, "PRAGMA secure_delete=ON")  # what lay in the clear is overwritten, not only let go
    after = ""
    while True:
        rows: Any = sql(
            conn,
            "SELECT commitment, value FROM personal WHERE commitment > ? ORDER BY commitment LIMIT ?",
            (after, _PER_QUERY),
        ).all()
        if not rows:
            return
        after = rows[-1][0]
        sql_many(
            conn,
            "UPDATE personal SET value = ? WHERE commitment = ?",
            [(cipher.seal(bytes(value), commitment.encode()), commitment) for commitment, value in rows],
        )


def _gone() -> NotFound:
    return NotFound(
        Text(
            "此承诺值没有对应的个人信息，或已被删除",
            "no personal value stands behind this commitment, or it has been erased",
        )
    )


def _message(field: str, value: str) -> bytes:
    return field.encode() + b"\x00" + value.encode()


class _Inside(msgspec.Struct, frozen=True):
    """What is personal within a value: the value itself (``field``), or parts of it, by name or in every item."""

    field: str = ""
    parts: dict[str, "_Inside"] | None = None
    each: "_Inside | None" = None


@cache
def _plan(kind: type[Noun]) -> _Inside | None:
    return _inside(inspect.type_info(kind))


def _inside(shape: inspect.Type) -> _Inside | None:
    match shape:
        case inspect.Metadata(extra={"personal": str(field)}):
            return _Inside(field=field)
        case inspect.Metadata(type=inner):
            return _inside(inner)
        case inspect.UnionType(types=types):
            return next((found for found in map(_inside, types) if found is not None), None)
        case inspect.StructType(fields=fields):
            found = {field.encode_name: _inside(field.type) for field in fields}
            parts = {name: inner for name, inner in found.items() if inner is not None}
            return _Inside(parts=parts) if parts else None
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            each = _inside(item)
            return None if each is None else _Inside(each=each)
        case _:
            return None


def _replaced(value: Any, plan: _Inside | None, replace: Any) -> Any:
    if plan is None or value is None:
        return value
    if plan.field:
        return replace(plan.field, value)
    if plan.parts is not None:
        for name in plan.parts.keys() & value.keys():
            value[name] = _replaced(value[name], plan.parts[name], replace)
        return value
    return [_replaced(item, plan.each, replace) for item in value]
