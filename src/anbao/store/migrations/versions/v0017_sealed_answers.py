"""Answers kept for repeated requests are encrypted from now on; those in the clear are dropped.

A request that is repeated across the upgrade is carried out anew.
"""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.execute("DELETE FROM idempotency")
