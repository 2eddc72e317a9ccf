"""Brings a database to the newest schema inside the caller's write transaction."""

from pathlib import Path

from sqlalchemy import Connection, inspect

from anbao.errors import StoreError
from anbao.text import Text

HEAD = "0014"


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
    command.upgrade(config, HEAD)
