"""Rows in and out of the database, by the names of their columns.

Statements have one placeholder style on both databases. What is inserted names its columns (``insert_many``) or is
structs whose fields are columns (``insert_rows``); what is read into structs (``rows_of``) is matched by name. So no
code depends on the order in which a table's columns stand.
"""

import inspect
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Any, TypeVar

import msgspec

from anbao.store.connection import Connection
from anbao.store.tables.base import Integer, StoreTable

Row = tuple[Any, ...]
Names = tuple[str, ...]
R = TypeVar("R", bound=msgspec.Struct)

_COPY_FROM = 8
"""From so many rows on, COPY beats a pipelined INSERT on PostgreSQL."""

_ROWS_PER_STATEMENT = (100, 25, 5)
"""SQLite takes many rows a quarter faster in statements of several rows, and lets other threads in less often. A few
sizes do for any number of rows, so that each statement is compiled once."""


class Rows:
    """What a statement gave: tuples, in order."""

    __slots__ = ("_cursor",)

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def __iter__(self) -> Iterator[Row]:
        return iter(self._cursor)

    def all(self) -> list[Row]:
        found: list[Row] = self._cursor.fetchall()
        return found

    def first(self) -> Row | None:
        row: Row | None = self._cursor.fetchone()
        self._cursor.close()
        return row

    def one(self) -> Row:
        """Raises LookupError where there is none."""
        row = self.first()
        if row is None:
            raise LookupError("the statement gave no row")
        return row

    def scalar(self) -> Any:
        row = self.first()
        return None if row is None else row[0]

    def scalar_one(self) -> Any:
        """Raises LookupError where there is no row."""
        return self.one()[0]

    @property
    def rowcount(self) -> int:
        """How many rows an UPDATE or DELETE changed."""
        count: int = self._cursor.rowcount
        return count


def sql(conn: Connection, statement: str, parameters: Row = ()) -> Rows:
    """Run one statement; ``?`` marks its parameters on both databases."""
    return Rows(conn.driver.execute(_placed(statement, conn.dialect), parameters))


def sql_many(conn: Connection, statement: str, rows: Sequence[Row]) -> None:
    """Run one statement with each of several sets of parameters, without waiting for each."""
    if rows:
        conn.driver.cursor().executemany(_placed(statement, conn.dialect), rows)


def rows_of(conn: Connection, row: type[R], statement: str, parameters: Row = ()) -> list[R]:
    """Returns what a statement gives as structs, whose fields are matched with its columns by name.

    Raises LookupError where a field without default has no column, or a column no field.
    """
    cursor = conn.driver.execute(_placed(statement, conn.dialect), parameters)
    make = _maker(row, tuple(column[0] for column in cursor.description))
    return [make(one) for one in cursor.fetchall()]


def row_of(conn: Connection, row: type[R], statement: str, parameters: Row = ()) -> R | None:
    """As ``rows_of``: the first; None where there is none."""
    found = rows_of(conn, row, statement, parameters)
    return found[0] if found else None


@cache
def columns_of(row: type[msgspec.Struct]) -> str:
    """Returns the names of a struct's fields, as a statement lists them."""
    return _listed(row.__struct_fields__)


