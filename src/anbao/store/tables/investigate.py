"""Hazards, the sweeps that look for them, and where they were found."""

from anbao.store.tables.base import (
    BigInteger,
    Integer,
    LargeBinary,
    PrimaryKey,
    StoreTable,
    TableColumn,
    TableIndex,
    Text,
    key_column,
)

hazard = StoreTable(
    "hazard",
    TableColumn("id", Text, primary_key=True),
    key_column("state"),
    TableColumn("source", Text, nullable=False),
    TableColumn("severity", Integer, nullable=False),
    TableColumn("title", Text, nullable=False),
    TableColumn("record", LargeBinary, nullable=False),
    TableColumn("listing", Text, nullable=False),
    TableColumn("merchant", Text, nullable=False),
    TableColumn("entry", BigInteger, nullable=False),
    key_column("sweep"),
    TableIndex("hazard_by_state", "state", "sweep"),
    comment="record: the newest suspicion or confirmation, at entry; sweep: that which looks for it, empty before",
    owner="investigate.hazards",
)

hazard_match = StoreTable(
    "hazard_match",
    key_column("hazard"),
    key_column("listing"),
    TableColumn("rank", Integer, nullable=False),
    TableColumn("cosine", Integer, nullable=False),
    TableColumn("merchant", Text, nullable=False),
    TableColumn("entry", BigInteger, nullable=False),
    key_column("sweep"),
    PrimaryKey("hazard", "listing"),
    TableIndex("hazard_match_by_rank", "hazard", "rank", "entry"),
    sqlite_with_rowid=False,
    comment="the newest match of a listing; rank: 0 certain, 1 likely, 2 possible",
    owner="investigate.sweep.matches",
)

sweep = StoreTable(
    "sweep",
    TableColumn("id", Text, primary_key=True),
    key_column("state"),
    TableColumn("opened", BigInteger, nullable=False),
    TableColumn("before", BigInteger, nullable=False),
    TableColumn("position", BigInteger, nullable=False),
    TableColumn("total", BigInteger, nullable=False),
    TableColumn("listings", BigInteger, nullable=False),
    TableColumn("looked", BigInteger, nullable=False),
    TableColumn("matched", BigInteger, nullable=False),
    TableColumn("blocked", BigInteger, nullable=False),
    TableColumn("outdated", BigInteger, nullable=False),
    TableColumn("pictures", BigInteger, nullable=False),
    TableColumn("ended", BigInteger),
    TableIndex("sweep_by_state", "state", "opened"),
    comment="progress through the screenings before an entry, committed with the matches that it made",
    owner="investigate.sweep.passes",
)
