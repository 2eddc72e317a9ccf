"""One data key for each person whose values lie in the vault, wrapped by the master key (decision 0045).

Invariants: whoever seals has read the key's row in the same write transaction, so that no value is ever sealed under a
key that another process erased or wrapped anew; an unwrapped key is cached under its wrapped bytes and so never stands
for another row. ``STORE_KEYS`` are keys of the store itself, which lie in the same table.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping

from anbao.errors import Conflict
from anbao.ledger.cipher import KEY_BYTES, Cipher
from anbao.ledger.master import VAULT_KEY_VARIABLE, LocalMasterKey, MasterKey, master_in_environment
from anbao.store import Connection, meta, tables
from anbao.store.bulk import insert_many, sql, sql_many
from anbao.text import Text

LOOKUP = "store:lookup"
"""The key of the HMAC by which references are found again."""

ANSWERS = "store:answers"
"""The key of answers that are stored for repeated requests."""

STORE_KEYS = frozenset({LOOKUP, ANSWERS})

_MASTER = "vault.master"
_MASTER_ID = "vault.master.id"
_PER_QUERY = 1_000
_CACHED = 20_000


class PersonKeys:
    """The data keys of a store. Every method works in the caller's transaction."""

    def __init__(self, master: MasterKey) -> None:
        self._master = master
        self._unwrapped: dict[bytes, bytes] = {}

    def ciphers(self, conn: Connection, persons: Iterable[str]) -> dict[str, Cipher]:
        """Returns what seals the values of each person; keys are made for those who have none. In a write transaction.

        Raises Conflict where the master key is another by now.
        """
        names = list(dict.fromkeys(persons))
        found = self.unwrap(conn, self.wrapped(conn, names))
        missing = [name for name in names if name not in found]
        if missing:
            made = [(name, secrets.token_bytes(KEY_BYTES)) for name in missing]
            self.add(conn, made)
            found.update(made)
        return {name: Cipher(key) for name, key in found.items()}

    def add(self, conn: Connection, keys: list[tuple[str, bytes]]) -> None:
        """Store data keys of persons who have none."""
        wrapped = self._current(conn).wrap(keys)
        rows = [(name, sealed) for (name, _), sealed in zip(keys, wrapped, strict=True)]
        insert_many(conn, tables.person_key, ("person", "wrapped"), rows)

    def wrapped(self, conn: Connection, persons: Iterable[str]) -> dict[str, bytes]:
        """Returns the wrapped keys of those who have one."""
        names, found = list(persons), dict[str, bytes]()
        for start in range(0, len(names), _PER_QUERY):
            some = tuple(names[start : start + _PER_QUERY])
            marks = ", ".join("?" * len(some))
            rows = sql(conn, f"SELECT person, wrapped FROM person_key WHERE person IN ({marks})", some)
            found.update((str(person), bytes(wrapped)) for person, wrapped in rows)
        return found

    def unwrap(self, conn: Connection, wrapped: Mapping[str, bytes]) -> dict[str, bytes]:
        """Returns data keys. Raises Tampered, StoreError, or Conflict where the master key is another by now."""
        unknown = [(person, one) for person, one in wrapped.items() if one not in self._unwrapped]
        fresh = dict[bytes, bytes]()
        if unknown:
            keys = self._current(conn).unwrap(unknown)
            fresh = {one: key for (_, one), key in zip(unknown, keys, strict=True)}
        found = {person: fresh.get(one) or self._unwrapped[one] for person, one in wrapped.items()}
        if len(self._unwrapped) + len(fresh) > _CACHED:
            self._unwrapped.clear()
        self._unwrapped.update(fresh)
        return found

    def key(self, conn: Connection, name: str) -> bytes:
        """Returns a key of the store's own. Raises KeyError where it has not been made."""
        return self.unwrap(conn, self.wrapped(conn, [name]))[name]

    def remove(self, conn: Connection, persons: Iterable[str]) -> None:
        """Erase the keys of persons: what was sealed under them can be opened nowhere, in no copy, any more."""
        sql_many(conn, "DELETE FROM person_key WHERE person = ?", [(person,) for person in persons])
        self._unwrapped.clear()

    def rotate(self, conn: Connection, to: MasterKey | None) -> tuple[str, str, int]:
        """Wrap every key anew, under ``to`` or under a new key in the store.

        Returns the names of the old and the new master key and the number of keys. In a write transaction.
        """
        old, count = self._current(conn), 0
        new, raw = (to, None) if to is not None else _made()
        overwrite_what_is_deleted(conn)
        for rows in _all(conn):
            keys = zip([person for person, _ in rows], old.unwrap(rows), strict=True)
            renewed = new.wrap(list(keys))
            changed = [(one, person) for (person, _), one in zip(rows, renewed, strict=True)]
            sql_many(conn, "UPDATE person_key SET wrapped = ? WHERE person = ?", changed)
            count += len(rows)
        _state(conn, new, raw)
        return old.id, new.id, count

    def _current(self, conn: Connection) -> MasterKey:
        """The master key in force, which another process may have changed."""
        if (meta.read(conn, _MASTER_ID) or b"").decode() != self._master.id:
            self._master = existing_master(conn)
        return self._master


def has_master(conn: Connection) -> bool:
    """Whether the store has a master key, and so a key for each person."""
    return meta.read(conn, _MASTER_ID) is not None


def existing_master(conn: Connection) -> MasterKey:
    """The master key in force. Raises Conflict where it lies outside and was not given, or is another one."""
    raw, identity = meta.read(conn, _MASTER), (meta.read(conn, _MASTER_ID) or b"").decode()
    if raw is not None:
        return LocalMasterKey(raw)
    given = master_in_environment()
    if given is None or given.id != identity:
        raise not_given()
    return given


def new_master(conn: Connection) -> MasterKey:
    """The master key of a store that has none: the one that the environment names, or a new one in the store."""
    given = master_in_environment()
    master, raw = (given, None) if given is not None else _made()
    _state(conn, master, raw)
    return master


def overwrite_what_is_deleted(conn: Connection) -> None:
    """On SQLite: pages are overwritten with zeros where rows go, in this transaction's connection."""
    if conn.dialect == "sqlite":
        sql(conn, "PRAGMA secure_delete=ON")


def not_given() -> Conflict:
    """The store's master key lies outside, and was not given."""
    return Conflict(
        Text("本存储的个人信息密钥在外部，未给出或不符", "the store's vault key lies outside, and was not given"),
        hint=Text(f"设环境变量 {VAULT_KEY_VARIABLE}", f"set {VAULT_KEY_VARIABLE} to where it is"),
    )


def _made() -> tuple[MasterKey, bytes]:
    key = secrets.token_bytes(KEY_BYTES)
    return LocalMasterKey(key), key


def _state(conn: Connection, master: MasterKey, raw: bytes | None) -> None:
    meta.write(conn, _MASTER_ID, master.id.encode())
    if raw is None:
        meta.remove(conn, _MASTER)
    else:
        meta.write(conn, _MASTER, raw)


def _all(conn: Connection) -> Iterator[list[tuple[str, bytes]]]:
    after = ""
    while True:
        rows = sql(
            conn, "SELECT person, wrapped FROM person_key WHERE person > ? ORDER BY person LIMIT ?", (after, _PER_QUERY)
        ).all()
        if not rows:
            return
        found = [(str(person), bytes(wrapped)) for person, wrapped in rows]
        yield found
        after = found[-1][0]
