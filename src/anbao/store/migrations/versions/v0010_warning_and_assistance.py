"""The tables of warning and assistance."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def key_column(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False)


def upgrade() -> None:
    op.create_index("trade_by_listing", "trade", ["listing", "entry"])
    op.create_table(
        "danger",
        sa.Column("hazard", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("published", sa.BigInteger(), nullable=True),
        sa.Column("lifted", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("hazard"),
        comment="confirmed hazards as this room needs them; published: since when the public can read of it",
    )
    op.create_table(
        "affected",
        key_column("hazard"),
        key_column("listing"),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("after", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hazard", "listing"),
        comment="listings whose buyers must be warned; since: trades from then on;"
        " after: the last trade's entry looked at",
    )
    to_do = sa.text("done = 0")
    op.create_index("affected_to_do", "affected", ["entry"], sqlite_where=to_do, postgresql_where=to_do)
    op.create_index("affected_by_listing", "affected", ["listing"])
    op.create_table(
        "warning",
        key_column("hazard"),
        key_column("consumer"),
        key_column("listing"),
        sa.Column("trade", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        key_column("state"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hazard", "consumer"),
        comment="who was warned of what, and whether it reached them: waiting, reached, unreached, corrected",
    )
    op.create_index("warning_by_state", "warning", ["hazard", "state"])
    op.create_table(
        "assistance",
        sa.Column("id", sa.Text(), nullable=False),
        key_column("kind"),
        sa.Column("harm", sa.Text(), nullable=False),
        key_column("consumer"),
        sa.Column("trade", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        key_column("state"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("assistance_by_state", "assistance", ["state", "at"])
    op.create_index("assistance_by_trade", "assistance", ["trade"])
    op.create_table(
        "authority_request",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        key_column("state"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("authority_request_by_state", "authority_request", ["state", "at"])
