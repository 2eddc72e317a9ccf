"""Indexes by which measures are found however many there are because of one danger, or at one merchant."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    for role in ("listing", "merchant"):
        op.drop_index(f"measure_by_{role}", "measure")
        op.create_index(f"measure_by_{role}", "measure", [role, "kind", "state"])
    op.drop_index("measure_by_violation", "measure")
    op.create_index("measure_by_violation", "measure", ["violation", "state", "entry"])
    undecided = sa.text("state = 'undecided'")
    op.create_index(
        "removal_match_undecided",
        "removal_match",
        ["hazard"],
        sqlite_where=undecided,
        postgresql_where=undecided,
    )