def insert_many(conn: Connection, table: StoreTable, names: Names, rows: Sequence[Row]) -> None:
    """Insert rows whose values stand in the order of ``names``; other columns get their defaults.

    Raises LookupError for a name that the table does not have.
    """
    if not rows:
        return
    if conn.dialect == "postgresql" and len(rows) >= _COPY_FROM:
        with conn.driver.cursor() as cursor, cursor.copy(f"COPY {_target(table, names)} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    if conn.dialect == "sqlite":
        _insert_sqlite(conn, table, names, rows, "")
    else:
        with conn.driver.cursor() as cursor:
            cursor.executemany(_insert(table, names, "postgresql"), rows)


def insert_rows(conn: Connection, table: StoreTable, rows: Sequence[msgspec.Struct]) -> None:
    """As ``insert_many``, for structs of one type whose fields are columns."""
    if rows:
        insert_many(conn, table, rows[0].__struct_fields__, _values(table, rows))


def upsert_many(conn: Connection, table: StoreTable, names: Names, rows: Sequence[Row]) -> None:
    """Insert rows whose values stand in the order of ``names``; where the primary key exists, replace these columns.

    Of equal keys in a batch the last wins. Raises LookupError for a name that the table does not have.
    """
    if not rows:
        return
    if conn.dialect == "sqlite":
        _insert_sqlite(conn, table, names, rows, _on_conflict(table, names))
        return
    places = tuple(names.index(name) for name in table.key)
    unique = {tuple(row[place] for place in places): row for row in rows}
    # One array for each column: the statement is the same for any number of rows, so it is planned once.
    columns = [list(column) for column in zip(*unique.values(), strict=True)]
    conn.driver.execute(_upsert_postgresql(table, names), tuple(columns))


def upsert_rows(conn: Connection, table: StoreTable, rows: Sequence[msgspec.Struct]) -> None:
    """As ``upsert_many``, for structs of one type whose fields are columns."""
    if rows:
        upsert_many(conn, table, rows[0].__struct_fields__, _values(table, rows))


def _values(table: StoreTable, rows: Sequence[msgspec.Struct]) -> list[Row]:
    """The values of structs; a yes or no becomes 1 or 0, which PostgreSQL does not do by itself."""
    found = [msgspec.structs.astuple(row) for row in rows]
    if numbers := _yes_no_as_number(type(rows[0]), table):
        return [tuple(int(one) if at in numbers else one for at, one in enumerate(row)) for row in found]
    return found


@cache
def _yes_no_as_number(row: type[msgspec.Struct], table: StoreTable) -> frozenset[int]:
    """The places of fields that are a yes or no, and whose column holds integers."""
    fields = enumerate(msgspec.structs.fields(row))
    return frozenset(at for at, field in fields if field.type is bool and table.c[field.name].type is Integer)


@cache
def _maker(row: type[R], names: Names) -> Callable[[Row], R]:
    """What makes a struct of a row whose values have these names. Yes and no may stand as 1 and 0 in the database."""
    fields = {field.name: field for field in msgspec.structs.fields(row)}
    lacking = [name for name, field in fields.items() if field.required and name not in names]
    unknown = [name for name in names if name not in fields]
    if lacking or unknown:
        raise LookupError(f"{row.__name__} lacks the columns {lacking} and has no fields {unknown}")
    yes_no = [name for name in names if fields[name].type is bool]
    by_place = all(one.kind != one.KEYWORD_ONLY for one in inspect.signature(row).parameters.values())
    if by_place and not yes_no and names == row.__struct_fields__[: len(names)]:
        return lambda values: row(*values)

    def make(values: Row) -> R:
        held = dict(zip(names, values, strict=True))
        for name in yes_no:
            held[name] = bool(held[name])
        return row(**held)

    return make


@cache
def _placed(statement: str, dialect: str) -> str:
    return statement if dialect == "sqlite" else statement.replace("%", "%%").replace("?", "%s")


def _listed(names: Names) -> str:
    return ", ".join(f'"{name}"' for name in names)


@cache
def _target(table: StoreTable, names: Names) -> str:
    if unknown := [name for name in names if name not in table.c]:
        raise LookupError(f"the table {table.name} has no columns {unknown}")
    return f"{table.name} ({_listed(names)})"


@cache
def _insert(table: StoreTable, names: Names, dialect: str) -> str:
    marks = ", ".join("?" for _ in names)
    return _placed(f"INSERT INTO {_target(table, names)} VALUES ({marks})", dialect)


@cache
def _on_conflict(table: StoreTable, names: Names) -> str:
    rest = [name for name in names if name not in table.key]
    replaced = ", ".join(f'"{name}" = excluded."{name}"' for name in rest)
    return f"ON CONFLICT ({_listed(table.key)}) DO " + (f"UPDATE SET {replaced}" if rest else "NOTHING")


def _insert_sqlite(conn: Connection, table: StoreTable, names: Names, rows: Sequence[Row], tail: str) -> None:
    start = 0
    for count in _ROWS_PER_STATEMENT:
        while len(rows) - start >= count:
            some = chain.from_iterable(rows[start : start + count])
            conn.driver.execute(_many_sqlite(table, names, tail, count), tuple(some))
            start += count
    if start < len(rows):
        conn.driver.executemany(f"{_insert(table, names, 'sqlite')} {tail}", rows[start:])


@cache
def _many_sqlite(table: StoreTable, names: Names, tail: str, count: int) -> str:
    marks = f"({', '.join('?' for _ in names)})"
    return f"INSERT INTO {_target(table, names)} VALUES {', '.join([marks] * count)} {tail}"


@cache
def _upsert_postgresql(table: StoreTable, names: Names) -> str:
    arrays = ", ".join(f"%s::{table.c[name].type.name}[]" for name in names if name in table.c)
    return f"INSERT INTO {_target(table, names)} SELECT * FROM unnest({arrays}) {_on_conflict(table, names)}"
