"""The store: both databases keep the same rows and the declared schema, and admit one writer at a time."""

import threading
from pathlib import Path

import msgspec
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from anbao.errors import StoreError
from anbao.store import Store, open_store, tables
from anbao.store.bulk import columns_of, insert_many, insert_rows, row_of, rows_of, sql, upsert_many, upsert_rows
from anbao.store.schema import declared
from helpers import sqlalchemy_engine

ENTRY_COLUMNS = ("idx", "kind", "at", "recorded", "data")
LISTING_COLUMNS = ("id", "merchant", "category", "outcome", "entry")


def all_of(store: Store, statement: str) -> list[tuple[object, ...]]:
    with store.read() as conn:
        return [tuple(row) for row in sql(conn, statement)]


@pytest.mark.parametrize("count", [1, 5, 500])
def test_many_rows_are_inserted_as_given(store: Store, count: int) -> None:
    given = [(n, "枪\t\n\\", 1, 2, bytes([0, n % 256, 255])) for n in range(count)]
    with store.write() as conn:
        insert_many(conn, tables.entry, ENTRY_COLUMNS, given)
    assert all_of(store, "SELECT idx, kind, at, recorded, data FROM entry ORDER BY idx") == given


def test_upsert_replaces_and_the_last_of_a_batch_wins(store: Store) -> None:
    with store.write() as conn:
        upsert_many(
            conn,
            tables.listing,
            LISTING_COLUMNS,
            [("a", "m", "c", "pass", 1), ("b", "m", "c", "pass", 2)],
        )
        upsert_many(
            conn,
            tables.listing,
            LISTING_COLUMNS,
            [("a", "m", "c", "block", 3), ("a", "n", "d", "review", 4)],
        )
    assert all_of(store, "SELECT id, merchant, category, outcome, entry FROM listing ORDER BY id") == [
        ("a", "n", "d", "review", 4),
        ("b", "m", "c", "pass", 2),
    ]


class ViolationRow(msgspec.Struct, frozen=True, kw_only=True):
    """Fields in another order than the table's columns, and one that is a yes or no."""

    serious: bool
    id: str
    merchant: str = "m"
    state: str = "found"
    listing: str = ""
    hazard: str = ""
    field: str = "market"
    severity: int = 3
    at: int = 0
    entry: int = 0


class Head(msgspec.Struct, frozen=True):
    """Some columns only, by place."""

    id: str
    merchant: str


def test_structs_go_in_and_come_out_by_the_names_of_columns(store: Store) -> None:
    given = [ViolationRow(serious=True, id="v1"), ViolationRow(serious=False, id="v2", severity=5)]
    with store.write() as conn:
        insert_rows(conn, tables.violation, given)
        upsert_rows(conn, tables.violation, [ViolationRow(serious=True, id="v2", severity=4)])
        insert_rows(conn, tables.violation, [])
    with store.read() as conn:
        found = rows_of(conn, ViolationRow, f"SELECT {columns_of(ViolationRow)} FROM violation ORDER BY id")
        assert found == [given[0], ViolationRow(serious=True, id="v2", severity=4)]
        assert [one.serious for one in found] == [True, True]
        assert type(found[0].serious) is bool
        backwards = "SELECT merchant, id FROM violation WHERE id = ?"
        assert row_of(conn, Head, backwards, ("v1",)) == Head("v1", "m")
        assert row_of(conn, Head, backwards, ("v3",)) is None


@pytest.mark.parametrize("columns", ["id", "id, merchant, state"])
def test_a_statement_that_does_not_fit_its_struct_is_refused(store: Store, columns: str) -> None:
    with store.read() as conn, pytest.raises(LookupError, match="Head"):
        rows_of(conn, Head, f"SELECT {columns} FROM violation")


def test_a_column_that_does_not_exist_is_refused(store: Store) -> None:
    with store.write() as conn, pytest.raises(LookupError, match="colour"):
        insert_many(conn, tables.listing, ("id", "colour"), [("a", "red")])


def test_columns_that_are_not_named_get_their_defaults_or_stay(store: Store) -> None:
    with store.write() as conn:
        insert_many(conn, tables.hazard_picture, ("hazard", "since", "hash", "weight"), [("h", 1, "00", b"")])
        upsert_many(conn, tables.listing, LISTING_COLUMNS, [("a", "m", "c", "pass", 1)])
        names = ("id", "merchant", "category", "outcome", "entry")
        upsert_many(conn, tables.listing, names[::-1], [(2, "block", "c", "m", "a")])
    assert all_of(store, "SELECT until FROM hazard_picture") == [(None,)]
    assert all_of(store, "SELECT outcome, entry FROM listing") == [("block", 2)]


def test_a_failed_write_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError), store.write() as conn:
        upsert_many(conn, tables.listing, LISTING_COLUMNS, [("a", "m", "c", "pass", 1)])
        raise RuntimeError
    assert all_of(store, "SELECT id FROM listing") == []


def test_writers_of_several_openings_take_turns(empty_url: str) -> None:
    stores = [open_store(empty_url) for _ in range(4)]

    def add_ten(store: Store) -> None:
        for _ in range(10):
            with store.write() as conn:
                top = sql(conn, "SELECT coalesce(max(idx), -1) FROM entry").scalar_one()
                insert_many(conn, tables.entry, ENTRY_COLUMNS, [(top + 1, "k", 0, 0, b"")])

    threads = [threading.Thread(target=add_ten, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all_of(stores[0], "SELECT idx FROM entry ORDER BY idx") == [(n,) for n in range(40)]
    for store in stores:
        store.close()


def test_migrations_make_the_declared_schema(store: Store) -> None:
    with sqlalchemy_engine(store.url).begin() as conn:
        assert compare_metadata(MigrationContext.configure(conn), declared()) == []


def test_opening_again_keeps_what_was_written(empty_url: str) -> None:
    first = open_store(empty_url)
    with first.write() as conn:
        insert_many(conn, tables.entry, ENTRY_COLUMNS, [(0, "k", 0, 0, b"x")])
    first.close()
    second = open_store(empty_url)
    assert all_of(second, "SELECT data FROM entry") == [(b"x",)]
    second.close()


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://x/y", "sqlite://", "sqlite:////no/such/dir/a.db", "postgresql://nobody@127.0.0.1:1/x"]
)
def test_a_store_that_cannot_be_opened_says_why(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(url)
    assert caught.value.what.zh
    assert caught.value.hint is not None


def test_a_missing_file_is_not_made_when_only_reading_is_wanted(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        open_store(f"sqlite:///{tmp_path / 'none.db'}", create=False)
    assert not (tmp_path / "none.db").exists()
