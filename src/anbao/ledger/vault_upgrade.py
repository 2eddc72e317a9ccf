"""The vault of an older release: values in the clear (0.1), or under one key of the store, and salts in the clear.

They are sealed anew under a key of each person when the store is first opened; commitments and entries stay.
"""

import secrets
from collections.abc import Collection
from typing import Any

from anbao.ledger.cipher import KEY_BYTES, Cipher, seal_opening
from anbao.ledger.master import LocalMasterKey, master_in_environment
from anbao.ledger.person_keys import ANSWERS, LOOKUP, PersonKeys, new_master, not_given, overwrite_what_is_deleted
from anbao.store import Connection, meta
from anbao.store.bulk import sql, sql_many

_OLD_KEY = "vault.key"
_OLD_DIGEST = "vault.key.digest"
_OLD_LOOKUP = "vault.lookup"
_AT_ONCE = 10_000


def begin(conn: Connection, references: Collection[str]) -> PersonKeys:
    """Give a store its master key, its own keys, and every person in it a key; in its first write transaction.

    ``references``: the fields whose values are found again, of which alone the keyed hash stays.
    Raises Conflict where the old key lies outside and was not given, InvalidInput for one that cannot be read.
    """
    old, stored = meta.read(conn, _OLD_KEY), meta.read(conn, _OLD_DIGEST)
    given = master_in_environment()
    overwrite_what_is_deleted(conn)
    if stored is not None and (given is None or given.id != stored.hex()):
        raise not_given()
    keys = PersonKeys(new_master(conn))
    lookup = meta.read(conn, _OLD_LOOKUP) or secrets.token_bytes(KEY_BYTES)
    keys.add(conn, [(LOOKUP, lookup), (ANSWERS, secrets.token_bytes(KEY_BYTES))])
    if stored is not None:
        assert isinstance(given, LocalMasterKey), "older releases had keys in files only"
        _seal_anew(conn, keys, given.cipher, references)
    else:
        _seal_anew(conn, keys, None if old is None else Cipher(old), references)
    for name in (_OLD_KEY, _OLD_DIGEST, _OLD_LOOKUP):
        meta.remove(conn, name)
    return keys


def _seal_anew(conn: Connection, keys: PersonKeys, old: Cipher | None, references: Collection[str]) -> None:
    after = ""
    while True:
        rows: Any = sql(
            conn,
            "SELECT commitment, person, salt, value, lookup, field FROM personal WHERE commitment > ?"
            " ORDER BY commitment LIMIT ?",
            (after, _AT_ONCE),
        ).all()
        if not rows:
            return
        after = rows[-1][0]
        ciphers = keys.ciphers(conn, [row[1] for row in rows])
        changed = []
        for commitment, person, salt, value, lookup, field in rows:
            plain = bytes(value) if old is None else old.open(bytes(value), commitment.encode())
            sealed = seal_opening(ciphers[person], commitment, bytes(salt), plain)
            changed.append((*sealed, bytes(lookup) if field in references else b"", commitment))
        sql_many(conn, "UPDATE personal SET salt = ?, value = ?, lookup = ? WHERE commitment = ?", changed)
