"""A store beside the real one, for what is derived again and thrown away: SQLite, made from the tables' declarations.

Migrations are not run: they load SQLAlchemy and take half a second, and nothing here is ever upgraded.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from anbao.store import tables
from anbao.store.bulk import sql
from anbao.store.connection import Connection
from anbao.store.engine import open_sqlite_file
from anbao.store.tables.base import StoreTable, TableColumn

_TYPES = {"BIGINT": "BIGINT", "INTEGER": "INTEGER", "TEXT": "TEXT", "BYTEA": "BLOB", "BOOLEAN": "BOOLEAN"}
"""SQLite's names of the declared types."""


@contextmanager
def scratch_store() -> Iterator[Connection]:
    """Yields a write transaction in an empty store with all tables; both go with the context."""
    from tempfile import TemporaryDirectory  # only here: it takes time to load

    with TemporaryDirectory() as folder:
        store = open_sqlite_file(Path(folder) / "scratch.db")
        try:
            with store.write() as conn:
                for table in tables.BY_NAME.values():
                    for statement in statements(table):
                        sql(conn, statement)
                yield conn
        finally:
            store.close()


def statements(table: StoreTable) -> Iterator[str]:
    """Returns what makes a table and its indexes in SQLite."""
    parts = [_column(one) for one in table.c.values()]
    parts.append(f"PRIMARY KEY ({', '.join(table.key)})")
    rowid = "" if table.sqlite_with_rowid else " WITHOUT ROWID"
    yield f'CREATE TABLE "{table.name}" ({", ".join(parts)}){rowid}'
    for index in table.indexes:
        where = f" WHERE {index.where}" if index.where else ""
        yield f'CREATE INDEX "{index.name}" ON "{table.name}" ({", ".join(index.columns)}){where}'


def _column(one: TableColumn) -> str:
    # SQLite numbers rows by a column of type INTEGER that is the primary key; BIGINT would be another column.
    kind = "INTEGER" if one.type.row_number else _TYPES[one.type.name]
    default = f" DEFAULT '{one.server_default}'" if one.server_default is not None else ""
    return f"{one.name} {kind}{'' if one.nullable else ' NOT NULL'}{' UNIQUE' if one.unique else ''}{default}"
