"""Pictures of listings, what was read in them, and the hashes of dangers they are compared with."""

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

picture = StoreTable(
    "picture",
    TableColumn("id", Text, primary_key=True),
    TableColumn("entry", BigInteger, nullable=False),
    TableColumn("reading", LargeBinary, nullable=False),
    comment="by SHA-256: what was last read in it, as its entry keeps it",
    owner="engine.readmodels.pictures",
)

listing_picture = StoreTable(
    "listing_picture",
    key_column("listing"),
    TableColumn("place", Integer, nullable=False),
    key_column("source"),
    TableColumn("screened", BigInteger, nullable=False),
    key_column("picture"),
    key_column("state"),
    TableColumn("due_at", BigInteger, nullable=False),
    TableColumn("attempts", Integer, nullable=False),
    PrimaryKey("listing", "place"),
    TableIndex("listing_picture_by_due", "state", "due_at"),
    TableIndex("listing_picture_by_picture", "picture", "state"),
    comment="of each listing's newest version; picture: SHA-256, empty until it came; state: waiting, text, done",
    owner="engine.readmodels.pictures",
)

hazard_picture = StoreTable(
    "hazard_picture",
    key_column("hazard"),
    TableColumn("since", BigInteger, nullable=False),
    key_column("hash"),
    TableColumn("until", BigInteger),
    TableColumn("weight", LargeBinary, nullable=False),
    PrimaryKey("hazard", "since", "hash"),
    TableIndex("hazard_picture_by_since", "since"),
    TableIndex("hazard_picture_by_until", "until"),
    comment="PDQ hashes of confirmed dangers, from entry since to before until; weight: severity and provisions",
    owner="prevent.pictures.dangers",
)
