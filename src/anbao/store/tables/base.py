"""How tables are declared. ``store.schema`` makes of these declarations what migrations and tests compare with.

They are not SQLAlchemy's, whose import would take most of what a command may need to start (decision 0041); what writes
rows needs names, types and keys only.
"""

import msgspec


class ColumnType(msgspec.Struct, frozen=True):
    """``name``: PostgreSQL's, without a collation. ``by_code_point``: text compares by code point on PostgreSQL, as it
    does on SQLite anyway. ``row_number``: SQLite uses the column for its own row numbers.
    """

    name: str
    by_code_point: bool = False
    row_number: bool = False


BigInteger = ColumnType("BIGINT")
RowNumber = ColumnType("BIGINT", row_number=True)
Integer = ColumnType("INTEGER")
Text = ColumnType("TEXT")
LargeBinary = ColumnType("BYTEA")
Boolean = ColumnType("BOOLEAN")


class TableColumn(msgspec.Struct, frozen=True):
    name: str
    type: ColumnType
    primary_key: bool = False
    nullable: bool = True
    unique: bool = False
    server_default: str | None = None


class PrimaryKey:
    """The columns of a primary key, in its order."""

    def __init__(self, *columns: str) -> None:
        self.columns = columns


class TableIndex:
    """``where``: the condition of a partial index."""

    def __init__(self, name: str, *columns: str, where: str | None = None) -> None:
        self.name = name
        self.columns = columns
        self.where = where


class StoreTable:
    """``c``: the columns by name, in order; ``key``: the names of the primary key's columns.

    ``owner``: the module, by its name below ``anbao``, that alone names the table (or a package, whose modules do).
    """

    def __init__(
        self,
        name: str,
        *parts: TableColumn | PrimaryKey | TableIndex,
        owner: str,
        sqlite_with_rowid: bool = True,
        comment: str | None = None,
    ) -> None:
        self.name = name
        self.c = {part.name: part for part in parts if isinstance(part, TableColumn)}
        self.indexes = tuple(part for part in parts if isinstance(part, TableIndex))
        keys = [part.columns for part in parts if isinstance(part, PrimaryKey)]
        self.key = keys[0] if keys else tuple(column.name for column in self.c.values() if column.primary_key)
        self.owner = owner
        self.sqlite_with_rowid = sqlite_with_rowid
        self.comment = comment


def key_column(name: str) -> TableColumn:
    """A text column that compares by code point on both databases."""
    return TableColumn(name, ColumnType("TEXT", by_code_point=True), nullable=False)
