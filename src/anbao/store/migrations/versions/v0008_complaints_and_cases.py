"""The tables of complaints and cases."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    _cases()
    _complaints()


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False)


def _cases() -> None:
    op.create_table(
        "case_file",
        _key("id"),
        _key("kind"),
        _key("state"),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("waiting_since", sa.BigInteger(), nullable=True),
        _key("assignee"),
        _key("desk"),
        sa.Column("leased_by", sa.Text(), nullable=False),
        sa.Column("leased_until", sa.BigInteger(), nullable=False),
        sa.Column("barred", sa.Text(), nullable=False),
        sa.Column("decider", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("disputed", sa.Integer(), nullable=False),
        _key("subject"),
        sa.Column("subjects", sa.LargeBinary(), nullable=False),
        sa.Column("about", sa.BigInteger(), nullable=False),
        sa.Column("opened_by", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        comment="rank: 5 less the severity, so that the worst stands first;"
        " waiting_since: since when it waits for a person; desk: who may take it (``leases.py``)",
    )
    queue = ["kind", "rank", "due_at", "waiting_since", "id"]
    for name, columns, condition in (
        ("case_by_rank", queue, "waiting_since IS NOT NULL"),
        ("case_by_desk", ["desk", *queue], "waiting_since IS NOT NULL"),
        ("case_by_holder", ["leased_by"], "leased_by <> ''"),
        ("case_unclosed_by_subject", ["subject"], "state <> 'closed'"),
    ):
        where = sa.text(condition)
        op.create_index(name, "case_file", columns, sqlite_where=where, postgresql_where=where)
    op.create_index("case_by_opener", "case_file", ["opened_by"])
    op.create_table(
        "bulk_order",
        _key("id"),
        _key("state"),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("leaves_at", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("bulk_order_by_time", "bulk_order", ["state", "leaves_at"])
    op.create_table(
        "bulk_item",
        _key("bulk"),
        _key("case_id"),
        _key("result"),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("bulk", "case_id"),
        comment="result: waiting, decided, undone, or why the case was not decided; entry: what recorded it",
    )


def _complaints() -> None:
    op.create_table(
        "complaint",
        sa.Column("id", sa.Text(), nullable=False),
        _key("state"),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("concern", sa.Text(), nullable=False),
        sa.Column("track", sa.Text(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("listing", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("conceal", sa.Integer(), nullable=False),
        _key("complainant"),
        _key("lead"),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        comment="lead: the earlier complaint about the same that this one is handled with; token: SHA-256 of the token",
    )
    op.create_index("complaint_by_token", "complaint", ["token"])
    op.create_index("complaint_by_lead", "complaint", ["lead"])
    op.create_index("complaint_by_complainant", "complaint", ["complainant", "at"])
    op.create_index("complaint_by_state", "complaint", ["state", "entry"])
    op.create_table(
        "complaint_trace",
        sa.Column("complaint", sa.Text(), nullable=False),
        _key("subject"),
        _key("origin"),
        _key("text_key"),
        sa.Column("gist", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("complaint"),
        comment="stands beside the ledger: where a complaint came from (keyed hash), what its text is like (sketch)",
    )
    op.create_index("complaint_trace_by_subject", "complaint_trace", ["subject", "at"])
    op.create_index("complaint_trace_by_origin", "complaint_trace", ["origin", "at"])
    op.create_index("complaint_trace_by_text", "complaint_trace", ["text_key", "at"])
    op.create_table(
        "rights_notice",
        sa.Column("complaint", sa.Text(), nullable=False),
        sa.Column("track", sa.Text(), nullable=False),
        _key("state"),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("complaint"),
        comment="ends_at: when the waiting period after a counter-statement is over; 0 where none runs",
    )
    op.create_index("rights_notice_by_end", "rights_notice", ["state", "ends_at"])
