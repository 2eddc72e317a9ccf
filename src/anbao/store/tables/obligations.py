"""What is owed, and the entries that norms look back to."""

from anbao.store.tables.base import BigInteger, PrimaryKey, StoreTable, TableColumn, TableIndex, Text, key_column

obligation = StoreTable(
    "obligation",
    TableColumn("opened_by", BigInteger, nullable=False),
    key_column("norm"),
    TableColumn("norm_version", Text, nullable=False),
    key_column("subject"),
    TableColumn("opened_at", BigInteger, nullable=False),
    TableColumn("due_at", BigInteger),
    TableColumn("closed_as", Text),
    TableColumn("closed_by", BigInteger),
    TableColumn("closed_at", BigInteger),
    TableColumn("missed_by", BigInteger),
    PrimaryKey("opened_by", "norm"),
    TableIndex("obligation_by_subject", "norm", "subject", "closed_at"),
    TableIndex(
        "obligation_unclosed_by_due",
        "due_at",
        where="closed_as IS NULL",
    ),
    TableIndex(
        "obligation_running_by_due",
        "due_at",
        where="closed_as IS NULL AND missed_by IS NULL",
    ),
    owner="engine.obligations",
)

milestone = StoreTable(
    "milestone",
    key_column("signal"),
    key_column("subject"),
    TableColumn("at", BigInteger, nullable=False),
    TableColumn("idx", BigInteger, nullable=False),
    PrimaryKey("signal", "subject", "at", "idx"),
    sqlite_with_rowid=False,
    comment="entries that discharge, end or precede under some norm, by what they are about",
    owner="engine.obligations",
)
