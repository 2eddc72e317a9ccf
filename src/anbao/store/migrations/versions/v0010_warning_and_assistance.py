"""The tables of warning and assistance."""

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Filled by its room."""
