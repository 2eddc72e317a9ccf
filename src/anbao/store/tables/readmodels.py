"""What several duty packages read: what stands against a sale, and what the platform set itself."""

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, Table, Text

from anbao.store.tables.base import key_column, metadata

sale_bar = Table(
    "sale_bar",
    metadata,
    key_column("role"),
    key_column("subject"),
    key_column("source"),
    key_column("name"),
    Column("what", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("entry", BigInteger, nullable=False),
    PrimaryKeyConstraint("role", "subject", "source", "name"),
    Index("sale_bar_by_name", "source", "name"),
    comment="what stands against the sale of a listing or of a merchant's goods; source: hazard, measure, sanction",
)

value_change = Table(
    "value_change",
    metadata,
    key_column("type"),
    key_column("name"),
    Column("effective", BigInteger, nullable=False),
    Column("entry", BigInteger, nullable=False),
    Column("value", Text, nullable=False),
    PrimaryKeyConstraint("type", "name", "effective", "entry"),
    Index("value_change_by_entry", "entry"),
    comment="type: setting, parameter, case_kind; effective: UTC ms; value: a period or rule as JSON, or a plain value",
)
