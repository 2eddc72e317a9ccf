"""Merchants: shared identifiers, closures, licences that run out, turnover, questions to registries."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_UNCHECKED = sa.text("checked <> cents")


def upgrade() -> None:
    key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "merchant_identifier",
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.Column("merchant", key, nullable=False),
        sa.Column("kind", key, nullable=False),
        sa.PrimaryKeyConstraint("lookup", "merchant"),
        sqlite_with_rowid=False,
        comment="lookup: HMAC of an identifier under the vault's look-up key, never the identifier itself",
    )
    op.create_index("merchant_identifier_by_merchant", "merchant_identifier", ["merchant"])
    op.create_table(
        "merchant_closure",
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("for_cause", sa.Boolean(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("merchant"),
        comment="the last closure of each merchant; it stays when the merchant applies again",
    )
    op.create_table(
        "merchant_licence",
        sa.Column("merchant", key, nullable=False),
        sa.Column("kind", key, nullable=False),
        sa.Column("number", key, nullable=False),
        sa.Column("stage", key, nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "kind", "number"),
        comment="licences on file that end; stage: valid, expiring, expired; ends_at: 24:00 of the last day (UTC ms)",
    )
    op.create_index("merchant_licence_by_end", "merchant_licence", ["stage", "ends_at"])
    op.create_table(
        "turnover",
        sa.Column("merchant", key, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("checked", sa.BigInteger(), nullable=False),
        sa.Column("crossed", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("merchant", "year"),
        comment="orders of persons who are not registered, in fen by year of Asia/Shanghai;"
        " crossed: the entry that said so",
    )
    op.create_index(
        "turnover_unchecked", "turnover", ["merchant"], sqlite_where=_UNCHECKED, postgresql_where=_UNCHECKED
    )
    op.create_table(
        "registry_question",
        sa.Column("merchant", key, nullable=False),
        sa.Column("kind", key, nullable=False),
        sa.Column("number", key, nullable=False),
        sa.Column("occasion", key, nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("state", key, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "kind", "number"),
        comment="what an outside registry is asked; number: empty where it is personal; state: waiting, or the answer",
    )
    op.create_index("registry_question_by_due", "registry_question", ["state", "due_at"])
    op.create_index("listing_by_merchant", "listing", ["merchant"])
