"""Complaints, the notices of infringement among them, and the traces by which mass complaints are recognised."""

from anbao.store.tables.base import (
    BigInteger,
    Integer,
    LargeBinary,
    StoreTable,
    TableColumn,
    TableIndex,
    Text,
    key_column,
)

complaint = StoreTable(
    "complaint",
    TableColumn("id", Text, primary_key=True),
    key_column("state"),
    TableColumn("source", Text, nullable=False),
    TableColumn("concern", Text, nullable=False),
    TableColumn("track", Text, nullable=False),
    TableColumn("severity", Integer, nullable=False),
    TableColumn("listing", Text, nullable=False),
    TableColumn("merchant", Text, nullable=False),
    TableColumn("conceal", Integer, nullable=False),
    key_column("complainant"),
    key_column("lead"),
    TableColumn("token", Text, nullable=False),
    TableColumn("outcome", Text, nullable=False),
    TableColumn("at", BigInteger, nullable=False),
    TableColumn("entry", BigInteger, nullable=False),
    TableColumn("harmed", Integer, nullable=False, server_default="0"),
    TableColumn("danger", Text, nullable=False, server_default=""),
    TableIndex("complaint_by_token", "token"),
    TableIndex("complaint_by_lead", "lead"),
    TableIndex("complaint_by_complainant", "complainant", "at"),
    TableIndex("complaint_by_state", "state", "entry"),
    TableIndex("complaint_open_by_listing", "listing", where="lead = '' AND state <> 'handled'"),
    comment="lead: the earlier complaint about the same that this one is handled with; token: SHA-256 of the token",
    owner="investigate.complaints.records",
)

complaint_trace = StoreTable(
    "complaint_trace",
    TableColumn("complaint", Text, primary_key=True),
    key_column("subject"),
    key_column("origin"),
    key_column("text_key"),
    TableColumn("gist", LargeBinary, nullable=False),
    TableColumn("at", BigInteger, nullable=False),
    TableIndex("complaint_trace_by_subject", "subject", "at"),
    TableIndex("complaint_trace_by_origin", "origin", "at"),
    TableIndex("complaint_trace_by_text", "text_key", "at"),
    comment="stands beside the ledger: where a complaint came from (keyed hash), what its text is like (sketch)",
    owner="investigate.complaints.traces",
)

rights_notice = StoreTable(
    "rights_notice",
    TableColumn("complaint", Text, primary_key=True),
    TableColumn("track", Text, nullable=False),
    key_column("state"),
    TableColumn("ends_at", BigInteger, nullable=False),
    TableColumn("entry", BigInteger, nullable=False),
    TableColumn("published", BigInteger),
    TableIndex("rights_notice_by_end", "state", "ends_at"),
    TableIndex("rights_notice_by_publication", "published"),
    comment="ends_at: when the waiting period after a counter-statement is over; 0 where none runs",
    owner="investigate.complaints.notices",
)
