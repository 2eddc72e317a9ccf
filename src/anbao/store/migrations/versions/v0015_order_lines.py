"""A trade is known by order, listing and buyer; what stands against a sale is projected for all packages.

The primary key of ``trade`` was the order alone, so a second line or a second buyer replaced the first. The table is
made anew and filled from the entries when the store is opened. The buyers of affected listings are looked at again from
the first trade on, because those that had been replaced were never warned.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

UNFILLED = "upgrade.unfilled"


def upgrade() -> None:
    key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.drop_table("trade")
    op.create_table(
        "trade",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("listing", sa.Text(), nullable=False),
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", "listing", "consumer"),
        comment="one line of an order: id is the order's",
    )
    op.create_index("trade_by_listing", "trade", ["listing", "entry"])
    op.create_table(
        "sale_bar",
        sa.Column("role", key, nullable=False),
        sa.Column("subject", key, nullable=False),
        sa.Column("source", key, nullable=False),
        sa.Column("name", key, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("role", "subject", "source", "name"),
        comment="what stands against the sale of a listing or of a merchant's goods; source: hazard, measure, sanction",
    )
    op.create_index("sale_bar_by_name", "sale_bar", ["source", "name"])
    op.execute('UPDATE affected SET done = 0, "after" = -1')
    _fill_later("trade")


def _fill_later(name: str) -> None:
    """Have the table filled from the entries when the store is opened: it is empty and was there before."""
    conn = op.get_bind()
    if conn.execute(sa.text("SELECT 1 FROM entry LIMIT 1")).first() is None:
        return
    known = conn.execute(sa.text("SELECT value FROM meta WHERE key = :key"), {"key": UNFILLED}).scalar()
    names = sorted({*(bytes(known).decode().split() if known is not None else ()), name})
    conn.execute(sa.text("DELETE FROM meta WHERE key = :key"), {"key": UNFILLED})
    conn.execute(
        sa.text("INSERT INTO meta (key, value) VALUES (:key, :value)"),
        {"key": UNFILLED, "value": " ".join(names).encode()},
    )
