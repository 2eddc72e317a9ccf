"""Opening a store, and its two kinds of transaction.

Invariants: one writer at a time per store, whatever the number of threads and processes (``BEGIN IMMEDIATE`` on SQLite,
a transaction-scoped advisory lock on PostgreSQL), each in its turn; a commit that returned is durable (WAL with
synchronous=FULL; PostgreSQL's synchronous_commit).
"""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from anbao import localfiles
from anbao.errors import StoreError
from anbao.store.connection import Connection, ConnectionPool, Dialect
from anbao.store.gate import poll, turn
from anbao.store.migrate import bring_up_to_date, is_current
from anbao.store.url import postgresql_parameters, sqlite_path, without_password
from anbao.text import Text

WRITER_LOCK = 0x616E_6261_6F
"""Key of the PostgreSQL advisory lock that makes one writer the sequencer ("anbao")."""

BUSY_SECONDS = 60


class Store:
    """A database with Anbao's tables. ``url`` is as the user gave it."""

    def __init__(self, url: str, dialect: Dialect, writer: ConnectionPool, reader: ConnectionPool) -> None:
        self.url = url
        self.dialect: Dialect = dialect
        self.writer = writer
        self.reader = reader

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """The exclusive write transaction: durable on exit, rolled back on an exception."""
        with _reported(self.url), self.writer.transaction() as conn:
            yield conn

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read transaction that sees one state of the store throughout."""
        with _reported(self.url), self.reader.transaction() as conn:
            yield conn

    def settle_deletions(self, tables: Sequence[str]) -> bool:
        """Let the database's own files go of what was deleted; outside a transaction. Whether all of it is gone.

        On SQLite the write-ahead log is written back and cut to nothing, which waits for readers; on PostgreSQL the
        tables are vacuumed. Archives of the write-ahead log and backups are not reached.
        """
        with _reported(self.url):
            driver = self.writer.connect()
            try:
                if self.dialect == "sqlite":
                    busy = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                    return not busy
                driver.autocommit = True
                for table in tables:
                    driver.execute(f'VACUUM "{table}"')
                return True
            finally:
                driver.close()

    def close(self) -> None:
        self.writer.close()
        self.reader.close()


def open_store(url: str, *, create: bool = True) -> Store:
    """Open ``sqlite:///path`` or ``postgresql://…``; create or upgrade its tables.

    Raises StoreError for an unknown URL, a missing file with ``create=False``, or a database that cannot be reached.
    """
    path = sqlite_path(url)
    store = _open_postgresql(url) if path is None else _open_sqlite(url, path, create)
    with store.read() as conn:
        current = is_current(conn)
    if not current:
        with _reported(url):
            bring_up_to_date(url, store.writer)
    return store


def open_sqlite_file(path: Path) -> Store:
    """Open a SQLite file as it is; its tables are the caller's."""
    return _open_sqlite(f"sqlite:///{path}", path, create=True)


def _open_sqlite(url: str, path: Path, create: bool) -> Store:
    if not create and not path.exists():
        raise StoreError(
            Text(f"没有这个存储：{path}", f"no such store: {path}"),
            hint=Text("检查 --store 的路径", "check the path given to --store"),
        )
    if not path.parent.is_dir():
        raise StoreError(
            Text(f"目录不存在：{path.parent}", f"no such directory: {path.parent}"),
            hint=Text("先建好目录", "create the directory first"),
        )
    _make_private(path)
    connect = partial(_connect_sqlite, str(path))
    writer = ConnectionPool(connect, partial(_begin_sqlite, str(path)), "sqlite")
    return Store(url, "sqlite", writer, ConnectionPool(connect, _begin_reading, "sqlite"))


def _open_postgresql(url: str) -> Store:
    parameters = postgresql_parameters(url)
    import psycopg  # a store on SQLite does without PostgreSQL's driver

    def connect(level: psycopg.IsolationLevel) -> Any:
        driver = psycopg.connect(**parameters)  # type: ignore[arg-type]
        driver.isolation_level = level
        return driver

    def lock(driver: Any) -> None:
        driver.execute("SELECT pg_advisory_xact_lock(%s)", (WRITER_LOCK,))

    return Store(
        url,
        "postgresql",
        ConnectionPool(partial(connect, psycopg.IsolationLevel.READ_COMMITTED), lock, "postgresql"),
        ConnectionPool(partial(connect, psycopg.IsolationLevel.REPEATABLE_READ), lambda _: None, "postgresql"),
    )


def _make_private(path: Path) -> None:
    """A new database is for its owner only; SQLite gives ``-wal`` and ``-shm`` the mode of the database."""
    try:
        localfiles.touch(path)
    except OSError as error:
        raise StoreError(
            Text(f"无法打开存储 {path}：{error.strerror}", f"the store {path} cannot be opened: {error.strerror}"),
            hint=Text("检查路径与权限", "check the path and the permissions"),
        ) from error


def _connect_sqlite(file: str) -> sqlite3.Connection:
    """``isolation_level=None``: transactions are opened here, not by the driver."""
    driver = sqlite3.connect(file, timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None)
    for pragma in (
        "page_size=8192",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "cache_size=-65536",
        "wal_autocheckpoint=8192",
        "secure_delete=FAST",
    ):
        driver.execute(f"PRAGMA {pragma}")
    return driver


def _begin_reading(driver: sqlite3.Connection) -> None:
    driver.execute("BEGIN")


def _begin_sqlite(file: str, driver: sqlite3.Connection) -> None:
    driver.execute("PRAGMA busy_timeout=0")  # waiting is done here, in turns
    end = time.monotonic() + BUSY_SECONDS
    with turn(file, end):
        if not poll(lambda: _begins(driver), end):
            driver.execute("BEGIN IMMEDIATE")


def _begins(driver: sqlite3.Connection) -> bool:
    """Take the write lock if nobody has it."""
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            return False
        raise
    return True


@contextmanager
def _reported(url: str) -> Iterator[None]:
    try:
        yield
    except _database_errors(url) as error:
        if isinstance(error, sqlite3.DatabaseError) and not _is_no_database(error):
            raise
        shown = without_password(url)
        cause = str(error).strip().splitlines()[0]
        raise StoreError(
            Text(f"存储 {shown} 不可用：{cause}", f"store {shown} is not available: {cause}"),
            hint=Text("检查数据库是否运行、可写、未被占用", "check that the database runs, is writable and not locked"),
        ) from error


def _database_errors(url: str) -> tuple[type[Exception], ...]:
    """Asked for only once something failed."""
    if url.startswith("sqlite:"):
        return (sqlite3.DatabaseError,)
    import psycopg

    return (psycopg.OperationalError,)


def is_database_error(error: Exception) -> bool:
    """Whether a driver raised it; what such an error says may name hosts, users and paths."""
    return isinstance(error, sqlite3.Error) or type(error).__module__.partition(".")[0] == "psycopg"


def _is_no_database(error: sqlite3.DatabaseError) -> bool:
    """Whether a file is no SQLite database, or a broken one; or the error is one of those that mean "not available"."""
    if isinstance(error, sqlite3.OperationalError):
        return True
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
