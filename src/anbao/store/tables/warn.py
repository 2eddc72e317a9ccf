"""Orders, the notices before them, and the warnings after the trade."""

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

trade = StoreTable(
    "trade",
    TableColumn("id", Text, nullable=False),
    TableColumn("listing", Text, nullable=False),
    TableColumn("consumer", Text, nullable=False),
    TableColumn("at", BigInteger, nullable=False),
    TableColumn("entry", BigInteger, nullable=False),
    PrimaryKey("id", "listing", "consumer"),
    TableIndex("trade_by_listing", "listing", "entry"),
    comment="one line of an order: id is the order's",
    owner="engine.readmodels.orders",
)

notice_step = StoreTable(
    "notice_step",
    TableColumn("consumer", Text, nullable=False),
    TableColumn("listing", Text, nullable=False),
    TableColumn("notice", Text, nullable=False),
    TableColumn("step", Text, nullable=False),
    TableColumn("version", Integer, nullable=False),
    TableColumn("seconds", Integer, nullable=False),
    TableColumn("belongs", Integer, nullable=False),
    TableColumn("at", BigInteger, nullable=False),
    TableColumn("entry", BigInteger, nullable=False),
    PrimaryKey("consumer", "listing", "entry"),
    comment="step: shown, acknowledged, answered; belongs: whether the buyer said to be of an unsuitable group",
    owner="warn.steps",
)

danger = StoreTable(
    "danger",
    TableColumn("hazard", Text, primary_key=True),
    TableColumn("title", Text, nullable=False),
    TableColumn("body", LargeBinary, nullable=False),
    TableColumn("at", BigInteger, nullable=False),
    TableColumn("entry", BigInteger, nullable=False),
    TableColumn("published", BigInteger),
    TableColumn("lifted", BigInteger),
    comment="confirmed hazards as this room needs them; published: since when the public can read of it",
    owner="warn.dangers",
)
affected = StoreTable(
    "affected",
    key_column("hazard"),
    key_column("listing"),
    TableColumn("entry", BigInteger, nullable=False),
    TableColumn("since", BigInteger, nullable=False),
    TableColumn("after", BigInteger, nullable=False),
    TableColumn("done", Integer, nullable=False),
    PrimaryKey("hazard", "listing"),
    TableIndex("affected_to_do", "entry", where="done = 0"),
    TableIndex("affected_by_listing", "listing"),
    comment="listings whose buyers must be warned; since: trades from then on; after: the last trade's entry looked at",
    owner="warn.buyers",
)
warning = StoreTable(
    "warning",
    key_column("hazard"),
    key_column("consumer"),
    key_column("listing"),
    TableColumn("trade", Text, nullable=False),
    TableColumn("entry", BigInteger, nullable=False),
    TableColumn("attempts", Integer, nullable=False),
    key_column("state"),
    TableColumn("at", BigInteger, nullable=False),
    PrimaryKey("hazard", "consumer"),
    TableIndex("warning_by_state", "hazard", "state"),
    comment="who was warned of what, and whether it reached them: waiting, reached, unreached, corrected",
    owner="warn.buyers",
)
