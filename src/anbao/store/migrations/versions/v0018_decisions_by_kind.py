"""Decisions on cases go to the handler of their kind: one cursor takes the place of those of eight reactions.

Each kind goes on where its reaction stood, so that no decision is skipped or repeated: the common cursor stands where
the foremost of them did, and a kind whose reaction stood behind it gets a cursor of its own (``engine.reactions``).
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

REACTION = "cases.decided"

BEFORE = {
    "appeal": ("remove.hazards",),
    "assistance": ("assist.checked",),
    "complaint": ("investigate.complaint_decided",),
    "hazard_match": ("prevent.clear", "remove.hazards"),
    "hazard_suspected": ("investigate.suspicion_decided",),
    "listing_review": ("prevent.review",),
    "measure_proposed": ("remove.hazards",),
    "merchant_held": ("prevent.merchant_case",),
    "message_held": ("prevent.message",),
    "notice_check": ("investigate.complaint_decided",),
    "order_flagged": ("warn.flagged",),
    "proceedings": ("investigate.complaint_decided",),
}
"""The kinds of cases, and the reactions that handled them before.

Where two did, the kind goes on where the slower stood: what is handled again changes nothing (``remove.hazards``).
"""

STAYING = frozenset({"prevent.clear", "remove.hazards"})
"""Reactions that go on, to other entries."""


def upgrade() -> None:
    conn = op.get_bind()
    stood: dict[str, int] = dict(conn.execute(sa.text("SELECT name, idx FROM reaction")).all())
    cursors = {kind: min(stood.get(name, -1) for name in names) for kind, names in BEFORE.items()}
    first = max(cursors.values())
    for name in sorted({name for names in BEFORE.values() for name in names} - STAYING):
        conn.execute(sa.text("DELETE FROM reaction WHERE name = :name"), {"name": name})
    if first < 0:
        return
    behind = {f"{REACTION}/{kind}": cursor for kind, cursor in cursors.items() if cursor < first}
    for name, cursor in {REACTION: first, **behind}.items():
        conn.execute(
            sa.text("INSERT INTO reaction (name, idx, failed) VALUES (:name, :cursor, '')"),
            {"cursor": cursor, "name": name},
        )
