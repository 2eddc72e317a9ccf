"""What is owed, and the entries that norms look back to."""

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, Table, Text, text

from anbao.store.tables.base import key_column, metadata

obligation = Table(
    "obligation",
    metadata,
    Column("opened_by", BigInteger, nullable=False),
    key_column("norm"),
    Column("norm_version", Text, nullable=False),
    key_column("subject"),
    Column("opened_at", BigInteger, nullable=False),
    Column("due_at", BigInteger),
    Column("closed_as", Text),
    Column("closed_by", BigInteger),
    Column("closed_at", BigInteger),
    Column("missed_by", BigInteger),
    PrimaryKeyConstraint("opened_by", "norm"),
    Index("obligation_by_subject", "norm", "subject", "closed_at"),
    Index(
        "obligation_unclosed_by_due",
        "due_at",
        sqlite_where=text("closed_as IS NULL"),
        postgresql_where=text("closed_as IS NULL"),
    ),
    Index(
        "obligation_running_by_due",
        "due_at",
        sqlite_where=text("closed_as IS NULL AND missed_by IS NULL"),
        postgresql_where=text("closed_as IS NULL AND missed_by IS NULL"),
    ),
)

milestone = Table(
    "milestone",
    metadata,
    key_column("signal"),
    key_column("subject"),
    Column("at", BigInteger, nullable=False),
    Column("idx", BigInteger, nullable=False),
    PrimaryKeyConstraint("signal", "subject", "at", "idx"),
    sqlite_with_rowid=False,
    comment="entries that discharge, end or precede under some norm, by what they are about",
)
