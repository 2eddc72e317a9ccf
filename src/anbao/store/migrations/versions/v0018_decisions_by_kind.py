"""Decisions on cases go to the handler of their kind: one cursor takes the place of those of eight reactions.

Each kind goes on where its reaction stood, so that no decision is skipped or repeated: the common cursor stands where
the foremost of them did, and a kind whose reaction stood behind it gets a cursor of its own (``engine.reactions``).

Cases know how many reports they answer; complaints know what danger they tell of and whether somebody was harmed, which
the entries of old ones say. Complainants who were harmed have a table of what they were offered.
"""

import json

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

OPEN = "lead = '' AND state <> 'handled'"
STAYING = frozenset({"prevent.clear", "remove.hazards"})
"""Reactions that go on, to other entries."""


def upgrade() -> None:
    _move_cursors()
    op.add_column("case_file", sa.Column("count", sa.Integer(), nullable=False, server_default="1"))
    key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "case_part",
        sa.Column("case_id", key, nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "entry"),
        comment="entries by which a case was added to or widened after it was opened",
    )
    op.create_index("case_part_by_entry", "case_part", ["entry"])
    op.add_column("complaint", sa.Column("harmed", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("complaint", sa.Column("danger", sa.Text(), nullable=False, server_default=""))
    op.create_index(
        "complaint_open_by_listing",
        "complaint",
        ["listing"],
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )
    _fill_complaints()
    op.create_table(
        "assistance_offer",
        sa.Column("complaint", sa.Text(), nullable=False),
        sa.Column("consumer", key, nullable=False),
        sa.Column("trade", key, nullable=False),
        sa.Column("listing", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("harm", sa.Text(), nullable=False),
        sa.Column("state", key, nullable=False),
        sa.Column("dispute", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("complaint"),
        comment="a complainant who was harmed; dispute: the request for help that they made later",
    )
    for column, other in (("consumer", "state"), ("trade", "state"), ("state", "at")):
        op.create_index(f"assistance_offer_by_{column}", "assistance_offer", [column, other])


def _fill_complaints() -> None:
    """From what the entries of old complaints say."""
    conn = op.get_bind()
    told = conn.execute(
        sa.text("SELECT data FROM entry WHERE kind IN ('complaint.received', 'complaint.triaged') ORDER BY idx")
    )
    for (data,) in told.all():
        entry = json.loads(bytes(data))
        body, name = entry["body"], entry["subjects"]["complaint"]
        if body.get("harmed"):
            conn.execute(sa.text("UPDATE complaint SET harmed = 1 WHERE id = :name"), {"name": name})
        if danger := body.get("danger"):
            conn.execute(
                sa.text("UPDATE complaint SET danger = :danger WHERE id = :name"), {"danger": danger, "name": name}
            )


def _move_cursors() -> None:
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
