"""The store: both databases keep the same rows and the declared schema, and admit one writer at a time."""

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from anbao.errors import StoreError
from anbao.store import Store, open_store, tables
from anbao.store.bulk import insert_many, sql, upsert_many
from anbao.store.schema import declared
from helpers import sqlalchemy_engine


def rows_of(store: Store, statement: str) -> list[tuple[object, ...]]:
    with store.read() as conn:
        return [tuple(row) for row in sql(conn, statement)]


@pytest.mark.parametrize("count", [1, 5, 500])
def test_many_rows_are_inserted_as_given(store: Store, count: int) -> None:
    given = [(n, "枪\t\n\\", 1, 2, bytes([0, n % 256, 255])) for n in range(count)]
    with store.write() as conn:
        insert_many(conn, tables.entry, given)
    assert rows_of(store, "SELECT idx, kind, at, recorded, data FROM entry ORDER BY idx") == given


def test_upsert_replaces_and_the_last_of_a_batch_wins(store: Store) -> None:
    with store.write() as conn:
        upsert_many(conn, tables.listing, [("a", "m", "c", "pass", 1), ("b", "m", "c", "pass", 2)])
        upsert_many(conn, tables.listing, [("a", "m", "c", "block", 3), ("a", "n", "d", "review", 4)])
    assert rows_of(store, "SELECT * FROM listing ORDER BY id") == [
        ("a", "n", "d", "review", 4),
        ("b", "m", "c", "pass", 2),
    ]


def test_a_failed_write_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError), store.write() as conn:
        upsert_many(conn, tables.listing, [("a", "m", "c", "pass", 1)])
        raise RuntimeError
    assert rows_of(store, "SELECT * FROM listing") == []


def test_writers_of_several_openings_take_turns(empty_url: str) -> None:
    stores = [open_store(empty_url) for _ in range(4)]

    def add_ten(store: Store) -> None:
        for _ in range(10):
            with store.write() as conn:
                top = sql(conn, "SELECT coalesce(max(idx), -1) FROM entry").scalar_one()
                insert_many(conn, tables.entry, [(top + 1, "k", 0, 0, b"")])

    threads = [threading.Thread(target=add_ten, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows_of(stores[0], "SELECT idx FROM entry ORDER BY idx") == [(n,) for n in range(40)]
    for store in stores:
        store.close()


def test_migrations_make_the_declared_schema(store: Store) -> None:
    with sqlalchemy_engine(store.url).begin() as conn:
        assert compare_metadata(MigrationContext.configure(conn), declared()) == []


def test_opening_again_keeps_what_was_written(empty_url: str) -> None:
    first = open_store(empty_url)
    with first.write() as conn:
        insert_many(conn, tables.entry, [(0, "k", 0, 0, b"x")])
    first.close()
    second = open_store(empty_url)
    assert rows_of(second, "SELECT data FROM entry") == [(b"x",)]
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
