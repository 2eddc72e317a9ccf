"""The ledger, its tiles and checkpoints, and the personal values that stand beside it."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from anbao.store.tables.base import key_column, metadata

meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
    comment="identity of the store, its signing key, the vault's look-up key",
)

entry = Table(
    "entry",
    metadata,
    Column("idx", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    key_column("kind"),
    Column("at", BigInteger, nullable=False),
    Column("recorded", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Index("entry_by_kind", "kind", "idx"),
)

entry_subject = Table(
    "entry_subject",
    metadata,
    key_column("role"),
    key_column("subject"),
    Column("idx", BigInteger, nullable=False),
    PrimaryKeyConstraint("role", "subject", "idx"),
    sqlite_with_rowid=False,
)

tile = Table(
    "tile",
    metadata,
    Column("level", Integer, nullable=False),
    Column("n", BigInteger, nullable=False),
    Column("hashes", LargeBinary, nullable=False),
    PrimaryKeyConstraint("level", "n"),
    comment="C2SP tlog-tiles: up to 256 hashes of 32 bytes; level 0 holds leaf hashes",
)

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("size", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
)

personal = Table(
    "personal",
    metadata,
    Column("commitment", Text, primary_key=True),
    key_column("person"),
    Column("field", Text, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Column("lookup", LargeBinary, nullable=False),
    Index("personal_by_lookup", "lookup"),
    Index("personal_by_person", "person"),
    comment="values of personal fields; entries hold only the commitment",
)
