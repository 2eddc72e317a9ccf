"""The tables of removal."""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Filled by its room."""
