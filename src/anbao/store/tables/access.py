"""API keys, answers given, and progress of files."""

from anbao.store.tables.base import BigInteger, Integer, LargeBinary, PrimaryKey, StoreTable, TableColumn, Text

api_key = StoreTable(
    "api_key",
    TableColumn("id", Text, primary_key=True),
    TableColumn("digest", LargeBinary, nullable=False, unique=True),
    TableColumn("name", Text, nullable=False),
    TableColumn("scopes", Text, nullable=False),
    TableColumn("created", BigInteger, nullable=False),
    TableColumn("revoked", BigInteger),
    owner="access.keys",
)

idempotency = StoreTable(
    "idempotency",
    TableColumn("api_key", Text, nullable=False),
    TableColumn("key", Text, nullable=False),
    TableColumn("fingerprint", LargeBinary, nullable=False),
    TableColumn("status", Integer, nullable=False),
    TableColumn("response", LargeBinary, nullable=False),
    TableColumn("at", BigInteger, nullable=False),
    PrimaryKey("api_key", "key"),
    owner="engine.idempotency",
)

screen_run = StoreTable(
    "screen_run",
    TableColumn("id", Text, primary_key=True),
    TableColumn("rows_done", BigInteger, nullable=False),
    TableColumn("lines_done", BigInteger, nullable=False),
    TableColumn("input_position", BigInteger, nullable=False),
    TableColumn("output_position", BigInteger, nullable=False),
    TableColumn("summary", LargeBinary, nullable=False),
    TableColumn("finished_under", Text, nullable=False),
    TableColumn("at", BigInteger, nullable=False),
    comment="progress of `anbao screen FILE`, committed with the entries it made",
    owner="connect.bulk",
)
