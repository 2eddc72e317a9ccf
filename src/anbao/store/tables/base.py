"""What all tables share."""

from sqlalchemy import Column, MetaData, Text

metadata = MetaData()
BYTE_ORDER = "C"


def key_column(name: str) -> Column[str]:
    """A text column that compares by code point on both databases."""
    return Column(name, Text().with_variant(Text(collation=BYTE_ORDER), "postgresql"), nullable=False)
