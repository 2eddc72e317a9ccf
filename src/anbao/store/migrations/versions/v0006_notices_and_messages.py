"""The tables of notices and messages."""

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Filled by its room."""
