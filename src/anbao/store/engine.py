"""Opening a store, and its two kinds of transaction.

Invariants: one writer at a time per store, whatever the number of threads and processes (``BEGIN IMMEDIATE`` on SQLite,
a transaction-scoped advisory lock on PostgreSQL), each in its turn; a commit that returned is durable (WAL with
synchronous=FULL; PostgreSQL's synchronous_commit).
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from anbao import localfiles
from anbao.errors import StoreError
from anbao.store.gate import poll, turn
from anbao.store.migrate import migrate
from anbao.text import Text

Dialect = Literal["sqlite", "postgresql"]

WRITER_LOCK = 0x616E_6261_6F
"""Key of the PostgreSQL advisory lock that makes one writer the sequencer ("anbao")."""

BUSY_SECONDS = 60


class Store:
    """A database with Anbao's tables. ``url`` is as the user gave it."""

    def __init__(self, url: str, dialect: Dialect, writer: Engine, reader: Engine) -> None:
        self.url = url
        self.dialect: Dialect = dialect
        self._writer = writer
        self._reader = reader

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """The exclusive write transaction: durable on exit, rolled back on an exception."""
        with _reported(self.url), self._writer.begin() as conn:
            if self.dialect == "postgresql":
                conn.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (WRITER_LOCK,))
            yield conn

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read transaction that sees one state of the store throughout."""
        with _reported(self.url), self._reader.begin() as conn:
            yield conn

    def close(self) -> None:
        self._writer.dispose()
        self._reader.dispose()


def open_store(url: str, *, create: bool = True) -> Store:
    """Open ``sqlite:///path`` or ``postgresql://…``; create or upgrade its tables.

    Raises StoreError for an unknown URL, a missing file with ``create=False``, or a database that cannot be reached.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise _bad_url(url) from None
    if parsed.drivername == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise _bad_url(url)
        path = Path(parsed.database)
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
        store = Store(url, "sqlite", _sqlite_writer(url, str(path)), _sqlite(url))
    elif parsed.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        target = parsed.set(drivername="postgresql+psycopg")
        store = Store(
            url,
            "postgresql",
            create_engine(target, isolation_level="READ COMMITTED"),
            create_engine(target, isolation_level="REPEATABLE READ"),
        )
    else:
        raise _bad_url(url)
    with store.write() as conn:
        migrate(conn)
    return store


def _make_private(path: Path) -> None:
    """A new database is for its owner only; SQLite gives ``-wal`` and ``-shm`` the mode of the database."""
    try:
        localfiles.touch(path)
    except OSError as error:
        raise StoreError(
            Text(f"无法打开存储 {path}：{error.strerror}", f"the store {path} cannot be opened: {error.strerror}"),
            hint=Text("检查路径与权限", "check the path and the permissions"),
        ) from error


def _sqlite(url: str) -> Engine:
    engine = _sqlite_engine(url)

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def _sqlite_writer(url: str, file: str) -> Engine:
    engine = _sqlite_engine(url)

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA busy_timeout=0")  # waiting is done here, in turns
        end = time.monotonic() + BUSY_SECONDS
        with turn(file, end):
            if not poll(lambda: _begins(driver), end):
                connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _begins(driver: sqlite3.Connection) -> bool:
    """Take the write lock if nobody has it."""
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            return False
        raise
    return True


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy's begin event below opens transactions
        for pragma in (
            "page_size=8192",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "cache_size=-65536",
            "wal_autocheckpoint=8192",
            "secure_delete=FAST",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine


@contextmanager
def _reported(url: str) -> Iterator[None]:
    try:
        yield
    except _unavailable() as error:
        if isinstance(error, _NO_DATABASE) and not _is_no_database(error):
            raise
        shown = make_url(url).render_as_string(hide_password=True)
        cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise StoreError(
            Text(f"存储 {shown} 不可用：{cause}", f"store {shown} is not available: {cause}"),
            hint=Text("检查数据库是否运行、可写、未被占用", "check that the database runs, is writable and not locked"),
        ) from error


def _unavailable() -> tuple[type[Exception], ...]:
    """Asked for only once something failed, so that a store on SQLite does without PostgreSQL's driver."""
    import psycopg

    return OperationalError, sqlite3.OperationalError, psycopg.OperationalError, *_NO_DATABASE


_NO_DATABASE = (DatabaseError, sqlite3.DatabaseError)


def _is_no_database(error: Exception) -> bool:
    """Whether a file is no SQLite database, or a broken one; or the error is one of those that mean "not available"."""
    cause = getattr(error, "orig", None) or error
    if isinstance(error, OperationalError) or isinstance(cause, sqlite3.OperationalError):
        return True
    return getattr(cause, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)


def _bad_url(url: str) -> StoreError:
    return StoreError(
        Text(f"不认识的存储地址：{url}", f"not a store URL: {url}"),
        hint=Text("用 sqlite:///路径.db 或 postgresql://…", "use sqlite:///path.db or postgresql://…"),
    )
