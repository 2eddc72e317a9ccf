"""The tables of delivery and removal."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "endpoint",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        comment="secrets: JSON; they sign messages, so they are kept as they are, and never in an entry",
    )
    key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "measure",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", key, nullable=False),
        sa.Column("state", key, nullable=False),
        sa.Column("listing", key, nullable=False),
        sa.Column("merchant", key, nullable=False),
        sa.Column("hazard", sa.Text(), nullable=False),
        sa.Column("violation", key, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        comment="until: UTC ms, 0 until it is lifted; token: SHA-256 of what lets the merchant appeal",
    )
    op.create_index(
        "measure_by_end",
        "measure",
        ["until"],
        sqlite_where=sa.text("until > 0 AND state IN ('taken', 'confirmed', 'failed')"),
        postgresql_where=sa.text("until > 0 AND state IN ('taken', 'confirmed', 'failed')"),
    )
    op.create_index("measure_by_hazard", "measure", ["hazard", "state"])
    op.create_index("measure_by_listing", "measure", ["listing", "state"])
    op.create_index("measure_by_merchant", "measure", ["merchant", "state"])
    op.create_index("measure_by_token", "measure", ["token"])
    op.create_index("measure_by_violation", "measure", ["violation"])
    op.create_table(
        "violation",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant", key, nullable=False),
        sa.Column("listing", sa.Text(), nullable=False),
        sa.Column("hazard", key, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("serious", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("violation_by_merchant", "violation", ["merchant", "at"])
    op.create_table(
        "sanction",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        comment="id: that of its measure; text: title and body in both languages, as JSON",
    )
    op.create_index("sanction_by_state", "sanction", ["state", "at"])
    op.create_table(
        "appeal",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("state", key, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("appeal_by_measure", "appeal", ["measure"])
    op.create_index("appeal_by_state", "appeal", ["state", "at"])
    op.create_table(
        "removal_hazard",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("on_likeness", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "removal_match",
        sa.Column("hazard", key, nullable=False),
        sa.Column("listing", key, nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hazard", "listing"),
        comment="state: undecided, kept, blocked, taken or cleared",
    )
    op.create_table(
        "kept_out",
        sa.Column("hazard", key, nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("listing", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hazard", "entry"),
        comment="listings that the guard blocked as a known danger and that this room has not looked at yet",
    )
    op.create_table(
        "authority_report",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("violation", key, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        comment="document: HTML and text in both languages, as JSON; it names the merchant, so entries hold its digest",
    )
    op.create_index("authority_report_by_violation", "authority_report", ["violation"])
