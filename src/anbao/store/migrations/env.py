"""Alembic runs in the transaction that ``store.migrate`` opened."""

from alembic import context

from anbao.store.schema import declared

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=declared(), render_as_batch=connection.dialect.name == "sqlite"
)
context.run_migrations()
