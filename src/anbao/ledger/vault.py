"""Personal fields: entries hold salted commitments, their values stand here (个人信息保护法 4, 47, 51).

A commitment is ``"commit:" + base64url(HMAC-SHA256(salt, field ‖ 0x00 ‖ UTF-8 value))``. With a fresh 32-byte salt it
says nothing about the value to whoever has not the salt; once value and salt are erased it can no longer be opened, and
the entries keep their bytes and their proofs (docs/decisions/0003).

Values and salts lie encrypted under a key of the person whose they are (``ledger.person_keys``), each bound to its
commitment; with the key goes whatever can open them, in every copy (decision 0045).

A *reference* (``Buyer``) is committed once per value, so that the entries of one consumer can be linked; it is found
again through ``lookup``, an HMAC under a key of the store. Which fields are personal is said by their types
(``model.base``).
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
from anbao.ledger import vault_upgrade
from anbao.ledger.cipher import Cipher, open_opening, seal_opening
from anbao.ledger.person_keys import (
    ANSWERS,
    LOOKUP,
    PersonKeys,
    existing_master,
    has_master,
    overwrite_what_is_deleted,
)
from anbao.model.base import JsonObject, JsonValue, Noun
from anbao.store import Connection, Store, tables
from anbao.store.bulk import insert_many, sql, sql_many
from anbao.text import Text

_COLUMNS = ("commitment", "person", "field", "salt", "value", "lookup")

COMMITMENT_PREFIX = "commit:"
REFERENCES = frozenset({"buyer"})
"""Personal fields that are identifiers: the same value always has the same commitment."""

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

    def __init__(self, keys: PersonKeys, lookup_key: bytes, answers: Cipher) -> None:
        self.keys = keys
        self._lookup_key = lookup_key
        self.cipher = answers

    def seal_noun(self, conn: Connection, noun: Noun, person: str) -> JsonObject:
        """The noun's fields for an event (``made_of``), every personal one a commitment.

        ``person`` owns the values, as ``merchant:m1``. References belong to the consumer they name,
        ``consumer:<commitment>``. In a write transaction.
        """
        plan, body = _plan(type(noun)), msgspec.to_builtins(noun)
        met: list[tuple[str, str]] = []
        _replaced(msgspec.to_builtins(noun), plan, lambda field, value: met.append((field, value)))
        referred = {
            field: self.references(conn, field, (value for of, value in met if of == field))
            for field in {field for field, _ in met} & REFERENCES
        }
        rows: list[Row] = []
        own = None if all(field in REFERENCES for field, _ in met) else self.keys.ciphers(conn, [person])[person]

        def replace(field: str, value: str) -> str:
            if field in referred:
                return referred[field][value]
            assert own is not None
            rows.append(_row(own, person, field, value))
            return rows[-1][0]

        sealed: JsonObject = _replaced(body, plan, replace)
        insert_many(conn, tables.personal, _COLUMNS, rows)
        return sealed

    def seal_values(self, conn: Connection, values: Iterable[tuple[str, str, str]]) -> list[str]:
        """The commitments to many (person, field, value), each with a salt of its own; in a write transaction."""
        given = list(values)
        ciphers = self.keys.ciphers(conn, [person for person, _, _ in given])
        rows = [_row(ciphers[person], person, field, value) for person, field, value in given]
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
        new: list[tuple[str, bytes, str, bytes]] = []
        for lookup, value in lookups.items():
            if value not in found:
                salt = secrets.token_bytes(_SALT_BYTES)
                found[value] = commit(field, salt, value)
                new.append((found[value], salt, value, lookup))
        ciphers = self.keys.ciphers(conn, [f"consumer:{commitment}" for commitment, *_ in new]) if new else {}
        rows = []
        for commitment, salt, value, lookup in new:
            person = f"consumer:{commitment}"
            sealed = seal_opening(ciphers[person], commitment, salt, value.encode())
            rows.append((commitment, person, field, *sealed, lookup))
        insert_many(conn, tables.personal, _COLUMNS, rows)
        return found

    def reveal(self, conn: Connection, commitment: str) -> tuple[str, str]:
        """(field, value). Raises NotFound where it was never recorded or has been erased."""
        field, _salt, value = self.opening(conn, commitment)
        return field, value

    def consumer_of(self, conn: Connection, buyer: str) -> str:
        """Returns the commitment that stands for a buyer; empty for one who was never met or has been erased."""
        found = sql(conn, "SELECT commitment FROM personal WHERE lookup = ?", (self.lookup("buyer", buyer),)).scalar()
        return str(found or "")

    def owner(self, conn: Connection, commitment: str) -> str:
        """Whose value it is, as ``merchant:m1`` or ``consumer:commit:…``. Raises NotFound."""
        person = sql(conn, "SELECT person FROM personal WHERE commitment = ?", (commitment,)).scalar()
        if person is None:
            raise _gone()
        return str(person)

    def opening(self, conn: Connection, commitment: str) -> tuple[str, bytes, str]:
        """(field, salt, value): what lets a third party ``check`` the commitment. Raises NotFound."""
        found = self._openings(conn, [commitment])
        if not found:
            raise _gone()
        return found[commitment]

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
        found = self._openings(conn, commitments)
        if any(one not in found for one in commitments):
            raise _gone()
        return {commitment: value for commitment, (_, _, value) in found.items()}

    def opened_values(
        self, conn: Connection, values: Sequence[str | None], persons: Collection[str]
    ) -> list[str | None]:
        """As ``opened``, for single values, of which some are not stated."""
        return [None if one is None else self._opened_value(conn, one, persons) for one in values]

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

    def _openings(self, conn: Connection, commitments: Sequence[str]) -> dict[str, tuple[str, bytes, str]]:
        """(field, salt, value) of those commitments that have not been erased. Raises Tampered."""
        rows: list[Any] = []
        for start in range(0, len(commitments), _PER_QUERY):
            some = tuple(commitments[start : start + _PER_QUERY])
            rows += sql(
                conn,
                "SELECT p.commitment, p.person, p.field, p.salt, p.value, k.wrapped FROM personal p"
                " LEFT JOIN person_key k ON k.person = p.person"
                f" WHERE p.commitment IN ({', '.join('?' * len(some))})",
                some,
            ).all()
        if any(wrapped is None for *_, wrapped in rows):
            raise Tampered(
                Text("个人信息的密钥不在存储中", "the key of a personal value is missing from the store"),
                hint=Text("从备份恢复表 person_key", "restore table person_key from a backup"),
            )
        keys = self.keys.unwrap(conn, {str(row[1]): bytes(row[5]) for row in rows})
        ciphers = {person: Cipher(key) for person, key in keys.items()}
        found = {}
        for commitment, person, field, sealed_salt, sealed, _ in rows:
            salt, plain = open_opening(ciphers[person], commitment, bytes(sealed_salt), bytes(sealed))
            value = plain.decode()
            if not check(commitment, field, salt, value):
                raise Tampered(
                    Text(
                        "个人信息的值与条目中的承诺不符：存储被改动",
                        "a personal value is not what the entries committed to: the store was altered",
                    ),
                    hint=Text("运行 anbao doctor", "run anbao doctor"),
                )
            found[str(commitment)] = str(field), salt, value
        return found

    def standing(self, conn: Connection, commitments: Sequence[str]) -> set[str]:
        """Returns those of some commitments whose values have not been erased."""
        marks = ", ".join("?" * len(commitments))
        rows = sql(conn, f"SELECT commitment FROM personal WHERE commitment IN ({marks})", tuple(commitments))
        return {str(commitment) for (commitment,) in rows}

    def values_of(self, conn: Connection, persons: Collection[str]) -> dict[str, str]:
        """Returns all values of persons by commitment, for their erasure. Raises Tampered."""
        found: dict[str, str] = {}
        for person in persons:
            rows = sql(conn, "SELECT commitment FROM personal WHERE person = ?", (person,)).all()
            found |= self.values(conn, [str(commitment) for (commitment,) in rows])
        return found

    def erase(self, conn: Connection, persons: Collection[str]) -> None:
        """Erase keys, salts and values of persons; in a write transaction. Commitments in entries stay as they are."""
        overwrite_what_is_deleted(conn)
        sql_many(conn, "DELETE FROM personal WHERE person = ?", [(person,) for person in persons])
        self.keys.remove(conn, persons)

    def lookup(self, field: str, value: str) -> bytes:
        """What a value is found by without being revealed: HMAC-SHA256 (32 bytes) under the store's look-up key."""
        return digest(self._lookup_key, _message(field, value), "sha256")


def open_vault(store: Store) -> Vault:
    """The vault of a store; its keys are made at the first opening, and a vault of an older release is sealed anew.

    Raises Conflict where the master key lies outside and is not the one given, InvalidInput, StoreError.
    """
    with store.write() as conn:
        keys = PersonKeys(existing_master(conn)) if has_master(conn) else vault_upgrade.begin(conn, REFERENCES)
        return Vault(keys, keys.key(conn, LOOKUP), Cipher(keys.key(conn, ANSWERS)))


def _row(cipher: Cipher, person: str, field: str, value: str) -> Row:
    salt = secrets.token_bytes(_SALT_BYTES)
    commitment = commit(field, salt, value)
    return commitment, person, field, *seal_opening(cipher, commitment, salt, value.encode()), b""


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
