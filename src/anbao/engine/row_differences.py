"""The same table in two stores, compared by primary key: in batches, so that memory does not grow with the table."""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from anbao.store import Connection
from anbao.store.bulk import Row, insert_many, sql
from anbao.store.tables.base import StoreTable

_AT_ONCE = 1_000


class Difference(msgspec.Struct, frozen=True):
    """A row that is stored in another form than it was derived in; ``names``: the columns that were compared.

    ``stored``: None where the row misses; ``derived``: None where nothing gives it.
    """

    table: str
    names: tuple[str, ...]
    key: Row
    stored: Row | None
    derived: Row | None

    @property
    def columns(self) -> tuple[str, ...]:
        """Returns the names of the columns that differ; all where a row misses or is too many."""
        if self.stored is None or self.derived is None:
            return self.names
        return tuple(
            name for name, one, other in zip(self.names, self.stored, self.derived, strict=True) if one != other
        )


def unequal(
    table: StoreTable, stored: Connection, derived: Connection, names: tuple[str, ...] = ()
) -> Iterator[Difference]:
    """Returns the differences of one table in these columns, by default in all.

    What is stored is looked up among what is derived, and the reverse.
    """
    names = names or tuple(table.c)
    places = [names.index(name) for name in table.key]
    for row, other in _paired(table, names, stored, derived):
        if row != other:
            yield Difference(table.name, names, tuple(row[place] for place in places), row, other)
    for row, other in _paired(table, names, derived, stored):
        if other is None:
            yield Difference(table.name, names, tuple(row[place] for place in places), None, row)


def _paired(
    table: StoreTable, names: Sequence[str], first: Connection, second: Connection
) -> Iterator[tuple[Row, Row | None]]:
    """Returns each row of one store with that of the same key in the other, None where it misses."""
    look_up = _by_key(table, names, second)
    last: Row = ()
    places = [names.index(name) for name in table.key]
    key, marks = ", ".join(table.key), ", ".join("?" * len(table.key))
    while True:
        after = f"WHERE ({key}) > ({marks})" if last else ""
        rows = sql(
            first, f"SELECT {', '.join(names)} FROM {table.name} {after} ORDER BY {key} LIMIT {_AT_ONCE}", last
        ).all()
        for row in rows:
            last = tuple(row[place] for place in places)
            yield _plain(row), look_up(last)
        if len(rows) < _AT_ONCE:
            return


def _by_key(table: StoreTable, names: Sequence[str], conn: Connection) -> Callable[[Row], Row | None]:
    where = " AND ".join(f"{name} = ?" for name in table.key)
    statement = f"SELECT {', '.join(names)} FROM {table.name} WHERE {where}"

    def look_up(key: Row) -> Row | None:
        row = sql(conn, statement, key).first()
        return None if row is None else _plain(row)

    return look_up


def _plain(row: Row) -> Row:
    """Returns a row with the same values from both databases."""
    return tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)


def mend(conn: Connection, table: StoreTable, one: Difference) -> None:
    """Make a stored row what was derived; in a write transaction."""
    where = " AND ".join(f"{name} = ?" for name in table.key)
    if one.derived is None:
        sql(conn, f"DELETE FROM {table.name} WHERE {where}", one.key)
    elif one.stored is None:
        insert_many(conn, table, one.names, [one.derived])
    else:
        given = dict(zip(one.names, one.derived, strict=True))
        changed = ", ".join(f"{name} = ?" for name in one.columns)
        values = tuple(given[name] for name in one.columns)
        sql(conn, f"UPDATE {table.name} SET {changed} WHERE {where}", (*values, *one.key))
