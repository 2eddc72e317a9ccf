"""The controls that must be alive, as they stand."""

from sqlalchemy import BigInteger, Column, LargeBinary, Table, Text

from anbao.store.tables.base import key_column, metadata

control = Table(
    "control",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person", Text, nullable=False),
    key_column("state"),
    Column("since", BigInteger, nullable=False),
    Column("probed_at", BigInteger),
    Column("why", LargeBinary, nullable=False),
    Column("entry", BigInteger, nullable=False),
    comment="state: unprobed, works, failed, retired; since: when it came to be so; why: the last probe's words",
)
