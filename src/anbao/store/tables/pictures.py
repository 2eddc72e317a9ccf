"""Pictures of listings, what was read in them, and the hashes of dangers they are compared with."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from anbao.store.tables.base import key_column, metadata

picture = Table(
    "picture",
    metadata,
    Column("id", Text, primary_key=True),
    Column("entry", BigInteger, nullable=False),
    Column("reading", LargeBinary, nullable=False),
    comment="by SHA-256: what was last read in it, as its entry keeps it",
)

listing_picture = Table(
    "listing_picture",
    metadata,
    key_column("listing"),
    Column("place", Integer, nullable=False),
    key_column("source"),
    Column("screened", BigInteger, nullable=False),
    key_column("picture"),
    key_column("state"),
    Column("due_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    PrimaryKeyConstraint("listing", "place"),
    Index("listing_picture_by_due", "state", "due_at"),
    Index("listing_picture_by_picture", "picture", "state"),
    comment="of each listing's newest version; picture: SHA-256, empty until it came; state: waiting, text, done",
)

hazard_picture = Table(
    "hazard_picture",
    metadata,
    key_column("hazard"),
    Column("since", BigInteger, nullable=False),
    key_column("hash"),
    Column("until", BigInteger),
    Column("weight", LargeBinary, nullable=False),
    PrimaryKeyConstraint("hazard", "since", "hash"),
    Index("hazard_picture_by_since", "since"),
    Index("hazard_picture_by_until", "until"),
    comment="PDQ hashes of confirmed dangers, from entry since to before until; weight: severity and provisions",
)
