"""Measures know the complaint that they were taken on, and notices what was published of them."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.add_column("measure", sa.Column("complaint", key, nullable=False, server_default=""))
    op.create_index("measure_by_complaint", "measure", ["complaint", "state"])
    op.add_column("rights_notice", sa.Column("published", sa.BigInteger(), nullable=True))
    op.create_index("rights_notice_by_publication", "rights_notice", ["published"])
