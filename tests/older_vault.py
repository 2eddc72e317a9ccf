"""A vault as older releases left it: values in the clear (0.1) or under one key of the store, salts in the clear."""

from anbao.ledger import Vault
from anbao.ledger.cipher import Cipher
from anbao.ledger.person_keys import LOOKUP
from anbao.store import Connection, meta
from anbao.store.bulk import sql


def make_older(vault: Vault, source: Connection, conn: Connection, key: bytes | None) -> None:
    """Give ``conn``, which holds the same rows as ``source``, the values and the keys of an older release."""
    for (commitment,) in sql(source, "SELECT commitment FROM personal").all():
        field, salt, value = vault.opening(source, commitment)
        sealed = value.encode() if key is None else Cipher(key).seal(value.encode(), commitment.encode())
        row = (salt, sealed, vault.lookup(field, value), commitment)
        sql(conn, "UPDATE personal SET salt = ?, value = ?, lookup = ? WHERE commitment = ?", row)
    meta.write(conn, "vault.lookup", vault.keys.key(source, LOOKUP))
    for name in ("vault.master", "vault.master.id"):
        meta.remove(conn, name)
    if key is not None:
        meta.write(conn, "vault.key", key)
