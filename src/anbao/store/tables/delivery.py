"""Where effects go."""

from sqlalchemy import BigInteger, Column, LargeBinary, Table, Text

from anbao.store.tables.base import metadata

endpoint = Table(
    "endpoint",
    metadata,
    Column("id", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("topics", Text, nullable=False),
    Column("secrets", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    comment="secrets: JSON; they sign messages, so they are kept as they are, and never in an entry",
)
