"""The controls that must be alive, as they stand."""

from anbao.store.tables.base import BigInteger, LargeBinary, StoreTable, TableColumn, Text, key_column

control = StoreTable(
    "control",
    TableColumn("id", Text, primary_key=True),
    TableColumn("person", Text, nullable=False),
    key_column("state"),
    TableColumn("since", BigInteger, nullable=False),
    TableColumn("probed_at", BigInteger),
    TableColumn("why", LargeBinary, nullable=False),
    TableColumn("entry", BigInteger, nullable=False),
    comment="state: unprobed, works, failed, retired; since: when it came to be so; why: the last probe's words",
    owner="controls.records",
)
