"""Those who ask for help, and what authorities ask for."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text

from anbao.store.tables.base import key_column, metadata

assistance = Table(
    "assistance",
    metadata,
    Column("id", Text, primary_key=True),
    key_column("kind"),
    Column("harm", Text, nullable=False),
    key_column("consumer"),
    Column("trade", Text, nullable=False),
    Column("merchant", Text, nullable=False),
    key_column("state"),
    Column("at", BigInteger, nullable=False),
    Column("entry", BigInteger, nullable=False),
    Index("assistance_by_state", "state", "at"),
    Index("assistance_by_trade", "trade"),
)
authority_request = Table(
    "authority_request",
    metadata,
    Column("id", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    key_column("state"),
    Column("at", BigInteger, nullable=False),
    Column("entry", BigInteger, nullable=False),
    Index("authority_request_by_state", "state", "at"),
)
