"""Those who ask for help, the sellers that may have to be named, and what authorities ask for."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text

from anbao.store.tables.base import key_column, metadata

seller = Table(
    "seller",
    metadata,
    Column("merchant", Text, primary_key=True),
    Column("shop_name", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("entry", BigInteger, nullable=False),
    comment="the newest identity of each merchant, personal values as commitments",
)
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
