"""Full blocks of the index of subjects, so that a proof need not read all entries."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "subject_block",
        sa.Column("block", number, primary_key=True, autoincrement=False),
        sa.Column("leaves", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("firsts", sa.LargeBinary(), nullable=False),
        sa.Column("roots", sa.LargeBinary(), nullable=False),
        comment="full blocks of the index of subjects: number of leaves, root, first key and root of each page",
    )
    op.create_table(
        "subject_page",
        sa.Column("block", sa.BigInteger(), nullable=False),
        sa.Column("page", sa.BigInteger(), nullable=False),
        sa.Column("leaves", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("block", "page"),
        comment="leaves of full blocks, 1,024 a page, 64 bytes each",
    )
