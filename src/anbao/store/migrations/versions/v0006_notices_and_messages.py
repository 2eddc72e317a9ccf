"""The tables of notices and messages."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    _notices()
    _messages()


def _notices() -> None:
    """Acknowledgements become one step among three."""
    op.create_table(
        "notice_step",
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("listing", sa.Text(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("belongs", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("consumer", "listing", "entry"),
        comment="step: shown, acknowledged, answered; belongs: whether the buyer said to be of an unsuitable group",
    )
    op.execute(
        "INSERT INTO notice_step (consumer, listing, notice, step, version, seconds, belongs, at, entry)"
        " SELECT consumer, listing, notice, 'acknowledged', 1, 0, 0, at, entry FROM acknowledgement"
    )
    op.drop_table("acknowledgement")


def _messages() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        comment="decision: pass, warn, hold; once a person decided: release, stop",
    )
