"""The tables of hazards and sweeps."""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Filled by its room."""
