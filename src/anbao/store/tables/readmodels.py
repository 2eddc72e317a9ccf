"""What several duty packages read: what stands against a sale, and what the platform set itself."""

from anbao.store.tables.base import BigInteger, PrimaryKey, StoreTable, TableColumn, TableIndex, Text, key_column

sale_bar = StoreTable(
    "sale_bar",
    key_column("role"),
    key_column("subject"),
    key_column("source"),
    key_column("name"),
    TableColumn("what", Text, nullable=False),
    TableColumn("at", BigInteger, nullable=False),
    TableColumn("entry", BigInteger, nullable=False),
    PrimaryKey("role", "subject", "source", "name"),
    TableIndex("sale_bar_by_name", "source", "name"),
    comment="what stands against the sale of a listing or of a merchant's goods; source: hazard, measure, sanction",
    owner="engine.readmodels.bars",
)

value_change = StoreTable(
    "value_change",
    key_column("type"),
    key_column("name"),
    TableColumn("effective", BigInteger, nullable=False),
    TableColumn("entry", BigInteger, nullable=False),
    TableColumn("value", Text, nullable=False),
    PrimaryKey("type", "name", "effective", "entry"),
    TableIndex("value_change_by_entry", "entry"),
    comment="type: setting, parameter, case_kind; effective: UTC ms; value: a period or rule as JSON, or a plain value",
    owner="engine.values",
)
