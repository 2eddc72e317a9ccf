"""Sanctions that hold, by merchant, for screening; those that hold already are taken over."""

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
    op.execute(
        "INSERT INTO merchant_bar (merchant, measure, sanction)"
        " SELECT merchant, id, CASE kind WHEN 'restriction' THEN 'limit' ELSE kind END FROM measure"
        " WHERE merchant <> '' AND kind IN ('warning', 'restriction', 'suspension', 'closure')"
        " AND state IN ('taken', 'confirmed', 'failed')"
    )
