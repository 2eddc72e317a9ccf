"""What persons must decide, and what they decided many at a time."""

from anbao.store.tables.base import (
    BigInteger,
    Integer,
    LargeBinary,
    PrimaryKey,
    StoreTable,
    TableColumn,
    TableIndex,
    Text,
    key_column,
)

_WAITING = "waiting_since IS NOT NULL"
_HELD = "leased_by <> ''"
_UNCLOSED = "state <> 'closed'"

case_file = StoreTable(
    "case_file",
    key_column("id"),
    key_column("kind"),
    key_column("state"),
    TableColumn("rank", Integer, nullable=False),
    TableColumn("due_at", BigInteger, nullable=False),
    TableColumn("waiting_since", BigInteger),
    key_column("assignee"),
    key_column("desk"),
    TableColumn("leased_by", Text, nullable=False),
    TableColumn("leased_until", BigInteger, nullable=False),
    TableColumn("barred", Text, nullable=False),
    TableColumn("decider", Text, nullable=False),
    TableColumn("outcome", Text, nullable=False),
    TableColumn("disputed", Integer, nullable=False),
    key_column("subject"),
    TableColumn("subjects", LargeBinary, nullable=False),
    TableColumn("about", BigInteger, nullable=False),
    TableColumn("opened_by", BigInteger, nullable=False),
    TableColumn("opened_at", BigInteger, nullable=False),
    TableColumn("changed_by", BigInteger, nullable=False),
    TableColumn("decider_key", Text, nullable=False, server_default=""),
    TableColumn("lease_key", Text, nullable=False, server_default=""),
    TableColumn("waits", Integer, nullable=False, server_default="0"),
    TableColumn("count", Integer, nullable=False, server_default="1"),  # reports in the case
    PrimaryKey("id"),
    TableIndex(
        "case_by_rank",
        "kind",
        "rank",
        "due_at",
        "waiting_since",
        "id",
        where=_WAITING,
    ),
    TableIndex(
        "case_by_desk",
        "desk",
        "kind",
        "rank",
        "due_at",
        "waiting_since",
        "id",
        where=_WAITING,
    ),
    TableIndex("case_by_holder", "leased_by", where=_HELD),
    TableIndex("case_unclosed_by_subject", "subject", where=_UNCLOSED),
    TableIndex("case_by_opener", "opened_by"),
    comment="rank: 5 less the severity, so that the worst stands first;"
    " waiting_since: since when it waits for a person; desk: who may take it (``leases.py``)",
    owner="cases",
)

case_part = StoreTable(
    "case_part",
    key_column("case_id"),
    TableColumn("entry", BigInteger, nullable=False),
    PrimaryKey("case_id", "entry"),
    TableIndex("case_part_by_entry", "entry"),
    comment="entries by which a case was added to or widened after it was opened",
    owner="cases",
)

bulk_order = StoreTable(
    "bulk_order",
    key_column("id"),
    key_column("state"),
    TableColumn("outcome", Text, nullable=False),
    TableColumn("reason", Text, nullable=False),
    TableColumn("person", Text, nullable=False),
    TableColumn("at", BigInteger, nullable=False),
    TableColumn("leaves_at", BigInteger, nullable=False),
    TableColumn("entry", BigInteger, nullable=False),
    PrimaryKey("id"),
    TableIndex("bulk_order_by_time", "state", "leaves_at"),
    owner="cases.bulk",
)

bulk_item = StoreTable(
    "bulk_item",
    key_column("bulk"),
    key_column("case_id"),
    key_column("result"),
    TableColumn("entry", BigInteger, nullable=False),
    PrimaryKey("bulk", "case_id"),
    comment="result: waiting, decided, undone, or why the case was not decided; entry: what recorded it",
    owner="cases.bulk",
)
