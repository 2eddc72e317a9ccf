"""The tables of hazards and sweeps."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "hazard",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("state", key, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("listing", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("sweep", key, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        comment="record: the newest suspicion or confirmation, at entry; sweep: that which looks for it, empty before",
    )
    op.create_index("hazard_by_state", "hazard", ["state", "sweep"])
    op.create_table(
        "hazard_match",
        sa.Column("hazard", key, nullable=False),
        sa.Column("listing", key, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("cosine", sa.Integer(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("sweep", key, nullable=False),
        sa.PrimaryKeyConstraint("hazard", "listing"),
        comment="the newest match of a listing; rank: 0 certain, 1 likely, 2 possible",
        sqlite_with_rowid=False,
    )
    op.create_index("hazard_match_by_rank", "hazard_match", ["hazard", "rank", "entry"])
    op.create_table(
        "sweep",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("state", key, nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("listings", sa.BigInteger(), nullable=False),
        sa.Column("looked", sa.BigInteger(), nullable=False),
        sa.Column("matched", sa.BigInteger(), nullable=False),
        sa.Column("blocked", sa.BigInteger(), nullable=False),
        sa.Column("outdated", sa.BigInteger(), nullable=False),
        sa.Column("pictures", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        comment="progress through the screenings before an entry, committed with the matches that it made",
    )
    op.create_index("sweep_by_state", "sweep", ["state", "opened"])
    op.create_table(
        "guarded_hazard",
        sa.Column("hazard", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("danger", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hazard", "since"),
        comment="what new listings are guarded against, from entry since to before entry until",
    )
    op.create_table(
        "cleared_listing",
        sa.Column("hazard", sa.Text(), nullable=False),
        sa.Column("listing", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("offer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hazard", "listing", "since"),
        comment="offers (by digest) that were found not to be a danger, from entry since to before entry until",
    )
    op.create_index("cleared_listing_by_since", "cleared_listing", ["since"])
    op.create_index("cleared_listing_by_until", "cleared_listing", ["until"])
    op.create_index("guarded_hazard_by_since", "guarded_hazard", ["since"])
    op.create_index("guarded_hazard_by_until", "guarded_hazard", ["until"])
