"""Sanctions that hold, by merchant, for screening."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "merchant_bar",
        sa.Column("merchant", key, nullable=False),
        sa.Column("measure", key, nullable=False),
        sa.Column("sanction", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "measure"),
        comment="sanctions that hold, as the entry sanction.imposed calls them",
    )
