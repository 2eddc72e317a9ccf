"""Brings a database to the newest schema inside the caller's write transaction."""

from pathlib import Path

from sqlalchemy import Connection, inspect

from anbao.errors import StoreError
from anbao.store.bulk import sql
from anbao.text import Text

HEAD = "0019"

FILLED_BY_MIGRATION = frozenset({"value_change"})
"""Tables that their migration fills from older tables; that they are empty means that there was nothing."""

UNFILLED = "upgrade.unfilled"
"""Key in ``meta``: tables that upgrades made in a store with entries, and that nobody has filled from them yet."""


def migrate(conn: Connection) -> None:
    """Upgrade to ``HEAD``; a database of a newer Anbao raises StoreError."""
    current = None
    if inspect(conn).has_table("alembic_version"):
        current = conn.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if current == HEAD:
        return
    if current is not None and current > HEAD:
        raise StoreError(
            Text(
                f"数据库版本 {current} 比本程序新（{HEAD}）",
                f"the database is at {current}, newer than this program ({HEAD})",
            ),
            hint=Text("请升级 anbao", "upgrade anbao"),
        )
    # Imported late: alembic takes a third of a second, and a current store does not need it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = conn
    before = set(inspect(conn).get_table_names())
    command.upgrade(config, HEAD)
    if current is not None and not _is_empty(conn, "entry"):
        made = unfilled(conn) | {
            name
            for name in set(inspect(conn).get_table_names()) - before - FILLED_BY_MIGRATION
            if _is_empty(conn, name)
        }
        sql(conn, "DELETE FROM meta WHERE key = ?", (UNFILLED,))
        if made:
            sql(conn, "INSERT INTO meta (key, value) VALUES (?, ?)", (UNFILLED, " ".join(sorted(made)).encode()))


def unfilled(conn: Connection) -> frozenset[str]:
    """Tables that upgrades made and that are not filled from the entries yet."""
    found = sql(conn, "SELECT value FROM meta WHERE key = ?", (UNFILLED,)).scalar()
    return frozenset() if found is None else frozenset(bytes(found).decode().split())


def _is_empty(conn: Connection, name: str) -> bool:
    return sql(conn, f'SELECT 1 FROM "{name}" LIMIT 1').first() is None
