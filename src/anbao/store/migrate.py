"""Brings a database to the newest schema, in one write transaction."""

from pathlib import Path

from anbao.errors import StoreError
from anbao.store import meta
from anbao.store.bulk import sql
from anbao.store.connection import Connection, ConnectionPool
from anbao.text import Text

HEAD = "0024"

NOT_PROJECTED = frozenset(
    {
        "cosignature",
        "person_key",
        "stamp",
        "stamp_attempt",
        "subject_block",
        "subject_page",
        "value_change",
        "witness_attempt",
    }
)
"""Tables that no upgrade fills from the entries: their migration does so from older tables, or they are caches."""

UNFILLED = "upgrade.unfilled"
"""Key in ``meta``: tables that upgrades made in a store with entries, and that nobody has filled from them yet."""

_FIND_TABLE = {
    "sqlite": "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'",
    "postgresql": "SELECT 1 WHERE to_regclass('alembic_version') IS NOT NULL",
}


def is_current(conn: Connection) -> bool:
    """Whether the tables are those of ``HEAD``. Raises StoreError for a database of a newer Anbao."""
    return _version(conn) == HEAD


def bring_up_to_date(url: str, writer: ConnectionPool) -> None:
    """Upgrade to ``HEAD`` in one of the writer's transactions, which SQLAlchemy opens on a connection of its own.

    Raises StoreError for a database of a newer Anbao, and the driver's errors.
    """
    # Imported late: SQLAlchemy and alembic take half a second, and a current store does not need them.
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import NullPool, create_engine, event, inspect, make_url
    from sqlalchemy.exc import DBAPIError

    if writer.dialect == "sqlite":
        engine = create_engine("sqlite://", creator=writer.connect, poolclass=NullPool)
    else:
        target = make_url(url).set(drivername="postgresql+psycopg")
        engine = create_engine(target, poolclass=NullPool, isolation_level="READ COMMITTED")
    event.listen(engine, "begin", lambda opened: writer.begin(opened.connection.driver_connection))
    try:
        with engine.begin() as outer:
            conn = Connection(outer.connection.driver_connection, writer)
            current = _version(conn)
            if current == HEAD:  # another process was faster
                return
            config = Config()
            config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
            config.attributes["connection"] = outer
            before = set(inspect(outer).get_table_names())
            command.upgrade(config, HEAD)
            if current is not None and not _is_empty(conn, "entry"):
                _note_unfilled(conn, set(inspect(outer).get_table_names()) - before - NOT_PROJECTED)
    except DBAPIError as error:
        raise error.orig or error from error
    finally:
        engine.dispose()


def unfilled(conn: Connection) -> frozenset[str]:
    """Tables that upgrades made and that are not filled from the entries yet."""
    return frozenset((meta.read(conn, UNFILLED) or b"").decode().split())


def _version(conn: Connection) -> str | None:
    if sql(conn, _FIND_TABLE[conn.dialect]).first() is None:
        return None
    current: str | None = sql(conn, "SELECT version_num FROM alembic_version").scalar()
    if current is not None and current > HEAD:
        raise StoreError(
            Text(
                f"数据库版本 {current} 比本程序新（{HEAD}）",
                f"the database is at {current}, newer than this program ({HEAD})",
            ),
            hint=Text("请升级 anbao", "upgrade anbao"),
        )
    return current


def _note_unfilled(conn: Connection, new: set[str]) -> None:
    made = unfilled(conn) | {name for name in new if _is_empty(conn, name)}
    meta.remove(conn, UNFILLED)
    if made:
        meta.write(conn, UNFILLED, " ".join(sorted(made)).encode())


def _is_empty(conn: Connection, name: str) -> bool:
    return sql(conn, f'SELECT 1 FROM "{name}" LIMIT 1').first() is None
