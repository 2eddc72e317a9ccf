"""What the platform sets itself has a table of its own; it stood in ``activation``, under prefixes of its kind."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

PREFIXES = (("setting", "setting:"), ("parameter", "parameter:"), ("case_kind", "case:"))


def upgrade() -> None:
    key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "value_change",
        sa.Column("type", key, nullable=False),
        sa.Column("name", key, nullable=False),
        sa.Column("effective", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("type", "name", "effective", "entry"),
        comment="type: setting, parameter, case_kind; effective: UTC ms;"
        " value: a period or rule as JSON, or a plain value",
    )
    op.create_index("value_change_by_entry", "value_change", ["entry"])
    for of, prefix in PREFIXES:
        op.execute(
            "INSERT INTO value_change (type, name, effective, entry, value)"
            f" SELECT '{of}', substr(kind, {len(prefix) + 1}), effective, entry, digest"
            f" FROM activation WHERE kind LIKE '{prefix}%'"
        )
        op.execute(f"DELETE FROM activation WHERE kind LIKE '{prefix}%'")
