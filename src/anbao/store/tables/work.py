"""How far each reaction has read the ledger, and the effects that wait to leave."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from anbao.store.tables.base import key_column, metadata

reaction = Table(
    "reaction",
    metadata,
    Column("name", Text, primary_key=True),
    Column("idx", BigInteger, nullable=False),
    Column("failed", Text, nullable=False),
    comment="idx: the last entry handled; failed: why the next one could not be, empty where all is well",
)
outbox = Table(
    "outbox",
    metadata,
    Column("id", Text, primary_key=True),
    key_column("topic"),
    Column("body", LargeBinary, nullable=False),
    Column("entry", BigInteger, nullable=False),
    key_column("state"),
    Column("attempts", Integer, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("problem", Text, nullable=False),
    Index("outbox_by_due", "state", "due_at"),
    comment="effects that leave after the commit of the entry that caused them; id is the idempotency key",
)
