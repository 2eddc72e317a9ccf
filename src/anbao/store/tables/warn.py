"""Orders, the notices before them, and the warnings after the trade."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text, text

from anbao.store.tables.base import key_column, metadata

trade = Table(
    "trade",
    metadata,
    Column("id", Text, nullable=False),
    Column("listing", Text, nullable=False),
    Column("consumer", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("entry", BigInteger, nullable=False),
    PrimaryKeyConstraint("id", "listing", "consumer"),
    Index("trade_by_listing", "listing", "entry"),
    comment="one line of an order: id is the order's",
)

notice_step = Table(
    "notice_step",
    metadata,
    Column("consumer", Text, nullable=False),
    Column("listing", Text, nullable=False),
    Column("notice", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("belongs", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("entry", BigInteger, nullable=False),
    PrimaryKeyConstraint("consumer", "listing", "entry"),
    comment="step: shown, acknowledged, answered; belongs: whether the buyer said to be of an unsuitable group",
)

danger = Table(
    "danger",
    metadata,
    Column("hazard", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("entry", BigInteger, nullable=False),
    Column("published", BigInteger),
    Column("lifted", BigInteger),
    comment="confirmed hazards as this room needs them; published: since when the public can read of it",
)
affected = Table(
    "affected",
    metadata,
    key_column("hazard"),
    key_column("listing"),
    Column("entry", BigInteger, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("after", BigInteger, nullable=False),
    Column("done", Integer, nullable=False),
    PrimaryKeyConstraint("hazard", "listing"),
    Index("affected_to_do", "entry", sqlite_where=text("done = 0"), postgresql_where=text("done = 0")),
    Index("affected_by_listing", "listing"),
    comment="listings whose buyers must be warned; since: trades from then on; after: the last trade's entry looked at",
)
warning = Table(
    "warning",
    metadata,
    key_column("hazard"),
    key_column("consumer"),
    key_column("listing"),
    Column("trade", Text, nullable=False),
    Column("entry", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    key_column("state"),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("hazard", "consumer"),
    Index("warning_by_state", "hazard", "state"),
    comment="who was warned of what, and whether it reached them: waiting, reached, unreached, corrected",
)
