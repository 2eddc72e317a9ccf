"""Those who ask for help, and what authorities ask for."""

from anbao.store.tables.base import BigInteger, LargeBinary, StoreTable, TableColumn, TableIndex, Text, key_column

assistance = StoreTable(
    "assistance",
    TableColumn("id", Text, primary_key=True),
    key_column("kind"),
    TableColumn("harm", Text, nullable=False),
    key_column("consumer"),
    TableColumn("trade", Text, nullable=False),
    TableColumn("merchant", Text, nullable=False),
    key_column("state"),
    TableColumn("at", BigInteger, nullable=False),
    TableColumn("entry", BigInteger, nullable=False),
    TableIndex("assistance_by_state", "state", "at"),
    TableIndex("assistance_by_trade", "trade"),
    owner="assist.records",
)
assistance_offer = StoreTable(
    "assistance_offer",
    TableColumn("complaint", Text, primary_key=True),
    key_column("consumer"),
    key_column("trade"),
    TableColumn("listing", Text, nullable=False),
    TableColumn("merchant", Text, nullable=False),
    TableColumn("harm", Text, nullable=False),
    key_column("state"),
    TableColumn("dispute", Text, nullable=False),
    TableColumn("at", BigInteger, nullable=False),
    TableColumn("entry", BigInteger, nullable=False),
    TableIndex("assistance_offer_by_consumer", "consumer", "state"),
    TableIndex("assistance_offer_by_trade", "trade", "state"),
    TableIndex("assistance_offer_by_state", "state", "at"),
    owner="assist.offers",
    comment="a complainant who was harmed; dispute: the request for help that they made later",
)
authority_request = StoreTable(
    "authority_request",
    TableColumn("id", Text, primary_key=True),
    TableColumn("body", LargeBinary, nullable=False),
    key_column("state"),
    TableColumn("at", BigInteger, nullable=False),
    TableColumn("entry", BigInteger, nullable=False),
    TableIndex("authority_request_by_state", "state", "at"),
    owner="assist.authority",
)
