"""Cases know the keys of those who decided and lease them, and whether a decision waits for a second person.

Cases that wait for a second look get the key of their first decision from its entry, so that nobody makes both.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    for column in ("decider_key", "lease_key"):
        op.add_column("case_file", sa.Column(column, sa.Text(), nullable=False, server_default=""))
    op.add_column("case_file", sa.Column("waits", sa.Integer(), nullable=False, server_default="0"))
    conn = op.get_bind()
    rows = conn.execute(
        sa.text(
            "SELECT c.id, e.data FROM case_file c JOIN entry_subject s ON s.role = 'case' AND s.subject = c.id"
            " JOIN entry e ON e.idx = s.idx WHERE c.state = 'second' AND e.kind = 'case.decided' ORDER BY e.idx"
        )
    ).all()
    for name, data in rows:
        actor = json.loads(bytes(data))["actor"]
        key = actor if actor.startswith("key:") else ""
        conn.execute(sa.text("UPDATE case_file SET decider_key = :key WHERE id = :name"), {"key": key, "name": name})
