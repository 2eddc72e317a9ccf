"""Measures, violations and sanctions, appeals, reports, and where known dangers were found."""

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

measure = StoreTable(
    "measure",
    TableColumn("id", Text, primary_key=True),
    key_column("kind"),
    key_column("state"),
    key_column("listing"),
    key_column("merchant"),
    TableColumn("hazard", Text, nullable=False),
    key_column("violation"),
    TableColumn("person", Text, nullable=False),
    TableColumn("at", BigInteger, nullable=False),
    TableColumn("until", BigInteger, nullable=False),
    TableColumn("token", Text, nullable=False),
    TableColumn("problem", Text, nullable=False),
    TableColumn("entry", BigInteger, nullable=False),
    key_column("complaint"),
    TableIndex("measure_by_complaint", "complaint", "state"),
    TableIndex("measure_by_listing", "listing", "kind", "state"),
    TableIndex("measure_by_merchant", "merchant", "kind", "state"),
    TableIndex("measure_by_hazard", "hazard", "state"),
    TableIndex("measure_by_violation", "violation", "state", "entry"),
    TableIndex("measure_by_token", "token"),
    TableIndex(
        "measure_by_end",
        "until",
        where="until > 0 AND state IN ('taken', 'confirmed', 'failed')",
    ),
    comment="until: UTC ms, 0 until it is lifted; token: SHA-256 of what lets the merchant appeal",
    owner="remove.records",
)

violation = StoreTable(
    "violation",
    TableColumn("id", Text, primary_key=True),
    key_column("merchant"),
    TableColumn("listing", Text, nullable=False),
    key_column("hazard"),
    TableColumn("field", Text, nullable=False),
    TableColumn("severity", Integer, nullable=False),
    TableColumn("serious", Integer, nullable=False),
    TableColumn("state", Text, nullable=False),
    TableColumn("at", BigInteger, nullable=False),
    TableColumn("entry", BigInteger, nullable=False),
    TableIndex("violation_by_merchant", "merchant", "at"),
    owner="remove.records",
)

sanction = StoreTable(
    "sanction",
    TableColumn("id", Text, primary_key=True),
    TableColumn("state", Text, nullable=False),
    TableColumn("shop", Text, nullable=False),
    TableColumn("text", LargeBinary, nullable=False),
    TableColumn("at", BigInteger, nullable=False),
    TableColumn("until", BigInteger, nullable=False),
    TableColumn("entry", BigInteger, nullable=False),
    TableIndex("sanction_by_state", "state", "at"),
    comment="id: that of its measure; text: title and body in both languages, as JSON",
    owner="remove.sanctions",
)

appeal = StoreTable(
    "appeal",
    TableColumn("id", Text, primary_key=True),
    TableColumn("measure", Text, nullable=False),
    key_column("state"),
    TableColumn("person", Text, nullable=False),
    TableColumn("at", BigInteger, nullable=False),
    TableColumn("entry", BigInteger, nullable=False),
    TableIndex("appeal_by_measure", "measure"),
    TableIndex("appeal_by_state", "state", "at"),
    owner="remove.appeals",
)

removal_hazard = StoreTable(
    "removal_hazard",
    TableColumn("id", Text, primary_key=True),
    TableColumn("title", Text, nullable=False),
    TableColumn("basis", Text, nullable=False),
    TableColumn("category", Text, nullable=False),
    TableColumn("severity", Integer, nullable=False),
    TableColumn("on_likeness", Integer, nullable=False),
    TableColumn("person", Text, nullable=False),
    TableColumn("state", Text, nullable=False),
    TableColumn("entry", BigInteger, nullable=False),
    owner="remove.hazards",
)

removal_match = StoreTable(
    "removal_match",
    key_column("hazard"),
    key_column("listing"),
    TableColumn("merchant", Text, nullable=False),
    TableColumn("state", Text, nullable=False),
    TableColumn("entry", BigInteger, nullable=False),
    PrimaryKey("hazard", "listing"),
    TableIndex(
        "removal_match_undecided",
        "hazard",
        where="state = 'undecided'",
    ),
    comment="state: undecided, kept, blocked, taken or cleared",
    owner="remove.hazards",
)

kept_out = StoreTable(
    "kept_out",
    key_column("hazard"),
    TableColumn("entry", BigInteger, nullable=False),
    TableColumn("listing", Text, nullable=False),
    TableColumn("merchant", Text, nullable=False),
    PrimaryKey("hazard", "entry"),
    comment="listings that the guard blocked as a known danger and that this room has not looked at yet",
    owner="remove.hazards",
)

authority_report = StoreTable(
    "authority_report",
    TableColumn("id", Text, primary_key=True),
    key_column("violation"),
    TableColumn("field", Text, nullable=False),
    TableColumn("state", Text, nullable=False),
    TableColumn("at", BigInteger, nullable=False),
    TableColumn("sent_at", BigInteger, nullable=False),
    TableColumn("receipt", Text, nullable=False),
    TableColumn("channel", Text, nullable=False),
    TableColumn("document", LargeBinary, nullable=False),
    TableColumn("entry", BigInteger, nullable=False),
    TableIndex("authority_report_by_violation", "violation"),
    comment="document: HTML and text in both languages, as JSON; it names the merchant, so entries hold its digest",
    owner="remove.reports",
)
