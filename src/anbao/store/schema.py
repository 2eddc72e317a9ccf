"""The declared tables as SQLAlchemy's metadata, for migrations and for the test that they make what is declared."""

from functools import cache
from typing import Any

import sqlalchemy as sa

from anbao.store.tables import BY_NAME
from anbao.store.tables.base import ColumnType, StoreTable, TableColumn, TableIndex

BYTE_ORDER = "C"
"""PostgreSQL's collation that compares by code point."""

_TYPES: dict[str, type[sa.types.TypeEngine[Any]]] = {
    "BIGINT": sa.BigInteger,
    "INTEGER": sa.Integer,
    "TEXT": sa.Text,
    "BYTEA": sa.LargeBinary,
    "BOOLEAN": sa.Boolean,
}


@cache
def declared() -> sa.MetaData:
    """All tables."""
    metadata = sa.MetaData()
    for table in BY_NAME.values():
        _add(metadata, table)
    return metadata


def _add(metadata: sa.MetaData, table: StoreTable) -> None:
    sa.Table(
        table.name,
        metadata,
        *(_column(column) for column in table.c.values()),
        sa.PrimaryKeyConstraint(*table.key),
        *(_index(index) for index in table.indexes),
        comment=table.comment,
        sqlite_with_rowid=table.sqlite_with_rowid,
    )


def _column(column: TableColumn) -> sa.Column[Any]:
    return sa.Column(
        column.name,
        _type(column.type),
        primary_key=column.primary_key,
        autoincrement=False,
        nullable=column.nullable and not column.primary_key,
        unique=column.unique or None,
        server_default=column.server_default,
    )


def _index(index: TableIndex) -> sa.Index:
    where = None if index.where is None else sa.text(index.where)
    return sa.Index(index.name, *index.columns, sqlite_where=where, postgresql_where=where)


def _type(kind: ColumnType) -> sa.types.TypeEngine[Any]:
    if kind.by_code_point:
        return sa.Text().with_variant(sa.Text(collation=BYTE_ORDER), "postgresql")
    if kind.row_number:
        return sa.BigInteger().with_variant(sa.Integer, "sqlite")
    return _TYPES[kind.name]()
