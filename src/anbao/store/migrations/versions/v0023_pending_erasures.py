"""Persons who are to be erased once retention ends."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.create_table(
        "pending_erasure",
        sa.Column("person", sa.Text(), primary_key=True),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        comment="persons who are to be erased once nothing about them need be retained; until: UTC ms",
    )
    op.create_index("pending_erasure_by_end", "pending_erasure", ["until"])
