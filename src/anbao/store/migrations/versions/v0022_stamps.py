"""Timestamps on checkpoints, the authorities that give them, and the last attempt at each."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "stamp",
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("authority", key, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("roots", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", "authority"),
        comment="RFC 3161 answers for checkpoints, and the root certificates (PEM) that each was verified against",
    )
    op.create_index("stamp_by_authority", "stamp", ["authority", "size"])
    op.create_table(
        "stamp_authority",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("roots", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        comment="authorities that stamp checkpoints; roots: PEM",
    )
    op.create_table(
        "stamp_attempt",
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("tried", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("authority"),
        comment="the last attempt at each authority, and how many failed one after the other",
    )
