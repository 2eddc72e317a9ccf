"""Where effects go."""

from anbao.store.tables.base import BigInteger, LargeBinary, StoreTable, TableColumn, Text

endpoint = StoreTable(
    "endpoint",
    TableColumn("id", Text, primary_key=True),
    TableColumn("url", Text, nullable=False),
    TableColumn("topics", Text, nullable=False),
    TableColumn("secrets", LargeBinary, nullable=False),
    TableColumn("state", Text, nullable=False),
    TableColumn("created", BigInteger, nullable=False),
    comment="secrets: JSON; they sign messages, so they are kept as they are, and never in an entry",
    owner="delivery.endpoints",
)
