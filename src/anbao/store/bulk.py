"""The hot statements: many rows at once, and driver-level SQL with one placeholder style on both databases."""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Any

from anbao.store.connection import Connection
from anbao.store.tables.base import StoreTable

Row = tuple[Any, ...]

_COPY_FROM = 8
"""From so many rows on, COPY beats a pipelined INSERT on PostgreSQL."""

_ROWS_PER_STATEMENT = 100
"""SQLite takes many rows a quarter faster in statements of several rows, and lets other threads in less often."""


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


def insert_many(conn: Connection, table: StoreTable, rows: Sequence[Row]) -> None:
    """Insert rows given in the table's column order."""
    if not rows:
        return
    if conn.dialect == "postgresql" and len(rows) >= _COPY_FROM:
        with conn.driver.cursor() as cursor, cursor.copy(f"COPY {table.name} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    if conn.dialect == "sqlite":
        _insert_sqlite(conn, table, rows, "")
    else:
        with conn.driver.cursor() as cursor:
            cursor.executemany(_insert(table, "postgresql"), rows)


def upsert_many(conn: Connection, table: StoreTable, rows: Sequence[Row]) -> None:
    """Insert rows; where the primary key exists, replace the other columns. Of equal keys in a batch the last wins."""
    if not rows:
        return
    if conn.dialect == "sqlite":
        _insert_sqlite(conn, table, rows, _on_conflict(table))
        return
    places = _key_places(table)
    unique = {tuple(row[place] for place in places): row for row in rows}
    columns = [list(column) for column in zip(*unique.values(), strict=True)]
    conn.driver.execute(_upsert_postgresql(table), tuple(columns))


@cache
def _placed(statement: str, dialect: str) -> str:
    return statement if dialect == "sqlite" else statement.replace("%", "%%").replace("?", "%s")


@cache
def _key_places(table: StoreTable) -> tuple[int, ...]:
    names = list(table.c)
    return tuple(names.index(name) for name in table.key)


@cache
def _insert(table: StoreTable, dialect: str) -> str:
    marks = ", ".join("?" for _ in table.c)
    return _placed(f"INSERT INTO {table.name} VALUES ({marks})", dialect)


@cache
def _on_conflict(table: StoreTable) -> str:
    rest = [name for name in table.c if name not in table.key]
    replaced = ", ".join(f"{name} = excluded.{name}" for name in rest)
    return f"ON CONFLICT ({', '.join(table.key)}) DO " + (f"UPDATE SET {replaced}" if rest else "NOTHING")


def _insert_sqlite(conn: Connection, table: StoreTable, rows: Sequence[Row], tail: str) -> None:
    whole = len(rows) - len(rows) % _ROWS_PER_STATEMENT
    for start in range(0, whole, _ROWS_PER_STATEMENT):
        some = chain.from_iterable(rows[start : start + _ROWS_PER_STATEMENT])
        conn.driver.execute(_many_sqlite(table, tail), tuple(some))
    if whole < len(rows):
        conn.driver.executemany(f"{_insert(table, 'sqlite')} {tail}", rows[whole:])


@cache
def _many_sqlite(table: StoreTable, tail: str) -> str:
    marks = f"({', '.join('?' for _ in table.c)})"
    return f"INSERT INTO {table.name} VALUES {', '.join([marks] * _ROWS_PER_STATEMENT)} {tail}"


@cache
def _upsert_postgresql(table: StoreTable) -> str:
    arrays = ", ".join(f"%s::{column.type.name}[]" for column in table.c.values())
    names = ", ".join(table.c)
    return f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({arrays}) {_on_conflict(table)}"
