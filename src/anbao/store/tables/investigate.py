"""Hazards, the sweeps that look for them, and where they were found."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from anbao.store.tables.base import key_column, metadata

hazard = Table(
    "hazard",
    metadata,
    Column("id", Text, primary_key=True),
    key_column("state"),
    Column("source", Text, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("listing", Text, nullable=False),
    Column("merchant", Text, nullable=False),
    Column("entry", BigInteger, nullable=False),
    key_column("sweep"),
    Index("hazard_by_state", "state", "sweep"),
    comment="record: the newest suspicion or confirmation, at entry; sweep: that which looks for it, empty before",
)

hazard_match = Table(
    "hazard_match",
    metadata,
    key_column("hazard"),
    key_column("listing"),
    Column("rank", Integer, nullable=False),
    Column("cosine", Integer, nullable=False),
    Column("merchant", Text, nullable=False),
    Column("entry", BigInteger, nullable=False),
    key_column("sweep"),
    PrimaryKeyConstraint("hazard", "listing"),
    Index("hazard_match_by_rank", "hazard", "rank", "entry"),
    sqlite_with_rowid=False,
    comment="the newest match of a listing; rank: 0 certain, 1 likely, 2 possible",
)

sweep = Table(
    "sweep",
    metadata,
    Column("id", Text, primary_key=True),
    key_column("state"),
    Column("opened", BigInteger, nullable=False),
    Column("before", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("listings", BigInteger, nullable=False),
    Column("looked", BigInteger, nullable=False),
    Column("matched", BigInteger, nullable=False),
    Column("blocked", BigInteger, nullable=False),
    Column("outdated", BigInteger, nullable=False),
    Column("pictures", BigInteger, nullable=False),
    Column("ended", BigInteger),
    Index("sweep_by_state", "state", "opened"),
    comment="progress through the screenings before an entry, committed with the matches that it made",
)
