"""What persons must decide, and what they decided many at a time."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text, text

from anbao.store.tables.base import key_column, metadata

_WAITING = text("waiting_since IS NOT NULL")
_HELD = text("leased_by <> ''")
_UNCLOSED = text("state <> 'closed'")

case_file = Table(
    "case_file",
    metadata,
    key_column("id"),
    key_column("kind"),
    key_column("state"),
    Column("rank", Integer, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("waiting_since", BigInteger),
    key_column("assignee"),
    key_column("desk"),
    Column("leased_by", Text, nullable=False),
    Column("leased_until", BigInteger, nullable=False),
    Column("barred", Text, nullable=False),
    Column("decider", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("disputed", Integer, nullable=False),
    key_column("subject"),
    Column("subjects", LargeBinary, nullable=False),
    Column("about", BigInteger, nullable=False),
    Column("opened_by", BigInteger, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("changed_by", BigInteger, nullable=False),
    Column("decider_key", Text, nullable=False, server_default=""),
    Column("lease_key", Text, nullable=False, server_default=""),
    Column("waits", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("id"),
    Index(
        "case_by_rank",
        "kind",
        "rank",
        "due_at",
        "waiting_since",
        "id",
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    ),
    Index(
        "case_by_desk",
        "desk",
        "kind",
        "rank",
        "due_at",
        "waiting_since",
        "id",
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    ),
    Index("case_by_holder", "leased_by", sqlite_where=_HELD, postgresql_where=_HELD),
    Index("case_unclosed_by_subject", "subject", sqlite_where=_UNCLOSED, postgresql_where=_UNCLOSED),
    Index("case_by_opener", "opened_by"),
    comment="rank: 5 less the severity, so that the worst stands first;"
    " waiting_since: since when it waits for a person; desk: who may take it (``leases.py``)",
)

bulk_order = Table(
    "bulk_order",
    metadata,
    key_column("id"),
    key_column("state"),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("leaves_at", BigInteger, nullable=False),
    Column("entry", BigInteger, nullable=False),
    PrimaryKeyConstraint("id"),
    Index("bulk_order_by_time", "state", "leaves_at"),
)

bulk_item = Table(
    "bulk_item",
    metadata,
    key_column("bulk"),
    key_column("case_id"),
    key_column("result"),
    Column("entry", BigInteger, nullable=False),
    PrimaryKeyConstraint("bulk", "case_id"),
    comment="result: waiting, decided, undone, or why the case was not decided; entry: what recorded it",
)
