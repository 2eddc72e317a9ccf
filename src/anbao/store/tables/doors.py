"""API keys, answers given, and progress of files."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from anbao.store.tables.base import metadata

api_key = Table(
    "api_key",
    metadata,
    Column("id", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("revoked", BigInteger),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("api_key", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("status", Integer, nullable=False),
    Column("response", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("api_key", "key"),
)

screen_run = Table(
    "screen_run",
    metadata,
    Column("id", Text, primary_key=True),
    Column("rows_done", BigInteger, nullable=False),
    Column("lines_done", BigInteger, nullable=False),
    Column("input_position", BigInteger, nullable=False),
    Column("output_position", BigInteger, nullable=False),
    Column("summary", LargeBinary, nullable=False),
    Column("finished_under", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    comment="progress of `anbao screen FILE`, committed with the entries it made",
)
