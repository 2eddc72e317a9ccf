"""The tables of pictures."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Filled by its room."""
