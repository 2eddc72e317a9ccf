"""Held merchants that were asked to put things right."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "merchant_supplement",
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("remind_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("reminded", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("merchant"),
        comment="held merchants that were asked to put things right, until they are decided on or their time is over",
    )
    op.create_index("merchant_supplement_by_due", "merchant_supplement", ["due_at"])
