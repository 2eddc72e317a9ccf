"""How far each reaction has read the ledger, and the effects that wait to leave."""

from anbao.store.tables.base import (
    BigInteger,
    Integer,
    LargeBinary,
    StoreTable,
    TableColumn,
    TableIndex,
    Text,
    key_column,
)

reaction = StoreTable(
    "reaction",
    TableColumn("name", Text, primary_key=True),
    TableColumn("idx", BigInteger, nullable=False),
    TableColumn("failed", Text, nullable=False),
    comment="idx: the last entry handled; failed: why the next one could not be, empty where all is well",
    owner="engine.reactions",
)
outbox = StoreTable(
    "outbox",
    TableColumn("id", Text, primary_key=True),
    key_column("topic"),
    TableColumn("body", LargeBinary, nullable=False),
    TableColumn("entry", BigInteger, nullable=False),
    key_column("state"),
    TableColumn("attempts", Integer, nullable=False),
    TableColumn("due_at", BigInteger, nullable=False),
    TableColumn("problem", Text, nullable=False),
    TableIndex("outbox_by_due", "state", "due_at"),
    comment="effects that leave after the commit of the entry that caused them; id is the idempotency key",
    owner="engine.outbox",
)
