"""What a store knows of itself, by name: its identity, its keys, how far an upgrade has come."""

from anbao.store import tables
from anbao.store.bulk import sql, upsert_many
from anbao.store.connection import Connection


def read(conn: Connection, key: str) -> bytes | None:
    """Returns a value; None where there is none."""
    found = sql(conn, "SELECT value FROM meta WHERE key = ?", (key,)).scalar()
    return None if found is None else bytes(found)


def write(conn: Connection, key: str, value: bytes) -> None:
    """Write a value, in the place of the one before."""
    upsert_many(conn, tables.meta, ("key", "value"), [(key, value)])


def remove(conn: Connection, key: str) -> None:
    """Forget a value."""
    sql(conn, "DELETE FROM meta WHERE key = ?", (key,))
