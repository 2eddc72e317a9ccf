"""The tables of pictures."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "picture",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("reading", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        comment="by SHA-256: what was last read in it, as its entry keeps it",
    )
    op.create_table(
        "listing_picture",
        sa.Column("listing", key, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("source", key, nullable=False),
        sa.Column("screened", sa.BigInteger(), nullable=False),
        sa.Column("picture", key, nullable=False),
        sa.Column("state", key, nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("listing", "place"),
        comment=("of each listing's newest version; picture: SHA-256, empty until it came; state: waiting, text, done"),
    )
    op.create_index("listing_picture_by_due", "listing_picture", ["state", "due_at"])
    op.create_index("listing_picture_by_picture", "listing_picture", ["picture", "state"])
    op.create_table(
        "hazard_picture",
        sa.Column("hazard", key, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("hash", key, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("weight", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hazard", "since", "hash"),
        comment="PDQ hashes of confirmed dangers, from entry since to before until; weight: severity and provisions",
    )
    op.create_index("hazard_picture_by_since", "hazard_picture", ["since"])
    op.create_index("hazard_picture_by_until", "hazard_picture", ["until"])
