"""The tables of complaints and cases."""

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Filled by its room."""
