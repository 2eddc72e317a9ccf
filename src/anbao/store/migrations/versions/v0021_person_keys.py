"""One data key for each person; values are sealed anew when the vault is first opened (``ledger.vault_upgrade``).

Answers stored for repeated requests lay under the key of the store and are dropped: a request that is repeated across
the upgrade is carried out anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "person_key",
        sa.Column("person", sa.Text(), primary_key=True),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        comment="one data key per person, wrapped by the master key; without it the person's values cannot be opened",
    )
    op.execute("DELETE FROM idempotency")
    if op.get_bind().dialect.name == "postgresql":
        op.create_table_comment("meta", "identity of the store, its signing key, the vault's master key")
