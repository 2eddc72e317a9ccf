"""Complaints, the notices of infringement among them, and the traces by which mass complaints are recognised."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from anbao.store.tables.base import key_column, metadata

complaint = Table(
    "complaint",
    metadata,
    Column("id", Text, primary_key=True),
    key_column("state"),
    Column("source", Text, nullable=False),
    Column("concern", Text, nullable=False),
    Column("track", Text, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("listing", Text, nullable=False),
    Column("merchant", Text, nullable=False),
    Column("conceal", Integer, nullable=False),
    key_column("complainant"),
    key_column("lead"),
    Column("token", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("entry", BigInteger, nullable=False),
    Index("complaint_by_token", "token"),
    Index("complaint_by_lead", "lead"),
    Index("complaint_by_complainant", "complainant", "at"),
    Index("complaint_by_state", "state", "entry"),
    comment="lead: the earlier complaint about the same that this one is handled with; token: SHA-256 of the token",
)

complaint_trace = Table(
    "complaint_trace",
    metadata,
    Column("complaint", Text, primary_key=True),
    key_column("subject"),
    key_column("origin"),
    key_column("text_key"),
    Column("gist", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("complaint_trace_by_subject", "subject", "at"),
    Index("complaint_trace_by_origin", "origin", "at"),
    Index("complaint_trace_by_text", "text_key", "at"),
    comment="stands beside the ledger: where a complaint came from (keyed hash), what its text is like (sketch)",
)

rights_notice = Table(
    "rights_notice",
    metadata,
    Column("complaint", Text, primary_key=True),
    Column("track", Text, nullable=False),
    key_column("state"),
    Column("ends_at", BigInteger, nullable=False),
    Column("entry", BigInteger, nullable=False),
    Column("published", BigInteger),
    Index("rights_notice_by_end", "state", "ends_at"),
    Index("rights_notice_by_publication", "published"),
    comment="ends_at: when the waiting period after a counter-statement is over; 0 where none runs",
)
