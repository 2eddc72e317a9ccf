"""A connection in an open transaction, as all other packages see it, and the pool that connections come from.

It is the driver's own connection and nothing more: statements go straight to the driver (``store.bulk``). SQLAlchemy is
used for migrations only, since its import alone would take most of what a command may need to start (decision 0041).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock
from typing import Any, Literal

from anbao.errors import StoreError
from anbao.text import Text

Dialect = Literal["sqlite", "postgresql"]

IDLE_LIMIT = 5
"""Connections that a pool holds open while nobody uses them."""

OPEN_LIMIT = 15
"""Connections that a pool has open at most."""

WAIT_SECONDS = 30
"""How long a thread waits for a connection where all are in use."""


class Connection:
    """One transaction: each has a connection of its own. ``driver``: the connection of sqlite3 or psycopg; ``pool``:
    where it comes from, which is another for each store, and for reading and for writing. ``changed``: names of what
    the transaction changed and others cache, noted by who writes it.
    """

    __slots__ = ("changed", "dialect", "driver", "pool")

    def __init__(self, driver: Any, pool: "ConnectionPool") -> None:
        self.driver = driver
        self.pool = pool
        self.dialect = pool.dialect
        self.changed: set[str] = set()


class ConnectionPool:
    """For one kind of transaction. ``connect`` opens a driver's connection, ``begin`` a transaction on it."""

    def __init__(self, connect: Callable[[], Any], begin: Callable[[Any], None], dialect: Dialect) -> None:
        self.connect = connect
        self.begin = begin
        self.dialect: Dialect = dialect
        self._idle: list[Any] = []
        self._lock = Lock()
        self._free = BoundedSemaphore(OPEN_LIMIT)
        self._closed = False

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Commit on exit, roll back on an exception. Raises StoreError where no connection becomes free."""
        if not self._free.acquire(timeout=WAIT_SECONDS):
            raise StoreError(
                Text("到存储的连接都在使用中", "all connections to the store are in use"),
                hint=Text("稍后再试", "try again later"),
            )
        try:
            driver = self._take()
            try:
                self.begin(driver)
                yield Connection(driver, self)
                self.commit(driver)
            except BaseException:
                self._roll_back(driver)
                raise
            self._give_back(driver)
        finally:
            self._free.release()

    def commit(self, driver: Any) -> None:
        """What was written is durable from here on."""
        driver.commit()

    def close(self) -> None:
        """Close what is idle; what is in use is closed when it comes back."""
        self._closed = True
        self._close_idle()

    def _take(self) -> Any:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return self.connect()

    def _give_back(self, driver: Any) -> None:
        with self._lock:
            if not self._closed and len(self._idle) < IDLE_LIMIT:
                self._idle.append(driver)
                return
        driver.close()

    def _roll_back(self, driver: Any) -> None:
        """Where even that fails the server has gone: the other connections to it have, too."""
        try:
            driver.rollback()
        except Exception:
            driver.close()
            self._close_idle()
        else:
            self._give_back(driver)

    def _close_idle(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for driver in idle:
            driver.close()
