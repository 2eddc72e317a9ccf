"""Measures, violations and sanctions, appeals, reports, and where known dangers were found."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text, text

from anbao.store.tables.base import key_column, metadata

measure = Table(
    "measure",
    metadata,
    Column("id", Text, primary_key=True),
    key_column("kind"),
    key_column("state"),
    key_column("listing"),
    key_column("merchant"),
    Column("hazard", Text, nullable=False),
    key_column("violation"),
    Column("person", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("token", Text, nullable=False),
    Column("problem", Text, nullable=False),
    Column("entry", BigInteger, nullable=False),
    key_column("complaint"),
    Index("measure_by_complaint", "complaint", "state"),
    Index("measure_by_listing", "listing", "kind", "state"),
    Index("measure_by_merchant", "merchant", "kind", "state"),
    Index("measure_by_hazard", "hazard", "state"),
    Index("measure_by_violation", "violation", "state", "entry"),
    Index("measure_by_token", "token"),
    Index(
        "measure_by_end",
        "until",
        sqlite_where=text("until > 0 AND state IN ('taken', 'confirmed', 'failed')"),
        postgresql_where=text("until > 0 AND state IN ('taken', 'confirmed', 'failed')"),
    ),
    comment="until: UTC ms, 0 until it is lifted; token: SHA-256 of what lets the merchant appeal",
)

violation = Table(
    "violation",
    metadata,
    Column("id", Text, primary_key=True),
    key_column("merchant"),
    Column("listing", Text, nullable=False),
    key_column("hazard"),
    Column("field", Text, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("serious", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("entry", BigInteger, nullable=False),
    Index("violation_by_merchant", "merchant", "at"),
)

sanction = Table(
    "sanction",
    metadata,
    Column("id", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("shop", Text, nullable=False),
    Column("text", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("entry", BigInteger, nullable=False),
    Index("sanction_by_state", "state", "at"),
    comment="id: that of its measure; text: title and body in both languages, as JSON",
)

appeal = Table(
    "appeal",
    metadata,
    Column("id", Text, primary_key=True),
    Column("measure", Text, nullable=False),
    key_column("state"),
    Column("person", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("entry", BigInteger, nullable=False),
    Index("appeal_by_measure", "measure"),
    Index("appeal_by_state", "state", "at"),
)

removal_hazard = Table(
    "removal_hazard",
    metadata,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("on_likeness", Integer, nullable=False),
    Column("person", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("entry", BigInteger, nullable=False),
)

removal_match = Table(
    "removal_match",
    metadata,
    key_column("hazard"),
    key_column("listing"),
    Column("merchant", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("entry", BigInteger, nullable=False),
    PrimaryKeyConstraint("hazard", "listing"),
    Index(
        "removal_match_undecided",
        "hazard",
        sqlite_where=text("state = 'undecided'"),
        postgresql_where=text("state = 'undecided'"),
    ),
    comment="state: undecided, kept, blocked, taken or cleared",
)

kept_out = Table(
    "kept_out",
    metadata,
    key_column("hazard"),
    Column("entry", BigInteger, nullable=False),
    Column("listing", Text, nullable=False),
    Column("merchant", Text, nullable=False),
    PrimaryKeyConstraint("hazard", "entry"),
    comment="listings that the guard blocked as a known danger and that this room has not looked at yet",
)

authority_report = Table(
    "authority_report",
    metadata,
    Column("id", Text, primary_key=True),
    key_column("violation"),
    Column("field", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("sent_at", BigInteger, nullable=False),
    Column("receipt", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("entry", BigInteger, nullable=False),
    Index("authority_report_by_violation", "violation"),
    comment="document: HTML and text in both languages, as JSON; it names the merchant, so entries hold its digest",
)
