"""Tables, migrations and the unit of work, on SQLite and PostgreSQL."""

from anbao.store.connection import Connection
from anbao.store.engine import Store, open_store

__all__ = ["Connection", "Store", "open_store"]
