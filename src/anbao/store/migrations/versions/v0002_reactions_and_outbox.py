"""Reactions and the outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "reaction",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("idx", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        comment="idx: the last entry handled; failed: why the next one could not be, empty where all is well",
    )
    key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "outbox",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("topic", key, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("state", key, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        comment="effects that leave after the commit of the entry that caused them; id is the idempotency key",
    )
    op.create_index("outbox_by_due", "outbox", ["state", "due_at"])
