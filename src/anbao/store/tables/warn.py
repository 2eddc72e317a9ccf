"""Orders, and the notices that their buyers acknowledged."""

from sqlalchemy import BigInteger, Column, PrimaryKeyConstraint, Table, Text

from anbao.store.tables.base import metadata

trade = Table(
    "trade",
    metadata,
    Column("id", Text, primary_key=True),
    Column("listing", Text, nullable=False),
    Column("consumer", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("entry", BigInteger, nullable=False),
)

acknowledgement = Table(
    "acknowledgement",
    metadata,
    Column("consumer", Text, nullable=False),
    Column("listing", Text, nullable=False),
    Column("notice", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("entry", BigInteger, nullable=False),
    PrimaryKeyConstraint("consumer", "listing", "notice", "at"),
)
