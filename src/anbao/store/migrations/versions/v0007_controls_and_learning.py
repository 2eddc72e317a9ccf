"""The tables of controls and learning."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "control",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("state", key, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("probed_at", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.LargeBinary(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        comment="state: unprobed, works, failed, retired; since: when it came to be so; why: the last probe's words",
    )
    op.create_table(
        "proposal",
        sa.Column("entry", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("effective", sa.BigInteger(), nullable=True),
        sa.Column("proposer", sa.Text(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("state", key, nullable=False),
        sa.PrimaryKeyConstraint("entry"),
        comment="changes of the rules that wait for a second person; state: open, confirmed, refused, expired",
    )
    op.create_index("proposal_by_state", "proposal", ["state", "expires"])
