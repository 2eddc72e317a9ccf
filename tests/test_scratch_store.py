"""The store beside the real one has the tables that migrations make."""

from pathlib import Path

from anbao.store import open_store
from anbao.store.bulk import sql
from anbao.store.connection import Connection
from anbao.store.scratch import scratch_store

NOT_OURS = {"alembic_version"}


def shape(conn: Connection) -> dict[str, tuple[object, ...]]:
    """Of each table its columns, with what must be given, their place in the key, and its indexes."""
    names = {name for (name,) in sql(conn, "SELECT name FROM sqlite_master WHERE type = 'table'").all()} - NOT_OURS
    found: dict[str, tuple[object, ...]] = {}
    for name in sorted(names):
        listed = sql(conn, f'PRAGMA table_info("{name}")').all()
        columns = {(column, bool(needed or key), key) for _, column, _, needed, _, key in listed}
        made = sql(conn, f'PRAGMA index_list("{name}")').all()
        indexes = {(index, partial) for _, index, _, origin, partial in made if origin == "c"}
        found[name] = (columns, indexes)
    return found


def test_it_has_the_tables_columns_keys_and_indexes_of_a_migrated_one(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/migrated.db")
    with store.read() as migrated, scratch_store() as scratch:
        assert shape(scratch) == shape(migrated)
    store.close()
